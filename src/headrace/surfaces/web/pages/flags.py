"""Flags: whom each reaches, who answers for it, how old it is, and which should be looked at again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from headrace.surfaces.web.answers import (
    Events,
    Flag,
    FlagDefinition,
    FlagFinding,
    FlagFindings,
    FlagHistory,
    Flags,
    FlagShown,
    FlagUsage,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, named
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages.acts import Act, allowed

_PAGE = 50
_EVENTS = 200  # of one flag, the newest
_STOPS = {"flags.killed": "kill", "flags.archived": "archive"}
_BUCKETS = 100_000  # places among which users are spread: 1 % is a thousand

_ROLL_OUT = Act(operation="flag.rollout", word=said("Roll out"), needs_reason=False)
_KILL = Act(operation="flag.kill", word=said("Kill"))
_REVIVE = Act(operation="flag.revive", word=said("Revive"))


@dataclass(frozen=True, kw_only=True)
class FlagLine:
    """A flag in a line. `state` is "on", "off", "killed" or "archived"; `percent` is of everybody, None
    where no rollout says whom it reaches."""

    flag: Flag
    state: str
    percent: str | None
    age: timedelta
    findings: int


@dataclass(frozen=True, kw_only=True)
class FlagsPage:
    findings: tuple[FlagFinding, ...]
    items: tuple[FlagLine, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Past:
    """Something that was done with a flag: who, why, and how many it reached from then on."""

    change: str
    at: datetime
    by: str
    reason: str
    percent: str | None


@dataclass(frozen=True, kw_only=True)
class FlagPage:
    line: FlagLine
    killed_by: str
    usage: FlagUsage
    findings: tuple[FlagFinding, ...]
    history: tuple[Past, ...]
    next: int | None
    acts: tuple[Act, ...]
    forms: tuple[Act, ...]


def show(asked: Asked) -> FlagsPage:
    """What should be looked at again, then every flag by its key."""
    page = asked.client.ask(Flags, "flag.list", after=asked.word("after"), limit=_PAGE)
    found = asked.client.ask(FlagFindings, "flag.stale").items
    counts = {one.key: sum(1 for hit in found if hit.flag == one.key) for one in page.items}
    return FlagsPage(
        findings=tuple(sorted(found, key=lambda one: -one.days)),
        items=tuple(_line(one, page.at - one.created_at, counts[one.key]) for one in page.items),
        next=page.next,
    )


def show_one(asked: Asked) -> FlagPage:
    """One flag: whom it reaches, what is stale about it, and everything that was changed."""
    client, key = asked.client, asked.path["flag"]
    shown = client.ask(FlagShown, "flag.show", flag=key)
    past = client.ask(
        FlagHistory, "flag.history", flag=key, before=asked.number("before"), limit=_PAGE
    )
    names = client.names()
    line = _line(shown.flag, shown.at - shown.flag.created_at, len(shown.findings))
    kill = shown.flag.kill
    return FlagPage(
        line=line,
        killed_by=named(names, kill.by) if kill else "",
        usage=shown.usage,
        findings=shown.findings,
        history=_history(client, key, past, names),
        next=past.next,
        acts=allowed(client, _acts(line.state)),
        forms=allowed(client, () if line.state == "archived" else (_ROLL_OUT,)),
    )


def _history(
    client: Client, key: str, past: FlagHistory, names: Mapping[str, str]
) -> tuple[Past, ...]:
    """The revisions, and between them what changes no definition, for those who may read the journal."""
    revised = [
        Past(
            change=one.change,
            at=one.at,
            by=named(names, one.by),
            reason=one.reason,
            percent=_percent(one.definition),
        )
        for one in past.items
    ]
    stopped = _stopped(client, key, names)
    if past.next is not None:
        stopped = [one for one in stopped if one.at >= revised[-1].at]
    return tuple(sorted((*stopped, *revised), key=lambda one: one.at, reverse=True))


def _stopped(client: Client, key: str, names: Mapping[str, str]) -> list[Past]:
    told = client.ask_if_allowed(Events, "journal.list", lineage=f"flag:{key}", limit=_EVENTS)
    return [
        Past(
            change=_STOPS[one.type],
            at=one.at,
            by=named(names, one.actor),
            reason=str(one.payload["reason"]) if isinstance(one.payload, Mapping) else "",
            percent="0 %",
        )
        for one in (told.items if told else ())
        if one.type in _STOPS
    ]


def _acts(state: str) -> tuple[Act, ...]:
    if state == "archived":
        return ()
    return (_REVIVE,) if state == "killed" else (_KILL,)


def _line(flag: Flag, age: timedelta, findings: int) -> FlagLine:
    state = _state(flag)
    reached = "0 %" if state in {"killed", "off"} else _percent(flag.definition)
    return FlagLine(flag=flag, state=state, percent=reached, age=age, findings=findings)


def _state(flag: Flag) -> str:
    if flag.archived_at is not None:
        return "archived"
    if flag.kill is not None:
        return "killed"
    return "on" if flag.definition.on else "off"


def _percent(definition: FlagDefinition) -> str | None:
    if not definition.on:
        return "0 %"
    rollout = definition.rollout
    return None if rollout is None else f"{100 * rollout.buckets / _BUCKETS:g} %"
