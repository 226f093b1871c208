"""Answers: who holds which right, who is invited, and how the journal stands against its seals."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Right:
    """A permission or a pattern of them, on all subjects or on some, for good or until a moment."""

    pattern: str
    subject: str | None
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Grant:
    id: str
    holder: str
    right: Right
    reason: str
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True, kw_only=True)
class Grants:
    items: tuple[Grant, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Its times are real, UTC."""

    id: str
    person: str
    login: str
    expires_at: datetime
    invited_at: datetime
    usable: bool


@dataclass(frozen=True, kw_only=True)
class Invitations:
    items: tuple[Invitation, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Permission:
    name: str
    summary: str


@dataclass(frozen=True, kw_only=True)
class Permissions:
    items: tuple[Permission, ...]


@dataclass(frozen=True, kw_only=True)
class AuditFault:
    """One row that is not what was sealed."""

    row: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What a check of the journal saw; `head` stands for all that was sealed so far."""

    head: str
    events: int
    blocks: int
    unsealed: int
    erased: int
    faults: tuple[AuditFault, ...]
