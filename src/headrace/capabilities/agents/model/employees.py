"""Employees: who was hired from which role card, and what became of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NewType

from headrace.capabilities.agents.cards import Lifecycle, RoleCard
from headrace.kernel.events import Event
from headrace.kernel.ids import PrincipalId

EmployeeId = NewType("EmployeeId", str)


@dataclass(frozen=True, kw_only=True)
class Employee:
    """An agent in the organisation's service. Its card is pinned: a new card counts once it is renewed."""

    id: EmployeeId
    principal: PrincipalId
    handle: str
    role: str
    state: Lifecycle
    superseded_by: str
    paused: bool
    card: RoleCard
    card_hash: str
    hired_by: PrincipalId
    hired_at: datetime  # organisation time
    open_runs: int


@dataclass(frozen=True, kw_only=True)
class EmployeeEvent(Event):
    """What happens to an employee."""

    employee: EmployeeId
    handle: str
    role: str

    @property
    def lineage(self) -> str:
        return f"employee:{self.employee}"


@dataclass(frozen=True, kw_only=True)
class Hired(EmployeeEvent):
    """An employee was made from a role card."""

    type: ClassVar[str] = "agents.hired"
    principal: PrincipalId
    card_hash: str
    state: Lifecycle


@dataclass(frozen=True, kw_only=True)
class StateChanged(EmployeeEvent):
    """An employee entered another state of its life, approved by the actor."""

    type: ClassVar[str] = "agents.state_changed"
    state: Lifecycle
    superseded_by: str


@dataclass(frozen=True, kw_only=True)
class Paused(EmployeeEvent):
    """An employee takes no new run."""

    type: ClassVar[str] = "agents.paused"


@dataclass(frozen=True, kw_only=True)
class Resumed(EmployeeEvent):
    """An employee takes runs again."""

    type: ClassVar[str] = "agents.resumed"


@dataclass(frozen=True, kw_only=True)
class Renewed(EmployeeEvent):
    """An employee works by the present form of its role card from now on."""

    type: ClassVar[str] = "agents.renewed"
    card_hash: str
