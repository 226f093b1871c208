"""The observability policy: what new work tells of itself, and what must never be told."""

from headrace.capabilities.coding.rules.telemetry import emitted, leaks, prints
from headrace.capabilities.coding.tools import serving
from headrace.capabilities.coding.tools.scene import Judged, Notes, Scene
from headrace.capabilities.governance.model import Severity

METRICS, LOGS, PROMISED, LABELS, MEASURED = (
    "metrics-of-new-work",
    "structured-logs",
    "telemetry-of-the-design",
    "nothing-private",
    "seen-in-a-run",
)
CLAUSES = (METRICS, LOGS, PROMISED, LABELS, MEASURED)


def judge(scene: Scene) -> Judged:
    """Judge the change under the observability policy."""
    notes = Notes()
    measuring = scene.checks.serving("observability")
    for name in measuring:
        serving.judge(scene, notes, scene.checks.run(name), MEASURED, CLAUSES)
    if not measuring:
        notes.unknown(MEASURED, "the product has no check that reads telemetry of a run")
    _promised(scene, notes)
    _own_telemetry(scene, notes)
    _leaks(scene, notes)
    return notes.done()


def _own_telemetry(scene: Scene, notes: Notes) -> None:
    if not scene.new_routes:
        for clause in (METRICS, LOGS):
            notes.irrelevant(clause, "the change offers no new route in Python")
        return
    told = emitted(scene.read_changed)
    first = scene.new_routes[0]
    for clause, kind, wanted in (
        (METRICS, "metric", "a metric of rate, errors or duration"),
        (LOGS, "log", "a log line"),
    ):
        names = sorted({one.name for one in told if one.kind == kind and one.name})
        if not any(one.kind == kind for one in told):
            notes.found(
                clause,
                Severity.MAJOR,
                f"New routes, and not {wanted} of their own",
                evidence=f"{len(scene.new_routes)} routes from {first.file}:{first.line}",
                remedy=f"Emit {wanted} where the work is done.",
                path=first.file,
                line=first.line,
            )
        notes.looked(clause, ", ".join(names)[:200])
    for path, line in prints(scene.read_changed):
        if scene.is_new(path, line):
            notes.found(
                LOGS,
                Severity.MINOR,
                "print() writes no structured log line",
                evidence=f"{path}:{line}",
                remedy="Log it with its facts, so that its trace id comes along.",
                path=path,
                line=line,
            )


def _promised(scene: Scene, notes: Notes) -> None:
    if not scene.evaluation.telemetry:
        notes.irrelevant(PROMISED, "the design names no telemetry for this work")
        return
    names = {one.name for one in emitted(scene.read_changed)}
    for wanted in scene.evaluation.telemetry:
        if wanted not in names:
            notes.found(
                PROMISED,
                Severity.MAJOR,
                f"The design names {wanted}, and nothing in the change emits it",
                evidence=f"emitted are: {', '.join(sorted(filter(None, names))) or 'none'}",
                remedy="Emit it under this name, or change the design first.",
            )
    notes.looked(PROMISED, ", ".join(scene.evaluation.telemetry))


def _leaks(scene: Scene, notes: Notes) -> None:
    if not scene.code:
        notes.irrelevant(LABELS, "no Python outside tests was changed")
        return
    for leak in leaks(scene.read_changed):
        if scene.is_new(leak.path, leak.line):
            notes.found(
                LABELS,
                Severity.MAJOR,
                leak.what,
                evidence=f"{leak.path}:{leak.line}",
                remedy=leak.remedy,
                path=leak.path,
                line=leak.line,
            )
    notes.looked(LABELS, f"{len(scene.code)} files read")
