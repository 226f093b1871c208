"""Decisions of people at gates: once, on what they saw, never about their own work."""

from collections.abc import Sequence

from headrace.capabilities.governance import rules
from headrace.capabilities.governance.model import (
    CHANGE,
    DECIDED,
    AlreadyDecided,
    BatchItem,
    Decision,
    Gate,
    GateDelegated,
    GateId,
    GateState,
    NotAlike,
    NotEligible,
    NoteMissing,
    NotYet,
    Stale,
)
from headrace.capabilities.governance.service import changes, gates
from headrace.capabilities.governance.service.eligibility import (
    handle,
    named,
    persons,
    require,
)
from headrace.capabilities.governance.service.subjects import facts
from headrace.capabilities.governance.store import gates as rows
from headrace.capabilities.governance.store import locks
from headrace.capabilities.people import service as people
from headrace.kernel.context import ActorKind, Ctx
from headrace.kernel.errors import HeadraceError, Invalid
from headrace.kernel.ids import PrincipalId

APPROVAL = "governance.approval"
"""What higher rooms are asked with a Gate before it is approved; a reason keeps it open."""

DELEGATE = "governance:delegate"
"""Right to hand on gates that wait for others."""


def decide(
    ctx: Ctx, id: GateId, decision: Decision, note: str = "", *, seen: str | None = None
) -> Gate:
    """A person's decision at a gate, bound to the hash it asks about; for a change it is carried out.

    `seen` is the hash that the person looked at, where a door knows it. Raises GateNotFound;
    NotEligible with every reason; NoteMissing for a revision or rejection without one; Stale with
    what changed; AlreadyDecided with who was faster; NotYet with everything that rooms have against
    an approval. The same word again by the same person does nothing. Records GateDecided.
    """
    gate = _locked(ctx, id)
    require(ctx, gate.id, (*gate.deciders, *gate.approvers), gate.authors)
    if gate.state is not GateState.OPEN:
        return _again(ctx, gate, decision)
    _require_fresh(ctx, gate, seen)
    missing = rules.needs_note(decision)
    if missing and not note.strip():
        raise NoteMissing(f"To {decision} {gate.id}, {missing}", gate=id)
    if decision is Decision.APPROVE:
        _require_ready(ctx, gate)
    ended = gates.settle(ctx, gate, decision, by=ctx.principal, note=note)
    assert ended is not None  # open, and locked by us
    changes.carry_out(ctx, ended, decision)
    return ended


def _require_ready(ctx: Ctx, gate: Gate) -> None:
    """Raises NotYet with what rooms have against an approval; the gate stays open."""
    checks = ctx.house.checks(APPROVAL)
    reasons = [why for check in checks for why in check.run(ctx, gate)]
    if reasons:
        raise NotYet(
            f"{gate.id} cannot be approved yet: {'; '.join(reasons)}",
            gate=gate.id,
            reasons=reasons,
        )


def _locked(ctx: Ctx, id: GateId) -> Gate:
    """The gate, its subject locked: two deciders come one after the other."""
    locks.lock(ctx.db, ctx.organisation, gates.get(ctx, id).subject)
    return gates.get(ctx, id)


def _again(ctx: Ctx, gate: Gate, decision: Decision) -> Gate:
    """What a second decision meets: its own first, somebody else's, or a subject that moved on."""
    if gate.state is GateState.SUPERSEDED:
        newest = gates.of_subject(ctx, gate.subject)[-1]
        raise _stale(gate, rules.changed(gate, newest.hash, newest.members), newest)
    if gate.state is GateState.WITHDRAWN:
        raise AlreadyDecided(f"{gate.id} needs no decision any more: {gate.subject} has ended")
    if (gate.state, gate.decided_by) == (DECIDED[decision], ctx.principal):
        return gate
    raise AlreadyDecided(
        f"{handle(ctx, gate.decided_by)} decided {gate.id} at {gate.decided_at:%Y-%m-%d %H:%M} UTC "
        f"before you: {gate.state}",
        gate=gate.id,
        by=gate.decided_by,
        state=gate.state,
    )


def _require_fresh(ctx: Ctx, gate: Gate, seen: str | None) -> None:
    now = facts(ctx, gate.subject)
    if now.hash is not None and (now.hash, now.members) != (gate.hash, gate.members):
        raise _stale(gate, rules.changed(gate, now.hash or "", now.members), None)
    if seen is not None and seen != gate.hash:
        raise _stale(gate, (f"you looked at {seen[:12]}, it asks about {gate.hash[:12]}",), None)


def _stale(gate: Gate, what: tuple[str, ...], newest: Gate | None) -> Stale:
    where = f"decide {newest.id} instead" if newest and newest.id != gate.id else "look again"
    return Stale(
        f"{gate.id} asks about what is no more: {'; '.join(what)}; {where}",
        gate=gate.id,
        changed=what,
        newest=newest.id if newest else None,
    )


def delegate(ctx: Ctx, id: GateId, to: str) -> Gate:
    """Hand a gate on: it lies in the delegate's inbox alone, though its approvers may still decide.

    By a person who may decide it or, where it is no change request, holds `governance:delegate`.
    Raises NotEligible, Invalid when nobody behind the handle could decide, AlreadyDecided and
    Stale. Records GateDelegated.
    """
    gate = _locked(ctx, id)
    _require_delegator(ctx, gate)
    if gate.state is not GateState.OPEN:
        _again(ctx, gate, Decision.APPROVE)
        raise AlreadyDecided(f"You decided {gate.id} yourself: {gate.state}", gate=id)
    target = f"@{to.removeprefix('@')}"
    if not persons(ctx, (target,), gate.authors):
        raise Invalid(
            f"{target} cannot decide {gate.id}: it names no active person besides its authors",
            to=target,
        )
    rows.delegate(ctx.db, ctx.organisation, id, target, _for_whom(ctx, gate))
    ctx.record(
        GateDelegated(
            kind=gate.subject.kind,
            subject=gate.subject.id,
            hash=gate.hash,
            context=gate.context,
            gate=id,
            purpose=gate.purpose,
            to=target,
            by=ctx.principal,
        )
    )
    return gates.get(ctx, id)


def _for_whom(ctx: Ctx, gate: Gate) -> PrincipalId:
    """In whose place the delegate decides: a delegate who hands on speaks for the first in the row."""
    if gate.delegated_by is None or ctx.principal in named(ctx, gate.approvers):
        return ctx.principal
    return gate.delegated_by


def _require_delegator(ctx: Ctx, gate: Gate) -> None:
    try:
        require(ctx, gate.id, (*gate.deciders, *gate.approvers), gate.authors)
    except NotEligible:
        # Who reviews a change is for the owners' file to say, so the right does not reach there.
        elsewhere = gate.subject.kind != CHANGE and ctx.principal not in gate.authors
        person = ctx.actor.kind is ActorKind.PERSON
        if not (elsewhere and person and people.allowed(ctx, DELEGATE)):
            raise


def decide_each(
    ctx: Ctx, ids: Sequence[GateId], decision: Decision, note: str = ""
) -> tuple[BatchItem, ...]:
    """One decision at several gates of one sort, each for itself: a refused one stops no other.

    Raises NotAlike when they are of several sorts, GateNotFound when one is missing.
    """
    found = {id: gates.get(ctx, id) for id in ids}
    sorts = {gate.alike or gate.id for gate in found.values()}
    if len(sorts) > 1:
        raise NotAlike(
            f"These gates are of {len(sorts)} sorts; decide each sort by itself", sorts=sorts
        )
    # In one order, because each takes a lock that the whole batch keeps.
    order = sorted(found.values(), key=lambda gate: (str(gate.subject), gate.id))
    done = {gate.id: _one_of(ctx, gate.id, decision, note) for gate in order}
    return tuple(done[id] for id in found)


def _one_of(ctx: Ctx, id: GateId, decision: Decision, note: str) -> BatchItem:
    """One item; of a refused one nothing stays."""
    try:
        with ctx.attempt() as apart:
            state = decide(apart, id, decision, note).state
    except HeadraceError as refusal:
        return BatchItem(gate=id, state=None, refused=refusal.message)
    return BatchItem(gate=id, state=state, refused=None)
