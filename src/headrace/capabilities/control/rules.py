"""Rules of control: how a chain becomes a tree, what came to nothing, and what a mission waits for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from headrace.capabilities.artifacts.model import Chain, Hop, Phase, VersionRef
from headrace.capabilities.control.model import Node, Wait, WaitKind
from headrace.capabilities.missions.model import Mission, MissionStatus
from headrace.capabilities.record.model import ChangeState
from headrace.capabilities.releases.model import ReleaseStatus
from headrace.capabilities.streams.model import Activity, ContextId, Run, RunState

_ENDED_MISSIONS = frozenset({MissionStatus.COMPLETED, MissionStatus.CANCELLED})
_ENDED_VERSION = {
    Phase.REVISION_REQUESTED: "sent back",
    Phase.SUPERSEDED: "a later version took its place",
    Phase.ARCHIVED: "given up",
    Phase.FAILED: "failed",
}


def versions(titles: Mapping[str, str], names: Mapping[str, str], chain: Chain) -> Sequence[Node]:
    """A node for each version, below the nearest one it was made from; the others it names."""
    hops = {hop.ref: hop for hop in chain.hops}
    made_from: dict[VersionRef, set[VersionRef]] = defaultdict(set)
    for step in chain.steps:
        made_from[step.version].add(step.target.version)
    return [
        _version(titles, names, hop, _parents(made_from[hop.ref], hops, hop)) for hop in chain.hops
    ]


def _parents(
    found: Iterable[VersionRef], hops: Mapping[VersionRef, Hop], hop: Hop
) -> Sequence[str]:
    """What a version was made from within the chain: the one it hangs below first.

    That is one a step nearer to the beginning, and the newest of these.
    """
    near = sorted(
        found,
        key=lambda ref: (hops[ref].distance == hop.distance - 1, hops[ref].created_at, ref),
        reverse=True,
    )
    return [str(ref) for ref in near]


def _version(
    titles: Mapping[str, str], names: Mapping[str, str], hop: Hop, parents: Sequence[str]
) -> Node:
    handle = names.get(hop.made.by)
    return Node(
        id=str(hop.ref),
        kind="version",
        parent=parents[0] if parents else "",
        depth=hop.distance,
        type=titles.get(hop.type, hop.type),
        title=hop.title,
        state=hop.phase,
        at=hop.created_at,
        by=f"@{handle}" if handle else hop.made.by,
        change=hop.change or "",
        commit=hop.commit or "",
        also=tuple(parents[1:]),
        nothing=_ENDED_VERSION.get(hop.phase, ""),
    )


def beneath_changes(nodes: Sequence[Node], elements: Mapping[str, str]) -> list[Node]:
    """What was made about a change, a report on it say, hangs below it, and names what it hung on.

    `elements` are what the runs were about that made each version.
    """
    known = {one.id for one in nodes if one.kind == "change"}
    found = []
    for one in nodes:
        about = elements.get(one.id, "")
        if about in known and about != one.parent:
            also = tuple(dict.fromkeys([one.parent, *one.also])) if one.parent else one.also
            one = replace(one, parent=about, also=also)
        found.append(one)
    return found


def noticed(titles: Mapping[str, str], names: Mapping[str, str], hop: Hop, parent: str) -> Node:
    """A version that somebody made on the way, below the work during which they noticed it."""
    return _version(titles, names, hop, [parent])


def ended_change(state: ChangeState) -> str:
    """Why nothing came of a change request; empty where something did, or may yet."""
    return "given up" if state is ChangeState.CLOSED else ""


def ended_release(status: ReleaseStatus) -> str:
    """Why nothing came of a release; empty where something did, or may yet."""
    ends = {ReleaseStatus.ROLLED_BACK: "rolled back", ReleaseStatus.WITHDRAWN: "withdrawn"}
    return ends.get(status, "")


def ordered(nodes: Iterable[Node], root: str) -> list[Node]:
    """Depth first from the root, siblings by their time; depths are counted anew.

    A node whose parent is not there hangs below the root.
    """
    known = {one.id: one for one in nodes}
    below: dict[str, list[Node]] = {}
    for one in known.values():
        if one.id != root:
            parent = one.parent if one.parent in known and one.parent != one.id else root
            below.setdefault(parent, []).append(one)
    found: list[Node] = []
    waiting = [replace(known[root], depth=0, parent="")]
    while waiting:
        one = waiting.pop()
        found.append(one)
        children = sorted(
            below.get(one.id, ()), key=lambda child: (child.at, child.id), reverse=True
        )
        waiting += [replace(child, depth=one.depth + 1, parent=one.id) for child in children]
    return found


def since(wait: Wait) -> datetime:
    """Since when it waits; what has no moment comes last."""
    return wait.since or datetime.max.replace(tzinfo=UTC)


def latest(
    mission: Mission, moved: Mapping[str, datetime], activity: Mapping[ContextId, Activity]
) -> datetime:
    """When the status of a mission or one of its runs last moved; at its opening, if never since."""
    found = activity.get(ContextId(mission.context))
    return max(
        moved.get(mission.slug, mission.opened_at),
        found.moved_at if found is not None else mission.opened_at,
    )


def waits_for(
    mission: Mission, waits: Sequence[Wait], runs: Sequence[Run], titles: Mapping[str, str]
) -> tuple[Wait, ...]:
    """What a mission waits for, that which somebody can do something about first.

    People's decisions, the oldest first; else runs that may not begin; else the missions that come
    first; else the work that goes on, the longest first. Nothing where it has ended and nobody is asked.
    """
    if waits:
        return tuple(waits)
    held = [one for one in runs if one.state is RunState.WAITING]
    if held:
        return tuple(_held(one, titles) for one in held)
    if mission.status in _ENDED_MISSIONS:
        return ()
    if mission.blocked_by:
        return tuple(
            Wait(kind=WaitKind.MISSION, id=slug, what=slug, of=(), since=None)
            for slug in mission.blocked_by
        )
    return tuple(sorted((_work(one, titles) for one in runs), key=since))


def _held(run: Run, titles: Mapping[str, str]) -> Wait:
    what = (
        f"{_named(run, titles)}: {'; '.join(run.reasons)}" if run.reasons else _named(run, titles)
    )
    return Wait(kind=WaitKind.RUN, id=run.id, what=what, of=(), since=run.made_at)


def _work(run: Run, titles: Mapping[str, str]) -> Wait:
    at = run.proposed_at if run.state is RunState.PROPOSED else run.started_at
    return Wait(
        kind=WaitKind.WORK, id=run.id, what=_named(run, titles), of=(), since=at or run.made_at
    )


def _named(run: Run, titles: Mapping[str, str]) -> str:
    return f"{titles.get(run.module, run.module)} {run.element}".strip()
