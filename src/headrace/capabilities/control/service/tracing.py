"""Tracing: everything that came of an artifact, put into one tree with states and dates."""

from collections.abc import Mapping, Sequence

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    ArtifactNotFound,
    Chain,
    Direction,
    VersionRef,
)
from headrace.capabilities.control import rules
from headrace.capabilities.control.model import ContextTold, Node, Trace
from headrace.capabilities.control.service.gathering import Facts, gather
from headrace.capabilities.intake import service as intake
from headrace.capabilities.missions import service as missions
from headrace.capabilities.record.model import ChangeRequest
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Release
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Context, Run
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid

_RELEASES = 200


def trace(ctx: Ctx, name: str) -> Trace:
    """Everything that came of an artifact: versions, change requests, releases, and new signals.

    `name` is an artifact or a version of it; of a signal its name alone will do. What came to nothing
    is told with the reason. Raises ArtifactNotFound.
    """
    ref = _ref(ctx, name)
    chain = artifacts.chain(ctx, [ref], Direction.FORWARD)
    within = dict.fromkeys(hop.context for hop in chain.hops if hop.distance)
    worked = [run for run in streams.with_changes(ctx, within) if _reads(run, chain)]
    facts = gather(
        ctx,
        runs=[hop.made.run for hop in chain.hops],
        changes=[*(hop.change for hop in chain.hops), *(run.change for run in worked)],
    )
    contexts = [one for one in streams.contexts(ctx) if one.id in within and one.parent]
    nodes = [
        *rules.versions(facts.titles, facts.names, chain),
        *_changes(facts, chain, worked),
        *_releases(ctx, facts, chain, contexts),
    ]
    nodes += _noticed(ctx, facts, nodes)
    nodes = rules.beneath_changes(nodes, {r: run.element for r, run in _made_by(facts).items()})
    ordered = rules.ordered(nodes, str(ref))
    return Trace(
        artifact=str(ref),
        title=ordered[0].title,
        standing=_standing(ctx, ref, ordered),
        contexts=tuple(_context(ctx, one) for one in contexts),
        items=tuple(ordered),
        more=chain.more,
    )


def _ref(ctx: Ctx, name: str) -> VersionRef:
    if "@" in name:
        return artifacts.get_version(ctx, VersionRef.parse(name).version).ref
    found = _artifact(ctx, name)
    return VersionRef(found.id, found.effective or found.head)


def _artifact(ctx: Ctx, name: str) -> Artifact:
    """By its id, or by its slug where one artifact alone has it."""
    found = artifacts.find(ctx, ArtifactId(name))
    alike = [found] if found is not None else artifacts.of_slug(ctx, name)
    if len(alike) == 1 and alike[0].head:
        return alike[0]
    if len(alike) > 1:
        raise Invalid(f"{name} names {', '.join(one.id for one in alike)}; say which")
    raise ArtifactNotFound(
        f"No artifact {name}; `headrace signal list` names signals, `artifact list` all",
        artifact=name,
    )


def _reads(run: Run, chain: Chain) -> bool:
    """Whether a run handed in a change of no versions, and worked on something of the chain."""
    known = {hop.ref for hop in chain.hops}
    inputs = {ref.version for refs in run.inputs.values() for ref in refs}
    return not run.outputs and not known.isdisjoint(inputs)


def _changes(facts: Facts, chain: Chain, worked: Sequence[Run]) -> Sequence[Node]:
    """The change requests of products, each below the farthest version that its work read."""
    distances = {hop.ref: (hop.distance, hop.created_at) for hop in chain.hops}
    found: dict[str, Node] = {}
    for run in worked:
        change = facts.changes.get(run.change or "")
        read = {ref.version for refs in run.inputs.values() for ref in refs} & distances.keys()
        if change is not None and read:
            below = max(read, key=lambda ref: (*distances[ref], ref))
            found.setdefault(change.id, _change(facts, change, str(below)))
    return list(found.values())


def _change(facts: Facts, change: ChangeRequest, parent: str) -> Node:
    return Node(
        id=change.id,
        kind="change",
        parent=parent,
        depth=0,
        type=facts.repositories.get(change.repository, change.repository),
        title=change.title,
        state=change.state,
        at=change.ended_at or change.opened_at,
        by=facts.name(change.author),
        change=change.id,
        commit=change.commit or "",
        also=(),
        nothing=rules.ended_change(change.state),
    )


def _made_by(facts: Facts) -> Mapping[str, Run]:
    """The run that handed in each version."""
    return {str(ref): run for run in facts.runs.values() for ref in run.outputs}


def _noticed(ctx: Ctx, facts: Facts, nodes: Sequence[Node]) -> Sequence[Node]:
    """What agents filed while they worked on something of the tree: signals, mostly."""
    known = {one.id for one in nodes}
    below = {
        run.agent_run: place
        for run in facts.runs.values()
        for place in (run.change, *map(str, run.outputs))
        if run.agent_run and place in known
    }
    return [
        rules.noticed(facts.titles, facts.names, hop, below[hop.made.run])
        for hop in artifacts.made_in(ctx, [one for one in below if one])
        if str(hop.ref) not in known and hop.made.run in below
    ]


def _releases(ctx: Ctx, facts: Facts, chain: Chain, contexts: Sequence[Context]) -> Sequence[Node]:
    """Releases of a contract of the chain, or in one of its contexts."""
    known = {str(hop.ref): hop for hop in chain.hops}
    inside = {one.id for one in contexts}
    first: Mapping[str, str] = {hop.context: str(hop.ref) for hop in reversed(chain.hops)}
    return [
        _release(facts, one, one.contract if one.contract in known else first[one.context or ""])
        for one in releases.listing(ctx, limit=_RELEASES)
        if one.contract in known or one.context in inside
    ]


def _release(facts: Facts, release: Release, parent: str) -> Node:
    return Node(
        id=release.id,
        kind="release",
        parent=parent,
        depth=0,
        type="Release",
        title=release.title,
        state=release.status,
        at=release.entered_at or release.drafted_at,
        by=facts.name(release.approved_by or release.drafted_by),
        change="",
        commit="",
        also=(),
        nothing=rules.ended_release(release.status),
    )


def _context(ctx: Ctx, context: Context) -> ContextTold:
    mission = missions.of_context(ctx, context.id)
    return ContextTold(
        context=context.id,
        title=context.title,
        state=mission.status if mission is not None else context.state,
        opened_at=context.opened_at,
    )


def _standing(ctx: Ctx, ref: VersionRef, nodes: Sequence[Node]) -> str:
    """What was decided about a signal itself, and whether anything came of it."""
    signal = intake.get(ctx, ref.artifact)
    said = []
    if signal is not None:
        said.append(f"triaged: {signal.disposition}")
        said += [
            f"{word} {other}"
            for word, other in (
                ("repeats", signal.duplicate_of),
                ("corrected by", signal.superseded_by),
                ("led to", signal.absorbed_by),
            )
            if other
        ]
    if len(nodes) == 1:
        said.append("nothing has come of it yet")
    return "; ".join(said)
