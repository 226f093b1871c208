"""The porter of the console: puts the verbs of signing in into order, each in a unit of work of its own.

Hashing a password takes a while, so it is never done while a transaction is open.
"""

import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from headrace.capabilities.people import passwords, service
from headrace.capabilities.people.model import (
    Account,
    Method,
    Place,
    Session,
    SessionId,
    SessionLife,
)
from headrace.capabilities.people.model import Caller as Origin
from headrace.capabilities.people.provider import Identity, Provider, ProviderFailed
from headrace.kernel.access import NotSignedIn
from headrace.kernel.context import Actor, ActorKind, Ctx, system_actor
from headrace.kernel.errors import Invalid, NotFound
from headrace.kernel.ids import OrganisationId
from headrace.kernel.unit import Units
from headrace.surfaces.web.porter import (
    Caller,
    Invited,
    Membership,
    Opened,
    Returned,
    SessionLine,
    SignedIn,
)

_NOWHERE = system_actor(OrganisationId(""))

_RECENT = timedelta(minutes=15)
"""How new a session is to be that sets a password where there was none."""

TakeUp = Callable[[Ctx], Account]


class HousePorter:
    """Keeps the console's door. Holds no state but its connections and what the provider published."""

    def __init__(
        self,
        units: Units,
        *,
        life: SessionLife | None = None,
        provider: Provider | None = None,
    ) -> None:
        self._units = units
        self._life = life or SessionLife()
        self._provider = provider

    @property
    def provider(self) -> str | None:
        """What people call the provider; None where there is none."""
        return self._provider.name if self._provider else None

    def seal(self, text: str) -> str:
        """A signature that every process of this installation makes alike."""
        return self._units.seal("console", text)

    def look(self, secret: str) -> SignedIn | None:
        """Who a session is; None where it is over."""
        found = self._units.run(_NOWHERE, service.session, secret, self._life)
        if found is None:
            return None
        account = self._units.run(_NOWHERE, service.account, found.account)
        here = next((p for p in account.places if p.organisation == found.organisation), None)
        if here is None:
            return None
        person = self._units.run(_at(here), service.principal, here.principal)
        return SignedIn(
            session=found.id,
            login=account.login,
            organisation=here.slug,
            handle=person.handle,
            name=person.name,
            memberships=tuple(
                Membership(slug=one.slug, name=one.name or one.slug) for one in account.places
            ),
        )

    def sign_in(self, login: str, password: str, caller: Caller) -> Opened:
        """A new session. Raises SignInFailed, TooOften; nothing tells whether the name is known."""
        name = login.replace("\0", "").strip().casefold()[:254]
        account = self._proven(name, password, caller)
        return self._open(account, self._active(account)[0], Method.PASSWORD, caller)

    def sign_out(self, secret: str) -> None:
        """The session is over; nothing happens where it is already."""
        found = self._units.run(_NOWHERE, service.session, secret, self._life)
        if found is not None:
            self._units.run(_of(found), service.end_session, found.account, found.id)

    def switch(self, secret: str, organisation: str) -> None:
        """Let the session act in another of its organisations. Raises NotSignedIn, SessionNotFound."""
        found, account = self._own(secret)
        active = {place.slug for place in self._active(account)}
        if organisation not in active:
            raise NotFound(f"You are not in an organisation {organisation!r}", slug=organisation)
        self._units.run(_NOWHERE, service.move, found, account, organisation)

    def change_password(self, secret: str, current: str, new: str, caller: Caller) -> Opened:
        """A new password; every session is over, and this new one is open.

        Raises NotSignedIn, SignInFailed (the current one is wrong), PasswordWeak, TooOften.
        """
        found, account = self._own(secret)
        service.check_password(new, account.login)
        if account.password_hash is not None:
            self._proven(account.login, current, caller)
        elif datetime.now(UTC) - found.started_at > _RECENT:
            raise NotSignedIn("To set a first password, sign out, sign in and set it right then")
        kept = passwords.hashed(new)
        self._units.run(_of(found), service.set_password, account, kept)
        place = next(p for p in account.places if p.organisation == found.organisation)
        return self._open(account, place, Method.PASSWORD, caller)

    def sessions(self, secret: str) -> Sequence[SessionLine]:
        """The sessions of whoever has this one, the one seen last first. Raises NotSignedIn."""
        found, account = self._own(secret)
        names = {place.organisation: place.name or place.slug for place in account.places}
        every = self._units.run(_NOWHERE, service.sessions, account.id, self._life)
        return [_line(one, found.id, names.get(one.organisation, "")) for one in every]

    def end_session(self, secret: str, session: str) -> None:
        """End one of one's own sessions. Raises NotSignedIn, SessionNotFound."""
        found, account = self._own(secret)
        self._units.run(_of(found), service.end_session, account.id, SessionId(session))

    def invited(self, invitation: str) -> Invited:
        """What an invitation opens. Raises InvitationNotFound."""
        found, whose = self._units.run(_NOWHERE, service.invited, invitation)
        there = system_actor(found.organisation)
        person = self._units.run(there, service.principal, whose)
        account = self._units.run(there, service.owner, whose)
        organisation = self._units.run(there, service.organisation, found.organisation)
        return Invited(
            organisation=organisation.name or organisation.slug if organisation else "",
            handle=person.handle,
            name=person.name,
            login=account.login if account else found.login,
            has_account=account is not None,
        )

    def accept(self, invitation: str, login: str, password: str, caller: Caller) -> Opened:
        """Take an invitation up with a password. Raises InvitationNotFound, PasswordWeak, LoginTaken."""
        known = self.invited(invitation)
        name = service.login_of(known.login or login)
        service.check_password(password, name)
        kept = passwords.hashed(password)

        def take_up(ctx: Ctx) -> Account:
            return service.take_up(ctx, invitation, login=name, password_hash=kept)

        account, place = self._taken_up(invitation, take_up)
        return self._open(account, place, Method.INVITATION, caller)

    def join(self, secret: str, invitation: str) -> None:
        """Take an invitation up with the account that is signed in, and act there from now on.

        Raises NotSignedIn, InvitationNotFound, LoginTaken.
        """
        _, account = self._own(secret)
        if self.invited(invitation).has_account:
            raise Invalid("This invitation sets a new password; sign out and open it again")

        def take_up(ctx: Ctx) -> Account:
            return service.take_up(ctx, invitation, joining=account)

        _, place = self._taken_up(invitation, take_up)
        self.switch(secret, place.slug)

    def leave_for_provider(self, caller: Caller, *, next: str, invitation: str = "") -> str:
        """The provider's address to go to. Raises NotFound (no provider), Unavailable, and
        InvitationNotFound for an invitation that cannot be used."""
        provider = self._required()
        if invitation:
            self.invited(invitation)
        state, nonce, verifier = (self._units.run(_NOWHERE, service.fresh) for _ in range(3))
        redirect = f"{caller.origin}/sign-in/returned"
        address = provider.address(redirect=redirect, state=state, nonce=nonce, verifier=verifier)
        self._units.run(
            _NOWHERE,
            service.leave,
            state=state,
            browser=caller.browser,
            nonce=nonce,
            verifier=verifier,
            purpose={"next": next, "invitation": invitation, "redirect": redirect},
        )
        return address

    def returned(self, query: dict[str, str], caller: Caller) -> Returned:
        """A new session, for whoever the provider says it is and we know. Raises NotFound (no
        provider), ProviderFailed, Unavailable, and what taking up an invitation raises."""
        provider = self._required()
        state = query.get("state", "")
        begun = self._units.run(_NOWHERE, service.come_back, state=state, browser=caller.browser)
        if begun is None:
            raise ProviderFailed(
                "This sign-in was not begun in this browser, or longer than ten minutes ago, or is "
                "over already; begin again"
            )
        nonce, verifier, purpose = begun
        found = provider.identity(
            query, redirect=str(purpose["redirect"]), nonce=nonce, verifier=verifier
        )
        invitation = str(purpose["invitation"])
        account, place = (
            self._invited_identity(invitation, found) if invitation else self._by_identity(found)
        )
        opened = self._open(account, place, Method.PROVIDER, caller)
        return Returned(opened=opened, next=str(purpose["next"]))

    def _required(self) -> Provider:
        if self._provider is None:
            raise NotFound("No sign-in provider is set up here; sign in with a password")
        return self._provider

    def _by_identity(self, found: Identity) -> tuple[Account, Place]:
        account = self._units.run(
            _NOWHERE, service.account_by_identity, found.issuer, found.subject
        )
        active = self._active(account) if account else []
        if account is None or not active:
            raise ProviderFailed(
                "Nobody here is known by this identity. People are invited: open your invitation, and "
                "sign in from there"
            )
        return account, active[0]

    def _invited_identity(self, invitation: str, found: Identity) -> tuple[Account, Place]:
        """An identity that opens an account already joins with it; another makes one of its own."""
        known = self._units.run(_NOWHERE, service.account_by_identity, found.issuer, found.subject)

        def take_up(ctx: Ctx) -> Account:
            return service.take_up(
                ctx,
                invitation,
                login=found.email or found.subject,
                joining=known,
                identity=(found.issuer, found.subject),
            )

        return self._taken_up(invitation, take_up)

    def _taken_up(self, invitation: str, take_up: TakeUp) -> tuple[Account, Place]:
        found, _ = self._units.run(_NOWHERE, service.invited, invitation)
        account = self._units.run(system_actor(found.organisation), take_up)
        return account, next(p for p in account.places if p.organisation == found.organisation)

    def _proven(self, login: str, password: str, caller: Caller) -> Account:
        """The account, whose password this is. Counts the try first, so that many at once are many."""
        origin = _origin(caller)
        knows = self._is_device(login, caller.device)
        wait = self._units.run(_NOWHERE, service.attempts, login, origin, knows_device=knows)
        if wait is not None:
            raise service.too_often(wait)
        account = self._units.run(_NOWHERE, service.account_by_login, login)
        kept = account.password_hash if account else None
        is_right = passwords.is_right(kept, password)
        if account is None or kept is None or not is_right or not self._active(account):
            if account is not None:
                self._failed(account)
            raise service.wrong()
        self._units.run(_NOWHERE, service.forgive, login, origin, knows_device=knows)
        if passwords.is_outdated(kept):
            self._units.run(_NOWHERE, service.keep_hash, account.id, passwords.hashed(password))
        return account

    def _failed(self, account: Account) -> None:
        """Tell the organisations of the account once for each batch."""
        if self._units.run(_NOWHERE, service.note_failure, account.id):
            for place in account.places:
                self._units.run(_at(place), service.tell_failures, place.principal, service.BATCH)

    def _active(self, account: Account) -> list[Place]:
        """The places where the account's person is active, oldest first."""
        return [
            place
            for place in account.places
            if self._units.run(_at(place), service.principal, place.principal).active
        ]

    def _open(self, account: Account, place: Place, method: Method, caller: Caller) -> Opened:
        secret = self._units.run(
            _at(place),
            service.open_session,
            account,
            place,
            method=method,
            caller=_origin(caller),
            life=self._life,
        )
        return Opened(secret=secret, device=self._device(account.login, caller.device))

    def _own(self, secret: str) -> tuple[Session, Account]:
        found = self._units.run(_NOWHERE, service.session, secret, self._life)
        if found is None:
            raise NotSignedIn("Your session is over; sign in again")
        return found, self._units.run(_NOWHERE, service.account, found.account)

    def _device(self, login: str, known: str | None) -> str:
        """What a browser keeps to be known again: chance, bound to the name; no secret of the account."""
        if known is not None and self._is_device(login, known):
            return known
        chance = self._units.run(_NOWHERE, service.fresh)[:32]
        return f"{chance}.{self._units.seal('device', f'{login}|{chance}')}"

    def _is_device(self, login: str, device: str | None) -> bool:
        chance, _, seal = (device or "").partition(".")
        return bool(seal) and hmac.compare_digest(
            seal.encode(), self._units.seal("device", f"{login}|{chance}").encode()
        )


def _origin(caller: Caller) -> Origin:
    return Origin(address=caller.address, agent=caller.agent, device=caller.device)


def _at(place: Place) -> Actor:
    """The person of an account, in one of its organisations."""
    return Actor(organisation=place.organisation, principal=place.principal, kind=ActorKind.PERSON)


def _of(session: Session) -> Actor:
    return Actor(
        organisation=session.organisation, principal=session.principal, kind=ActorKind.PERSON
    )


def _line(one: Session, this: SessionId, organisation: str) -> SessionLine:
    return SessionLine(
        id=one.id,
        is_this=one.id == this,
        organisation=organisation,
        method=str(one.method),
        agent=one.agent,
        address=one.address,
        started_at=one.started_at,
        seen_at=one.seen_at,
        expires_at=one.expires_at,
    )
