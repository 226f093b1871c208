"""What budgets decide. Pure: the same arguments always give the same answer."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from headrace.capabilities.budgets.model import (
    NOTHING,
    WHOLE,
    Amount,
    Budget,
    Claim,
    Forecast,
    Outlook,
    Period,
    Recent,
    Reservation,
    ReservationState,
    Scope,
    ScopeKind,
    Shortage,
)
from headrace.kernel.errors import Refusal

PACE_WINDOW = timedelta(days=7)
"""How far back the pace is measured: a week holds weekdays and a weekend alike."""

_LEAST_WINDOW = timedelta(days=1)  # a ledger of minutes would forecast nonsense
_DAY = timedelta(days=1)


def claimed(claim: Claim) -> tuple[Scope, ...] | Refusal:
    """The scopes a claim holds at: those it names and the organisation, widest first."""
    named = {WHOLE if s.kind is ScopeKind.ORGANISATION else s for s in claim.scopes} | {WHOLE}
    reasons = [
        f"a claim names one {kind} at most, not {', '.join(sorted(twice))}"
        for kind in ScopeKind
        if len(twice := [str(s) for s in named if s.kind is kind]) > 1
    ]
    if reasons:
        return Refusal(tuple(reasons))
    order = list(ScopeKind)
    return tuple(sorted(named, key=lambda scope: order.index(scope.kind)))


def reserved(claim: Claim, scopes: tuple[Scope, ...], now: datetime) -> Reservation:
    """The reservation that a granted claim begins as."""
    return Reservation(
        id=claim.id,
        scopes=scopes,
        amount=claim.amount,
        spent=NOTHING,
        state=ReservationState.OPEN,
        purpose=claim.purpose,
        run=claim.run,
        change=claim.change,
        made_at=now,
        ended_at=None,
    )


def same_claim(reservation: Reservation, scopes: Sequence[Scope], amount: Amount) -> bool:
    """Whether a reservation found under a claim's id is that very claim, made before."""
    return set(reservation.scopes) == set(scopes) and reservation.amount == amount


def shortages(budgets: Iterable[Budget], asked: Amount) -> tuple[Shortage, ...]:
    """Every budget that has no room for `asked`, with what is left there and what helps."""
    return tuple(
        Shortage(
            scope=budget.scope,
            period=budget.period,
            term=budget.term,
            left_tokens=budget.left_tokens,
            left_micro_usd=budget.left_micro_usd,
            asked=asked,
            remedy=_remedy(budget),
        )
        for budget in budgets
        if _short(budget.left_tokens, asked.tokens)
        or _short(budget.left_micro_usd, asked.micro_usd)
    )


def _short(left: int | None, asked: int) -> bool:
    """A claim of nothing fits even where nothing is left: a skill without a model may always run."""
    return left is not None and asked > 0 and asked > left


def _remedy(budget: Budget) -> str:
    name = budget.scope.kind if budget.scope == WHOLE else str(budget.scope)
    period = "" if budget.period is Period.ALWAYS else f" --period {budget.period}"
    ways = [f"raise the cap with `headrace budget set {name}{period}`"]
    if budget.reserved.tokens or budget.reserved.micro_usd:
        ways.append("wait for runs to give back what they hold")
    if budget.period is not Period.ALWAYS:
        ways.append(f"wait for the term after {budget.term}")
    return ", or ".join(ways)


def tell(shortage: Shortage) -> str:
    """A shortage as one sentence for people."""
    left = [f"{shortage.left_tokens:,} tokens"] if shortage.left_tokens is not None else []
    if shortage.left_micro_usd is not None:
        left.append(f"${dollars(shortage.left_micro_usd)}")
    term = f" in {shortage.term}" if shortage.term else ""
    name = shortage.scope.kind if shortage.scope == WHOLE else str(shortage.scope)
    return (
        f"{name} has {' and '.join(left)} left{term}, asked are {shortage.asked.tokens:,} tokens "
        f"and ${dollars(shortage.asked.micro_usd)}: {shortage.remedy}"
    )


def dollars(micro_usd: int) -> str:
    """Micro-USD in dollars, with every digit that counts and at least two places."""
    whole, rest = divmod(abs(micro_usd), 1_000_000)
    sign = "-" if micro_usd < 0 else ""
    return f"{sign}{whole:,}." + f"{rest:06d}".rstrip("0").ljust(2, "0")


def term(period: Period, now: datetime) -> str:
    """The term of `period` that `now` lies in: "", 2026-03, 2026-W12 or 2026-03-16."""
    moment = now.astimezone(UTC)
    match period:
        case Period.ALWAYS:
            return ""
        case Period.MONTHLY:
            return f"{moment:%Y-%m}"
        case Period.WEEKLY:
            return f"{moment:%G-W%V}"
        case Period.DAILY:
            return f"{moment:%Y-%m-%d}"


def term_end(period: Period, now: datetime) -> datetime | None:
    """The instant at which the term of `now` is over; None for always."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case Period.ALWAYS:
            return None
        case Period.MONTHLY:
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        case Period.WEEKLY:
            return day + timedelta(days=7 - day.weekday())
        case Period.DAILY:
            return day + _DAY


def term_begin(period: Period, now: datetime) -> datetime | None:
    """The instant at which the term of `now` began; None for always."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case Period.ALWAYS:
            return None
        case Period.MONTHLY:
            return day.replace(day=1)
        case Period.WEEKLY:
            return day - timedelta(days=day.weekday())
        case Period.DAILY:
            return day


def forecast(budget: Budget, recent: Recent, now: datetime) -> Forecast:
    """Where `budget` is heading at the pace of its scope.

    The pace is what went within PACE_WINDOW before `now`, divided by the window, or by the age of a
    younger ledger, but by one day at least. The budget runs out when what is left is used up at
    that pace, and what is expected at the end of the term is spent + reserved + pace x days to go.
    """
    days, tokens, money = _daily(recent, now)
    ends_at = term_end(budget.period, now)
    return Forecast(
        budget=budget,
        window_days=days,
        tokens_per_day=tokens,
        micro_usd_per_day=money,
        runs_out_at=_runs_out(budget, tokens, money, now),
        term_ends_at=ends_at,
        expected_at_end=_expected(budget.spent + budget.reserved, tokens, money, ends_at - now)
        if ends_at
        else None,
    )


def outlook(
    key: str, spent: Amount, reserved: Amount, recent: Recent, period: Period, now: datetime
) -> Outlook:
    """Where the use under a key is heading until the end of the term of `now`, by the same rule.

    `spent` is what went in that term so far, `reserved` what is held now.
    """
    days, tokens, money = _daily(recent, now)
    ends_at = term_end(period, now)
    return Outlook(
        key=key,
        spent=spent,
        reserved=reserved,
        lately=recent.lately,
        window_days=days,
        tokens_per_day=tokens,
        micro_usd_per_day=money,
        expected_at_end=_expected(spent + reserved, tokens, money, ends_at - now)
        if ends_at
        else None,
    )


def _daily(recent: Recent, now: datetime) -> tuple[float, float, float]:
    """The days that a pace is measured over, and tokens and micro-USD on each of them."""
    age = now - recent.since if recent.since is not None else PACE_WINDOW
    days = min(PACE_WINDOW, max(_LEAST_WINDOW, age)) / _DAY
    return days, recent.lately.tokens / days, recent.lately.micro_usd / days


def _runs_out(budget: Budget, tokens: float, money: float, now: datetime) -> datetime | None:
    measures = ((budget.left_tokens, tokens), (budget.left_micro_usd, money))
    if any(left is not None and left <= 0 for left, _ in measures):
        return now
    days = [left / pace for left, pace in measures if left is not None and pace > 0]
    # Later than a century is never: datetime itself ends with the year 9999.
    return now + timedelta(days=min(days)) if days and min(days) < 36_500 else None


def _expected(committed: Amount, tokens: float, money: float, rest: timedelta) -> Amount:
    return committed + Amount(
        tokens=round(tokens * (rest / _DAY)), micro_usd=round(money * (rest / _DAY))
    )
