"""Policies, what evaluators hand in, and what counts of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NewType

from pydantic import Field

from headrace.capabilities.governance.model.subjects import Subject, Tier
from headrace.kernel.ids import PrincipalId
from headrace.kernel.inputs import Names

JudgementId = NewType("JudgementId", str)

QuestionId = NewType("QuestionId", str)
"""`Q-3`, counted per organisation."""


class Verdict(StrEnum):
    """What an evaluator says, from best to worst. Only the first two are a pass."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    PASS_WITH_NOTES = "PASS WITH NOTES"  # noqa: S105 - a verdict, no password
    NOT_EVALUATED = "NOT EVALUATED"  # the tools did not run, or nobody looked: never a pass
    ESCALATE = "ESCALATE"  # a person has to answer a question first
    FAIL = "FAIL"

    @classmethod
    def worst(cls, verdicts: "Iterable[Verdict]") -> "Verdict":
        """The verdict that counts where several do; PASS where there is none."""
        return max(verdicts, key=list(cls).index, default=cls.PASS)


PASSES = frozenset({Verdict.PASS, Verdict.PASS_WITH_NOTES})


class Severity(StrEnum):
    """How much a finding weighs: critical and major ones fail, minor ones are notes."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One row that an evaluator checks. What an advisory row finds counts as minor."""

    id: str  # "contract-before-code"
    text: str
    blocking: bool = True


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A set of criteria with the role that judges by them; declared by packs and rooms.

    `escalates_to` is the handle that is asked when the evaluator cannot tell, at `tier`. An advisory
    policy is judged and shown, and never holds anything up.
    """

    key: str  # "architecture"
    title: str
    criteria: tuple[Criterion, ...]
    evaluator: str  # id of a role card
    blocking: bool = True
    escalates_to: str = ""
    tier: Tier = Tier.JUDGEMENT


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing an evaluator found, precise enough to mend it."""

    severity: Severity
    clause: str  # id of a criterion of the policy
    what: str
    evidence: str
    remediation: str
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """What an evaluator cannot tell and asks a person."""

    question: str
    recommendation: str = ""
    to: str = ""  # handle; empty: where the policy says


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an evaluator hands in on one policy.

    `hash` is what was looked at. `ci_green` is False when the subject's own tests were red, None
    when there are none to run.
    """

    subject: Annotated[Subject, Field(description="What was judged, by kind and id.")]
    hash: Annotated[str, Field(description="What of it was looked at.")]
    policy: Annotated[str, Names("policy")]
    verdict: Verdict
    summary: str = ""
    findings: tuple[Finding, ...] = ()
    escalation: Escalation | None = None
    ci_green: bool | None = None
    run: str | None = None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A report as it counts. Never changed: judging again makes another one with a higher number."""

    id: JudgementId
    subject: Subject
    hash: str
    policy: str
    number: int  # 1, 2, 3 … of this subject and policy
    verdict: Verdict
    stated: Verdict  # what the evaluator said; the rules may have made it worse
    summary: str
    findings: tuple[Finding, ...]
    evaluator: PrincipalId
    question: QuestionId | None
    run: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many findings block, by severity, and how many are notes that hold nothing up."""

    critical: int = 0
    major: int = 0
    notes: int = 0

    @property
    def blocking(self) -> int:
        return self.critical + self.major


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """How a subject stands by the policies it must meet, on its present hash."""

    subject: Subject
    hash: str
    overall: Verdict
    tally: Tally  # over the newest judgements
    judgements: tuple[Judgement, ...]  # the newest per policy
    unjudged: tuple[str, ...]  # required policies without a judgement on this hash
    without_evaluator: tuple[str, ...]  # why a required policy can have none


class Answer(StrEnum):
    """What a person says to a question."""

    ALLOW = "allow"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something an evaluator could not tell. It belongs to subject and policy, not to one version."""

    id: QuestionId
    subject: Subject
    hash: str  # what the evaluator had looked at
    policy: str
    question: str
    recommendation: str
    to: tuple[str, ...]  # handles
    tier: Tier
    authors: tuple[PrincipalId, ...]  # of the subject; they do not answer
    context: str | None
    asked_by: PrincipalId
    asked_at: datetime
    answer: Answer | None
    note: str
    answered_by: PrincipalId | None
    answered_at: datetime | None
    withdrawn: bool  # its subject was given up, so nobody needs an answer
    waited_real_seconds: float  # until the answer, or until now
