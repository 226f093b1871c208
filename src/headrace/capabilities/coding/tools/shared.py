"""What is asked of every change, whatever the policy: green checks, criteria, behaviours, a task."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase as fnmatch

from headrace.capabilities.coding.model import (
    BEHAVIOURS,
    CI,
    CRITERIA,
    SELF,
    TRACE,
    UNSURE,
    WITHIN,
    Case,
    CheckRun,
    CriterionResult,
    Ending,
    State,
)
from headrace.capabilities.coding.rules import acceptance
from headrace.capabilities.coding.rules.acceptance import Shown
from headrace.capabilities.coding.rules.evidence import missing_modules
from headrace.capabilities.coding.rules.marks import own_marks
from headrace.capabilities.coding.rules.python import (
    Module,
    is_test,
    module,
    modules,
    names_of_modules,
    own,
)
from headrace.capabilities.coding.tools import serving
from headrace.capabilities.coding.tools.checks import told
from headrace.capabilities.coding.tools.scene import Notes, Scene
from headrace.capabilities.governance.model import Escalation, Finding, Severity

INTERRUPTED = 2
"""Pytest's exit code when it could not even read all tests."""

_RED = frozenset({Ending.FAILED, Ending.OVER_TIME})


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What holds for every policy of one evaluation. `green` is None when nothing could be run."""

    notes: Notes
    green: bool | None
    escalation: Escalation | None
    allowed: str
    criteria: tuple[CriterionResult, ...] = ()


def judge(scene: Scene) -> Shared:
    """Run the product's checks, then judge what they show."""
    notes = Notes()
    green = _ci(scene, notes)
    criteria = tuple(_acceptance(scene, notes))
    _trace(scene, notes)
    _weakened(scene, notes)
    _within(scene, notes)
    escalation, allowed = _own_marks(scene, notes)
    return Shared(
        notes=notes, green=green, escalation=escalation, allowed=allowed, criteria=criteria
    )


def _ci(scene: Scene, notes: Notes) -> bool | None:
    runs = [scene.checks.run(name) for name in scene.checks.ci]
    unknown = {run.name: why for run in runs if (why := _unknown(scene, run))}
    red = [run for run in runs if run.ending in _RED and run.name not in unknown]
    for run in red:
        notes.found(
            CI,
            Severity.CRITICAL,
            f"The check {run.name} is red",
            evidence=told(run),
            remedy="Mend what it names; no check is weakened to make it green.",
        )
    accepted = [run for run in runs if _is_accepted(scene, run)]
    for run in accepted:
        serving.judge(scene, notes, run, CI, ())
    if unknown or not runs:
        why = "; ".join(f"{name}: {why}" for name, why in unknown.items())
        notes.unknown(
            CI, why or "the product names no check and its tree suggests none; name one for it"
        )
    else:
        notes.looked(CI, ", ".join(run.name for run in runs))
    if red:
        return False
    return None if unknown or len(accepted) == len(runs) else True


def _unknown(scene: Scene, run: CheckRun) -> str:
    """Why a run says nothing about the change: it did not start, or not everything it needs is here."""
    if _is_accepted(scene, run):
        return ""
    if run.ending in UNSURE:
        return run.why or run.ending
    if run.exit_code == INTERRUPTED:
        lacking = missing_modules(run.output)
        if lacking and lacking <= _needed_before(scene):
            names = ", ".join(sorted(lacking))
            return f"{names} is not installed here; install it, or name a check that has it"
    return ""


def _needed_before(scene: Scene) -> set[str]:
    """The modules from outside that the product imported before the change: not its author's doing."""
    index = names_of_modules(scene.before)
    return {
        name.partition(".")[0]
        for read in modules(scene.before)
        for name in read.imports.values()
        if own(name, index) is None
    }


def _acceptance(scene: Scene, notes: Notes) -> Iterator[CriterionResult]:
    """Judge behaviours and criteria; gives how each criterion stands."""
    evaluation = scene.evaluation
    records = scene.checks.records
    shown = acceptance.behaviours(evaluation.behaviours, records or (), _tests(scene))
    _of_behaviours(scene, notes, shown, records)
    if not evaluation.criteria:
        notes.irrelevant(CRITERIA, "the task names no acceptance criterion")
        return
    served = {
        one.id: [
            s for b, s in zip(evaluation.behaviours, shown, strict=True) if b.criterion == one.id
        ]
        for one in evaluation.criteria
    }
    wanted = {name for one in evaluation.criteria for name in one.checks}
    runs = {name: scene.checks.run(name) for name in scene.checks.known if name in wanted}
    passed = {name: _counts(scene, run) for name, run in runs.items()}
    # What a check could not judge is not known to be missing: told apart from what is not met.
    at_best = {name: passed[name] or run.ending in UNSURE for name, run in runs.items()}
    judged, hoped = (
        acceptance.criteria(evaluation.criteria, records or (), _tests(scene), served, checks)
        for checks in (passed, at_best)
    )
    for one, best in zip(judged, hoped, strict=True):
        if best.shown and not one.shown:
            unsure = ", ".join(name for name in runs if not passed[name] and at_best[name])
            why = f"{unsure} could not judge everything here"
            notes.unknown(CRITERIA, f"{one.subject}: {why}")
            yield CriterionResult(criterion=one.subject, state=State.NOT_EVALUATED, evidence=why)
        else:
            yield _of_criterion(notes, one)
    notes.looked(CRITERIA, f"{len(evaluation.criteria)} criteria judged")


def _counts(scene: Scene, run: CheckRun) -> bool:
    return run.ending is Ending.PASSED or _is_accepted(scene, run)


def _is_accepted(scene: Scene, run: CheckRun) -> bool:
    """Whether a person lets stand what a check could judge, without what it could not."""
    return run.ending in UNSURE and run.name in scene.evaluation.partial


def _of_behaviours(
    scene: Scene, notes: Notes, shown: Sequence[Shown], records: Sequence[Case] | None
) -> None:
    if not shown:
        notes.irrelevant(BEHAVIOURS, "the design names no behaviour for this work")
    elif records is None:
        notes.unknown(BEHAVIOURS, "no test run reported its single tests")
    else:
        notes.looked(BEHAVIOURS, f"{len(shown)} behaviours judged")
    for one in shown if records is not None else ():
        if not one.shown:
            notes.found(
                BEHAVIOURS,
                Severity.MAJOR,
                f"The behaviour {one.subject!r} is not shown by a test",
                evidence=one.evidence,
                remedy="Add a test that names the scenario, and make it pass.",
            )


def _of_criterion(notes: Notes, one: Shown) -> CriterionResult:
    if not one.shown:
        notes.found(
            CRITERIA,
            Severity.MAJOR,
            f"The acceptance criterion {one.subject} is not met",
            evidence=one.evidence,
            remedy="Meet it, and let a test or a check that names it show so.",
        )
    state = State.MET if one.shown else State.NOT_MET
    return CriterionResult(criterion=one.subject, state=state, evidence=one.evidence)


def _tests(scene: Scene) -> tuple[Module, ...]:
    return tuple(read for read in scene.read if is_test(read.path))


def _trace(scene: Scene, notes: Notes) -> None:
    if not scene.evaluation.tasks:
        notes.found(
            TRACE,
            Severity.MAJOR,
            "The work names no task, so nobody can tell what it was done for",
            evidence=f"{scene.evaluation.change or 'the change'} has no task id",
            remedy="Name the task in the submission.",
        )
    notes.looked(TRACE, ", ".join(scene.evaluation.tasks))


def _weakened(scene: Scene, notes: Notes) -> None:
    """Tests that the change takes away: allowed, where somebody reads why."""
    for path in scene.touched:
        if not (path.endswith(".py") and is_test(path) and path in scene.before):
            continue
        before = module(path, scene.before[path])
        after = module(path, scene.now[path]) if path in scene.now else None
        for line, what in acceptance.weakened(before, after) if after else ():
            notes.findings.append(_switched_off(path, line, f"{what} was marked to be skipped"))
        gone = acceptance.vanished(before, after)
        if gone:
            notes.findings.append(_switched_off(path, None, f"gone: {', '.join(gone)}"[:500]))


def _switched_off(path: str, line: int | None, what: str) -> Finding:
    return Finding(
        severity=Severity.MINOR,
        clause=CI,
        what="A test was switched off",
        evidence=what,
        remediation="Mend the code instead, or say in the change why the test is wrong.",
        path=path,
        line=line,
    )


def _within(scene: Scene, notes: Notes) -> None:
    owned = scene.evaluation.owned
    if not owned:
        notes.irrelevant(WITHIN, "the work has no paths of its own")
        return
    for path in scene.touched:
        if not any(_lies_in(path, place) for place in owned):
            notes.found(
                WITHIN,
                Severity.CRITICAL,
                f"{path} lies outside the paths of the work",
                evidence=f"its paths are {', '.join(owned)}",
                remedy="Take it out of the change; ask its owner for what is needed there.",
                path=path,
            )
    notes.looked(WITHIN, f"{len(scene.touched)} paths compared")


def _lies_in(path: str, place: str) -> bool:
    return path == place or (place.endswith("/") and path.startswith(place)) or fnmatch(path, place)


def _own_marks(scene: Scene, notes: Notes) -> tuple[Escalation | None, str]:
    """A change of what says how changes are judged: a person looks at it."""
    notes.looked(SELF)
    marks = own_marks(scene.touched, scene.before, scene.now, _commands(scene))
    if not marks:
        return None, ""
    named = ", ".join(marks)
    question = f"The change alters what it is judged by ({named}). May it?"
    for answer in scene.evaluation.answers:
        if answer.allowed and answer.question == question:
            return None, f"{answer.by or 'A person'} allowed the change of {named}."
    advice = "Compare with what was there before; fewer or weaker checks judge less."
    return Escalation(question=question, recommendation=advice), ""


def _commands(scene: Scene) -> list[str]:
    return [word for check in scene.checks.known.values() for word in check.argv]
