"""Sharing runs of checks between the evaluators of one head; the evidence store is behind a port."""

import platform
import shutil
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from headrace.capabilities.agents.model import Bench, ProductCheck
from headrace.capabilities.coding.model import CheckKey, Claim, Evidence, Measured
from headrace.kernel.json import digest

PATIENCE = timedelta(seconds=30)
BEAT_SECONDS = 5.0
"""Real time between two signs that a claimed run goes on."""


@dataclass
class Sharing:
    """What one evaluator shares: the runs of checks on the head of its worktree."""

    evidence: Evidence
    search_path: str
    repository: str
    head: str
    _awaited: dict[str, str] = field(default_factory=dict)

    def measured(self, check: ProductCheck, run: Callable[[], Measured]) -> Measured | None:
        """What came of a check, run now when nobody did; None while another evaluator is at it."""
        claim = self.evidence.claim(self._key(check), self._awaited.get(check.name, ""))
        if claim.measured is not None:
            return claim.measured
        if not claim.by:
            self._awaited[check.name] = claim.id
            return None
        made = None
        try:
            with _held(self.evidence, claim):
                made = run()
        finally:
            if made is None:
                self.evidence.give_up(claim)
        return self.evidence.keep(claim, made)

    def wait(self) -> None:
        """Wait a little for others. Raises when the evaluation is to stop."""
        self.evidence.wait()

    def _key(self, check: ProductCheck) -> CheckKey:
        return CheckKey(
            repository=self.repository,
            head=self.head,
            check=check.name,
            declaration=_declaration(check),
            environment=_environment(check, self.search_path),
        )


def sharing_of(bench: Bench, evidence: Evidence, repository: str) -> Sharing | None:
    """The sharing for the head in a worktree; None where the worktree is not exactly that head."""
    changed = bench.run(["git", "status", "--porcelain", "--untracked-files=all"], at_most=PATIENCE)
    found = bench.run(["git", "rev-parse", "--verify", "HEAD"], at_most=PATIENCE)
    if found.exit_code or changed.exit_code or changed.output.strip():
        return None
    return Sharing(evidence, bench.search_path, repository, found.output.strip())


def _declaration(check: ProductCheck) -> str:
    """All of a declaration that decides how the check runs and what its end means."""
    seconds = check.at_most.total_seconds()
    return digest([check.name, list(check.argv), check.not_evaluated, seconds])


def _environment(check: ProductCheck, search_path: str) -> str:
    """The machine, our Python with what is installed beside it, and the program that is started."""
    program = shutil.which(check.argv[0], path=search_path)
    return digest(
        [
            platform.node(),
            platform.machine(),
            sys.version,
            search_path,
            _stamp(sysconfig.get_path("purelib")),
            _stamp(program) if program else "",
        ]
    )


def _stamp(place: str) -> str:
    real = Path(place).resolve()
    return f"{real}@{real.stat().st_mtime_ns}" if real.exists() else place


@contextmanager
def _held(evidence: Evidence, claim: Claim) -> Iterator[None]:
    """Hold a claim as long as the block lasts, however long the check takes."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            evidence.hold(claim)

    thread = threading.Thread(target=beat, name=f"hold-{claim.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
