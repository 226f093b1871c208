"""Incidents: what breaks, how bad it is, what is due next; and one incident with all its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from headrace.kernel.json import Json
from headrace.surfaces.web.answers import (
    Artifacts,
    IncidentContext,
    IncidentEntry,
    IncidentLine,
    IncidentPlanShown,
    Incidents,
    IncidentShown,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, called_by_handle, names_of
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages.acts import Act, allowed

_PAGE = 50
_ACKNOWLEDGE = Act(operation="incident.acknowledge", word=said("Acknowledge"), needs_reason=False)
_MITIGATE = Act(operation="incident.mitigate", word=said("Mitigate"))
_RESOLVE = Act(operation="incident.resolve", word=said("Resolve"))
_ESCALATE = Act(operation="incident.escalate", word=said("Escalate"))
_SAY = Act(operation="incident.say", word=said("Add a word"))

ACTS: Mapping[str, tuple[Act, ...]] = {
    "open": (_ACKNOWLEDGE, _MITIGATE, _RESOLVE, _ESCALATE, _SAY),
    "acknowledged": (_MITIGATE, _RESOLVE, _ESCALATE, _SAY),
    "mitigated": (_RESOLVE, _ESCALATE, _SAY),
    "resolved": (_SAY,),
}
"""What a person may do with an incident, by where it stands."""

PLAIN = (
    "share",
    "usual",
    "due",
    "trigger",
    "effect_key",
    "hash",
    "runbook",
    "subject",
    "dimension",
)
"""What of an entry's evidence is shown beside it, in this order."""


@dataclass(frozen=True, kw_only=True)
class IncidentsPage:
    only_open: bool
    items: tuple[IncidentLine, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A deadline: `state` is met, missed or running."""

    stage: str
    due_at: datetime
    state: str


@dataclass(frozen=True, kw_only=True)
class EntryShown:
    """An entry with the evidence that can be read at a glance, as (name, value)."""

    entry: IncidentEntry
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class IncidentPage:
    """`took_to_mitigate` and `took_to_resolve` are real time; `called` are the names of those who did
    something, by id and by handle."""

    incident: IncidentShown
    clocks: tuple[Clock, ...]
    entries: tuple[EntryShown, ...]
    called: Mapping[str, str]
    plans: tuple[IncidentPlanShown, ...]
    context: IncidentContext | None
    took_to_mitigate: timedelta | None
    took_to_resolve: timedelta | None
    runbook: str
    postmortem: str
    acts: tuple[Act, ...]


def show(asked: Asked) -> IncidentsPage:
    """Incidents, newest first."""
    only_open = asked.word("open") is not None
    found = asked.client.ask(
        Incidents,
        "incident.list",
        only_open=only_open,
        before=asked.word("before"),
        limit=_PAGE,
    ).items
    following = found[-1].incident if len(found) == _PAGE else None
    return IncidentsPage(only_open=only_open, items=found, next=following)


def show_one(asked: Asked) -> IncidentPage:
    """One incident: its timeline, its clocks, what was planned and done, and what one may do."""
    client = asked.client
    shown = client.ask(IncidentShown, "incident.show", incident=asked.path["incident"])
    return IncidentPage(
        incident=shown,
        clocks=tuple(
            Clock(
                stage=one.stage,
                due_at=one.due_at,
                state="met" if one.met_at else "missed" if one.missed_at else "running",
            )
            for one in shown.deadlines
        ),
        entries=tuple(
            EntryShown(entry=one, evidence=_evidence(one.evidence)) for one in shown.timeline
        ),
        called=_called(client, shown.names),
        plans=shown.plans,
        context=shown.context,
        took_to_mitigate=_span(shown.seconds_to_mitigate),
        took_to_resolve=_span(shown.seconds_to_resolve),
        runbook=(shown.runbook or "").rpartition("@")[0],
        postmortem=_postmortem(client, shown.incident),
        acts=allowed(client, ACTS.get(shown.status, ())),
    )


def _called(client: Client, handles: Mapping[str, str]) -> Mapping[str, str]:
    """What to call whoever did something, by id and by handle; `handles` are by id."""
    everybody = client.everybody()
    unnamed = {id: f"@{handle}" for id, handle in handles.items()}
    return {**unnamed, **called_by_handle(everybody), **names_of(everybody)}


def _evidence(evidence: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    """The plain values of it; what is a whole package stands in its own place on the page."""
    shown = []
    for name in PLAIN:
        value = evidence.get(name)
        if isinstance(value, float):
            shown.append((name, f"{value:.2%}"))
        elif isinstance(value, str) and value:
            shown.append((name, value[:12] if name == "hash" else value))
    return tuple(shown)


def _postmortem(client: Client, incident: str) -> str:
    """The postmortem's id, or nothing while there is none, or none that the reader may see."""
    found = client.ask_if_allowed(Artifacts, "artifact.list", type="postmortem", limit=200)
    listed = found.items if found is not None else ()
    marked = incident.lower()
    return next((one.id for one in listed if marked in one.id), "")


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
