"""What agents decide. Pure: the same arguments always give the same answer."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from headrace.capabilities.agents.cards import Lifecycle, RoleCard, TaskCard
from headrace.capabilities.agents.conversation import BrainKind, Limits, Usage
from headrace.capabilities.agents.model import OPEN_STATES, Employee, Run
from headrace.capabilities.budgets.model import Amount
from headrace.kernel.errors import Refusal

COUNTED = frozenset({BrainKind.MODEL, BrainKind.RECORDED, BrainKind.EXTERNAL})
"""Brains that cost something (recordings as a rehearsal); only for these an amount is held."""

MOST_TOKENS = 1_000_000
MOST_MICRO_USD = 10_000_000
"""What a run holds where its card sets no limit of its own: a large task at a frontier model's price."""

PATIENCE = 3
"""How often a result of the wrong form is told back before the run is given up."""


def worker(role: str, employees: Sequence[Employee]) -> Employee | Refusal:
    """Who takes a task of `role`: of those who may, whoever has least to do, then the longest in service."""
    ready = [one for one in employees if one.state is Lifecycle.ACTIVE and not one.paused]
    if ready:
        return min(ready, key=lambda one: (one.open_runs, one.hired_at, one.handle))
    if not employees:
        return Refusal((f"nobody is hired as {role}; `headrace agent hire {role}` proposes one",))
    return Refusal(tuple(_why_not(one) for one in employees))


def _why_not(one: Employee) -> str:
    if one.state is not Lifecycle.ACTIVE:
        instead = f"; {one.superseded_by} takes over" if one.superseded_by else ""
        return f"@{one.handle} is {one.state}, and only active agents work{instead}"
    return f"@{one.handle} is paused; `headrace agent resume {one.handle}` lets it work again"


def brain(
    task: TaskCard, configured: Collection[BrainKind], *, has_form: bool
) -> BrainKind | Refusal:
    """The first brain of the card that is there; else a plain draft, where the result has a form."""
    for kind in task.brains:
        if kind is BrainKind.PLAIN:
            if has_form:
                return kind
        elif kind in configured:
            return kind
    if has_form:
        return BrainKind.PLAIN
    wanted = ", ".join(_told(kind, task) for kind in task.brains)
    return Refusal(
        (
            f"no brain for {task.name!r} is there (the card wants {wanted}), and no plain draft can "
            "stand for it: configure a model, point to recordings, or give the task to a person",
        )
    )


def _told(kind: BrainKind, task: TaskCard) -> str:
    return f"the skill {task.skill}" if kind is BrainKind.SKILL else kind.value


def reservation(kind: BrainKind, limits: Limits) -> Amount:
    """What a run holds from its start: all that its card lets it use."""
    if kind not in COUNTED:
        return Amount()
    tokens = MOST_TOKENS if limits.run_tokens is None else limits.run_tokens
    money = MOST_MICRO_USD if limits.run_cost_micro_usd is None else limits.run_cost_micro_usd
    return Amount(tokens=tokens, micro_usd=money)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a run has used so far: answered calls, and lost ones at what was held for them."""

    amount: Amount
    turns: int
    worked_for: timedelta


def against_turn(
    limits: Limits, reserved: Amount, spent: Spent, most: Usage, longest: timedelta
) -> Refusal | None:
    """Every limit that the next turn could break when it uses the most it can, or None."""
    reasons = list(_broken(limits, reserved, spent, most, longest))
    return Refusal(tuple(reasons)) if reasons else None


def _broken(
    limits: Limits, reserved: Amount, spent: Spent, most: Usage, longest: timedelta
) -> Iterator[str]:
    if spent.turns >= limits.turns:
        yield f"it has had its {limits.turns} turns"
    tokens = spent.amount.tokens + most.input_tokens + most.output_tokens
    if (most.input_tokens or most.output_tokens) and tokens > reserved.tokens:
        yield f"the next turn could bring it to {tokens:,} tokens; {reserved.tokens:,} are its limit"
    money = spent.amount.micro_usd + most.cost_micro_usd
    if most.cost_micro_usd and money > reserved.micro_usd:
        yield (
            f"the next turn could bring it to ${money / 1_000_000:.2f}; "
            f"${reserved.micro_usd / 1_000_000:.2f} are its limit"
        )
    if spent.worked_for > longest:
        yield f"it has worked for {spent.worked_for}, longer than {longest}"


def against_data(card: RoleCard, data_class: str) -> Refusal | None:
    """Why a role may not be told facts of this class, or None."""
    if not data_class or data_class in card.data_classes:
        return None
    return Refusal((f"the facts are {data_class}, which {card.id} may not see",))


def against_retiring(employee: Employee) -> Refusal | None:
    """Why an employee may not leave now, or None."""
    if employee.open_runs:
        return Refusal((f"@{employee.handle} still has {employee.open_runs} open run(s)",))
    return None


def may_end(run: Run) -> bool:
    """Whether a run is still open."""
    return run.state in OPEN_STATES


FIRST_STALL = timedelta(seconds=30)
LONGEST_STALL = timedelta(minutes=15)
"""Real time until a provider that did not answer is asked again; doubled from the first to the longest."""

LONGEST_ASKED_FOR = timedelta(hours=6)
"""The longest wait that a provider's own wish (Retry-After) may bring about."""


def stall(times: int, asked_seconds: float | None) -> timedelta:
    """How long a run waits that stalls for the `times`-th time (from 1), in real time."""
    if asked_seconds is not None:
        return min(max(timedelta(seconds=asked_seconds), timedelta(0)), LONGEST_ASKED_FOR)
    return min(FIRST_STALL * (1 << min(times - 1, 10)), LONGEST_STALL)
