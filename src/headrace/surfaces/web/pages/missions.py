"""Missions, and one mission with its stream, its runs and what they made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from headrace.surfaces.web.advice import Piece, pieces
from headrace.surfaces.web.answers import (
    AgentRun,
    AgentRuns,
    Artifact,
    ArtifactCounts,
    Artifacts,
    ChangeLine,
    Changes,
    Forecast,
    GateLine,
    Gates,
    Judgement,
    Mission,
    MissionBoard,
    MissionLine,
    MissionShown,
    Module,
    Overview,
    Policies,
    Ready,
    ReadyList,
    Run,
    Runs,
    ScopeForecasts,
    Standing,
    Step,
    Streams,
    Task,
    Total,
    Totals,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, called_by_handle, named, names_of
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages.acts import may
from headrace.surfaces.web.pages.budgets import SOON
from headrace.surfaces.web.pages.causes import Node
from headrace.surfaces.web.pages.changes import judgements
from headrace.surfaces.web.pages.fleet import RunLine, StreamOfWork, fleet
from headrace.surfaces.web.pages.runs import OPEN
from headrace.surfaces.web.pages.streams import Picture, layers_of, picture

_PAGE = 200
_LINES = 50  # of the list


TABS = {
    "stream": said("Stream"),
    "artifacts": said("Artifacts"),
    "tasks": said("Tasks"),
    "runs": said("Runs"),
    "evaluations": said("Evaluations"),
    "decisions": said("Decisions"),
    "cost": said("Cost"),
    "status": said("Status log"),
}
COLUMNS = ("proposed", "approved", "planning", "active", "paused", "completed", "cancelled")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the board: the missions of one status."""

    status: str
    missions: tuple[MissionLine, ...]


@dataclass(frozen=True, kw_only=True)
class MissionsPage:
    """`view` is "list" or "board"; the board has a column for each status that a mission has.
    `overview` is there for whoever may see what agents do."""

    items: tuple[MissionLine, ...]
    status: str | None
    statuses: tuple[str, ...]
    view: str
    columns: tuple[Column, ...]
    next: str | None
    overview: Overview | None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a node waits or what moved it; where the house itself says so, with its advice as links."""

    node: Node
    told: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A judgement of one of the mission's changes, with everything in words."""

    judgement: Judgement
    change: str
    title: str
    evaluator: str


@dataclass(frozen=True, kw_only=True)
class MissionPage:
    """`tokens` and `micro_usd` are the whole mission's; `unpriced` uses had no known price.

    The stream, artifacts, changes, judgements, costs by stream and the mission's budget are there on the
    tabs that show them, with `counts` on each; `live` are runs of agents that work or wait now. A budget
    that runs out before `soon` asks for attention.
    """

    mission: Mission
    tab: str
    tabs: Mapping[str, str]
    counts: Mapping[str, int]
    steps: tuple[Step, ...]
    tasks: tuple[Task, ...]
    nodes: tuple[Node, ...]
    picture: Picture
    reasons: tuple[Reason, ...]
    live: tuple[AgentRun, ...]
    may_cancel: bool
    fleet: tuple[StreamOfWork, ...]
    runs: tuple[RunLine, ...]
    evaluations: tuple[Artifact, ...]
    judged: tuple[Judged, ...]
    artifacts: tuple[Artifact, ...]
    has_more_artifacts: bool
    gates: tuple[GateLine, ...]
    changes: tuple[ChangeLine, ...]
    by_stream: tuple[Total, ...]
    budget: tuple[Forecast, ...]
    soon: datetime | None
    tokens: int
    micro_usd: int
    unpriced: int


def show(asked: Asked) -> MissionsPage:
    """Missions, newest first, as a list or as a board, of one status where the address says so."""
    is_board, status = asked.word("view") == "board", asked.word("status")
    page = asked.client.ask(
        MissionBoard,
        "mission.board",
        status=status,
        before=asked.word("before"),
        limit=_PAGE if is_board else _LINES,
    )
    by_status = {key: tuple(one for one in page.items if one.status == key) for key in COLUMNS}
    return MissionsPage(
        items=page.items,
        status=status,
        statuses=COLUMNS,
        view="board" if is_board else "list",
        columns=tuple(Column(status=key, missions=of) for key, of in by_status.items() if of),
        next=page.next,
        overview=asked.client.ask_if_allowed(Overview, "overview"),
    )


def show_one(asked: Asked) -> MissionPage:
    """One mission. What one tab alone shows is asked for only there."""
    client = asked.client
    found = client.ask(MissionShown, "mission.show", mission=asked.path["mission"])
    mission, context = found.mission, found.mission.context
    tab = asked.word("tab")
    tab = tab if tab in TABS else "stream"
    modules = _modules(client)
    runs = _runs(client, context)
    everybody = client.everybody()
    names = names_of(everybody)
    used = _used(client, runs)
    gates = _gates(client, context, names)
    agents = _agents(client, context) if tab in {"stream", "runs"} else {}
    lines = _lines(runs, modules, agents, used)
    ready = _ready(client, context) if tab == "stream" else ()
    nodes = _nodes(ready, modules, runs) if tab == "stream" else ()
    called = called_by_handle(everybody)
    live = tuple(one for one in agents.values() if one.state in OPEN) if tab == "stream" else ()
    every = _artifacts(client, context, is_shown=tab in {"artifacts", "evaluations"})
    return MissionPage(
        mission=mission,
        tab=tab,
        tabs=TABS,
        counts={
            **_counts(client, context),
            "tasks": len(found.tasks),
            "runs": len(runs),
            "decisions": len(gates),
        },
        steps=tuple(replace(step, by=named(names, step.by)) for step in found.steps),
        tasks=found.tasks,
        nodes=nodes,
        picture=picture(
            modules,
            nodes,
            lines,
            layers_of(client) if nodes else {},
            called,
        ),
        reasons=tuple(_reason(client, one) for one in nodes if one.reasons),
        live=live,
        may_cancel=bool(live) and may(client, "agent.run-cancel"),
        fleet=fleet(lines, called) if tab == "stream" else (),
        runs=tuple(reversed(lines)),
        evaluations=tuple(one for one in every.items if "evaluation" in one.type),
        artifacts=tuple(one for one in every.items if "evaluation" not in one.type),
        has_more_artifacts=every.next is not None,
        judged=_judged(client, context, names) if tab == "evaluations" else (),
        gates=gates,
        changes=_changes(client, context) if tab == "decisions" else (),
        by_stream=_by_stream(client, mission) if tab == "cost" else (),
        budget=_budget(client, mission) if tab == "cost" else (),
        soon=client.ask(Standing, "whoami").at + SOON if tab == "cost" else None,
        tokens=sum(one.tokens_in + one.tokens_out for one in used.values()),
        micro_usd=sum(one.micro_usd for one in used.values()),
        unpriced=sum(one.unpriced for one in used.values()),
    )


_OWN_WORDS = {"ready", "held", "queued", "waiting"}
"""States whose reasons are the house's own; elsewhere they may be a model's or a person's, and those
advise nothing."""


def _reason(client: Client, node: Node) -> Reason:
    operations = client.reception.house.operations if node.state in _OWN_WORDS else {}
    return Reason(node=node, told=tuple(pieces(one, operations) for one in node.reasons))


def _counts(client: Client, context: str) -> Mapping[str, int]:
    """How many artifacts a context has, evaluations apart."""
    found = client.ask(ArtifactCounts, "artifact.counts", context=context).items
    evaluated = sum(one.count for one in found if "evaluation" in one.type)
    whole = sum(one.count for one in found)
    return {"artifacts": whole - evaluated, "evaluations": evaluated}


def _ready(client: Client, context: str) -> tuple[Ready, ...]:
    return client.ask(ReadyList, "context.ready", context=context).items


def _gates(client: Client, context: str, names: Mapping[str, str]) -> tuple[GateLine, ...]:
    found = client.ask_if_allowed(Gates, "gate.list", context=context, limit=_PAGE)
    return tuple(
        replace(one, decided_by=named(names, one.decided_by) if one.decided_by else None)
        for one in (found.items if found else ())
    )


def _changes(client: Client, context: str) -> tuple[ChangeLine, ...]:
    found = client.ask_if_allowed(Changes, "change.list", context=context, limit=_PAGE)
    return found.items if found else ()


def _judged(client: Client, context: str, names: Mapping[str, str]) -> tuple[Judged, ...]:
    """What was judged of the mission's changes, newest first; nothing to who may not see it."""
    changes = {one.change: one.title for one in _changes(client, context)}
    policies = client.ask_if_allowed(Policies, "policy.list")
    if policies is None:
        return ()
    titles = {one.key: one.title for one in policies.items}
    found = [
        Judged(
            judgement=one,
            change=title,
            title=titles.get(one.policy, one.policy),
            evaluator=named(names, one.evaluator),
        )
        for change, title in changes.items()
        for one in judgements(client, change)
    ]
    return tuple(sorted(found, key=lambda one: one.judgement.at, reverse=True))


def _budget(client: Client, mission: Mission) -> tuple[Forecast, ...]:
    """What the mission may spend, has spent and holds, each period; none where it may not be seen."""
    found = client.ask_if_allowed(ScopeForecasts, "budget.show", scope=f"mission:{mission.slug}")
    return found.items if found else ()


def _by_stream(client: Client, mission: Mission) -> tuple[Total, ...]:
    """What each of the mission's streams used; a stream's key begins with the mission's slug."""
    asked = client.ask_if_allowed(Totals, "ledger.totals", by="stream")
    return tuple(one for one in (asked.items if asked else ()) if one.key.startswith(mission.slug))


def _modules(client: Client) -> Mapping[str, Module]:
    streams = client.ask(Streams, "stream.list").items
    return {module.key: module for stream in streams for module in stream.modules}


def _runs(client: Client, context: str) -> Sequence[Run]:
    """Every run of a context, oldest first."""
    found: list[Run] = []
    page = client.ask(Runs, "run.list", context=context, limit=_PAGE)
    found.extend(page.items)
    while page.next is not None:
        page = client.ask(Runs, "run.list", context=context, after=page.next, limit=_PAGE)
        found.extend(page.items)
    return found


def _nodes(
    ready: Iterable[Ready], modules: Mapping[str, Module], runs: Iterable[Run]
) -> tuple[Node, ...]:
    """The stream's order, each element with its newest run."""
    newest = {(run.module, run.element): run for run in runs}
    made = []
    for one in ready:
        run = newest.pop((one.module, one.element), None)
        state = run.state if run else ("ready" if one.ready else "held")
        reasons = run.reasons if run else one.waits_for
        made.append(_node(modules, one.module, one.element, state, reasons))
    left = (_node(modules, r.module, r.element, r.state, r.reasons) for r in newest.values())
    return (*made, *left)


def _node(
    modules: Mapping[str, Module], key: str, element: str, state: str, reasons: tuple[str, ...]
) -> Node:
    module = modules.get(key)
    return Node(
        module=key,
        title=module.title if module else key,
        role=module.role if module else "",
        element=element,
        state=state,
        reasons=reasons,
    )


def _lines(
    runs: Iterable[Run],
    modules: Mapping[str, Module],
    agents: Mapping[str, AgentRun],
    used: Mapping[str, Total],
) -> list[RunLine]:
    made = []
    for run in runs:
        module = modules.get(run.module)
        agent = run.agent_run or ""
        total = used.get(agent)
        made.append(
            RunLine(
                run=run,
                title=module.title if module else run.module,
                agent=agents.get(agent),
                tokens=total.tokens_in + total.tokens_out if total else None,
                micro_usd=total.micro_usd if total else None,
            )
        )
    return made


def _agents(client: Client, context: str) -> Mapping[str, AgentRun]:
    """The newest runs of agents in a context, by their ids; none to who may not see them."""
    asked = client.ask_if_allowed(AgentRuns, "agent.runs", context=context, limit=500)
    return {one.run: one for one in asked.items} if asked else {}


def _used(client: Client, runs: Iterable[Run]) -> Mapping[str, Total]:
    """What each of these runs used, by the agent's run; nothing where the reader may not see money.

    By run, and not by the mission's budget: a run before the approval has none.
    """
    ids = [run.agent_run for run in runs if run.agent_run]
    asked = client.ask_if_allowed(Totals, "ledger.totals", by="run", runs=ids)
    return {one.key: one for one in asked.items} if asked else {}


def _artifacts(client: Client, context: str, *, is_shown: bool) -> Artifacts:
    """The first of them; the list of artifacts has the rest."""
    if not is_shown:
        return Artifacts(items=(), next=None)
    return client.ask(Artifacts, "artifact.list", context=context, limit=_PAGE)
