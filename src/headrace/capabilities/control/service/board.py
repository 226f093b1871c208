"""Board: missions as a lead looks at them: what each waits for, since when, at which cost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import Total
from headrace.capabilities.control import rules
from headrace.capabilities.control.model import MissionLine, Wait, WaitKind
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Gate, Question
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import Mission
from headrace.capabilities.people import service as people
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Activity, ContextId, Run, Stream
from headrace.kernel.context import Ctx

GOVERNANCE, BUDGETS, STREAMS = "governance:read", "budgets:read", "stream:read"
"""The rights by which a reader sees what is decided, spent and run."""


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What this reader may see of some missions, by context; use by slug."""

    waits: Mapping[str, list[Wait]] = field(default_factory=dict)
    runs: Mapping[str, list[Run]] = field(default_factory=dict)
    activity: Mapping[ContextId, Activity] = field(default_factory=dict)
    used: Mapping[str, Total] | None = None


def board(ctx: Ctx, listed: Sequence[Mission]) -> tuple[MissionLine, ...]:
    """These missions with what each waits for, in a number of queries that does not grow with them."""
    moved = missions.moved(ctx, [one.slug for one in listed])
    seen = _seen(ctx, listed)
    titles = {one.key: one.title for stream in ctx.declared(Stream) for one in stream.modules}
    return tuple(
        _line(one, seen, titles, rules.latest(one, moved, seen.activity)) for one in listed
    )


def _seen(ctx: Ctx, listed: Sequence[Mission]) -> _Seen:
    slugs = {one.context: one.slug for one in listed}
    sees_runs, sees_money = people.allowed(ctx, STREAMS), people.allowed(ctx, BUDGETS)
    activity = streams.activity(ctx, slugs) if sees_runs or sees_money else {}
    names = {run: slugs[at] for at, one in activity.items() for run in one.agent_runs}
    return _Seen(
        waits=_waits(ctx, list(slugs)) if people.allowed(ctx, GOVERNANCE) else {},
        runs=_open_runs(ctx, list(slugs)) if sees_runs else {},
        activity=activity if sees_runs else {},
        used=budgets.used_by(ctx, names) if sees_money else None,
    )


def _waits(ctx: Ctx, contexts: Sequence[str]) -> Mapping[str, list[Wait]]:
    """What waits for somebody's word, by context, oldest first."""
    found: dict[str, list[Wait]] = defaultdict(list)
    told = governance.open_in(ctx, contexts)
    for gate in told.gates:
        found[gate.context or ""].append(_gate(gate))
    for question in told.questions:
        found[question.context or ""].append(_question(ctx, question))
    return {at: sorted(waits, key=rules.since) for at, waits in found.items()}


def _open_runs(ctx: Ctx, contexts: Sequence[str]) -> Mapping[str, list[Run]]:
    found: dict[str, list[Run]] = defaultdict(list)
    for run in streams.open_in(ctx, contexts):
        found[run.context].append(run)
    return found


def _gate(gate: Gate) -> Wait:
    return Wait(
        kind=WaitKind.GATE, id=gate.id, what=gate.title, of=gate.deciders, since=gate.asked_at
    )


def _question(ctx: Ctx, one: Question) -> Wait:
    return Wait(
        kind=WaitKind.QUESTION,
        id=one.id,
        what=one.question,
        of=governance.asked_of(ctx, one),
        since=one.asked_at,
    )


def _line(one: Mission, seen: _Seen, titles: Mapping[str, str], moved_at: datetime) -> MissionLine:
    waits = rules.waits_for(
        one, seen.waits.get(one.context, ()), seen.runs.get(one.context, ()), titles
    )
    used = (seen.used or {}).get(one.slug)
    sees_money = seen.used is not None
    return MissionLine(
        slug=one.slug,
        context=one.context,
        title=one.title,
        reference=one.reference,
        status=one.status,
        blocked_by=one.blocked_by,
        opened_at=one.opened_at,
        waits_for=waits[0] if waits else None,
        more=max(0, len(waits) - 1),
        moved_at=moved_at,
        tokens=(used.tokens_in + used.tokens_out if used else 0) if sees_money else None,
        micro_usd=(used.micro_usd if used else 0) if sees_money else None,
        unpriced=used.unpriced if used else 0,
    )
