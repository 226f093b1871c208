"""Remediation: plans as values, deeds with their evidence, and who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from headrace.capabilities.operate.model.incidents import IncidentId
from headrace.capabilities.operate.model.runbooks import Deed
from headrace.kernel.json import Json

PlanId = NewType("PlanId", str)
"""`INC-2026-001/2`: the second plan of an incident."""

REMEDIATION = "remediation"
"""The kind of subject that a gate on a plan has."""


@dataclass(frozen=True, kw_only=True)
class PlannedDeed:
    """One deed as it will be done: `before` is the value that was found, `value` the one to be set."""

    deed: Deed
    service: str
    subject: str = ""
    before: float | None = None
    value: float | None = None
    affects: str = ""


class PlanState(StrEnum):
    """Where a plan stands."""

    ASKED = "asked"  # waits for a person
    READY = "ready"
    ACTING = "acting"
    WATCHING = "watching"  # done; whether it helped is being measured
    HELPED = "helped"
    IN_VAIN = "in-vain"  # the figure did not come back in time
    BROKEN = "broken"  # a deed could not be done
    REFUSED = "refused"  # a person said no
    DROPPED = "dropped"  # the incident ended before


OPEN_PLANS = frozenset({PlanState.ASKED, PlanState.READY, PlanState.ACTING, PlanState.WATCHING})
UNHELPFUL = frozenset({PlanState.IN_VAIN, PlanState.BROKEN, PlanState.REFUSED})


@dataclass(frozen=True, kw_only=True)
class PlanBody:
    """What a person approves, word for word what will run. Its hash is over all of this."""

    incident: IncidentId
    service: str
    runbook: str  # the version whose remedy it is
    remedy: str
    trigger: str
    deeds: tuple[PlannedDeed, ...]
    share: float  # of the service's requests in the window, 0 to 1
    share_basis: str
    within: timedelta


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One remedy as a value, and what became of it. `because` is why a person must say yes first."""

    id: PlanId
    body: PlanBody
    hash: str
    state: PlanState
    because: tuple[str, ...]
    made_at: datetime
    acted_real: datetime | None = None  # since when its effect is measured
    ended_at: datetime | None = None
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class Act:
    """A deed with its evidence: what triggered it, what was done, and what was measured then.

    Without a measured outcome it counts as not done.
    """

    plan: PlanId
    number: int
    effect_key: str
    trigger: str
    deed: PlannedDeed
    by: str
    at: datetime
    at_real: datetime
    outcome: Mapping[str, Json] = field(default_factory=dict)
    measured_at: datetime | None = None

    @property
    def is_done(self) -> bool:
        """Whether the evidence is whole."""
        return self.measured_at is not None and bool(self.outcome)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What health says of an incident since a plan acted."""

    back: bool  # every figure is where it usually is
    known: bool  # enough was seen to say so
    told: tuple[str, ...]
    values: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Who operates, by role and handle; declared by a pack. `tools` names what a card must hold.

    `escalation` are the handles that are called one after the other when deadlines are missed.
    """

    monitor: str
    responder: str
    hands: Mapping[Deed, str]  # who does a deed
    tools: Mapping[Deed, str]  # the tool that the card of whoever does it must name
    on_call: tuple[str, ...]
    policy_author: tuple[str, ...]
    escalation: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Forbidden:
    """A thing that operations never do, and who decides about it instead."""

    what: str
    instead: str


NEVER: Mapping[str, Forbidden] = {
    "suppress-alert": Forbidden(
        what="suppress or tune an alert", instead="the policy author changes targets and watches"
    ),
    "edit-code": Forbidden(
        what="change application code", instead="file a signal; a coding agent makes the change"
    ),
    "decide-product": Forbidden(
        what="decide what the product does", instead="file a signal; discovery decides"
    ),
    "inject-failure": Forbidden(
        what="inject a failure in production", instead="staging first, and a person's approval"
    ),
}
"""Seed 002, "What You Never Do"."""
