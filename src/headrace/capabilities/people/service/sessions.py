"""Sessions: a signed-in browser, listed and ended by whoever owns it; their life is real time."""

from collections.abc import Sequence

from headrace.capabilities.people import store
from headrace.capabilities.people.model import (
    Account,
    AccountId,
    Caller,
    Method,
    Place,
    Session,
    SessionId,
    SessionLife,
    SessionNotFound,
    SignedIn,
    SignedOut,
    SignInsFailed,
)
from headrace.capabilities.people.service.secrets import fresh, hash_of
from headrace.kernel.access import NotSignedIn
from headrace.kernel.context import Actor, ActorKind, Ctx


def open_session(
    ctx: Ctx,
    account: Account,
    place: Place,
    *,
    method: Method,
    caller: Caller,
    life: SessionLife,
) -> str:
    """The secret of a new session that acts at the place, which is of this unit's organisation.

    Records SignedIn, and before it SignInsFailed when there were failures that nobody was told of.
    """
    failures = store.take_failures(ctx.db, account.id)
    if failures:
        ctx.record(SignInsFailed(principal=place.principal, count=failures))
    secret = fresh(ctx)
    id = SessionId(ctx.new_id("ses"))
    store.open_session(
        ctx.db,
        account.id,
        place,
        id=id,
        secret_hash=hash_of(secret),
        method=method,
        caller=caller,
        life=life,
    )
    ctx.record(SignedIn(principal=place.principal, session=id, method=method))
    return secret


def session(ctx: Ctx, secret: str, life: SessionLife) -> Session | None:
    """The living session of a secret, seen now; None where there is none."""
    found = store.session(ctx.db, hash_of(secret), life)
    if found is not None:
        store.saw(ctx.db, found.id)
    return found


def session_actor(ctx: Ctx, secret: str, life: SessionLife) -> Actor:
    """Who acts by a session, with the full right. Raises NotSignedIn."""
    found = store.session(ctx.db, hash_of(secret), life)
    if found is None:
        raise NotSignedIn("Your session is over; sign in again")
    return Actor(organisation=found.organisation, principal=found.principal, kind=ActorKind.PERSON)


def sessions(ctx: Ctx, account: AccountId, life: SessionLife) -> Sequence[Session]:
    """The living sessions of an account, the one seen last first."""
    return store.sessions(ctx.db, account, life)


def move(ctx: Ctx, session: Session, account: Account, slug: str) -> None:
    """Let the session act in another organisation of its account. Raises SessionNotFound."""
    place = next((one for one in account.places if one.slug == slug), None)
    if place is None:
        raise SessionNotFound(f"You are not in an organisation {slug!r}", slug=slug)
    store.move_session(ctx.db, session.id, place.organisation, place.principal)


def end_session(ctx: Ctx, account: AccountId, id: SessionId) -> None:
    """The session is over. Raises SessionNotFound for one that is not the account's. Records
    SignedOut for whoever acts."""
    if not store.end_session(ctx.db, account, id):
        raise SessionNotFound("There is no such session of yours; it may be over already")
    ctx.record(SignedOut(principal=ctx.principal, session=id))
