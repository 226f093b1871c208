"""Running checks on the bench: the product's own, the organisation's, or those that a tree suggests."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from headrace.capabilities.agents.model import (
    Bench,
    CheckOutcome,
    CheckStatus,
    ProductCheck,
    ToolMisused,
)
from headrace.capabilities.coding.model import (
    Case,
    CheckCommand,
    CheckRun,
    Ending,
    Evaluation,
    Measured,
)
from headrace.capabilities.coding.rules.evidence import steady, tail
from headrace.capabilities.coding.rules.python import Texts, is_test
from headrace.capabilities.coding.tools.junit import records_of
from headrace.capabilities.coding.tools.sharing import Sharing
from headrace.kernel.errors import Invalid

AT_MOST = timedelta(minutes=10)
CI_NAMES = ("tests", "test", "lint", "format", "types", "build", "ci", "check")
"""Checks by these names are the product's continuous integration; others serve single policies."""

_ENDINGS = {
    CheckStatus.PASSED: Ending.PASSED,
    CheckStatus.FINDING: Ending.FAILED,
    CheckStatus.NOT_EVALUATED: Ending.PARTLY,
    CheckStatus.OVER_TIME: Ending.OVER_TIME,
}
_SUGGESTED = (
    ("package.json", '"test"', ("npm", "test", "--silent")),
    ("go.mod", "", ("go", "test", "./...")),
    ("Cargo.toml", "", ("cargo", "test", "--quiet")),
    ("tox.ini", "", ("tox", "-q")),
)
"""What a file at the root suggests for products that are not tested with pytest."""

NO_TESTS = 5
"""Pytest's exit code when it collected nothing: not a pass, and nothing red."""


@dataclass
class Checks:
    """The checks of one evaluation; each runs once, whoever asks for it."""

    bench: Bench
    known: Mapping[str, ProductCheck]
    sharing: Sharing | None = None
    runs: dict[str, CheckRun] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    records: list[Case] | None = None

    @property
    def ci(self) -> tuple[str, ...]:
        """The names of the checks that must be green whatever is judged."""
        named = tuple(name for name in self.known if name in CI_NAMES)
        return named or tuple(name for name, check in self.known.items() if not check.evaluates)

    def serving(self, policy: str) -> tuple[str, ...]:
        """The names of the checks that serve a policy beside the continuous integration."""
        return tuple(
            name
            for name, check in self.known.items()
            if policy in check.evaluates and name not in self.ci
        )

    @property
    def pytest(self) -> tuple[str, tuple[str, ...]] | None:
        """The Python that runs the product's tests and what pytest is given; None without pytest."""
        for name in self.ci:
            argv = self.known[name].argv
            if _is_pytest(argv):
                place = next(n for n, word in enumerate(argv) if _is_pytest([word]))
                as_module = place >= 2 and argv[place - 1] == "-m"
                return argv[0] if as_module else sys.executable, argv[place + 1 :]
        return None

    def gather(self, names: Sequence[str]) -> None:
        """Run these checks. One that another evaluator of the same head is at is waited for at last,
        so that evaluators who come together share the work between them."""
        left = [name for name in names if name not in self.runs]
        while left:
            for name in left:
                measured = self._measured(self.known[name])
                if measured is not None:
                    self._take(name, measured)
            before, left = left, [name for name in left if name not in self.runs]
            if left == before and self.sharing is not None:
                self.sharing.wait()

    def run(self, name: str) -> CheckRun:
        """How one of the known checks ends; run at the first call."""
        self.gather((name,))
        return self.runs[name]

    def _measured(self, check: ProductCheck) -> Measured | None:
        """What came of a check; None while another evaluator is at it."""
        if self.sharing is None:
            return self._now(check)
        return self.sharing.measured(check, lambda: self._now(check))

    def _take(self, name: str, measured: Measured) -> None:
        self.runs[name] = measured.run
        self.seconds[name] = self.seconds.get(name, 0.0) + measured.seconds
        if measured.records is not None:
            self.records = [*(self.records or ()), *measured.records]

    def tool(self, name: str, argv: Sequence[str], *, at_most: timedelta = AT_MOST) -> CheckOutcome:
        """Run a tool of our own and give its whole outcome. Raises HeadraceError when it cannot start."""
        outcome = self.bench.run(argv, at_most=at_most)
        self.seconds[name] = self.seconds.get(name, 0.0) + outcome.seconds
        return outcome

    def _now(self, check: ProductCheck) -> Measured:
        return self._tests(check) if _is_pytest(check.argv) else self._named(check)

    def _tests(self, check: ProductCheck) -> Measured:
        """Tests run with a report, so that single tests can be named as evidence."""
        with tempfile.TemporaryDirectory(prefix="headrace-tests-") as folder:
            report = Path(folder) / "report.xml"
            made = self._named(check, extra=(f"--junitxml={report}",))
            found = records_of(report)
        if made.run.exit_code == NO_TESTS:
            made = replace(made, run=_not_run(check, "there is no test to run"))
        return replace(made, records=None if found is None else tuple(found))

    def _named(self, check: ProductCheck, extra: tuple[str, ...] = ()) -> Measured:
        try:
            outcome = self.bench.run([*check.argv, *extra], at_most=check.at_most)
        except ToolMisused as fault:
            return Measured(run=_not_run(check, fault.message))
        ending = _ENDINGS[outcome.status]
        if outcome.exit_code == check.not_evaluated and ending is Ending.FAILED:
            ending = Ending.PARTLY
        run = CheckRun(
            name=check.name,
            argv=_shown(check.argv),
            ending=ending,
            exit_code=outcome.exit_code,
            output=steady(outcome.output, str(self.bench.folder)),
        )
        return Measured(run=run, seconds=outcome.seconds)


def known_checks(
    bench: Bench, evaluation: Evaluation, description: str, texts: Texts
) -> Mapping[str, ProductCheck]:
    """The checks of a product: the organisation's first, then its own, else what its tree suggests.

    `description` is what the product said of itself before the change: its author does not choose the
    checks that it is judged by. New ones count once they are merged.
    """
    known = {**_declared(bench, description), **dict(_given(evaluation))}
    if not any(name in CI_NAMES for name in known):
        known |= {check.name: check for check in suggested(texts)}
    return known


def _declared(bench: Bench, description: str) -> Mapping[str, ProductCheck]:
    try:
        return bench.declared(description)
    except Invalid:
        return {}  # so it stood before the change, which may be what puts it right


def _given(evaluation: Evaluation) -> Iterator[tuple[str, ProductCheck]]:
    for name, command in evaluation.checks.items():
        yield name, _check(name, command)


def _check(name: str, command: CheckCommand) -> ProductCheck:
    return ProductCheck(
        name=name,
        argv=command.run,
        evaluates=command.evaluates,
        meaning="",
        not_evaluated=command.not_evaluated,
        at_most=timedelta(seconds=command.at_most_seconds),
    )


def suggested(texts: Texts) -> tuple[ProductCheck, ...]:
    """The tests that a tree without a declaration suggests; none when nothing tells how to test it."""
    if _is_tested_by_pytest(texts):
        argv = (sys.executable, "-m", "pytest", "-q", *_source_path(texts))
        return (_check("tests", CheckCommand(run=argv)),)
    for file, mark, argv in _SUGGESTED:
        if file in texts and mark in texts[file]:
            return (_check("tests", CheckCommand(run=argv)),)
    return ()


def _is_tested_by_pytest(texts: Texts) -> bool:
    configured = any(
        mark in texts.get(file, "")
        for file, mark in (
            ("pyproject.toml", "[tool.pytest"),
            ("pytest.ini", "[pytest]"),
            ("setup.cfg", "[tool:pytest]"),
            ("tox.ini", "[pytest]"),
        )
    )
    return configured or any(path.endswith(".py") and is_test(path) for path in texts)


def _source_path(texts: Texts) -> tuple[str, ...]:
    """Where the product's modules lie, for a tree that is not installed and does not say so itself."""
    settings = ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini")
    says = any("pythonpath" in texts.get(file, "") for file in settings)
    in_source = any(path.startswith("src/") and path.endswith(".py") for path in texts)
    return ("-o", "pythonpath=src .") if in_source and not says else ()


def _is_pytest(argv: Sequence[str]) -> bool:
    return any(Path(word).name in ("pytest", "py.test") for word in argv)


def _shown(argv: Sequence[str]) -> tuple[str, ...]:
    return tuple("python" if word == sys.executable else word for word in argv)


def _not_run(check: ProductCheck, why: str) -> CheckRun:
    return CheckRun(
        name=check.name,
        argv=_shown(check.argv),
        ending=Ending.NOT_RUN,
        exit_code=None,
        output="",
        why=why,
    )


def told(run: CheckRun) -> str:
    """A run as evidence: the command, how it ended, the end of its output."""
    code = "" if run.exit_code is None else f" (exit code {run.exit_code})"
    head = f"$ {' '.join(run.argv)}\n{run.ending}{code}"
    return f"{head}\n{tail(run.output) or run.why}".strip()
