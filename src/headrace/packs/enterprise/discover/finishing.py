"""What discover's workers hand in becomes drafts with links to everything they came from."""

from collections.abc import Iterator, Mapping
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
from headrace.kernel.errors import Invalid
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover import digesting, facts, validating
from headrace.packs.enterprise.discover.contents import Content, at, items, told
from headrace.packs.enterprise.discover.facts import mission_slug
from headrace.packs.enterprise.discover.filing import signal_draft

Submitted = Mapping[str, Json]


class BriefRefused(Invalid):
    """A brief or contract that could not be followed."""

    code = "enterprise.brief_refused"


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
    """A week's digest, with its figures as they are counted now."""
    week = run.period.partition("~")[0]
    slug = run.period.lower().replace("~", "-")
    draft = Draft(
        type="signal-digest",
        slug=slug,
        parts={"week": week if week == run.period else run.period.replace("~", "-")},
        context=run.context,
        content=digesting.content(
            submitted, facts.of_digest(ctx, run), interim=facts.is_interim(run)
        ),
        made=made_by(ctx, run),
        links=input_links(run),
        base=_base(ctx, f"signal-digest/{slug}"),
    )
    return Finished(drafts=(draft,), title=f"Signal digest {run.period}")


def validation(ctx: Ctx, run: Run, submitted: Submitted) -> Finished:
    """The memo on an opportunity, with the conflicts and capacities that are there now."""
    slug = mission_slug(run)
    content = validating.content(submitted, facts.of_validation(ctx, run))
    draft = _mission_draft(ctx, run, "opportunity-validation", content)
    return Finished(drafts=(draft,), title=f"Opportunity validation: {_title(ctx, run, slug)}")


def brief(ctx: Ctx, run: Run, submitted: Submitted) -> Finished:
    """Brief and outcome contract: two files in one change, for one approval.

    Raises BriefRefused with every fault.
    """
    faults = tuple(_faults(ctx, run, submitted))
    if faults:
        raise BriefRefused(f"This mission may not be proposed: {'; '.join(faults)}", faults=faults)
    drafts = tuple(
        _mission_draft(ctx, run, kind, cast(Content, submitted[kind]))
        for kind in ("mission-brief", "outcome-contract")
    )
    return Finished(
        drafts=drafts, title=f"Mission brief and outcome contract: {drafts[0].content['title']}"
    )


def _faults(ctx: Ctx, run: Run, submitted: Submitted) -> Iterator[str]:
    """Missions that cannot be waited for, and outcomes that nobody could measure in time."""
    brief_ = cast(Content, submitted["mission-brief"])
    yield from missions.waiting_faults(
        ctx, mission_slug(run), _named(brief_, "blocked_by"), _named(brief_, "blocks")
    )
    yield from outcome_faults(cast(Content, submitted["outcome-contract"]))


def outcome_faults(contract: Content) -> Iterator[str]:
    """Deadlines that are no day, and outcomes without one: only a guardrail holds for ever."""
    for one in items(contract, "outcomes"):
        name, deadline = told(one, "name"), told(one, "deadline")
        if deadline.casefold() == "ongoing":
            if told(one, "kind") != "guardrail":
                yield f"outcome {name!r} has no day by which it is reached; only a guardrail is ongoing"
        elif not _is_day(deadline):
            yield f"the deadline of {name!r} is {deadline!r}, which is no day"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _named(brief: Content, field: str) -> tuple[str, ...]:
    """The missions that a field of a brief names."""
    found = at(brief, "fields", field)
    return tuple(str(one) for one in found) if isinstance(found, list) else ()


def approved_brief(ctx: Ctx, run: Run) -> None:
    """After the approval: the mission's row says what the brief says, and passes its first gate."""
    ref = next(ref for ref in run.outputs if ref.artifact.startswith("mission-brief/"))
    version = artifacts.get_version(ctx, ref)
    slug = mission_slug(run)
    marks = _named(version.content, "touches")
    missions.describe(
        ctx,
        slug,
        title=version.title,
        reference=artifacts.get(ctx, ref.artifact).reference,
        design_required=at(version.content, "fields", "design_required") is True
        or bool(missions.design_required(1, touches=marks)),
        task_exempt=told(version.content, "fields", "task_exemption"),
        blocked_by=_named(version.content, "blocked_by"),
        blocks=_named(version.content, "blocks"),
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
