"""Accounts: who may try, who comes in, and how somebody comes to have a way in.

What happens before an organisation is known runs in a unit of work that sees none; whatever is told
to a journal runs in one of the organisation where the person acts. The porter puts them in order.
"""

import unicodedata
from collections.abc import Mapping

from headrace.capabilities.people import passwords, rules, store
from headrace.capabilities.people.model import (
    Account,
    AccountId,
    Caller,
    IdentityLinked,
    Invitation,
    InvitationAccepted,
    InvitationNotFound,
    LoginTaken,
    Malformed,
    PasswordSet,
    PasswordWeak,
    SignInFailed,
    SignInsFailed,
)
from headrace.capabilities.people.service.principals import principal
from headrace.capabilities.people.service.secrets import hash_of
from headrace.kernel.context import Ctx
from headrace.kernel.failures import TooOften
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json

BATCH = 5
"""Failed sign-ins that make one event."""


def attempts(ctx: Ctx, login: str, caller: Caller, *, knows_device: bool) -> int | None:
    """Count a sign-in; the seconds for which it may not go on, or None. Committed whatever comes of it.

    A device that signed in before is counted by itself: nobody else's tries can lock it out.
    """
    reasons: list[int] = []
    for limit in rules.limits(login, caller, knows_device=knows_device):
        count, seconds = store.attempt(ctx.db, hash_of(limit.key), limit.window)
        if count > limit.most:
            reasons.append(seconds)
    return max(reasons) if reasons else None


def too_often(seconds: int) -> TooOften:
    """The refusal of a sign-in that was tried too often."""
    return TooOften(
        f"Too many tries. Wait {-(-seconds // 60)} minutes and try again", retry_after=seconds
    )


def forgive(ctx: Ctx, login: str, caller: Caller, *, knows_device: bool) -> None:
    """The try was a success: it counts as none."""
    limits = rules.limits(login, caller, knows_device=knows_device)
    store.forgive(ctx.db, [hash_of(limit.key) for limit in limits])


def account_by_login(ctx: Ctx, login: str) -> Account | None:
    """The account of a name, or None."""
    return store.account_by_login(ctx.db, login)


def account_by_identity(ctx: Ctx, issuer: str, subject: str) -> Account | None:
    """The account that a provider's identity opens, or None."""
    return store.account_by_identity(ctx.db, issuer, subject)


def account(ctx: Ctx, id: AccountId) -> Account:
    """The account. Raises SignInFailed for one that is gone."""
    found = store.account(ctx.db, id)
    if found is None:
        raise wrong()
    return found


def wrong() -> SignInFailed:
    """What everybody is told who does not come in, whatever the reason."""
    return SignInFailed("The name or the password is wrong")


def note_failure(ctx: Ctx, account: AccountId) -> bool:
    """Count a failed sign-in of an account; whether a batch is full and is to be told."""
    return store.note_failure(ctx.db, account, batch=BATCH)


def tell_failures(ctx: Ctx, whose: PrincipalId, count: int) -> None:
    """Records SignInsFailed."""
    ctx.record(SignInsFailed(principal=whose, count=count))


def login_of(text: str) -> str:
    """A name to sign in with, in its one form. Raises Malformed."""
    login = unicodedata.normalize("NFKC", text).strip().casefold()
    if not 3 <= len(login) <= 254 or not login.isprintable() or " " in login:
        raise Malformed("A name to sign in with has 3 to 254 characters and no space")
    return login


def check_password(password: str, login: str) -> None:
    """Raises PasswordWeak with every reason."""
    found = passwords.weaknesses(password, login=login)
    if found:
        raise PasswordWeak(f"Take another password: {', and '.join(found)}", reasons=found)


def set_password(ctx: Ctx, account: Account, password_hash: str) -> None:
    """The account has a new password, and no session. Records PasswordSet for who acts here."""
    store.set_password(ctx.db, account.id, password_hash)
    store.end_sessions(ctx.db, account.id)
    here = next((p for p in account.places if p.organisation == ctx.organisation), None)
    if here is not None:
        ctx.record(PasswordSet(principal=here.principal))


def keep_hash(ctx: Ctx, account: AccountId, password_hash: str) -> None:
    """The same password, hashed anew."""
    store.set_password(ctx.db, account, password_hash)


def invited(ctx: Ctx, secret: str) -> tuple[Invitation, PrincipalId]:
    """The usable invitation of a secret and its person. Raises InvitationNotFound."""
    found = store.invitation_by_secret(ctx.db, hash_of(secret))
    if found is None or not found[0].usable:
        raise InvitationNotFound(
            "This invitation cannot be used: it is mistyped, run out, or was used. Ask for a new one"
        )
    return found


def owner(ctx: Ctx, whose: PrincipalId) -> Account | None:
    """The account that acts as somebody of this organisation, or None."""
    return store.account_of(ctx.db, ctx.organisation, whose)


def take_up(
    ctx: Ctx,
    secret: str,
    *,
    login: str = "",
    password_hash: str | None = None,
    joining: Account | None = None,
    identity: tuple[str, str] | None = None,
) -> Account:
    """The account that acts as the invited person from now on; the invitation is used up.

    An invitation of somebody who has an account sets its password (or links the identity) and ends
    its sessions. Else the account that is `joining` comes in, or a new one is made.
    Raises InvitationNotFound, LoginTaken, Malformed. Records InvitationAccepted.
    """
    invitation, whose = invited(ctx, secret)
    if invitation.organisation != ctx.organisation or not principal(ctx, whose).active:
        raise InvitationNotFound("This invitation is for somebody who may not act here now")
    account = owner(ctx, whose)
    if account is None:
        account = joining or _new_account(ctx, invitation.login or login, password_hash)
        _may_join(invitation, account)
        if not store.settle(ctx.db, account.id, ctx.organisation, whose):
            raise LoginTaken(f"{account.login} acts as somebody else in this organisation already")
    elif password_hash is not None:
        set_password(ctx, account, password_hash)
    if identity is not None:
        link(ctx, account.id, whose, *identity)
    store.close_invitation(ctx.db, invitation.id)
    ctx.record(InvitationAccepted(principal=whose, invitation=invitation.id))
    found = store.account(ctx.db, account.id)
    assert found is not None  # it stands in this very transaction
    return found


def _may_join(invitation: Invitation, account: Account) -> None:
    if invitation.login and account.login != invitation.login:
        raise LoginTaken(f"This invitation is for {invitation.login}; you are {account.login}")


def _new_account(ctx: Ctx, login: str, password_hash: str | None) -> Account:
    made = Account(
        id=AccountId(ctx.new_id("acc")),
        login=login_of(login),
        password_hash=password_hash,
        places=(),
    )
    if not store.add_account(ctx.db, made.id, login=made.login, password_hash=made.password_hash):
        raise LoginTaken(
            f"{made.login} signs in here already: sign in, and open the invitation again then"
        )
    return made


def link(ctx: Ctx, account: AccountId, whose: PrincipalId, issuer: str, subject: str) -> None:
    """The provider's identity opens the account. Repeats do nothing. Raises LoginTaken. Records
    IdentityLinked."""
    known = store.account_by_identity(ctx.db, issuer, subject)
    if known is not None and known.id == account:
        return
    if not store.link_identity(ctx.db, account, issuer=issuer, subject=subject):
        raise LoginTaken("This identity opens another account already")
    ctx.record(IdentityLinked(principal=whose, issuer=issuer))


def leave(
    ctx: Ctx, *, state: str, browser: str, nonce: str, verifier: str, purpose: Mapping[str, str]
) -> None:
    """Remember whom the provider will send back: this browser alone, once, within ten minutes."""
    store.wait_for_provider(
        ctx.db,
        state_hash=hash_of(state),
        browser_hash=hash_of(browser),
        nonce=nonce,
        verifier=verifier,
        purpose=dict(purpose),
    )


def come_back(ctx: Ctx, *, state: str, browser: str) -> tuple[str, str, Mapping[str, Json]] | None:
    """Nonce, verifier and purpose of what this browser began; None for anything else. Good once."""
    return store.waited(ctx.db, state_hash=hash_of(state), browser_hash=hash_of(browser))
