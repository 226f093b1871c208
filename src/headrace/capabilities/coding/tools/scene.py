"""The scene of an evaluation: what every evaluator looks at, read once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from headrace.capabilities.agents.model import Bench
from headrace.capabilities.coding.model import Evaluation, Evidence, Row, State
from headrace.capabilities.coding.rules.changes import added
from headrace.capabilities.coding.rules.python import Module, is_test, modules
from headrace.capabilities.coding.rules.routes import Route, routes
from headrace.capabilities.coding.tools.checks import Checks, known_checks
from headrace.capabilities.coding.tools.sharing import sharing_of
from headrace.capabilities.coding.tools.trees import changed_since, texts_before, texts_now
from headrace.capabilities.governance.model import Escalation, Finding, Severity

PRODUCT = ".headrace/product.yaml"


@dataclass(frozen=True)
class Scene:
    """A change with the tree it is part of, the tree it began at, and the means to run things."""

    evaluation: Evaluation
    before: Mapping[str, str]
    now: Mapping[str, str]
    touched: tuple[str, ...]  # with those that are gone
    checks: Checks

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """The changed texts that are still there, sorted."""
        return tuple(path for path in self.touched if path in self.now)

    @cached_property
    def code(self) -> tuple[str, ...]:
        """The changed Python files that are no tests."""
        return tuple(path for path in self.changed if path.endswith(".py") and not is_test(path))

    @cached_property
    def read(self) -> tuple[Module, ...]:
        """Every Python file of the tree as it is."""
        return modules(self.now)

    @cached_property
    def read_changed(self) -> tuple[Module, ...]:
        """The changed Python files that are no tests, as read."""
        return tuple(module for module in self.read if module.path in self.code)

    @cached_property
    def new_routes(self) -> tuple[Route, ...]:
        """The routes of the changed files that were not there before."""
        known = {route.name for route in routes(modules(self.before))}
        return tuple(one for one in routes(self.read, self.code) if one.name not in known)

    @cached_property
    def _added(self) -> dict[str, frozenset[int]]:
        return {path: added(self.before.get(path), self.now[path]) for path in self.changed}

    def is_new(self, path: str, line: int) -> bool:
        """Whether this line came with the change."""
        return line in self._added.get(path, frozenset())

    @cached_property
    def product(self) -> Mapping[str, object]:
        """What the product said of itself before the change; nobody moves the marks of the own work."""
        try:
            found = YAML(typ="safe", pure=True).load(self.before.get(PRODUCT, ""))
        except YAMLError:
            return {}
        return found if isinstance(found, dict) else {}

    @cached_property
    def divisions(self) -> Mapping[str, Sequence[str]]:
        """The folders of each of the product's divisions."""
        listed = self.product.get("divisions")
        found: dict[str, Sequence[str]] = {}
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict) and isinstance(one.get("paths"), list):
                found[str(one.get("name"))] = [str(path) for path in one["paths"]]
        return found

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """The patterns that accepted decisions name, given and in the product before the change."""
        return (*self.evaluation.patterns, *_accepted(self.before))


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What one evaluator says about its policy."""

    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()
    escalation: Escalation | None = None
    allowed: str = ""
    novelty: float | None = None


@dataclass
class Notes:
    """What an evaluator notes while it looks: each criterion once, and its findings."""

    rows: dict[str, Row] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def looked(self, clause: str, why: str = "") -> None:
        """The criterion was looked at; findings decide whether it is met."""
        self._note(clause, State.MET, why)

    def irrelevant(self, clause: str, why: str) -> None:
        """There is nothing that the criterion could apply to."""
        self._note(clause, State.DOES_NOT_APPLY, why)

    def unknown(self, clause: str, why: str) -> None:
        """The criterion could not be evaluated; said once, it stays."""
        self.rows[clause] = Row(clause=clause, state=State.NOT_EVALUATED, why=why)

    def found(
        self,
        clause: str,
        severity: Severity,
        what: str,
        *,
        evidence: str,
        remedy: str,
        path: str | None = None,
        line: int | None = None,
    ) -> None:
        """Note a finding; one place is named once per criterion."""
        if path and any((f.clause, f.path, f.line) == (clause, path, line) for f in self.findings):
            return
        self.findings.append(
            Finding(
                severity=severity,
                clause=clause,
                what=what,
                evidence=evidence,
                remediation=remedy,
                path=path,
                line=line,
            )
        )

    def done(self) -> Judged:
        """Everything noted."""
        return Judged(rows=tuple(self.rows.values()), findings=tuple(self.findings))

    def _note(self, clause: str, state: State, why: str) -> None:
        self.rows.setdefault(clause, Row(clause=clause, state=state, why=why))


def scene_of(
    bench: Bench, evaluation: Evaluation, evidence: Evidence | None = None, repository: str = ""
) -> Scene:
    """Read the change. Raises EvaluationInvalid when the commit it began at is not there."""
    before = texts_before(bench, evaluation.base)
    touched = evaluation.paths or changed_since(bench, evaluation.base)
    now = texts_now(bench, touched)
    return Scene(
        evaluation=evaluation,
        before=before,
        now=now,
        touched=tuple(sorted(touched)),
        checks=Checks(
            bench=bench,
            known=known_checks(bench, evaluation, before.get(PRODUCT, ""), now),
            sharing=sharing_of(bench, evidence, repository) if evidence is not None else None,
        ),
    )


def _accepted(texts: Mapping[str, str]) -> Iterator[str]:
    """The patterns in the front matter of accepted decisions, wherever a folder of them is."""
    for path in sorted(texts):
        folder = path.rpartition("/")[0].rpartition("/")[2]
        if folder in ("decisions", "adr", "adrs") and path.endswith(".md"):
            matter = _front_matter(texts[path])
            listed = matter.get("patterns")
            if str(matter.get("status", "")).lower() == "accepted" and isinstance(listed, list):
                yield from (str(one) for one in listed)


def _front_matter(text: str) -> Mapping[str, object]:
    if not text.startswith("---\n"):
        return {}
    try:
        found = YAML(typ="safe", pure=True).load(text[4:].partition("\n---")[0])
    except YAMLError:
        return {}
    return found if isinstance(found, dict) else {}
