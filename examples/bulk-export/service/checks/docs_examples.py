"""Checks the documentation: content rules on every page, and every example run against the service.

Exit code 0: all passed. 1: a finding. 3: no finding, but something could not be evaluated, for
instance because a language is not installed here; that is never a pass.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from content_rules import Example, Finding, Page, examples, judge, pages
from example_service import running

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 60
RUNNERS = {
    "python": (sys.executable, ".py"),
    "javascript": ("node", ".mjs"),
    "bash": ("bash", ".sh"),
}
# What an example in this language needs beside its interpreter.
ALSO_NEEDED = {"bash": "curl"}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one example went: `passed`, `failed` or `not evaluated`, with the reason."""

    place: str
    language: str
    state: str
    reason: str = ""


def main() -> int:
    """Check all pages, print what was found, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    parser.add_argument("--report", type=Path, help="also write the outcome as JSON here")
    chosen = parser.parse_args()
    found = [page for page in pages(chosen.docs, ROOT)]
    findings = [finding for page in found for finding in judge(page)]
    outcomes = list(_run_all(found, chosen.docs))
    findings += [_finding(outcome) for outcome in outcomes if outcome.state == "failed"]
    _tell(findings, outcomes)
    if chosen.report:
        _write(chosen.report, findings, outcomes)
    if findings:
        return 1
    return 3 if any(outcome.state == "not evaluated" for outcome in outcomes) else 0


def _run_all(found: list[Page], docs: Path) -> Iterator[Outcome]:
    with running(docs) as environment, tempfile.TemporaryDirectory() as folder:
        for page in found:
            for example in examples(page):
                yield _run(example, environment, Path(folder))


def _run(example: Example, environment: Mapping[str, str], folder: Path) -> Outcome:
    missing = _missing(example.language)
    if missing:
        return Outcome(
            place=example.place,
            language=example.language,
            state="not evaluated",
            reason=f"{missing} is not installed here",
        )
    program, suffix = RUNNERS[example.language]
    script = folder / f"example{suffix}"
    script.write_text(("set -eu\n" if suffix == ".sh" else "") + example.code)
    try:
        done = subprocess.run(
            [program, str(script)],
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), **environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _failed(example, f"did not end within {SECONDS} seconds")
    if done.returncode:
        return _failed(example, _last_words(done.stderr) or f"exit code {done.returncode}")
    return Outcome(place=example.place, language=example.language, state="passed")


def _missing(language: str) -> str | None:
    needed = [RUNNERS[language][0], ALSO_NEEDED.get(language, "")]
    return next((program for program in needed if program and not shutil.which(program)), None)


def _failed(example: Example, reason: str) -> Outcome:
    return Outcome(place=example.place, language=example.language, state="failed", reason=reason)


def _last_words(text: str) -> str:
    telling = [line for line in text.splitlines() if "rror" in line] or text.splitlines()
    return telling[-1].strip() if telling else ""


def _finding(outcome: Outcome) -> Finding:
    path, _, line = outcome.place.rpartition(":")
    return Finding(
        path=path,
        line=int(line),
        severity="critical",
        rule="content.examples-work",
        message=f"the {outcome.language} example fails when it is run: {outcome.reason}",
    )


def _tell(findings: list[Finding], outcomes: list[Outcome]) -> None:
    for finding in findings:
        print(finding)
    for outcome in outcomes:
        if outcome.state == "not evaluated":
            print(f"{outcome.place}: not evaluated: {outcome.language}: {outcome.reason}")
    states = [outcome.state for outcome in outcomes]
    counts = ", ".join(f"{states.count(s)} {s}" for s in ("passed", "failed", "not evaluated"))
    print(f"examples: {counts}; findings: {len(findings)}")


def _write(path: Path, findings: list[Finding], outcomes: list[Outcome]) -> None:
    report = {
        "findings": [asdict(finding) for finding in findings],
        "examples": [asdict(outcome) for outcome in outcomes],
    }
    path.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    sys.exit(main())
