"""The performance policy: bounded queries and resources, and the product's own measurements."""

from headrace.capabilities.coding.rules.queries import Sort, unbounded
from headrace.capabilities.coding.tools import serving
from headrace.capabilities.coding.tools.scene import Judged, Notes, Scene
from headrace.capabilities.governance.model import Severity

QUERIES, ROWS, RESOURCES, TARGETS = (
    "bounded-queries",
    "no-query-per-row",
    "resource-limits",
    "targets-measured",
)
CLAUSES = (QUERIES, ROWS, RESOURCES, TARGETS)

_JUDGED = {
    Sort.EVERYTHING: (QUERIES, Severity.MAJOR, "Read page by page, with a limit."),
    Sort.FILTERED: (QUERIES, Severity.MINOR, "Add a limit, or say what bounds the filter."),
    Sort.LOOP: (ROWS, Severity.MAJOR, "Ask once for all, or send them in one batch."),
    Sort.RESOURCE: (RESOURCES, Severity.MINOR, "Give it a limit that a person chose."),
}


def judge(scene: Scene) -> Judged:
    """Judge the change under the performance policy."""
    notes = Notes()
    measuring = scene.checks.serving("performance")
    for name in measuring:
        serving.judge(scene, notes, scene.checks.run(name), TARGETS, CLAUSES)
    if not measuring:
        notes.unknown(TARGETS, "the product has no check that measures")
    if not scene.code:
        for clause in (QUERIES, ROWS, RESOURCES):
            notes.irrelevant(clause, "no Python outside tests was changed")
        return notes.done()
    for one in unbounded(scene.read_changed):
        clause, severity, remedy = _JUDGED[one.sort]
        if scene.is_new(one.path, one.line):
            notes.found(
                clause,
                severity,
                one.what,
                evidence=f"{one.path}:{one.line}",
                remedy=remedy,
                path=one.path,
                line=one.line,
            )
    for clause in (QUERIES, ROWS, RESOURCES):
        notes.looked(clause, f"{len(scene.code)} files read")
    return notes.done()
