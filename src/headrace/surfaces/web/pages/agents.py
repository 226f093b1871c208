"""Agents: who works here, the card that says what each may do, and every run step by step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from urllib.parse import quote

from headrace.surfaces.web.answers import (
    AgentLine,
    AgentRoles,
    AgentRun,
    AgentRuns,
    AgentRunShown,
    Agents,
    AgentShown,
    PersonSeat,
    Quality,
    Teams,
    Total,
    Totals,
    Week,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, called_by_handle
from headrace.surfaces.web.content import Block, blocks_of
from headrace.surfaces.web.course import Course, Series, course
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages.acts import may
from headrace.surfaces.web.pages.chart import Chart, chart
from headrace.surfaces.web.pages.streams import layers_of
from headrace.surfaces.web.wording import percent, spoken

_PAGE = 200
_RUNS = 50


@dataclass(frozen=True, kw_only=True)
class Layer:
    """The agents of one layer of the organisation."""

    name: str
    agents: tuple[AgentLine, ...]


@dataclass(frozen=True, kw_only=True)
class AgentsPage:
    """`spent` is by handle. `chart` is there where the organisation is looked at as a drawing."""

    layers: tuple[Layer, ...]
    spent: dict[str, Total]
    chart: Chart | None


@dataclass(frozen=True, kw_only=True)
class WeekShown:
    """A week of an agent: how often its work passed of how often it was judged, and its runs."""

    week: Week
    passed: int
    judged: int
    ended: int


@dataclass(frozen=True, kw_only=True)
class Superior:
    """To whom an agent reports, and where that is shown."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class AgentPage:
    """`course` draws the share of verdicts that let its work pass, week by week; `titles` are what the
    contexts of its runs are called."""

    shown: AgentShown
    layer: str
    superior: Superior | None
    runs: tuple[AgentRun, ...]
    spent: Total | None
    quality: Quality
    weeks: tuple[WeekShown, ...]
    course: Course | None
    may_pause: bool
    titles: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class RunPage:
    """`answer` is what the run handed in, laid out."""

    shown: AgentRunShown
    answer: tuple[Block, ...]
    titles: Mapping[str, str]


def show(asked: Asked) -> AgentsPage:
    """Every agent, layer by layer, as a list or drawn below whom each reports to."""
    found: list[AgentLine] = []
    after: str | None = ""
    while after is not None:
        page = asked.client.ask(Agents, "agent.list", after=after, limit=_PAGE)
        found.extend(page.items)
        after = page.next
    return AgentsPage(
        layers=_layers(found, layers_of(asked.client)),
        spent=_spent(asked),
        chart=_chart(asked, found) if asked.word("view") == "chart" and found else None,
    )


def _chart(asked: Asked, found: Sequence[AgentLine]) -> Chart:
    roles = asked.client.ask(AgentRoles, "agent.roles")
    names = layers_of(asked.client)
    named = [replace(one, layer=names.get(one.layer, one.layer)) for one in found]
    reports_to = {one.id: one.reports_to for one in roles.items}
    teams, people = _teams(asked.client), called_by_handle(asked.client.everybody())
    called, holders = _called(teams, roles.seats, people), _holders(teams, roles.seats, people)
    return chart(named, reports_to, called, holders)


def _holders(
    teams: Teams | None, seats: Iterable[PersonSeat], people: Mapping[str, str]
) -> Mapping[str, Sequence[str]]:
    """The names of those in each team, by its handle, and of nobody in a seat that is neither a team nor
    a person; nothing where the reader may not know."""
    if teams is None:
        return {}
    held = {one.handle: [people.get(who, who) for who in one.members] for one in teams.items}
    return {**{one.id: () for one in seats if one.id not in people}, **held}


def _called(
    teams: Teams | None, seats: Iterable[PersonSeat], people: Mapping[str, str]
) -> Mapping[str, str]:
    """What people, teams and seats are called, by handle; teams only where the reader may know them."""
    of_teams = {one.handle: one.name for one in (teams.items if teams else ())}
    return {**{one.id: one.name for one in seats}, **people, **of_teams}


def _teams(client: Client) -> Teams | None:
    return client.ask_if_allowed(Teams, "team.list", limit=_PAGE)


def _superior(asked: Asked, role: str) -> Superior | None:
    """Whom the card of a role names, an agent or whoever holds a seat."""
    roles = asked.client.ask(AgentRoles, "agent.roles")
    handle = next((one.reports_to for one in roles.items if one.id == role), "").removeprefix("@")
    if not handle:
        return None
    is_agent = any(one.id == handle for one in roles.items)
    people = called_by_handle(asked.client.everybody())
    return Superior(
        name=_called(_teams(asked.client), roles.seats, people).get(handle, handle),
        address=f"/agents/{quote(handle, safe='')}" if is_agent else "/people",
    )


def show_one(asked: Asked) -> AgentPage:
    """One agent: its card, what it used, and its latest runs."""
    shown = asked.client.ask(AgentShown, "agent.show", agent=asked.path["agent"])
    runs = asked.client.ask(AgentRuns, "agent.runs", role=shown.agent.role, limit=_RUNS)
    quality = asked.client.ask(Quality, "agent.quality", agent=shown.agent.handle)
    weeks = tuple(map(_week, quality.weeks))
    return AgentPage(
        shown=shown,
        layer=layers_of(asked.client).get(shown.agent.layer, shown.agent.layer),
        superior=_superior(asked, shown.agent.role),
        runs=runs.items,
        spent=_spent(asked).get(shown.agent.handle),
        quality=quality,
        weeks=tuple(reversed(weeks)),
        course=_course(weeks),
        may_pause=may(asked.client, "agent.pause"),
        titles=asked.client.titles(one.context for one in runs.items),
    )


_PASSED = {"pass", "pass with notes"}


def _week(week: Week) -> WeekShown:
    return WeekShown(
        week=week,
        passed=sum(count for word, count in week.verdicts.items() if spoken(word) in _PASSED),
        judged=sum(week.verdicts.values()),
        ended=sum(week.runs.values()),
    )


def _course(weeks: Sequence[WeekShown]) -> Course | None:
    points = tuple(
        (datetime.combine(one.week.begins, time(), UTC), one.passed / one.judged)
        for one in weeks
        if one.judged
    )
    series = Series(name=said("Passed"), points=points)
    return course((series,), lambda share: percent(share, 0)) if len(points) > 1 else None


def show_run(asked: Asked) -> RunPage:
    """One run as a list of steps."""
    shown = asked.client.ask(AgentRunShown, "agent.run-show", run=asked.path["run"])
    return RunPage(
        shown=shown,
        answer=blocks_of(shown.submitted or {}),
        titles=asked.client.titles([shown.line.context]),
    )


def _layers(found: Sequence[AgentLine], known: Mapping[str, str]) -> tuple[Layer, ...]:
    """In the organisation's order; layers that only older cards name come last."""
    ids = [*known, *sorted({one.layer for one in found} - known.keys())]
    by = {id: tuple(one for one in found if one.layer == id) for id in ids}
    return tuple(
        Layer(name=known.get(id, id), agents=agents) for id, agents in by.items() if agents
    )


def _spent(asked: Asked) -> dict[str, Total]:
    return {one.key: one for one in asked.client.ask(Totals, "ledger.totals", by="agent").items}
