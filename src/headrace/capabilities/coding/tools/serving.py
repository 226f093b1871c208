"""The product's own checks that serve one policy, as findings of that policy."""

from collections.abc import Collection

from headrace.capabilities.coding.model import UNSURE, CheckRun, Ending
from headrace.capabilities.coding.rules.evidence import placed
from headrace.capabilities.coding.tools.checks import told
from headrace.capabilities.coding.tools.scene import Notes, Scene
from headrace.capabilities.governance.model import Severity


def judge(scene: Scene, notes: Notes, run: CheckRun, clause: str, known: Collection[str]) -> None:
    """Note what a check says under `clause`, or under the one of `known` that its own lines name."""
    if run.ending in (Ending.FAILED, Ending.OVER_TIME):
        _failed(scene, notes, run, clause, known)
        notes.looked(clause, f"the check {run.name}")
    elif run.ending is Ending.PASSED:
        notes.looked(clause, f"the check {run.name} passed")
    elif run.ending in UNSURE and run.name in scene.evaluation.partial:
        notes.found(
            clause,
            Severity.MINOR,
            f"The check {run.name} could not judge everything here, which a person accepted",
            evidence=told(run),
            remedy="Judge it once on a machine that has what is missing.",
        )
        notes.looked(clause, f"the check {run.name}, in part")
    else:
        notes.unknown(clause, f"the check {run.name}: {_why(run)}")


def _failed(scene: Scene, notes: Notes, run: CheckRun, clause: str, known: Collection[str]) -> None:
    places = list(placed(run.output, scene.now))
    for one in places:
        named = one.message.partition(":")[0].rpartition(".")[2]
        notes.found(
            named if named in known else clause,
            one.severity,
            one.message,
            evidence=f"{one.path}:{one.line}\n{told(run)}",
            remedy="Mend the place that the check names, and run it again.",
            path=one.path,
            line=one.line,
        )
    if not places:
        notes.found(
            clause,
            Severity.MAJOR,
            f"The check {run.name} found something",
            evidence=told(run),
            remedy="Mend what it names, and run it again.",
        )


def _why(run: CheckRun) -> str:
    lines = [line for line in run.output.splitlines() if "not evaluated" in line.lower()]
    return run.why or "; ".join(lines[:3]) or run.ending
