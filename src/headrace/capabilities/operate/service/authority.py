"""Who operates: the declared crew, whether an agent may do a deed, and acting in its name."""

from collections.abc import Sequence
from dataclasses import replace

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import Employee, Lifecycle
from headrace.capabilities.governance import service as governance
from headrace.capabilities.operate.model import Crew, Deed
from headrace.kernel.context import Actor, ActorKind, Ctx


def crew(ctx: Ctx) -> Crew:
    """Who operates here. Raises LookupError where no pack declares anybody."""
    for declared in ctx.declared(Crew):
        return declared
    raise LookupError("No pack declares an operate.model.Crew")


def hand(ctx: Ctx, role: str) -> Employee | None:
    """Whoever of a role works here and is not paused, or None."""
    hired = agents.employees(ctx, state=Lifecycle.ACTIVE, limit=1_000)
    return next((one for one in hired if one.role == role and not one.paused), None)


def against(ctx: Ctx, deed: Deed) -> Sequence[str]:
    """Every reason why no agent may do this deed now: authority is what its card says."""
    halted = governance.halted(ctx)
    if halted is not None:
        return (f"all agents were halted: {halted.reason}",)
    told = crew(ctx)
    role, tool = told.hands.get(deed), told.tools.get(deed)
    if role is None or tool is None:
        return (f"nobody of the crew does {deed}",)
    one = hand(ctx, role)
    if one is None:
        return (f"nobody is at work as {role}",)
    if tool not in one.card.tools:
        return (f"the card of {one.handle} does not name {tool}",)
    return ()


def acting(ctx: Ctx, role: str) -> Ctx:
    """The same unit of work in the name of whoever of a role works here; the system's where nobody does."""
    one = hand(ctx, role)
    if one is None:
        return ctx
    actor = Actor(organisation=ctx.organisation, principal=one.principal, kind=ActorKind.AGENT)
    return replace(ctx, actor=actor)
