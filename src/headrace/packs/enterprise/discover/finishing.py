"""What discover's workers hand in becomes drafts with links to everything they came from."""

from collections.abc import Mapping
from datetime import date
from typing import cast

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Draft
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus, Standing
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Finished, Run
from headrace.capabilities.streams.service import input_links, made_by
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover import facts
from headrace.packs.enterprise.discover.contents import Content, at, told
from headrace.packs.enterprise.discover.facts import mission_slug
from headrace.packs.enterprise.discover.filing import signal_draft

Submitted = Mapping[str, Json]


def signal(ctx: Ctx, run: Run, submitted: Submitted) -> Finished:
    """A scanner's signal, dated by the day that its facts end."""
    facts_day = {"scan-competitors": "latest", "scan-usage": "collected_on"}.get(run.module)
    day = _fact_day(ctx, run, facts_day) if facts_day else None
    return Finished(drafts=(signal_draft(ctx, submitted, made_by(ctx, run), on=day),))


def _fact_day(ctx: Ctx, run: Run, name: str) -> date | None:
    """The day of the newest record that a scan rests on."""
    if name == "latest":
        found = facts.of_competitors(ctx, run)["publications"]
        first = found[0] if isinstance(found, list) and found else None
        return date.fromisoformat(told(first, "latest")) if isinstance(first, Mapping) else None
    used = facts.of_usage(ctx, run)["usage"]
    return date.fromisoformat(told(used, "collected_on")) if isinstance(used, Mapping) else None


def digest(ctx: Ctx, run: Run, submitted: Submitted) -> Finished:
    """A week's digest."""
    week = run.period.partition("~")[0]
    slug = run.period.lower().replace("~", "-")
    draft = Draft(
        type="signal-digest",
        slug=slug,
        parts={"week": week if week == run.period else run.period.replace("~", "-")},
        context=run.context,
        content=submitted,
        made=made_by(ctx, run),
        links=input_links(run),
        base=_base(ctx, f"signal-digest/{slug}"),
    )
    return Finished(drafts=(draft,), title=f"Signal digest {run.period}")


def validation(ctx: Ctx, run: Run, submitted: Submitted) -> Finished:
    """The memo on an opportunity."""
    slug = mission_slug(run)
    draft = _mission_draft(ctx, run, "opportunity-validation", submitted)
    return Finished(drafts=(draft,), title=f"Opportunity validation: {_title(ctx, run, slug)}")


def brief(ctx: Ctx, run: Run, submitted: Submitted) -> Finished:
    """Brief and outcome contract: two files in one change, for one approval."""
    drafts = tuple(
        _mission_draft(ctx, run, kind, cast(Content, submitted[kind]))
        for kind in ("mission-brief", "outcome-contract")
    )
    return Finished(
        drafts=drafts, title=f"Mission brief and outcome contract: {drafts[0].content['title']}"
    )


def approved_brief(ctx: Ctx, run: Run) -> None:
    """After the approval: the mission's row says what the brief says, and passes its first gate."""
    ref = next(ref for ref in run.outputs if ref.artifact.startswith("mission-brief/"))
    version = artifacts.get_version(ctx, ref)
    slug = mission_slug(run)
    blocked_by = at(version.content, "fields", "blocked_by")
    missions.describe(
        ctx,
        slug,
        title=version.title,
        reference=artifacts.get(ctx, ref.artifact).reference,
        design_required=at(version.content, "fields", "design_required") is True,
        task_exempt=told(version.content, "fields", "task_exemption"),
        blocked_by=[str(one) for one in blocked_by] if isinstance(blocked_by, list) else (),
    )
    missions.move(
        ctx,
        slug,
        MissionStatus.APPROVED,
        Standing(by_person=True),
        f"brief approved in {version.change}",
    )


def _mission_draft(ctx: Ctx, run: Run, kind: str, content: Content) -> Draft:
    slug = mission_slug(run)
    return Draft(
        type=kind,
        slug=slug,
        context=run.context,
        content=content,
        made=made_by(ctx, run),
        links=input_links(run),
        base=_base(ctx, f"{kind}/{slug}"),
    )


def _base(ctx: Ctx, artifact: str) -> int | None:
    """The head that a revision is made on, None for a first version."""
    found = artifacts.find(ctx, ArtifactId(artifact))
    return found.head if found is not None else None


def _title(ctx: Ctx, run: Run, slug: str) -> str:
    return streams.context(ctx, run.context).title or slug
