"""Gates: asked by rooms, superseded when their subject changes, listed for whoever looks."""

from collections.abc import Iterable, Sequence

from headrace.capabilities.governance import rules
from headrace.capabilities.governance.model import (
    DECIDED,
    Decision,
    Gate,
    GateAsked,
    GateDecided,
    GateId,
    GateNotFound,
    GateState,
    GateSuperseded,
    Proposal,
    Subject,
)
from headrace.capabilities.governance.store import gates, locks
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId

_GONE = frozenset({GateState.SUPERSEDED, GateState.WITHDRAWN})


def ask(ctx: Ctx, proposal: Proposal) -> tuple[Gate, ...]:
    """A gate for each group of approvers; those there are already stay as they are.

    Open gates on another hash of the subject are superseded: nobody decides about what is no more.
    Records GateAsked and GateSuperseded.
    """
    locks.lock(ctx.db, ctx.organisation, proposal.subject)
    supersede(ctx, proposal.subject, proposal.hash)
    present = _present(ctx, proposal)
    groups = [_group(handles) for handles in proposal.approvers if handles]
    for group in dict.fromkeys(groups):
        if group not in present:
            _open(ctx, proposal, group)
    return tuple(_present(ctx, proposal)[group] for group in dict.fromkeys(groups))


def _group(handles: Iterable[str]) -> tuple[str, ...]:
    """Handles as they are stored: with their @, sorted, each once. An e-mail address has its own."""
    return tuple(sorted({one if "@" in one else f"@{one}" for one in handles}))


def _present(ctx: Ctx, proposal: Proposal) -> dict[tuple[str, ...], Gate]:
    return {
        gate.approvers: gate
        for gate in gates.of_subject(ctx.db, ctx.organisation, proposal.subject)
        if (gate.hash, gate.purpose) == (proposal.hash, proposal.purpose)
        and gate.state not in _GONE
    }


def _open(ctx: Ctx, proposal: Proposal, group: tuple[str, ...]) -> None:
    id = GateId(locks.visible_id(ctx.db, ctx.organisation, "G"))
    gates.add(ctx.db, ctx.organisation, id, proposal, group, ctx.now)
    ctx.record(
        GateAsked(
            kind=proposal.subject.kind,
            subject=proposal.subject.id,
            hash=proposal.hash,
            context=proposal.context,
            gate=id,
            purpose=proposal.purpose,
            tier=proposal.tier,
            approvers=group,
        )
    )


def supersede(ctx: Ctx, subject: Subject, hash: str) -> None:
    """Close the open gates of a subject that are not about `hash`. Records GateSuperseded."""
    locks.lock(ctx.db, ctx.organisation, subject)
    stale = [gate for gate in of_subject(ctx, subject) if gate.hash != hash]
    _close(ctx, stale, GateState.SUPERSEDED)


def withdraw(ctx: Ctx, subject: Subject) -> None:
    """Close every open gate of a subject that needs no decision any more. Records GateSuperseded."""
    locks.lock(ctx.db, ctx.organisation, subject)
    _close(ctx, of_subject(ctx, subject), GateState.WITHDRAWN)


def _close(ctx: Ctx, candidates: Sequence[Gate], state: GateState) -> None:
    closing = [gate for gate in candidates if gate.state is GateState.OPEN]
    gates.end(ctx.db, ctx.organisation, [gate.id for gate in closing], state, ctx.now)
    for gate in closing:
        ctx.record(
            GateSuperseded(
                kind=gate.subject.kind,
                subject=gate.subject.id,
                hash=gate.hash,
                context=gate.context,
                gate=gate.id,
                purpose=gate.purpose,
            )
        )


def settle(ctx: Ctx, gate: Gate, decision: Decision, *, by: PrincipalId, note: str) -> Gate | None:
    """The gate as `by` decided it, or None when it was not open any more. Records GateDecided.

    Whoever calls has made sure that `by` may.
    """
    state = DECIDED[decision]
    if not gates.decide(ctx.db, ctx.organisation, gate.id, state, by, note, ctx.now):
        return None
    ended = get(ctx, gate.id)
    ctx.record(
        GateDecided(
            kind=gate.subject.kind,
            subject=gate.subject.id,
            hash=gate.hash,
            context=gate.context,
            gate=gate.id,
            purpose=gate.purpose,
            decision=decision,
            standing=standing(ctx, gate.subject, gate.hash),
            note=note,
            by=by,
            waited_seconds=(ctx.now - gate.asked_at).total_seconds(),
            waited_real_seconds=ended.waited_real_seconds,
        )
    )
    return ended


def get(ctx: Ctx, id: GateId) -> Gate:
    """The gate. Raises GateNotFound."""
    found = gates.find(ctx.db, ctx.organisation, id)
    if found is None:
        raise GateNotFound(f"No gate {id}; `headrace gate list` shows them", gate=id)
    return found


def of_subject(ctx: Ctx, subject: Subject) -> Sequence[Gate]:
    """Every gate ever asked about a subject, oldest first."""
    return ctx.once(gates.of_subject, subject)


def on_hash(ctx: Ctx, subject: Subject, hash: str) -> tuple[Gate, ...]:
    """The gates on a subject's present hash that count."""
    return tuple(
        gate for gate in of_subject(ctx, subject) if gate.hash == hash and gate.state not in _GONE
    )


def standing(ctx: Ctx, subject: Subject, hash: str) -> GateState:
    """How the subject stands by all its gates on `hash`: approved when each of them is."""
    return rules.standing([gate.state for gate in on_hash(ctx, subject, hash)])


def listing(
    ctx: Ctx,
    *,
    state: GateState | None = None,
    context: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Sequence[Gate]:
    """Gates, newest first, with how long each waited or waits; `after` is a gate's number."""
    return gates.listing(
        ctx.db, ctx.organisation, state=state, context=context, after=after, limit=limit
    )
