"""The fleet of a mission: each stream of work with who is at it, how far it is and what it used. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headrace.surfaces.web.answers import AgentRun, Run
from headrace.surfaces.web.wording import urgency


@dataclass(frozen=True, kw_only=True)
class RunLine:
    """A run with who did it and what it used; None where no agent ran or nothing was booked."""

    run: Run
    title: str
    agent: AgentRun | None
    tokens: int | None
    micro_usd: int | None


@dataclass(frozen=True, kw_only=True)
class StreamOfWork:
    """A stream: the newest run of each of its modules tells how far it is; all of them what it used."""

    name: str
    who: tuple[str, ...]
    state: str
    doing: str
    runs: int
    tokens: int
    micro_usd: int


def fleet(lines: Sequence[RunLine], names: Mapping[str, str]) -> tuple[StreamOfWork, ...]:
    """The streams of a mission, in the order in which they began; `lines` are oldest first, `names` what
    agents are called, by handle. Judgements of a change belong to no stream."""
    changes = {line.run.change for line in lines}
    of: dict[str, list[RunLine]] = {}
    for line in lines:
        if line.run.element and line.run.element not in changes:
            of.setdefault(line.run.element, []).append(line)
    return tuple(_stream(name, mine, names) for name, mine in of.items())


def _stream(name: str, lines: Sequence[RunLine], names: Mapping[str, str]) -> StreamOfWork:
    newest = {line.run.module: line for line in lines}
    tells = min(newest.values(), key=lambda line: urgency(line.run.state))
    roles = dict.fromkeys(line.agent.role for line in lines if line.agent)
    return StreamOfWork(
        name=name,
        who=tuple(names.get(role, role) for role in roles),
        state=tells.run.state,
        doing=tells.title,
        runs=len(lines),
        tokens=sum(line.tokens or 0 for line in lines),
        micro_usd=sum(line.micro_usd or 0 for line in lines),
    )
