"""The delivery policy, as far as a change of code shows it: a way back, and a flag."""

from headrace.capabilities.coding.rules.delivery import asks_a_flag, one_way
from headrace.capabilities.coding.tools import serving
from headrace.capabilities.coding.tools.scene import Judged, Notes, Scene
from headrace.capabilities.governance.model import Severity

BACK, FLAG, EVIDENCE = "way-back", "behind-a-flag", "validation-evidence"
CLAUSES = (BACK, FLAG, EVIDENCE)


def judge(scene: Scene) -> Judged:
    """Judge the change under the delivery policy."""
    notes = Notes()
    others = {path: scene.now[path] for path in scene.changed if path.endswith(".sql")}
    for step in one_way(scene.read_changed, others):
        if scene.is_new(step.path, step.line):
            notes.found(
                BACK,
                Severity.MAJOR,
                f"The former version cannot live with this: {step.what}",
                evidence=f"{step.path}:{step.line}",
                remedy="Add first, move over, and remove in a later release.",
                path=step.path,
                line=step.line,
            )
    notes.looked(BACK, f"{len(scene.changed)} files read")
    _flag(scene, notes)
    running = scene.checks.serving("delivery")
    for name in running:
        serving.judge(scene, notes, scene.checks.run(name), EVIDENCE, CLAUSES)
    if not running:
        notes.unknown(EVIDENCE, "the product has no check that tries a release")
    return notes.done()


def _flag(scene: Scene, notes: Notes) -> None:
    if not scene.new_routes:
        notes.irrelevant(FLAG, "the change offers no new route in Python")
        return
    if not asks_a_flag(scene.read_changed):
        first = scene.new_routes[0]
        notes.found(
            FLAG,
            Severity.MINOR,
            "New routes that no feature flag can turn off",
            evidence=f"{first.name} at {first.file}:{first.line}",
            remedy="Ask for a flag before the work is done.",
            path=first.file,
            line=first.line,
        )
    notes.looked(FLAG, "a flag is asked for")
