"""Words: how persons sign in to the console: accounts, sessions, invitations, and what is told of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NewType

from headrace.capabilities.people.model.people import PrincipalEvent
from headrace.kernel.errors import Invalid, NotAllowed, NotFound
from headrace.kernel.form import Secret
from headrace.kernel.ids import OrganisationId, PrincipalId

AccountId = NewType("AccountId", str)
SessionId = NewType("SessionId", str)
InvitationId = NewType("InvitationId", str)


class Method(StrEnum):
    """How somebody came in."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    PROVIDER = "provider"
    INVITATION = "invitation"


@dataclass(frozen=True, kw_only=True)
class SessionLife:
    """How long a session lives, in real time: without a sign of life, and at all."""

    idle: timedelta = timedelta(hours=8)
    longest: timedelta = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Where a sign-in comes from. `device` is a device's proof that it signed in before, or None."""

    address: str
    agent: str = ""
    device: str | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """An organisation in which an account acts, and as whom."""

    organisation: OrganisationId
    slug: str
    name: str
    principal: PrincipalId


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person's way in, apart from organisations. `login` is what the person types."""

    id: AccountId
    login: str
    password_hash: str | None
    places: tuple[Place, ...]  # oldest first


@dataclass(frozen=True, kw_only=True)
class Session:
    """A signed-in browser; its secret is kept nowhere. Its times are real."""

    id: SessionId
    account: AccountId
    organisation: OrganisationId
    principal: PrincipalId
    method: Method
    agent: str
    address: str
    started_at: datetime
    seen_at: datetime  # to the minute
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A one-time way in for a person who has none yet, or who lost it. Its times are real."""

    id: InvitationId
    organisation: OrganisationId
    person: str  # handle
    login: str  # that it is for; empty: the person chooses one
    invited_at: datetime
    expires_at: datetime
    usable: bool


@dataclass(frozen=True, kw_only=True)
class IssuedInvitation:
    """A fresh invitation. Its `path`, put behind the address of the console, is shown this once."""

    id: InvitationId
    person: str  # handle
    login: str
    path: Secret
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignedIn(PrincipalEvent):
    """A person signed in to the console."""

    type: ClassVar[str] = "people.signed_in"
    session: SessionId
    method: Method


@dataclass(frozen=True, kw_only=True)
class SignInsFailed(PrincipalEvent):
    """Somebody tried to sign in as this person and failed: five times, or as often before a success."""

    type: ClassVar[str] = "people.sign_ins_failed"
    count: int


@dataclass(frozen=True, kw_only=True)
class SignedOut(PrincipalEvent):
    """A person's session ended by a person's hand."""

    type: ClassVar[str] = "people.signed_out"
    session: SessionId


@dataclass(frozen=True, kw_only=True)
class PasswordSet(PrincipalEvent):
    """A person has a new password; every other session of theirs is over."""

    type: ClassVar[str] = "people.password_set"


@dataclass(frozen=True, kw_only=True)
class IdentityLinked(PrincipalEvent):
    """A person can sign in through the provider too."""

    type: ClassVar[str] = "people.identity_linked"
    issuer: str


@dataclass(frozen=True, kw_only=True)
class InvitationIssued(PrincipalEvent):
    """A person was invited to sign in."""

    type: ClassVar[str] = "people.invitation_issued"
    invitation: InvitationId


@dataclass(frozen=True, kw_only=True)
class InvitationAccepted(PrincipalEvent):
    """A person took an invitation up."""

    type: ClassVar[str] = "people.invitation_accepted"
    invitation: InvitationId


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(PrincipalEvent):
    """An invitation opens nothing any more."""

    type: ClassVar[str] = "people.invitation_revoked"
    invitation: InvitationId


class SignInFailed(NotAllowed):
    """The name or the password is wrong; which of the two is never said."""

    code = "people.sign_in_failed"


class PasswordWeak(Invalid):
    """The password is too easily guessed."""

    code = "people.password_weak"


class LoginTaken(Invalid):
    """The name belongs to an account; its owner signs in to take the invitation up."""

    code = "people.login_taken"


class InvitationNotFound(NotFound):
    """No invitation that can be used."""

    code = "people.invitation_not_found"


class SessionNotFound(NotFound):
    """No session of this id that is one's own."""

    code = "people.session_not_found"
