"""The account of whoever reads: sessions, password and tokens; and the ways in, for whoever is nobody yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from headrace.surfaces.web.answers import IssuedToken, Standing, Token, Tokens
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.porter import Membership, SessionLine

_PAGE = 200


@dataclass(frozen=True, kw_only=True)
class SignInPage:
    """`provider` is the name of another way in, or None; `fault` is why the last try failed."""

    login: str
    next: str
    provider: str | None
    fault: str


@dataclass(frozen=True, kw_only=True)
class JoinPage:
    """An invitation. `signed_in` is the name of whoever is signed in already, or empty."""

    organisation: str
    handle: str
    name: str
    login: str
    has_account: bool
    signed_in: str
    provider: str | None
    address: str
    fault: str


@dataclass(frozen=True, kw_only=True)
class AccountPage:
    """`sessions` are none for whoever sits at this machine; `tokens` are None where the right for them
    is not held; `issued` is shown this once."""

    standing: Standing
    login: str
    memberships: tuple[Membership, ...]
    sessions: tuple[SessionLine, ...]
    tokens: tuple[Token, ...] | None
    issued: IssuedToken | None
    fault: str
    said: str


def show(asked: Asked) -> AccountPage:
    """The account of whoever reads."""
    return account(asked.client, said=asked.query.get("said", ""))


def account(
    client: Client, *, issued: IssuedToken | None = None, fault: str = "", said: str = ""
) -> AccountPage:
    """The page, with what has just been made, done or refused."""
    own = client.account()
    who = own[0].look(own[1]) if own else None
    sessions: Sequence[SessionLine] = own[0].sessions(own[1]) if own else ()
    return AccountPage(
        standing=client.ask(Standing, "whoami"),
        login=who.login if who else "",
        memberships=who.memberships if who else (),
        sessions=tuple(sessions),
        tokens=_tokens(client),
        issued=issued,
        fault=fault,
        said=said if said in SAID else "",
    )


def _tokens(client: Client) -> tuple[Token, ...] | None:
    if client.person is None:
        return None
    found = client.ask_if_allowed(Tokens, "token.list", limit=_PAGE)
    if found is None:
        return None
    return tuple(sorted(found.items, key=lambda one: (not one.usable, -one.issued_at.timestamp())))


SAID = frozenset({"password", "ended", "revoked"})
"""What the page may say was done."""
