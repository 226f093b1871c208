"""The architecture policy: known patterns, boundaries, what was promised, coverage, errors that tell."""

import json
import tempfile
from pathlib import Path

from headrace.capabilities.coding.model import CI, Answered
from headrace.capabilities.coding.rules.answers import bare_errors
from headrace.capabilities.coding.rules.boundaries import crossings, missing
from headrace.capabilities.coding.rules.evidence import steady
from headrace.capabilities.coding.rules.novelty import FileNovelty, Novelty, novelty
from headrace.capabilities.coding.tools import serving
from headrace.capabilities.coding.tools.checks import AT_MOST
from headrace.capabilities.coding.tools.scene import Judged, Notes, Scene
from headrace.capabilities.governance.model import Escalation, Severity
from headrace.kernel.errors import HeadraceError

PATTERN, BOUNDARIES, CONTRACT, COVERAGE, ERRORS = (
    "known-pattern",
    "service-boundaries",
    "contract-before-code",
    "coverage",
    "actionable-errors",
)
CLAUSES = (PATTERN, BOUNDARIES, CONTRACT, COVERAGE, ERRORS)


def judge(scene: Scene) -> Judged:
    """Judge the change under the architecture policy. A novel pattern is asked about, never decided."""
    notes = Notes()
    found = novelty(scene.before, {p: scene.now[p] for p in scene.changed}, scene.patterns)
    escalation, allowed = _pattern(scene, notes, found)
    _boundaries(scene, notes)
    _contract(scene, notes)
    _errors(scene, notes)
    _coverage(scene, notes)
    for name in scene.checks.serving("architecture"):
        clause = COVERAGE if name == COVERAGE else CI
        serving.judge(scene, notes, scene.checks.run(name), clause, CLAUSES)
    done = notes.done()
    return Judged(
        rows=done.rows,
        findings=done.findings,
        escalation=escalation,
        allowed=allowed,
        novelty=found.score,
    )


def _pattern(scene: Scene, notes: Notes, found: Novelty) -> tuple[Escalation | None, str]:
    if found.score is None:
        why = "no Python outside tests was changed, or there was none to compare with"
        notes.irrelevant(PATTERN, why)
        return None, ""
    threshold = scene.evaluation.checkpoint.threshold
    told = f"{found.told()}, threshold {threshold:.2f}"
    notes.looked(PATTERN, told)
    novel = found.above(threshold)
    if not novel:
        return None, ""
    answer = _answered(scene, novel)
    if answer is not None:
        note = f": {answer.note.rstrip('.')}" if answer.note else ""
        return None, f"{answer.by or 'A person'} allowed the new pattern ({told}){note}."
    return _question(scene, novel, told), ""


def _question(scene: Scene, novel: tuple[FileNovelty, ...], told: str) -> Escalation:
    places = "; ".join(f"{file.path}: {', '.join(_names(file))}" for file in novel)
    return Escalation(
        question="The change brings a pattern that neither the code base nor an accepted decision "
        f"knows ({places}). Is it right here?",
        recommendation=f"{told}. Read the files named; allow it with a note that a decision record "
        "can keep, or ask for a known pattern.",
        to=scene.evaluation.checkpoint.who,
    )


def _names(file: FileNovelty) -> list[str]:
    return sorted({one.name for one in file.unknown})


def _answered(scene: Scene, novel: tuple[FileNovelty, ...]) -> Answered | None:
    """The yes that names every construct in question: code that came later is not covered by it."""
    for answer in scene.evaluation.answers:
        if answer.allowed and all(_covers(answer.question, file) for file in novel):
            return answer
    return None


def _covers(question: str, file: FileNovelty) -> bool:
    return file.path in question and all(name in question for name in _names(file))


def _boundaries(scene: Scene, notes: Notes) -> None:
    if not scene.divisions:
        notes.irrelevant(BOUNDARIES, "the product names no divisions")
        return
    for one in crossings(scene.before, scene.now, scene.code, scene.divisions):
        notes.found(
            BOUNDARIES,
            Severity.MAJOR,
            f"{one.source} imports {one.module} of {one.target}, which it never did before",
            evidence=f"{one.path}:{one.line}",
            remedy="Use what that division offers by its interface, or agree on a new one.",
            path=one.path,
            line=one.line,
        )
    notes.looked(BOUNDARIES, f"imports of {len(scene.code)} files between divisions")


def _contract(scene: Scene, notes: Notes) -> None:
    interfaces = scene.evaluation.interfaces
    if not interfaces:
        notes.irrelevant(CONTRACT, "the design promises nothing from this work to others")
        return
    for interface in interfaces:
        for name in missing(interface.names, scene.now, scene.changed):
            notes.found(
                CONTRACT,
                Severity.MAJOR,
                f"The design promises {name} to {interface.to}, and the change does not have it",
                evidence=f"looked for in {len(scene.changed)} changed files",
                remedy="Name it as the design does, or change the design first.",
            )
    notes.looked(CONTRACT, f"promises to {', '.join(i.to for i in interfaces)}")


def _errors(scene: Scene, notes: Notes) -> None:
    if not scene.code:
        notes.irrelevant(ERRORS, "no Python outside tests was changed")
        return
    for error in bare_errors(scene.read, scene.code):
        if scene.is_new(error.path, error.line):
            notes.found(
                ERRORS,
                Severity.MINOR,
                error.what,
                evidence=f"{error.path}:{error.line}",
                remedy=error.remedy,
                path=error.path,
                line=error.line,
            )
    notes.looked(ERRORS)


def _coverage(scene: Scene, notes: Notes) -> None:
    """Measure the changed files, unless the product has a check of its own for that."""
    if not scene.code:
        notes.irrelevant(COVERAGE, "no Python outside tests was changed")
    elif COVERAGE not in scene.checks.serving("architecture"):
        _measured(scene, notes)


def _measured(scene: Scene, notes: Notes) -> None:
    try:
        reached = _reached(scene)
    except (HeadraceError, ValueError, OSError) as fault:
        notes.found(
            COVERAGE,
            Severity.MINOR,
            "Coverage was not evaluated",
            evidence=steady(str(fault), str(scene.checks.bench.folder)) or "no tool measured it",
            remedy="Install coverage beside the product, or name a check `coverage` for it.",
        )
        notes.irrelevant(COVERAGE, "not evaluated: no tool measured it")
        return
    wanted = scene.evaluation.coverage_percent
    for path, percent in sorted(reached.items()):
        if percent < wanted:
            notes.found(
                COVERAGE,
                Severity.MAJOR,
                f"Tests reach {percent:.1f} % of the changed lines, wanted are {wanted:.0f} %",
                evidence=f"coverage, {path}",
                remedy="Test what the change adds.",
                path=path,
            )
    notes.looked(COVERAGE, f"{len(reached)} files measured")


def _reached(scene: Scene) -> dict[str, float]:
    """How many percent of the new lines of each changed file the tests reach."""
    if scene.checks.pytest is None:
        raise ValueError("the product is not tested by pytest, and names no check `coverage`")
    with tempfile.TemporaryDirectory(prefix="headrace-coverage-") as folder:
        data, report = f"{folder}/data", Path(folder) / "report.json"
        python, arguments = scene.checks.pytest
        tool = (python, "-m", "coverage")
        # Folders by name: what no test imports is measured too, also below a folder that is no package.
        places = ",".join(sorted({path.rpartition("/")[0] or "." for path in scene.code}))
        run = (
            *tool,
            "run",
            f"--data-file={data}",
            f"--source={places}",
            "-m",
            "pytest",
            *arguments,
        )
        outcome = scene.checks.tool("coverage", run, at_most=AT_MOST)
        if outcome.exit_code:
            raise ValueError(outcome.output.strip()[-300:])
        scene.checks.tool(
            "coverage", (*tool, "json", "-q", f"--data-file={data}", "-o", str(report))
        )
        files = json.loads(report.read_text())["files"]
    return {path: _share(scene, path, files[path]) for path in scene.code if path in files}


def _share(scene: Scene, path: str, facts: dict[str, list[int]]) -> float:
    hit = [line for line in facts["executed_lines"] if scene.is_new(path, line)]
    missed = [line for line in facts["missing_lines"] if scene.is_new(path, line)]
    return 100.0 * len(hit) / (len(hit) + len(missed)) if hit or missed else 100.0
