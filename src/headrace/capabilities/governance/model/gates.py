"""Gates, what is proposed at them, and what lies in an inbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from headrace.capabilities.governance.model.subjects import Subject, Tier
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId

GateId = NewType("GateId", str)
"""`G-12`, counted per organisation."""


class Decision(StrEnum):
    """What a person says at a gate."""

    APPROVE = "approve"
    REVISE = "revise"  # with a note: what has to change
    REJECT = "reject"  # with a reason


class GateState(StrEnum):
    """Where a gate stands."""

    OPEN = "open"
    APPROVED = "approved"
    REVISED = "revised"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"  # its subject changed before anybody decided
    WITHDRAWN = "withdrawn"  # nobody asks any more


DECIDED = {
    Decision.APPROVE: GateState.APPROVED,
    Decision.REVISE: GateState.REVISED,
    Decision.REJECT: GateState.REJECTED,
}


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a room asks people to decide: a change, or a plan that is a value of its own.

    `hash` is over everything that the decision is about, `members` names its parts with theirs.
    Each group of `approvers` gets a gate, and one person of it decides that. `authors` never do.
    `purpose` tells two gates on one subject apart; `alike` groups what may be decided in one go.
    """

    subject: Subject
    hash: str
    title: str
    approvers: tuple[tuple[str, ...], ...]
    authors: tuple[PrincipalId, ...]
    summary: str = ""
    why: str = ""
    on_yes: str = ""
    on_no: str = ""
    tier: Tier = Tier.OWNER
    members: Mapping[str, str] = field(default_factory=dict)
    context: str | None = None
    purpose: str = "review"
    alike: str = ""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A stop until a person of `approvers`, or the one it was delegated to, has decided.

    `decided_at` and `asked_at` are organisation time; `waited_real_seconds` is the world's.
    """

    id: GateId
    subject: Subject
    hash: str
    members: Mapping[str, str]
    title: str
    summary: str
    why: str
    on_yes: str
    on_no: str
    tier: Tier
    approvers: tuple[str, ...]
    delegated_to: str | None
    delegated_by: PrincipalId | None
    authors: tuple[PrincipalId, ...]
    context: str | None
    purpose: str
    alike: str
    state: GateState
    asked_at: datetime
    decided_at: datetime | None
    decided_by: PrincipalId | None
    note: str
    waited_real_seconds: float

    @property
    def deciders(self) -> tuple[str, ...]:
        """The handles whose people have it in their inbox."""
        return (self.delegated_to,) if self.delegated_to else self.approvers


@dataclass(frozen=True, kw_only=True)
class BatchItem:
    """What became of one gate of a batch; `refused` says why it was not decided."""

    gate: GateId
    state: GateState | None
    refused: str | None


class ItemKind(StrEnum):
    """What lies in an inbox."""

    GATE = "gate"
    QUESTION = "question"
    TASK = "task"  # work that waits for a person to do it
    RUN = "run"  # work that failed so often that a person says whether it is tried once more


@dataclass(frozen=True, kw_only=True)
class InboxItem:
    """One thing that a person may decide now, with all that is needed to see what it is about."""

    kind: ItemKind
    id: str
    asked: str
    subject: Subject
    hash: str
    why: str
    tier: Tier
    waiting_since: datetime
    waiting: timedelta  # organisation time
    on_yes: str
    on_no: str
    blocks: int
    alike: str
    context: str | None
    asked_of: tuple[str, ...] = ()  # handles of those who may decide, where it is given to some


@dataclass(frozen=True, kw_only=True)
class InboxSource:
    """What another room has for people to do; declared by that room.

    `waiting` gives everything that waits; whoever holds `permission` finds it in the inbox.
    """

    name: str  # "agents.tasks"
    permission: str
    waiting: Callable[[Ctx], Sequence[InboxItem]]


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """Who is asked where a question's own handle names nobody; declared by a pack.

    Of the handles, in this order, the first that names a person who may answer.
    """

    handles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Halt:
    """All agents stand still."""

    reason: str
    by: PrincipalId
    at: datetime
