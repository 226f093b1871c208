"""Why: from a line of a file to the commit, the change, its makers and judges, and the first causes."""

from collections.abc import Iterable, Sequence

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Chain, VersionRef
from headrace.capabilities.control.model import ChangeTold, OriginTold, Why
from headrace.capabilities.control.service.gathering import (
    Facts,
    cause,
    change_told,
    gather,
    of_agent,
)
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import Origin, Origins
from headrace.capabilities.streams import service as streams
from headrace.kernel.context import Ctx

AGENT_RUN = "Agent-Run"
"""The trailer by which an agent's commit names the run that made it."""


def why(ctx: Ctx, path: str, *, line: int | None = None, repository: str = "") -> Why:
    """The decisions that brought a file, or one line of it, to where it is.

    Raises RepositoryUnknown, PathUnknown.
    """
    origins = record.origins(ctx, path, line=line, repository=repository)
    begin = _begin(ctx, origins)
    chain = artifacts.chain(ctx, begin)
    facts = gather(
        ctx,
        runs=[hop.made.run for hop in chain.hops],
        changes=[*(one.change for one in origins.items), *(hop.change for hop in chain.hops)],
        agent_runs=[one.trailers.get(AGENT_RUN) for one in origins.items],
    )
    about = _about(ctx, facts, origins, chain)
    return Why(
        repository=origins.repository,
        path=path,
        line=line,
        head=origins.head,
        origins=tuple(_origin(facts, one) for one in origins.items),
        changes=tuple(_changes(facts, origins, chain)),
        causes=tuple(cause(facts, hop) for hop in chain.hops),
        about=tuple(cause(facts, hop) for hop in about.hops),
        more=chain.more,
    )


def _begin(ctx: Ctx, origins: Origins) -> Sequence[VersionRef]:
    """The versions that lines go back to: those written there, and what the work on them read."""
    written = [ref for one in origins.items for ref in one.versions]
    plain = {one.change for one in origins.items if one.change and not one.versions}
    read = [
        ref
        for run in (streams.around(ctx, changes=plain) if plain else ())
        if run.change in plain
        for refs in run.inputs.values()
        for ref in refs
    ]
    return list(dict.fromkeys([*written, *read]))


def _about(ctx: Ctx, facts: Facts, origins: Origins, chain: Chain) -> Chain:
    """What was made about the changes that brought the lines, and is no cause of them."""
    brought = {one.change for one in origins.items if one.change}
    questions = {one.id for one in facts.deliberation.questions if one.subject.id in brought}
    known = {hop.ref for hop in chain.hops}
    made = dict.fromkeys(
        ref.version
        for run in facts.runs.values()
        if run.element in brought or run.period in questions
        for ref in run.outputs
        if ref.version not in known
    )
    return (
        artifacts.chain(ctx, list(made), hops=0) if made else Chain(hops=(), steps=(), more=False)
    )


def _origin(facts: Facts, origin: Origin) -> OriginTold:
    run = facts.agent_runs.get(origin.trailers.get(AGENT_RUN, ""))
    return OriginTold(
        kind=origin.kind,
        commit=origin.commit,
        subject=origin.subject,
        author=origin.author,
        written_at=origin.written_at,
        brought_by=origin.brought_by,
        change=origin.change or "",
        versions=tuple(map(str, origin.versions)),
        first=origin.first,
        lines=origin.lines,
        text=origin.text,
        made=of_agent(facts, run) if run is not None else None,
    )


def _changes(facts: Facts, origins: Origins, chain: Chain) -> Iterable[ChangeTold]:
    ids = dict.fromkeys(
        [*(one.change for one in origins.items), *(hop.change for hop in chain.hops)]
    )
    for id in ids:
        told = change_told(facts, id) if id else None
        if told is not None:
            yield told
