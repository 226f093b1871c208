"""The release contract: drafted from passed work alone; what was counted stands whatever a writer says."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Link, LinkKind
from headrace.capabilities.missions import service as missions
from headrace.capabilities.record.model import SelfCheck
from headrace.capabilities.releases.model import Line
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.json import Json, to_json
from headrace.packs.enterprise.build.mission import (
    feedback,
    frozen,
    mission_slug,
    product,
    title,
)
from headrace.packs.enterprise.discover import facts as discovered
from headrace.packs.enterprise.discover.contents import Content, items, told
from headrace.packs.enterprise.ship import handovers, readiness, running, stages, trying
from headrace.packs.enterprise.ship.deliverables import registered
from headrace.packs.enterprise.ship.documents import TYPE
from headrace.packs.enterprise.ship.verdicts import Work, work_of

POLICIES = ("delivery",)
"""What a release contract is judged by before a person decides."""

MANAGER = "@engineering-manager"

PERCENTS, LASTS = (5.0, 25.0, 100.0), ("24 hours", "48 hours", "ongoing")
"""The stages that a writer is offered to begin with (AE-57)."""

CRITERIA = "error rate < baseline + 0.5%; p95 latency < 2x baseline; p99 latency < 2x baseline"
"""The criteria offered with them; the limits are those of the delivery policy (AE-58)."""

ALWAYS = ({"health_criteria": "error rate < baseline + 0.5%; p99 latency < 2x baseline"},)
"""What takes every release back by itself, also where a plan names no such criterion (AE-58)."""

FEATURE = "feature"


class ContractRefused(Invalid):
    """What was handed in cannot be released so; `reasons` are all of them."""

    code = "enterprise.contract_refused"


def guard(ctx: Ctx, run: Run) -> tuple[str, ...]:
    """Every reason why a contract may not be drafted yet: the exit of Build is not met.

    One that was sent back waits until every line is shown: drafted anew before that, it says the same.
    """
    again = readiness.unmet(ctx, run.context) if run.attempt > 1 else ()
    return (*handovers.open_lines(ctx, run.context, "ship"), *again)


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For release-coordinator: what goes out, how it was judged, and how it may go out; all counted."""
    works = work_of(ctx, run.context)
    asking = running.asking(ctx)
    plan = stages.plan_rows(PERCENTS, LASTS, CRITERIA, early=running.SEGMENT if asking else "")
    evidence = frozen(ctx, run, "rehearsal")
    return {
        "mission": title(ctx, run.context),
        "changes": changes(ctx, run.context, works),
        "verdicts": [{"stream": one.stream, "verdict": str(one.verdict)} for one in works],
        "tasks": [
            {"id": one.id, "title": one.title, "status": one.status.value}
            for one in missions.all_tasks(ctx, mission_slug(run.context))
        ],
        "readiness": [to_json(one) for one in readiness.lines(ctx, run.context)],
        "baselines": [dict(row) for row in discovered.rows(ctx, "baselines")],
        "cohorts": [{"segment": running.SEGMENT, "customers": len(asking)}],
        "deadlines": deadlines(ctx, run, [one for one in plan if isinstance(one, Mapping)]),
        "stages": plan,
        "rehearsal": {
            "path": evidence.path,
            "seconds": told(running.row(evidence, trying.WAY_BACK), "figure"),
            "flag": told(evidence.content, "fields", "flag"),
        },
        **feedback(run),
    }


def changes(ctx: Ctx, context: str, works: Sequence[Work]) -> list[Json]:
    """The rows of what goes out: each stream with its newest verdict, word for word (AE-53)."""
    mission = missions.get(ctx, mission_slug(context))
    return [
        {
            "change": f"{one.stream}: {one.objective or ', '.join(one.change.tasks)}",
            "type": FEATURE,
            "mission": mission.reference or mission.slug,
            "verdict": str(one.verdict),
            **({"evaluation": one.report.path} if one.report is not None else {}),
            **({"notes": "; ".join(one.notes)} if one.notes else {}),
        }
        for one in works
        if one.change is not None and one.has_passed and one.is_merged
    ]


def deadlines(ctx: Ctx, run: Run, rows: Sequence[Content]) -> list[Json]:
    """When the last stage begins at the earliest, against each day that the outcome contract names."""
    contract = frozen(ctx, run, "contract")
    reached = (ctx.now + stages.length(rows)).date()
    return [
        {
            "outcome": told(one, "name"),
            "deadline": day.isoformat(),
            "reached": reached.isoformat(),
            "fits": reached <= day,
        }
        for one in items(contract.content, "outcomes")
        for day in _day(told(one, "deadline"))
    ]


def _day(text: str) -> tuple[date, ...]:
    try:
        return (date.fromisoformat(text),)
    except ValueError:
        return ()


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The contract, with everything that is counted as it was counted.

    Raises ContractRefused with every reason: work that has not passed, a plan nobody could carry out.
    """
    reasons = (*faults(submitted), *handovers.open_lines(ctx, run.context, "ship"))
    if reasons:
        raise ContractRefused(
            f"This cannot be released so: {'; '.join(reasons)}", reasons=list(reasons)
        )
    content = computed(ctx, run, submitted)
    day, name = _first_day(ctx, run), slug(title(ctx, run.context))
    id = f"{day}-{name}"
    present = artifacts.find(ctx, ArtifactId(f"{TYPE}/{id}"))
    draft = Draft(
        type=TYPE,
        slug=id,
        context=run.context,
        parts={"date": day, "slug": name},
        content=content,
        made=streams.made_by(ctx, run),
        links=(*streams.input_links(run), *_links(ctx, run.context)),
        base=present.head if present is not None else None,
    )
    open_ = [line.text for line in readiness.lines(ctx, run.context) if _is_open(line)]
    note = f"open: {'; '.join(open_)}" if open_ else "every line of the checklist is shown"
    return Finished(
        drafts=(draft,),
        title=f"Release contract: {title(ctx, run.context)}",
        body="Approving it approves its stages within their criteria.",
        self_evaluation=tuple(
            SelfCheck(policy=policy, verdict="PASS WITH NOTES" if open_ else "PASS", note=note)
            for policy in POLICIES
        ),
    )


def _is_open(line: Line) -> bool:
    return not line.met and not line.not_applicable


def faults(submitted: Content) -> tuple[str, ...]:
    """Why the plan that somebody wrote could not be carried out."""
    rows = items(submitted, "stages")
    if not rows:
        return ("it has no stage",)
    percents = [stages.share(row) for row in rows]
    last = () if percents[-1] == 100 else ("its last stage does not reach everybody",)
    return (*stages.faults(rows), *last)


def computed(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Mapping[str, Json]:
    """What was handed in, with the counted parts in the place of whatever stands there."""
    written, header = submitted.get("sections"), submitted.get("fields")
    words = dict(written) if isinstance(written, Mapping) else {}
    evidence = frozen(ctx, run, "rehearsal")
    rows = items(submitted, "stages")
    return {
        **submitted,
        "fields": {
            **(dict(header) if isinstance(header, Mapping) else {}),
            "manager": MANAGER,
            "service": product(ctx).slug,
            "flag": told(evidence.content, "fields", "flag"),
        },
        "sections": {
            **words,
            "changes": changes(ctx, run.context, work_of(ctx, run.context)),
            "stages": [{**row, "share": stages.share(row)} for row in rows],
            "deadlines": deadlines(ctx, run, rows),
            "rollback": {**_mapping(words.get("rollback")), **_rollback(ctx, run)},
            "readiness": [
                _item(place, line)
                for place, line in enumerate(readiness.lines(ctx, run.context), start=1)
            ],
        },
    }


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _rollback(ctx: Ctx, run: Run) -> dict[str, Json]:
    """What is known of the way back because it was tried."""
    evidence = frozen(ctx, run, "rehearsal")
    found = running.row(evidence, trying.WAY_BACK)
    tried = told(found, "result") == trying.MET
    flag = told(evidence.content, "fields", "flag")
    return {
        "mechanism": f"Feature flag {flag} is turned off for everybody",
        "tested": tried,
        "tested_where": f"{evidence.path}" if tried else "it was not shown to work",
        "time": told(found, "figure") or "unknown",
    }


def _item(place: int, line: Line) -> Json:
    """A line as the document has it, with the place of its evidence."""
    shown = "; ".join(filter(None, (line.because, line.evidence)))
    state = "does not apply: " if line.not_applicable else ""
    return {
        "id": f"READY-{place}",
        "text": f"{line.text} ({state}{shown})",
        "checked": line.met or line.not_applicable,
    }


def _links(ctx: Ctx, context: str) -> tuple[Link, ...]:
    """What the contract rests on: entries of assets, and the reports that it carries over."""
    entries = [one.approved.ref for one in registered(ctx, context) if one.approved]
    reports = [one.version.ref for work in work_of(ctx, context) for one in work.reports]
    return tuple(Link(kind=LinkKind.RELATES, target=ref) for ref in (*entries, *reports))


def _first_day(ctx: Ctx, run: Run) -> str:
    """The day of the first attempt, so that a revision stays the same contract."""
    found = streams.runs(ctx, context=run.context, module=run.module, limit=1_000)
    first: datetime = min(one.made_at for one in found if one.input_hash == run.input_hash)
    return f"{first:%Y-%m-%d}"
