"""Answers: who may act, and who reads."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Organisation:
    slug: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Organisations:
    items: tuple[Organisation, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Principal:
    id: str
    kind: str
    handle: str
    name: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class People:
    items: tuple[Principal, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Who reads, what they may do, and what time it is there."""

    organisation: str | None
    handle: str | None
    name: str
    permissions: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Team:
    handle: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Teams:
    items: tuple[Team, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Token:
    """Its times are real, UTC."""

    id: str
    owner: str
    scopes: tuple[str, ...] | None
    note: str
    issued_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    usable: bool


@dataclass(frozen=True, kw_only=True)
class Tokens:
    items: tuple[Token, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A token with its secret: shown this once."""

    id: str
    secret: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class View:
    """A list that the reader keeps, under a name of theirs."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Views:
    items: tuple[View, ...]
