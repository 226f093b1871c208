"""The kill switch: one row stops every agent; only people let them go on."""

from collections.abc import Sequence

from headrace.capabilities.governance.model import Halt, Halted, HaltStands, NoteMissing, Resumed
from headrace.capabilities.governance.service.eligibility import handle
from headrace.capabilities.governance.store import switch
from headrace.kernel.context import ActorKind, Ctx

_MAY_RESUME = frozenset({ActorKind.PERSON, ActorKind.SYSTEM})
"""The system is the operator at this machine; nothing that runs by itself calls `resume`."""


def halt(ctx: Ctx, reason: str) -> Halt:
    """Stop all agents: no claim is granted, and what runs stops at its next step.

    Anybody with the right may, agents too. Halting again changes nothing. Raises NoteMissing
    without a reason. Records Halted.
    """
    if not reason.strip():
        raise NoteMissing("Say why everything has to stop")
    if switch.halt(ctx.db, ctx.organisation, reason, ctx.principal, ctx.now):
        ctx.record(Halted(reason=reason, by=ctx.principal))
    found = halted(ctx)
    assert found is not None  # halted by us or by somebody before us
    return found


def resume(ctx: Ctx, note: str) -> None:
    """Let the agents go on. Raises HaltStands to agents and services, NoteMissing without a note.

    Resuming what runs changes nothing. Records Resumed.
    """
    if ctx.actor.kind not in _MAY_RESUME:
        raise HaltStands("Only a person lets the agents go on; ask one")
    if not note.strip():
        raise NoteMissing("Say with --note what makes it safe to go on")
    if switch.resume(ctx.db, ctx.organisation):
        ctx.record(Resumed(note=note, by=ctx.principal))


def halted(ctx: Ctx) -> Halt | None:
    """Why and since when all agents stand still, or None. Asked in every claim and between steps."""
    return switch.halted(ctx.db, ctx.organisation)


def claim_objections(ctx: Ctx, _: object) -> Sequence[str]:
    """The switch's answer to every claim."""
    found = halted(ctx)
    if found is None:
        return ()
    return (
        f"{handle(ctx, found.by)} halted all agents at {found.at:%Y-%m-%d %H:%M} UTC: {found.reason}; "
        "a person lets them go on with `headrace switch resume`",
    )
