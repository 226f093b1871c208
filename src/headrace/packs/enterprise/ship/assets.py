"""Assets: after its merge, a stream's agent enters what it delivered in the asset registry."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from headrace.capabilities.agents.model import AgentTask, Skill
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import Draft
from headrace.capabilities.missions import service as missions
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Finished, Run, Work
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.json import Json
from headrace.packs.enterprise.build import implement
from headrace.packs.enterprise.build.contents import fleet_edges, within
from headrace.packs.enterprise.build.mission import frozen, mission_slug, product, title
from headrace.packs.enterprise.discover.contents import items, told
from headrace.packs.enterprise.ship.deliverables import (
    DOCUMENTATION,
    TYPE,
    Deliverable,
    deliverables,
    entry_of,
)
from headrace.packs.enterprise.ship.verdicts import newest_reports

MODULE, TASK = "assets", "register"
SKILL = "enterprise.register-assets"

REVIEW_AFTER = timedelta(days=365)
"""When an asset is looked at again, unless somebody says otherwise: a year."""

RETENTION = "as long as the product is in use"


class NothingDelivered(Invalid):
    """What a fleet names as an asset of a stream is not in what the stream merged."""

    code = "enterprise.nothing_delivered"


def start(ctx: Ctx, merged: Run) -> Run | None:
    """Have the deliverables of a merged stream registered, once for each change."""
    return streams.episode(
        ctx,
        merged.context,
        MODULE,
        element=merged.element,
        name=str(merged.change),
        inputs=implement.inputs_for(merged, "fleet", "design"),
        cause=merged.id,
    )


def work_for(ctx: Ctx, run: Run) -> Work:
    """Whoever made the stream registers it."""
    return Work(role=implement.work_for(ctx, run).role, task=TASK)


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For the stream's agent: the entries of everything that the stream delivered, computed."""
    change = record.change(ctx, run.period)
    own = _own(ctx, run)
    return {
        "mission": title(ctx, run.context),
        "stream": run.element,
        "assets": [_entry(ctx, run, one, change) for one in own],
    }


def _own(ctx: Ctx, run: Run) -> Sequence[Deliverable]:
    fleet = frozen(ctx, run, "fleet").content
    found = deliverables(fleet, title(ctx, run.context))
    return [one for one in found if slug(one.stream) == run.element]


def _entry(ctx: Ctx, run: Run, one: Deliverable, change: ChangeRequest) -> dict[str, Json]:
    """The content of an entry: what it is, whose, where, for whose eyes, and what was said of it."""
    files = _files(one, change)
    mission = missions.get(ctx, mission_slug(run.context))
    return {
        "title": one.name,
        "fields": {"type": one.kind},
        "sections": {
            "description": _description(ctx, run, one),
            "ownership": {
                "owner": _owner(ctx, change, files) or one.division,
                "division": one.division,
                "mission": mission.reference or mission.slug,
                **({"task": change.tasks[0]} if change.tasks else {}),
            },
            "lifecycle": _lifecycle(change.ended_at or ctx.now),
            "location": {
                "paths": [f"{product(ctx).slug}:{path}" for path in one.paths],
                "version": str(change.commit),
            },
            "classification": {"level": classification(one), "pii": False},
            "metadata": {
                "tags": [run.element, one.kind],
                "depends_on": _needs(ctx, run, one),
            },
            "quality": [
                {"evaluation": report.path, "date": report.day, "verdict": report.verdict}
                for report in newest_reports(ctx, change)
            ],
        },
    }


def _files(one: Deliverable, change: ChangeRequest) -> Sequence[str]:
    return [path for path in change.paths if within(path, one.paths)]


def _description(ctx: Ctx, run: Run, one: Deliverable) -> str:
    """What the fleet says that the stream is for, and what its tasks were."""
    stated = [
        told(stream, "objective")
        for stream in items(frozen(ctx, run, "fleet").content, "streams")
        if told(stream, "name") == one.stream
    ]
    done = [task.title for task in implement.tasks_of(ctx, run)]
    purpose = next(filter(None, stated), f"What stream {one.stream} delivered")
    return f"{purpose}. Made for: {'; '.join(done)}." if done else f"{purpose}."


def _owner(ctx: Ctx, change: ChangeRequest, files: Sequence[str]) -> str:
    """Who answers for the files in the product, by its own list of owners."""
    groups = record.required_reviewers(ctx, change)
    own = [group.owners for group in groups if set(group.paths) & set(files)]
    return " ".join(own[0]) if own else ""


def _lifecycle(merged_at: datetime) -> dict[str, Json]:
    return {
        "published": f"{merged_at:%Y-%m-%d}",
        "review_due": f"{merged_at + REVIEW_AFTER:%Y-%m-%d}",
        "retention": RETENTION,
    }


def classification(one: Deliverable) -> str:
    """Its class of data: what is written for customers is public, how the product works is not."""
    return "PUBLIC" if one.kind == DOCUMENTATION else "INTERNAL"


def _needs(ctx: Ctx, run: Run, one: Deliverable) -> list[Json]:
    """The entries of what the streams deliver that this one depends on."""
    fleet = frozen(ctx, run, "fleet").content
    needed = {edge.prerequisite for edge in fleet_edges(fleet) if edge.dependent == one.stream}
    return [
        entry_of(ctx, run.context, other).path
        for other in deliverables(fleet, title(ctx, run.context))
        if other.stream in needed
    ]


def register(ctx: Ctx, task: AgentTask) -> Mapping[str, Json]:
    """Hand in the entries as they were computed: nothing in them is a matter of words."""
    return {"assets": task.facts["assets"]}


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """One change with an entry for each deliverable, for a division lead to approve.

    Raises NothingDelivered where the merged change holds nothing of one.
    """
    change = record.change(ctx, run.period)
    drafts = tuple(_draft(ctx, run, one, change) for one in _own(ctx, run))
    return Finished(
        drafts=drafts,
        title=f"Asset registry: {run.element} of {title(ctx, run.context)}",
        body=f"What {change.id} delivered, with owner, place and class.",
    )


def _draft(ctx: Ctx, run: Run, one: Deliverable, change: ChangeRequest) -> Draft:
    entry = entry_of(ctx, run.context, one)
    if not _files(one, change):
        raise NothingDelivered(
            f"{one.name!r} lies in {', '.join(one.paths)}, where {change.id} changed nothing",
            asset=one.name,
        )
    return Draft(
        type=TYPE,
        slug=entry.slug,
        context=run.context,
        content=_entry(ctx, run, one, change),
        made=streams.made_by(ctx, run),
        links=streams.input_links(run),
        base=entry.artifact.head if entry.artifact is not None else None,
    )


SKILLS = (Skill(name=SKILL, run=register),)
