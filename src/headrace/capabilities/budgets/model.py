"""The words of budgets. Money is in micro-USD (millionths of a dollar); tokens are input plus output."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, NewType

from headrace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from headrace.kernel.events import Event

ReservationId = NewType("ReservationId", str)
"""Given by whoever claims, so that a repeated claim finds its own reservation again."""


class ScopeKind(StrEnum):
    """What may have a budget, widest first."""

    ORGANISATION = "organisation"
    MISSION = "mission"
    STREAM = "stream"
    AGENT = "agent"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One thing with a budget, written `mission:bulk-data-export`."""

    kind: ScopeKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Scope":
        """`organisation`, `mission:ID`, `stream:ID` or `agent:ID` as a scope. Raises Invalid."""
        kind, _, name = text.partition(":")
        if kind == ScopeKind.ORGANISATION:
            return WHOLE
        if kind not in set(ScopeKind) or not name:
            raise Invalid(
                f"{text!r} is no scope; write organisation, mission:ID, stream:ID or agent:ID",
                scope=text,
            )
        return cls(kind=ScopeKind(kind), id=name)


WHOLE = Scope(kind=ScopeKind.ORGANISATION, id="all")
"""The organisation itself: part of every claim, whether named or not."""


class Period(StrEnum):
    """How often a cap begins anew, in organisation time and UTC."""

    ALWAYS = "always"
    MONTHLY = "monthly"
    WEEKLY = "weekly"  # ISO weeks, from Monday
    DAILY = "daily"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """Tokens and money together; never negative."""

    tokens: int = 0
    micro_usd: int = 0

    def __post_init__(self) -> None:
        if self.tokens < 0 or self.micro_usd < 0:
            raise ValueError("An amount is never negative.")

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(tokens=self.tokens + other.tokens, micro_usd=self.micro_usd + other.micro_usd)

    def beyond(self, other: "Amount") -> "Amount":
        """What of this is more than `other`, each of the two measures by itself."""
        return Amount(
            tokens=max(0, self.tokens - other.tokens),
            micro_usd=max(0, self.micro_usd - other.micro_usd),
        )


NOTHING = Amount()


@dataclass(frozen=True, kw_only=True)
class Cap:
    """The most a scope may use; None is no cap on that measure."""

    tokens: int | None = None
    micro_usd: int | None = None

    def __post_init__(self) -> None:
        if (self.tokens or 0) < 0 or (self.micro_usd or 0) < 0:
            raise Invalid("A cap is never negative; leave it out for no cap")

    @classmethod
    def of(cls, tokens: int | None, usd: Decimal | None) -> "Cap":
        """A cap with its money in dollars. Raises Invalid for less than a millionth of one."""
        micro = usd.scaleb(6) if usd is not None else None
        if micro is not None and micro != micro.to_integral_value():
            raise Invalid("Money is counted to the millionth of a dollar; write 6 decimals at most")
        return cls(tokens=tokens, micro_usd=int(micro) if micro is not None else None)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How one scope stands in one term. `term` is "" for always, else such as 2026-03 or 2026-W12."""

    scope: Scope
    period: Period
    term: str
    cap: Cap
    spent: Amount
    reserved: Amount

    @property
    def left_tokens(self) -> int | None:
        """Tokens that a claim may still take; negative after an overrun, None without a cap."""
        if self.cap.tokens is None:
            return None
        return self.cap.tokens - self.spent.tokens - self.reserved.tokens

    @property
    def left_micro_usd(self) -> int | None:
        """Money that a claim may still take; negative after an overrun, None without a cap."""
        if self.cap.micro_usd is None:
            return None
        return self.cap.micro_usd - self.spent.micro_usd - self.reserved.micro_usd


@dataclass(frozen=True, kw_only=True)
class Shortage:
    """One scope that refuses a claim: what is left there, what was asked, and what helps."""

    scope: Scope
    period: Period
    term: str
    left_tokens: int | None
    left_micro_usd: int | None
    asked: Amount
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What somebody asks to hold before spending it.

    `id` is the claimer's own and names one reservation for ever. At most one scope of each kind;
    the organisation is added. `run` and `change` are kept for the ledger's totals.
    """

    id: ReservationId
    scopes: tuple[Scope, ...]
    amount: Amount
    purpose: str
    run: str | None = None
    change: str | None = None


class ReservationState(StrEnum):
    """Where a reservation stands; only an open one holds anything."""

    OPEN = "open"
    SETTLED = "settled"  # the actual use is booked
    LOST = "lost"  # nobody knows what was used: charged in full
    RELEASED = "released"  # given back unused


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """An amount held for a claim, and what has been spent against it so far."""

    id: ReservationId
    scopes: tuple[Scope, ...]
    amount: Amount
    spent: Amount
    state: ReservationState
    purpose: str
    run: str | None
    change: str | None
    made_at: datetime
    ended_at: datetime | None

    @property
    def held(self) -> Amount:
        """What still counts as reserved."""
        return self.amount.beyond(self.spent) if self.state is ReservationState.OPEN else NOTHING

    @property
    def excess(self) -> Amount:
        """What was spent beyond the reservation."""
        return self.spent.beyond(self.amount)


@dataclass(frozen=True, kw_only=True)
class Use:
    """What one or several calls of a model really used.

    `tokens_cached` is the part of `tokens_in` that the provider read from its cache. Without a
    known price `priced` is False and `micro_usd` is 0: unknown, not free. `lost` marks an estimate
    for a call whose answer never arrived.
    """

    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    micro_usd: int = 0
    priced: bool = True
    lost: bool = False

    @property
    def amount(self) -> Amount:
        return Amount(tokens=self.tokens_in + self.tokens_out, micro_usd=self.micro_usd)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the ledger; never changed, never deleted before the organisation's retention ends."""

    number: int
    reservation: ReservationId
    key: str
    use: Use
    at: datetime  # organisation time
    run: str | None
    mission: str | None
    stream: str | None
    agent: str | None
    change: str | None


class Dimension(StrEnum):
    """What totals are told by."""

    MODEL = "model"
    AGENT = "agent"
    MISSION = "mission"
    STREAM = "stream"
    CHANGE = "change"
    RUN = "run"


@dataclass(frozen=True, kw_only=True)
class Total:
    """The sum of entries that share a key; `key` is "" where an entry has none."""

    key: str
    entries: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    micro_usd: int
    unpriced: int  # entries of unknown price: the money is a lower bound when this is not 0
    lost: int  # entries that are estimates for calls whose answer never arrived


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Where a budget is heading at the pace of the last days. None where there is no cap or no end."""

    budget: Budget
    window_days: float  # organisation days that the pace was measured over
    tokens_per_day: float
    micro_usd_per_day: float
    runs_out_at: datetime | None
    term_ends_at: datetime | None
    expected_at_end: Amount | None


@dataclass(frozen=True, kw_only=True)
class Recent:
    """What went in the last days, and since when anything ever did; None where nothing has."""

    lately: Amount
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Where the use under one key of a dimension is heading, at the pace of the last days.

    `lately` is what went within the window of `window_days`; `spent` what went in the term so far;
    `reserved` what is held now. `expected_at_end` is None where the term has no end.
    """

    key: str
    spent: Amount
    reserved: Amount
    lately: Amount
    window_days: float  # organisation days that the pace was measured over
    tokens_per_day: float
    micro_usd_per_day: float
    expected_at_end: Amount | None


@dataclass(frozen=True, kw_only=True)
class Outlooks:
    """Outlooks of one dimension, as they are `at` an instant, for the end of its term at `ends_at`."""

    at: datetime
    term: str
    ends_at: datetime | None
    items: tuple[Outlook, ...]


@dataclass(frozen=True, kw_only=True)
class BudgetSet(Event):
    """Somebody gave a scope a new cap; claims that were refused there are worth another try."""

    type: ClassVar[str] = "budgets.budget_set"
    scope: str
    period: Period
    tokens: int | None
    micro_usd: int | None

    @property
    def lineage(self) -> str:
        return f"budget:{self.scope}"


@dataclass(frozen=True, kw_only=True)
class Exceeded(Event):
    """A scope refused a claim; told once per term until its cap is set anew."""

    type: ClassVar[str] = "budgets.exceeded"
    scope: str
    period: Period
    term: str
    left_tokens: int | None
    left_micro_usd: int | None

    @property
    def lineage(self) -> str:
        return f"budget:{self.scope}"


@dataclass(frozen=True, kw_only=True)
class Eased(Event):
    """A scope that had refused a claim has room again: something was given back, or a new term began."""

    type: ClassVar[str] = "budgets.eased"
    scope: str
    period: Period

    @property
    def lineage(self) -> str:
        return f"budget:{self.scope}"


@dataclass(frozen=True, kw_only=True)
class Overran(Event):
    """More was used than had been reserved. It is booked; the estimate that was too low is at fault."""

    type: ClassVar[str] = "budgets.overran"
    reservation: str
    purpose: str
    tokens: int
    micro_usd: int

    @property
    def lineage(self) -> str:
        return f"reservation:{self.reservation}"


class BudgetExceeded(NotAllowed):
    """At least one scope has no room; `details["shortages"]` holds every one that refuses."""

    code = "budgets.exceeded"

    def __init__(self, message: str, shortages: tuple[Shortage, ...]) -> None:
        super().__init__(message, shortages=shortages)
        self.shortages = shortages


class ReservationNotFound(NotFound):
    """No reservation of this id."""

    code = "budgets.reservation_not_found"


class ReservationEnded(Conflict):
    """The reservation holds nothing any more."""

    code = "budgets.reservation_ended"


class ReservationReused(Conflict):
    """One id stands for one claim."""

    code = "budgets.reservation_reused"
