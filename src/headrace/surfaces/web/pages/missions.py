"""Missions, and one mission with its stream, its runs and what they made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from headrace.surfaces.web.answers import (
    AgentRun,
    AgentRuns,
    Artifact,
    Artifacts,
    Mission,
    Missions,
    MissionShown,
    Module,
    ReadyList,
    Run,
    Runs,
    Step,
    Streams,
    Task,
    Total,
    Totals,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, named

_PAGE = 200


@dataclass(frozen=True, kw_only=True)
class MissionsPage:
    items: tuple[Mission, ...]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A module of the stream, or one element of it: its newest run, or why there is none."""

    module: str
    title: str
    role: str
    element: str
    state: str  # of the newest run; "ready" or "held" without one
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """A run with who did it and what it used; None where no agent ran or nothing was booked."""

    run: Run
    title: str
    agent: AgentRun | None
    tokens: int | None
    micro_usd: int | None


@dataclass(frozen=True, kw_only=True)
class MissionPage:
    """`tokens` and `micro_usd` are the whole mission's; `unpriced` uses had no known price."""

    mission: Mission
    steps: tuple[Step, ...]
    tasks: tuple[Task, ...]
    nodes: tuple[Node, ...]
    runs: tuple[RunLine, ...]
    artifacts: tuple[Artifact, ...]
    tokens: int
    micro_usd: int
    unpriced: int


def show(asked: Asked) -> MissionsPage:
    """Every mission, newest first."""
    items = asked.client.ask(Missions, "mission.list").items
    return MissionsPage(items=tuple(reversed(items)))


def show_one(asked: Asked) -> MissionPage:
    """One mission."""
    client = asked.client
    found = client.ask(MissionShown, "mission.show", mission=asked.path["mission"])
    mission = found.mission
    ready = client.ask(ReadyList, "context.ready", context=mission.context)
    modules = _modules(client)
    runs = _runs(client, mission.context)
    names = client.names()
    lines = _lines(client, runs, modules)
    return MissionPage(
        mission=mission,
        steps=tuple(replace(step, by=named(names, step.by)) for step in found.steps),
        tasks=found.tasks,
        nodes=_nodes(ready, modules, runs),
        runs=tuple(reversed(lines)),
        artifacts=_artifacts(client, mission.context),
        tokens=sum(line.tokens or 0 for line in lines),
        micro_usd=sum(line.micro_usd or 0 for line in lines),
        unpriced=_unpriced(client, mission),
    )


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
    ready: ReadyList, modules: Mapping[str, Module], runs: Iterable[Run]
) -> tuple[Node, ...]:
    """The stream's order, each element with its newest run."""
    newest = {(run.module, run.element): run for run in runs}
    made = []
    for one in ready.items:
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


def _lines(client: Client, runs: Iterable[Run], modules: Mapping[str, Module]) -> list[RunLine]:
    agents = {one.run: one for one in client.ask(AgentRuns, "agent.runs", limit=500).items}
    used = {one.key: one for one in _totals(client)}
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


def _totals(client: Client) -> tuple[Total, ...]:
    """What each run used. Asked of the whole organisation: a run before approval has no budget."""
    return client.ask(Totals, "ledger.totals", by="run").items


def _unpriced(client: Client, mission: Mission) -> int:
    asked = client.ask(Totals, "ledger.totals", by="mission").items
    return sum(one.unpriced for one in asked if one.key == mission.slug)


def _artifacts(client: Client, context: str) -> tuple[Artifact, ...]:
    found: list[Artifact] = []
    page = client.ask(Artifacts, "artifact.list", context=context, limit=_PAGE)
    found.extend(page.items)
    while page.next is not None:
        page = client.ask(Artifacts, "artifact.list", context=context, after=page.next, limit=_PAGE)
        found.extend(page.items)
    return tuple(found)
