"""The verbs of budgets: hold an amount before it is spent, book what was used, tell how things stand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count

from headrace.capabilities.budgets import rules
from headrace.capabilities.budgets.model import (
    NOTHING,
    WHOLE,
    Amount,
    Budget,
    BudgetExceeded,
    BudgetSet,
    Cap,
    Claim,
    Dimension,
    Eased,
    Entry,
    Exceeded,
    Forecast,
    Outlooks,
    Overran,
    Period,
    Recent,
    Reservation,
    ReservationEnded,
    ReservationId,
    ReservationNotFound,
    ReservationReused,
    ReservationState,
    Scope,
    Shortage,
    Total,
    Use,
)
from headrace.capabilities.budgets.store import accounts, ledger, reservations
from headrace.capabilities.budgets.store.keys import Account
from headrace.kernel.context import ActorKind, Ctx
from headrace.kernel.errors import Invalid, NotAllowed, Refusal

OPEN, SETTLED = ReservationState.OPEN, ReservationState.SETTLED
LOST, RELEASED = ReservationState.LOST, ReservationState.RELEASED

_IDLE = Recent(lately=NOTHING, since=None)


def set_cap(ctx: Ctx, scope: Scope, cap: Cap, period: Period = Period.ALWAYS) -> Budget:
    """Give a scope a cap for a period; None in a measure takes its cap away. What stands is kept.

    A cap below what is spent or held stops new claims and nothing that runs. Raises NotAllowed to
    an agent: nobody raises the limit of their own kind. Records BudgetSet.
    """
    if ctx.actor.kind is ActorKind.AGENT:
        raise NotAllowed("An agent may not set a budget; a person does, with `headrace budget set`")
    accounts.lock(ctx.db, ctx.organisation, _always((scope,)))
    accounts.set_cap(ctx.db, ctx.organisation, scope, period, cap)
    ctx.record(
        BudgetSet(scope=str(scope), period=period, tokens=cap.tokens, micro_usd=cap.micro_usd)
    )
    return next(b for b in standing(ctx, scope=scope) if b.period is period)


def reserve(ctx: Ctx, claim: Claim) -> Reservation:
    """Hold `claim.amount` at every scope of the claim, or at none.

    To be called in the transaction that starts the work. Repeating a claim gives its reservation
    again and holds nothing twice. Raises BudgetExceeded with every scope that refuses, what is left
    there and the remedy: nothing is held then, so a verb may catch it and let the work wait (for
    BudgetSet or Eased). Raises ReservationReused, or ReservationEnded where the id's work is over.
    Records Exceeded, once per term and cap.
    """
    scopes = rules.claimed(claim)
    if isinstance(scopes, Refusal):
        raise Invalid(f"The claim {claim.id!r} cannot be made: {scopes}", reasons=scopes.reasons)
    accounts.lock(ctx.db, ctx.organisation, _always(scopes))
    found = reservations.find(ctx.db, ctx.organisation, claim.id)
    if found is not None:
        return _same(found, claim, scopes)
    budgets = _locked(ctx, scopes)
    short = rules.shortages(budgets, claim.amount)
    if short:
        _refuse(ctx, claim, short)
    places = [(b.scope, b.period, b.term) for b in budgets]
    accounts.move(
        ctx.db,
        ctx.organisation,
        places,
        spent=NOTHING,
        held_before=NOTHING,
        held_now=claim.amount,
    )
    reservations.add(ctx.db, ctx.organisation, claim, places, ctx.now)
    return rules.reserved(claim, scopes, ctx.now)


def _same(found: Reservation, claim: Claim, scopes: Sequence[Scope]) -> Reservation:
    if not rules.same_claim(found, scopes, claim.amount):
        raise ReservationReused(
            f"The id {claim.id!r} stands for another claim; take a new id", reservation=claim.id
        )
    if found.state is not OPEN:
        raise ReservationEnded(
            f"The reservation {claim.id!r} is {found.state}; claim again under a new id",
            reservation=claim.id,
        )
    return found


def _locked(ctx: Ctx, scopes: Sequence[Scope]) -> Sequence[Budget]:
    """Every budget that a claim at `scopes` counts for, locked. The scopes' accounts are locked already."""
    caps = accounts.caps(ctx.db, ctx.organisation, scopes)
    periodic = {key for key in caps if key[1] is not Period.ALWAYS}
    places: list[Account] = [
        *_always(scopes),
        *((scope, period, rules.term(period, ctx.now)) for scope, period in periodic),
    ]
    if periodic:
        accounts.lock(ctx.db, ctx.organisation, places)
    return accounts.budgets(ctx.db, ctx.organisation, places, caps)


def _refuse(ctx: Ctx, claim: Claim, short: tuple[Shortage, ...]) -> None:
    for one in short:
        if accounts.refused(ctx.db, ctx.organisation, one.scope, one.period, one.term):
            ctx.record(
                Exceeded(
                    scope=str(one.scope),
                    period=one.period,
                    term=one.term,
                    left_tokens=one.left_tokens,
                    left_micro_usd=one.left_micro_usd,
                )
            )
    told = "; ".join(rules.tell(one) for one in short)
    raise BudgetExceeded(f"No budget for {claim.purpose}: {told}", short)


def charge(ctx: Ctx, reservation: ReservationId, key: str, use: Use) -> Reservation:
    """Book one use against a reservation and keep the rest of it held. `key` makes a repetition harmless.

    What goes beyond the reservation is booked as well, whatever the caps say: it has been spent.
    That holds for a reservation that has ended, too. Raises ReservationNotFound. Records Overran.
    """
    before = _lock(ctx, reservation)
    if not ledger.enter(ctx.db, ctx.organisation, before, key, use, ctx.now):
        return before
    reservations.spend(ctx.db, ctx.organisation, reservation, use.amount)
    after = _found(ctx, reservation)
    _shift(ctx, before, after, spent=use.amount)
    excess = after.excess.beyond(before.excess)
    if excess != NOTHING:
        ctx.record(
            Overran(
                reservation=reservation,
                purpose=after.purpose,
                tokens=excess.tokens,
                micro_usd=excess.micro_usd,
            )
        )
    return after


def settle(ctx: Ctx, reservation: ReservationId, uses: Iterable[Use] = ()) -> Reservation:
    """Book the uses not charged before, give the rest back and end the reservation.

    Settling again changes nothing. After a release the uses are booked all the same; after a loss,
    which was charged in full, they are not. Look at `excess` for what went beyond. Raises
    ReservationNotFound. Records Overran, and Eased where somebody was refused.
    """
    found = _lock(ctx, reservation)
    if found.state in {SETTLED, LOST}:
        return found
    for number, use in zip(count(1), uses, strict=False):
        charge(ctx, reservation, f"settle:{number}", use)
    return _end(ctx, reservation, SETTLED)


def lose(ctx: Ctx, reservation: ReservationId, model: str) -> Reservation:
    """End a reservation whose use nobody will ever know, charged with all that it still holds.

    So a call in flight at a crash is paid for at its estimate and never forgotten. Raises
    ReservationNotFound; on an ended reservation it changes nothing.
    """
    found = _lock(ctx, reservation)
    if found.state is not OPEN:
        return found
    held = found.held
    use = Use(model=model, tokens_in=held.tokens, micro_usd=held.micro_usd, lost=True)
    charge(ctx, reservation, "lost", use)
    return _end(ctx, reservation, LOST)


def release(ctx: Ctx, reservation: ReservationId) -> Reservation:
    """Give back what a reservation still holds. What was charged stays; repeating changes nothing.

    Raises ReservationNotFound. Records Eased where somebody was refused.
    """
    found = _lock(ctx, reservation)
    return _end(ctx, reservation, RELEASED) if found.state is OPEN else found


def _end(ctx: Ctx, reservation: ReservationId, state: ReservationState) -> Reservation:
    before = _found(ctx, reservation)
    reservations.end(ctx.db, ctx.organisation, reservation, state, ctx.now)
    after = _found(ctx, reservation)
    if before.held != NOTHING:
        _shift(ctx, before, after, spent=NOTHING)
        for scope, period in accounts.ease(ctx.db, ctx.organisation, after.scopes):
            ctx.record(Eased(scope=str(scope), period=period))
    return after


def _shift(ctx: Ctx, before: Reservation, after: Reservation, *, spent: Amount) -> None:
    """Bring the accounts from how a reservation stood to how it stands."""
    accounts.move(
        ctx.db,
        ctx.organisation,
        reservations.holds(ctx.db, ctx.organisation, after.id),
        spent=spent,
        held_before=before.held,
        held_now=after.held,
    )


def _lock(ctx: Ctx, reservation: ReservationId) -> Reservation:
    """The reservation, its accounts locked: nobody else changes either until the commit."""
    scopes = _found(ctx, reservation).scopes
    accounts.lock(ctx.db, ctx.organisation, _always(scopes))
    return _found(ctx, reservation)


def _found(ctx: Ctx, id: ReservationId) -> Reservation:
    found = reservations.find(ctx.db, ctx.organisation, id)
    if found is None:
        raise ReservationNotFound(f"No reservation {id!r}", reservation=id)
    return found


def _always(scopes: Iterable[Scope]) -> list[Account]:
    return [(scope, Period.ALWAYS, "") for scope in scopes]


def renew(ctx: Ctx) -> None:
    """Tell those whom an earlier term refused that a new one has begun. Records Eased per cap."""
    stale = {
        scope
        for scope, period, told in accounts.refusing(ctx.db, ctx.organisation)
        if told != rules.term(period, ctx.now)
    }
    if not stale:
        return
    accounts.lock(ctx.db, ctx.organisation, _always(stale))
    for scope, period in accounts.ease(ctx.db, ctx.organisation, sorted(stale, key=str)):
        ctx.record(Eased(scope=str(scope), period=period))


def reservation(ctx: Ctx, id: ReservationId) -> Reservation:
    """The reservation as it stands. Raises ReservationNotFound."""
    return _found(ctx, id)


def open_reservations(ctx: Ctx, limit: int = 500) -> Sequence[Reservation]:
    """What is held now, oldest first: for whoever looks after work that never came back."""
    return reservations.open_ones(ctx.db, ctx.organisation, limit)


def standing(
    ctx: Ctx,
    *,
    scope: Scope | None = None,
    after: tuple[str, str, str] = ("", "", ""),
    limit: int = 100,
) -> Sequence[Budget]:
    """Budgets of the terms that run now, by scope: all that have a cap or were ever used."""
    terms = {period: rules.term(period, ctx.now) for period in Period}
    return accounts.standing(ctx.db, ctx.organisation, terms, scope=scope, after=after, limit=limit)


def forecasts(ctx: Ctx, scope: Scope) -> Sequence[Forecast]:
    """Where each budget of a scope is heading at its pace of the last seven days."""
    recent = ledger.recent(ctx.db, ctx.organisation, scope, ctx.now - rules.PACE_WINDOW)
    return [rules.forecast(b, recent, ctx.now) for b in standing(ctx, scope=scope)]


def every_forecast(
    ctx: Ctx, *, after: tuple[str, str, str] = ("", "", ""), limit: int = 100
) -> Sequence[Forecast]:
    """Where many budgets are heading, by scope as `standing` lists them, in two queries."""
    recent = ledger.recent_by_scope(ctx.db, ctx.organisation, ctx.now - rules.PACE_WINDOW)
    return [
        rules.forecast(one, recent.get(one.scope, _IDLE), ctx.now)
        for one in standing(ctx, after=after, limit=limit)
    ]


def outlooks(
    ctx: Ctx, by: Dimension, *, scope: Scope | None = None, period: Period = Period.MONTHLY
) -> Outlooks:
    """Where use is heading by key, at the pace of the last seven days: who has used most lately first.

    What is expected holds for the end of the term that runs now. What is held now counts for whatever
    answered the run last; for the key "" while nothing has.
    """
    found = ledger.outlooks(
        ctx.db,
        ctx.organisation,
        by,
        scope=scope,
        lately=ctx.now - rules.PACE_WINDOW,
        begins=rules.term_begin(period, ctx.now),
    )
    held = reservations.held(ctx.db, ctx.organisation, by, scope)
    used = {key: (spent, recent) for key, spent, recent in found}
    used |= {key: (NOTHING, _IDLE) for key in held if key not in used}
    return Outlooks(
        at=ctx.now,
        term=rules.term(period, ctx.now),
        ends_at=rules.term_end(period, ctx.now),
        items=tuple(
            rules.outlook(key, spent, held.get(key, NOTHING), recent, period, ctx.now)
            for key, (spent, recent) in used.items()
        ),
    )


def entries(
    ctx: Ctx, *, scope: Scope | None = None, before: int | None = None, limit: int = 50
) -> Sequence[Entry]:
    """Lines of the ledger, newest first; `before` is the number of the last one seen."""
    return ledger.entries(ctx.db, ctx.organisation, scope=scope, before=before, limit=limit)


def totals(
    ctx: Ctx,
    by: Dimension,
    *,
    scope: Scope | None = None,
    since: datetime | None = None,
    runs: Collection[str] | None = None,
) -> Sequence[Total]:
    """What was used, by these runs alone where they are named, summed by `by`, dearest first."""
    return ledger.totals(ctx.db, ctx.organisation, by, scope=scope, since=since, runs=runs)


def used_by(ctx: Ctx, names: Mapping[str, str]) -> Mapping[str, Total]:
    """What runs used, summed by the name that each is given (by mission, say), in one query."""
    return ledger.of_runs(ctx.db, ctx.organisation, names) if names else {}


def attribute(ctx: Ctx, run: str, change: str) -> None:
    """What a run used was for this change request, which is often made only after it.

    The ledger's lines stay as they are; entries and totals show the change. The first told counts.
    """
    ledger.bring(ctx.db, ctx.organisation, run, change)


def spent(ctx: Ctx, scope: Scope = WHOLE) -> Amount:
    """Everything a scope has used so far."""
    found = [b for b in standing(ctx, scope=scope) if b.period is Period.ALWAYS]
    return found[0].spent if found else NOTHING
