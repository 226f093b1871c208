"""Answers: who may act, and who reads."""

from dataclasses import dataclass


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
    """Who reads, and what they may do."""

    organisation: str | None
    handle: str | None
    name: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Team:
    handle: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Teams:
    items: tuple[Team, ...]
    next: str | None
