"""Running: the merged product is deployed with its flag off, and what a release rests on is tried there.

It is deployed after the merge and not after the approval, because whoever approves decides by what a
running service showed; nobody is reached meanwhile, for the flag is off.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

from headrace.capabilities.agents.model import AgentTask, Bench, Instrument, Workspace
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Draft, Version
from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.deployments.model import Deployment, DeploymentState
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Definition, Segment
from headrace.capabilities.health import service as health
from headrace.capabilities.people import service as people
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid, NotFound
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.contents import texts
from headrace.packs.enterprise.build.mission import (
    effective,
    mission_slug,
    product,
    reading_place,
    title,
)
from headrace.packs.enterprise.discover import facts as discovered
from headrace.packs.enterprise.discover.contents import items, told
from headrace.packs.enterprise.discover.filing import related
from headrace.packs.enterprise.ship import trying
from headrace.packs.enterprise.ship.verdicts import work_of

DEPLOY, REHEARSE = "deploy", "rehearse"
EVIDENCE = "rollout-evidence"
SEGMENT = "requesting-customers"
"""The segment of those who asked for the work: the second stage reaches them besides."""

FLAG_KEEPER = "feature-flag-agent"


def start(ctx: Ctx, merged: Run) -> Run | None:
    """Have the product deployed once the last stream of a mission is merged."""
    works = work_of(ctx, merged.context)
    if not works or not all(one.is_merged for one in works):
        return None
    tip = str(product(ctx).known)
    return streams.episode(ctx, merged.context, DEPLOY, element="", name=tip, cause=merged.id)


def merged_place(ctx: Ctx, run: Run) -> Workspace:
    """A copy of what is merged, to run the product's own proofs in; nothing may be written there."""
    return replace(reading_place(ctx, run), base=str(product(ctx).known))


def deploy_facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For the deploy agent: what is to run where, and who asked for it."""
    own = product(ctx)
    return {
        "mission": title(ctx, run.context),
        "service": own.slug,
        "repository": own.slug,
        "commit": run.period,
        "key": run.id,
        "customers": list(asking(ctx)),
    }


def asking(ctx: Ctx) -> tuple[str, ...]:
    """The accounts that asked for something in the CRM, sorted: who may be reached early."""
    named = {str(row.get("account_id", "")) for row in discovered.rows(ctx, "crm_requests")}
    return tuple(sorted(named - {""}))


def deploy(bench: Bench, task: AgentTask) -> Mapping[str, Json]:
    """Make the flag, off, with the segment of those who asked; load the targets; want the commit."""
    rows = trying.rows_of(bench)
    asked = trying.manifest(bench.read(trying.MANIFEST))
    targets = bench.read(asked.targets) if asked.targets else ""
    rows(prepare, asked.flag, str(task.facts["mission"]), _listed(task.facts["customers"]), targets)
    rows(
        deployments.deploy,
        str(task.facts["service"]),
        repository=str(task.facts["repository"]),
        commit=str(task.facts["commit"]),
        key=str(task.facts["key"]),
    )
    return {"flag": asked.flag, "commit": task.facts["commit"]}


def _listed(given: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in given) if isinstance(given, Sequence) else ()


def prepare(ctx: Ctx, flag: str, mission: str, customers: Sequence[str], targets: str) -> None:
    """The flag of a mission, made off where it is not there yet, and what watches over the service."""
    if customers:
        asked = Segment(key=SEGMENT, name=f"Asked for {mission}", included=frozenset(customers))
        flags.put_segment(ctx, asked)
    try:
        flags.flag(ctx, flag)
    except NotFound:
        flags.create(ctx, flag, Definition(description=mission, owner=_keeper(ctx)))
    if targets:
        health.load_targets(ctx, targets)


def _keeper(ctx: Ctx) -> str:
    try:
        return people.by_handle(ctx, FLAG_KEEPER).handle
    except NotFound:
        return ""


def deployed(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """Nothing to decide: what was ordered stands as the deployment's row."""
    return Finished()


def rehearse_when_ready(ctx: Ctx, service: str, commit: str) -> Run | None:
    """A deployment answers: what a release rests on is tried, once for each deploy of a mission."""
    for run in streams.runs(ctx, module=DEPLOY, limit=1_000):
        if run.period == commit and product(ctx).slug == service:
            return streams.episode(
                ctx,
                ContextId(run.context),
                REHEARSE,
                element="",
                name=commit,
                cause=run.id,
            )
    return None


def rehearse_facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For the deploy agent: which service, and which metrics the brief promised."""
    return {
        "mission": title(ctx, run.context),
        "service": product(ctx).slug,
        "metrics": list(key_metrics(ctx, run.context)),
    }


def key_metrics(ctx: Ctx, context: str) -> tuple[str, ...]:
    """The metrics that the brief names as those to watch."""
    brief = effective(ctx, "mission-brief", context)
    return texts(brief.content, "sections", "observability", "key_metrics") if brief else ()


def rehearse(bench: Bench, task: AgentTask) -> Mapping[str, Json]:
    """Try what a release rests on: metrics, logs, the way back, and what the product proves by itself."""
    rows = trying.rows_of(bench)
    deployment = rows(deployments.get, str(task.facts["service"]))
    asked = trying.manifest(bench.read(trying.MANIFEST))
    tried = [
        *trying.metrics(deployment, _listed(task.facts["metrics"])),
        *trying.logs(deployment, rows(trying.folder), _pausing(bench)),
        *trying.way_back(bench, asked, deployment),
        *trying.command(bench, trying.LOAD, asked.load, deployment),
    ]
    return {"flag": asked.flag, "commit": deployment.serving, "checks": trying.told(tried)}


def _pausing(bench: Bench) -> Callable[[], None]:
    return lambda: bench.pause(timedelta(seconds=0.2))


def evidence(
    ctx: Ctx,
    run: Run,
    submitted: Mapping[str, Json],
    kind: str,
    about: Version | None,
    release: str = "",
) -> Draft:
    """The record of what was tried, linked to what it is a proof `about`. Raises Invalid when nothing was."""
    checks = [one for one in submitted_rows(submitted) if one.get("check")]
    if not checks:
        raise Invalid("Nothing was tried, so there is nothing to record")
    met = sum(one["result"] == trying.MET for one in checks)
    day = f"{ctx.now:%Y-%m-%d}"
    name = artifacts.free_slug(ctx, EVIDENCE, f"{day}-{mission_slug(run.context)}-{kind}")
    return Draft(
        type=EVIDENCE,
        slug=name,
        context=run.context,
        parts={"date": day, "slug": name.removeprefix(f"{day}-")},
        content={
            "title": f"{title(ctx, run.context)}: {kind}",
            "fields": {
                "kind": kind,
                "service": product(ctx).slug,
                "commit": str(submitted.get("commit") or "none"),
                "flag": str(submitted.get("flag", "")),
                **({"release": release} if release else {}),
                "date": day,
            },
            "sections": {
                "summary": f"{met} of {len(checks)} met.",
                "checks": cast(list[Json], checks),
            },
        },
        made=streams.made_by(ctx, run),
        links=(*streams.input_links(run), *(related(one.ref) for one in (about,) if one)),
    )


def submitted_rows(submitted: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """What an instrument handed in of its checks."""
    listed = submitted.get("checks")
    for one in listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ():
        if isinstance(one, Mapping):
            yield dict(one)


def rehearsed(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The rehearsal's record, filed as it is."""
    plan = effective(ctx, "fleet-config", run.context)
    return Finished(drafts=(evidence(ctx, run, submitted, "rehearsal", plan),))


def rehearsal(ctx: Ctx, context: str) -> Version | None:
    """The newest rehearsal of a mission's deployment, or None."""
    found = artifacts.effective_of(ctx, EVIDENCE, [context])
    own = [one for one in found if told(one.content, "fields", "kind") == "rehearsal"]
    return own[-1] if own else None


def row(evidence: Version | None, check: str) -> Mapping[str, Json]:
    """What an evidence record says of one check; empty where it says nothing."""
    return next((one for one in all_rows(evidence) if one.get("check") == check), {})


def all_rows(evidence: Version | None) -> Sequence[Mapping[str, Json]]:
    """Every check of an evidence record."""
    return items(evidence.content, "checks") if evidence is not None else ()


def deployment_of(ctx: Ctx) -> Deployment | None:
    """The deployment of the product, if it was ever deployed."""
    return deployments.find(ctx, product(ctx).slug)


def is_ready(deployment: Deployment | None) -> bool:
    """Whether what is wanted answers."""
    return deployment is not None and deployment.state is DeploymentState.READY


INSTRUMENTS = (
    Instrument(name="enterprise.deploy", run=deploy),
    Instrument(name="enterprise.rehearse", run=rehearse),
)
