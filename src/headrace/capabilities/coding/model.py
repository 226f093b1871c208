"""The words of coding: what is known of a change that is judged, and what came of judging it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from headrace.capabilities.governance.model import Criterion, Escalation, Finding, Verdict
from headrace.kernel.errors import Invalid

NOVELTY_THRESHOLD = 0.7
"""A change whose novelty is above this waits for a person, unless its checkpoint says otherwise."""

COVERAGE_PERCENT = 80.0
"""How much of the changed lines tests reach at least (architecture policy)."""

CI, CRITERIA, BEHAVIOURS, TRACE, WITHIN, SELF = (
    "checks-green",
    "acceptance-criteria",
    "behaviours-tested",
    "task-named",
    "within-its-paths",
    "judged-as-declared",
)
SHARED = (
    Criterion(id=CI, text="The product's own tests and linters are green"),
    Criterion(id=CRITERIA, text="Every acceptance criterion is met, and something shows it"),
    Criterion(id=BEHAVIOURS, text="Every behaviour of the design has a test that ran and passed"),
    Criterion(id=TRACE, text="The work names the task it was done for"),
    Criterion(id=WITHIN, text="The change stays within the paths of the work"),
    Criterion(id=SELF, text="A change does not alter the checks that it is judged by"),
)
"""Criteria that every policy on code has, whatever else it asks."""


class EvaluationInvalid(Invalid):
    """What was asked to be evaluated cannot be."""

    code = "coding.evaluation_invalid"


class State(StrEnum):
    """How one criterion stands."""

    MET = "met"
    NOT_MET = "not met"
    DOES_NOT_APPLY = "does not apply"
    NOT_EVALUATED = "not evaluated"  # never a pass where the criterion blocks


@dataclass(frozen=True, kw_only=True)
class AcceptanceCriterion:
    """What the work must achieve.

    Shown by the tests it names, by tests that name its id, or by product checks that pass.
    """

    id: str
    text: str
    tests: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """A scenario of the design, for the criterion it serves. Without `test`, a test names the scenario."""

    scenario: str
    criterion: str = ""
    test: str = ""  # tests/api/test_export.py::test_limit


@dataclass(frozen=True, kw_only=True)
class Interface:
    """What this change promised to others in the design.

    A name is a type, a function, a word in quotation marks, or a route ("POST /exports").
    """

    to: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """Who is asked when the novelty score of a change is above `threshold`."""

    threshold: float = NOVELTY_THRESHOLD
    who: str = ""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a person said to a question that an earlier evaluation asked."""

    policy: str
    question: str
    allowed: bool
    note: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class SelfJudgement:
    """What the author says of the own work under one policy."""

    policy: str
    verdict: str
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckCommand:
    """A check that the organisation gives for a product that names none, or instead of one it names."""

    run: tuple[str, ...]
    evaluates: tuple[str, ...] = ()
    not_evaluated: int | None = None
    at_most_seconds: int = 600


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What is judged: the change of a worktree since `base`, and what it promised.

    `paths` may be left out: they are what differs between `base` and the worktree's commit. `owned` are
    the folders and files that the work may touch; empty means all. `telemetry` are the names that the
    design promises. `patterns` are accepted beside those in the product's own decisions. `partial` names
    checks whose gaps (not run, not everything judged) are taken as a note: a person's decision, for
    machines that lack a tool.
    """

    change: str = ""
    base: str
    paths: tuple[str, ...] = ()
    stream: str = ""
    policies: tuple[str, ...]
    tasks: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    criteria: tuple[AcceptanceCriterion, ...] = ()
    behaviours: tuple[Behaviour, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    telemetry: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    checkpoint: Checkpoint = field(default_factory=Checkpoint)
    answers: tuple[Answered, ...] = ()
    self_evaluation: tuple[SelfJudgement, ...] = ()
    checks: Mapping[str, CheckCommand] = field(default_factory=dict)
    partial: tuple[str, ...] = ()
    public: tuple[str, ...] = ()  # routes that anybody may ask: "GET /status"
    coverage_percent: float = COVERAGE_PERCENT


class Ending(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    PARTLY = "not everything evaluated"
    OVER_TIME = "over time"
    NOT_RUN = "not run"


UNSURE = frozenset({Ending.PARTLY, Ending.NOT_RUN})
"""Endings that say nothing, or not everything, about the change: a tool is missing on this machine."""


class Outcome(StrEnum):
    """How a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One test that was collected: `module` dotted (`tests.api.test_export.TestX`), `name` without case."""

    module: str
    name: str
    outcome: Outcome

    @property
    def id(self) -> str:
        return f"{self.module}::{self.name}"


@dataclass(frozen=True, kw_only=True)
class CheckRun:
    """A tool that was run. `output` is its end, without what differs from run to run.

    `id` names the run in the evidence store, `ended_at` is organisation time; both are empty for a
    run that nobody else could use.
    """

    name: str
    argv: tuple[str, ...]
    ending: Ending
    exit_code: int | None
    output: str
    why: str = ""
    id: str = field(default="", compare=False)
    ended_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class CheckKey:
    """What one run of a check says something about: this check of this commit, here, and no other.

    `declaration` and `environment` are hashes: of the check as the change's base declares it, and of
    the machine and the tools that it ran with.
    """

    repository: str
    head: str
    check: str
    declaration: str
    environment: str


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A run of a check with all that it measured. `records` are its single tests, None without a report."""

    run: CheckRun
    records: tuple[Case, ...] | None = None
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Claim:
    """How one evaluator stands to a check: it measured already (`measured`), it is the evaluator's to
    run (`by` names its claim), or somebody else is at it (`id` names the run to wait for)."""

    id: str = ""
    by: str = ""
    measured: Measured | None = None


class Evidence(Protocol):
    """Where runs of checks are kept, so that all evaluators of one head rest on the same ones."""

    def claim(self, key: CheckKey, awaited: str = "") -> Claim:
        """The run of this check. `awaited` is the one that was waited for, whatever came of it."""

    def hold(self, claim: Claim) -> None:
        """Say that the claim's run still goes on; without this it is taken over by somebody else."""

    def keep(self, claim: Claim, measured: Measured) -> Measured | None:
        """Keep what was measured, with its id and time; None when the claim was lost meanwhile."""

    def give_up(self, claim: Claim) -> None:
        """Leave the run to somebody else."""

    def wait(self) -> None:
        """Wait a little for others. Raises when the evaluation is to stop."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """How one criterion of a policy stands, and what shows it."""

    clause: str
    state: State
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class CriterionResult:
    """How one acceptance criterion stands, with the tests and checks that show it or what is missing."""

    criterion: str  # its id
    state: State
    evidence: str


@dataclass(frozen=True, kw_only=True)
class PolicyResult:
    """What came of judging one policy."""

    policy: str
    verdict: Verdict
    summary: str
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = ()
    escalation: Escalation | None = None
    ci_green: bool | None = None
    self_evaluation: str = ""  # where the author saw it otherwise


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What came of an evaluation. Equal trees give equal values; `seconds` alone differ."""

    verdict: Verdict
    results: tuple[PolicyResult, ...]
    checks: tuple[CheckRun, ...]
    novelty: float | None
    criteria: tuple[CriterionResult, ...] = ()
    seconds: Mapping[str, float] = field(compare=False, default_factory=dict)
