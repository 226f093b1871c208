"""What governance tells. Everything about one subject is of its lineage, so it is strictly ordered."""

from dataclasses import dataclass
from typing import ClassVar

from headrace.capabilities.governance.model.gates import Decision, GateId, GateState
from headrace.capabilities.governance.model.judgements import Answer, QuestionId, Verdict
from headrace.capabilities.governance.model.subjects import Tier
from headrace.kernel.events import Event
from headrace.kernel.ids import PrincipalId


@dataclass(frozen=True, kw_only=True)
class SubjectEvent(Event):
    """What happens to a subject: `kind` is change, version or another room's own word."""

    kind: str
    subject: str
    hash: str
    context: str | None = None

    @property
    def lineage(self) -> str:
        return f"{self.kind}:{self.subject}"


@dataclass(frozen=True, kw_only=True)
class Judged(SubjectEvent):
    """An evaluator's verdict on one policy counts from now on."""

    type: ClassVar[str] = "governance.judged"
    judgement: str
    policy: str
    verdict: Verdict
    evaluator: PrincipalId
    findings: int


@dataclass(frozen=True, kw_only=True)
class QuestionAsked(SubjectEvent):
    """An evaluator could not tell and asks a person; only this aspect waits."""

    type: ClassVar[str] = "governance.question_asked"
    question: QuestionId
    policy: str
    tier: Tier


@dataclass(frozen=True, kw_only=True)
class Answered(SubjectEvent):
    """A person answered; the evaluator of `policy` judges again, in a new report."""

    type: ClassVar[str] = "governance.answered"
    question: QuestionId
    policy: str
    answer: Answer
    note: str
    by: PrincipalId


@dataclass(frozen=True, kw_only=True)
class Trend(Event):
    """A policy failed three times in a row, or six, or nine: something upstream is wrong."""

    type: ClassVar[str] = "governance.trend"
    policy: str
    fails: int
    kind: str
    subject: str

    @property
    def lineage(self) -> str:
        return f"policy:{self.policy}"


@dataclass(frozen=True, kw_only=True)
class GateEvent(SubjectEvent):
    """What happens at a gate."""

    gate: GateId
    purpose: str


@dataclass(frozen=True, kw_only=True)
class GateAsked(GateEvent):
    """People are asked for a decision."""

    type: ClassVar[str] = "governance.gate_asked"
    tier: Tier
    approvers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GateDelegated(GateEvent):
    """Somebody else was asked to decide."""

    type: ClassVar[str] = "governance.gate_delegated"
    to: str
    by: PrincipalId


@dataclass(frozen=True, kw_only=True)
class GateDecided(GateEvent):
    """A person decided one gate; `standing` is how the subject stands by all its gates together.

    Whoever proposed a plan acts when `standing` is approved, revised or rejected. The time waited
    is told in organisation time and in the world's.
    """

    type: ClassVar[str] = "governance.gate_decided"
    decision: Decision
    standing: GateState
    note: str
    by: PrincipalId
    waited_seconds: float
    waited_real_seconds: float


@dataclass(frozen=True, kw_only=True)
class GateSuperseded(GateEvent):
    """The subject changed or was withdrawn before anybody decided."""

    type: ClassVar[str] = "governance.gate_superseded"


@dataclass(frozen=True, kw_only=True)
class Halted(Event):
    """Somebody stopped all agents: nothing new starts, and what runs stops at its next step."""

    type: ClassVar[str] = "governance.halted"
    reason: str
    by: PrincipalId

    @property
    def lineage(self) -> str:
        return "switch:agents"


@dataclass(frozen=True, kw_only=True)
class Resumed(Event):
    """A person let the agents go on."""

    type: ClassVar[str] = "governance.resumed"
    note: str
    by: PrincipalId

    @property
    def lineage(self) -> str:
        return "switch:agents"
