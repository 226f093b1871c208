"""Outcomes: what missions promised, when each promise is looked at, what was found and what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headrace.kernel.json import Json
from headrace.surfaces.web.answers import (
    Artifact,
    Artifacts,
    Checkpoint,
    Checkpoints,
    MissionShown,
    Outcome,
    Outcomes,
    Version,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.content import Block, blocks
from headrace.surfaces.web.evidence import Place, places
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages.acts import Act, allowed

_PAGE = 50
_VENTURES = 50
_LOOKED = {"completed"}
_TO_COME = {"waiting", "pending"}

_MEASURE = Act(operation="checkpoint.measure", word=said("Measure now"))
_SKIP = Act(operation="checkpoint.skip", word=said("Pass over"))
CHECKPOINT_ACTS: Mapping[str, Sequence[Act]] = {
    "waiting": (_SKIP,),
    "pending": (_MEASURE, _SKIP),
    "missed": (_MEASURE,),
    "skipped": (_MEASURE,),
}
"""What a person may do with a checkpoint, by where it stands."""

READ = ("summary", "variance", "lessons", "signals", "venture_impact", "recommendation")
"""The sections of a report that its mission's page shows; the rest is on its own."""


@dataclass(frozen=True, kw_only=True)
class Promises:
    """A mission's checkpoints. `next` is the first that is still to come; `overall` is what the
    newest figures make of it, empty before the first."""

    mission: str
    done: int
    all: int
    next: Checkpoint | None
    overall: str


@dataclass(frozen=True, kw_only=True)
class Venture:
    """A venture as its newest health report has it."""

    reference: str
    name: str
    health: str
    trajectory: str
    date: str
    recommended: str


@dataclass(frozen=True, kw_only=True)
class OutcomesPage:
    missions: tuple[Promises, ...]
    ventures: tuple[Venture, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class CheckpointShown:
    checkpoint: Checkpoint
    acts: tuple[Act, ...]


@dataclass(frozen=True, kw_only=True)
class OutcomeShown:
    """An outcome's newest figure with the places of its evidence."""

    outcome: Outcome
    evidence: tuple[Place, ...]


@dataclass(frozen=True, kw_only=True)
class Course:
    """An outcome over its checkpoints: what each found, None where it was not looked at."""

    outcome: str
    found: tuple[Outcome | None, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A version that belongs to the outcomes, with the sections that are shown of it."""

    reference: str
    phase: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class OutcomePage:
    """`looked` are the checkpoints that `courses` tell of, oldest first; `rule` says how `overall`
    follows from the outcomes."""

    mission: str
    title: str
    overall: str
    rule: str
    outcomes: tuple[OutcomeShown, ...]
    guardrails: tuple[OutcomeShown, ...]
    checkpoints: tuple[CheckpointShown, ...]
    looked: tuple[str, ...]
    courses: tuple[Course, ...]
    report: Document | None
    contract: Document | None


def show(asked: Asked) -> OutcomesPage:
    """Missions that promised something, by name, and how each venture stands."""
    client, after = asked.client, asked.word("after") or ""
    every = client.ask(Checkpoints, "checkpoint.list").items
    names = sorted({one.mission for one in every if one.mission > after})
    return OutcomesPage(
        missions=tuple(_promises(client, name, every) for name in names[:_PAGE]),
        ventures=_ventures(client),
        next=names[_PAGE - 1] if len(names) > _PAGE else None,
    )


def show_one(asked: Asked) -> OutcomePage:
    """One mission's outcomes as they stand, at every checkpoint, and what its report says of them."""
    client, slug = asked.client, asked.path["mission"]
    mission = client.ask(MissionShown, "mission.show", mission=slug).mission
    newest = client.ask(Outcomes, "outcome.list", mission=slug)
    listed = client.ask(Checkpoints, "checkpoint.list", mission=slug).items
    checkpoints = sorted(listed, key=lambda one: one.kind != "baseline")
    looked = tuple(one.id for one in checkpoints if one.state in _LOOKED)
    shown = tuple(
        OutcomeShown(outcome=one, evidence=places(", ".join(one.evidence))) for one in newest.items
    )
    return OutcomePage(
        mission=slug,
        title=mission.title,
        overall=newest.overall if newest.items else "",
        rule=newest.rule,
        outcomes=tuple(one for one in shown if one.outcome.kind != "guardrail"),
        guardrails=tuple(one for one in shown if one.outcome.kind == "guardrail"),
        checkpoints=tuple(_checkpoint(client, one) for one in checkpoints),
        looked=looked,
        courses=_courses(client, slug, looked),
        report=_document(client, "outcome-report", mission.context, READ),
        contract=_document(client, "outcome-contract", mission.context, ()),
    )


def _promises(client: Client, mission: str, every: Sequence[Checkpoint]) -> Promises:
    own = [one for one in every if one.mission == mission]
    done = sum(one.state in _LOOKED for one in own)
    found = client.ask(Outcomes, "outcome.list", mission=mission) if done else None
    return Promises(
        mission=mission,
        done=done,
        all=len(own),
        next=_next(own),
        overall=found.overall if found and found.items else "",
    )


def _next(own: Sequence[Checkpoint]) -> Checkpoint | None:
    """The one whose day comes first; before any has a day, the first of the schedule."""
    dated = [(one.due, one) for one in own if one.state in _TO_COME and one.due is not None]
    if dated:
        return min(dated, key=lambda pair: pair[0])[1]
    return next((one for one in own if one.state in _TO_COME), None)


def _checkpoint(client: Client, one: Checkpoint) -> CheckpointShown:
    return CheckpointShown(checkpoint=one, acts=allowed(client, CHECKPOINT_ACTS.get(one.state, ())))


def _courses(client: Client, mission: str, looked: Sequence[str]) -> tuple[Course, ...]:
    found = [
        {
            one.outcome: one
            for one in client.ask(Outcomes, "outcome.list", mission=mission, checkpoint=id).items
        }
        for id in looked
    ]
    kinds = {name: one.kind for at in found for name, one in at.items()}
    names = sorted(kinds, key=lambda name: kinds[name] == "guardrail")
    return tuple(Course(outcome=name, found=tuple(at.get(name) for at in found)) for name in names)


def _document(client: Client, type: str, context: str, sections: Sequence[str]) -> Document | None:
    """The effective version of the context's document, else its newest; None before there is one."""
    for one in _listed(client, type, context=context):
        version = client.ask(Version, "artifact.show", artifact=one.id)
        return Document(
            reference=version.version,
            phase=version.phase,
            blocks=blocks({"sections": _part(version.content, sections)}),
        )
    return None


def _part(content: Mapping[str, Json], sections: Sequence[str]) -> dict[str, Json]:
    whole = content.get("sections")
    return (
        {name: whole[name] for name in sections if name in whole}
        if isinstance(whole, Mapping)
        else {}
    )


def _listed(client: Client, type: str, **given: str) -> tuple[Artifact, ...]:
    page = client.ask_if_allowed(Artifacts, "artifact.list", type=type, limit=_VENTURES, **given)
    return page.items if page else ()


def _ventures(client: Client) -> tuple[Venture, ...]:
    return tuple(_venture(client, one) for one in _listed(client, "health-report"))


def _venture(client: Client, artifact: Artifact) -> Venture:
    version = client.ask(Version, "artifact.show", artifact=artifact.id)
    fields = version.content.get("fields")
    recommended = _part(version.content, ("recommendation",)).get("recommendation")
    return Venture(
        reference=version.version,
        name=_word(fields, "venture") or version.title,
        health=_word(fields, "health"),
        trajectory=_word(fields, "trajectory"),
        date=_word(fields, "date"),
        recommended=_word(recommended, "recommended"),
    )


def _word(value: Json, name: str) -> str:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""
