"""The porter: what the pages ask of whoever keeps accounts and sessions; they know nothing of how."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Where a request comes from. `device` proves that this browser signed in before, or is None;
    `browser` binds what is begun here to what ends here; `origin` is our own address as it sees it."""

    address: str
    agent: str
    device: str | None
    browser: str
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class Membership:
    """An organisation that somebody may act in."""

    slug: str
    name: str


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who a session is. `handle` and `name` are those of the organisation that it acts in."""

    session: str  # its id, which is no secret
    login: str
    organisation: str  # slug
    handle: str
    name: str
    memberships: tuple[Membership, ...]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A fresh session: the browser keeps both words, nobody else does."""

    secret: str = field(repr=False)
    device: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class SessionLine:
    """A session as its owner sees it. Its times are real, UTC."""

    id: str
    is_this: bool
    organisation: str  # name
    method: str
    agent: str
    address: str
    started_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Invited:
    """What an invitation opens. `login` is empty where the person chooses one; `has_account` says that
    the person signs in already, and sets a new password by it."""

    organisation: str  # name
    handle: str
    name: str
    login: str
    has_account: bool


@dataclass(frozen=True, kw_only=True)
class Returned:
    """Somebody whom the provider sent back: signed in, and where to go on."""

    opened: Opened
    next: str


class Porter(Protocol):
    """Accounts and sessions. Raises errors of the house's families, which tell the remedy."""

    @property
    def provider(self) -> str | None:
        """What people call the provider that they may sign in through; None where there is none."""

    def look(self, secret: str) -> SignedIn | None:
        """Who a session is; None where it is over. Counts as a sign of life."""

    def seal(self, text: str) -> str:
        """A signature that every process of this installation makes alike."""

    def sign_in(self, login: str, password: str, caller: Caller) -> Opened:
        """A new session. Raises in the same words whatever is wrong."""

    def sign_out(self, secret: str) -> None:
        """The session is over; nothing happens where it is already."""

    def switch(self, secret: str, organisation: str) -> None:
        """Let the session act in another of its organisations."""

    def change_password(self, secret: str, current: str, new: str, caller: Caller) -> Opened:
        """A new password; every session is over, and this new one is open."""

    def sessions(self, secret: str) -> Sequence[SessionLine]:
        """The sessions of whoever has this one, the one seen last first."""

    def end_session(self, secret: str, session: str) -> None:
        """End one of one's own sessions."""

    def invited(self, invitation: str) -> Invited:
        """What an invitation opens."""

    def accept(self, invitation: str, login: str, password: str, caller: Caller) -> Opened:
        """Take an invitation up with a password."""

    def join(self, secret: str, invitation: str) -> None:
        """Take an invitation up with the account that is signed in, and act there from now on."""

    def leave_for_provider(self, caller: Caller, *, next: str, invitation: str = "") -> str:
        """The provider's address to go to: to sign in, or to take an invitation up."""

    def returned(self, query: dict[str, str], caller: Caller) -> Returned:
        """What came of it, from what the provider sent the browser back with."""
