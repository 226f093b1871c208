"""Budget scopes of the pack's runs: the mission, and the execution stream within it."""

from headrace.capabilities.budgets.model import Scope, ScopeKind
from headrace.capabilities.streams.model import Run
from headrace.kernel.context import Ctx


def mission_scopes(ctx: Ctx, run: Run) -> tuple[Scope, ...]:
    """The mission that a run works for, and its execution stream where it works for one."""
    mission = run.context.partition(":")[2]
    whole = Scope(kind=ScopeKind.MISSION, id=mission)
    if not run.element:
        return (whole,)
    return (whole, Scope(kind=ScopeKind.STREAM, id=f"{mission}/{run.element}"))
