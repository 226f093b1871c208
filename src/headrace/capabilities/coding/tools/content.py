"""The content policy: one kind of page, examples that run, current authentication, claims that hold."""

from headrace.capabilities.coding.rules import pages
from headrace.capabilities.coding.rules.boundaries import is_promise_of_route
from headrace.capabilities.coding.rules.routes import routes
from headrace.capabilities.coding.tools import serving
from headrace.capabilities.coding.tools.scene import Judged, Notes, Scene
from headrace.capabilities.coding.tools.secrets import secrets_in
from headrace.capabilities.governance.model import Severity

EXAMPLES, SECRETS = "examples-work", "no-secrets"
CLAUSES = (pages.TYPE, EXAMPLES, pages.AUTHENTICATION, SECRETS, pages.CLAIMS)

_RUNNABLE = frozenset(
    {"python", "py", "javascript", "js", "mjs", "typescript", "ts", "bash", "sh", "shell"}
)


def judge(scene: Scene) -> Judged:
    """Judge the change's pages under the content policy."""
    notes = Notes()
    changed = tuple(path for path in scene.changed if path.endswith(".md"))
    if not changed:
        for clause in CLAUSES:
            notes.irrelevant(clause, "no page was changed")
        return notes.done()
    _pages(scene, notes, changed)
    _secrets(scene, notes, changed)
    _examples(scene, notes, changed)
    return notes.done()


def _pages(scene: Scene, notes: Notes, changed: tuple[str, ...]) -> None:
    known = _known_routes(scene)
    typed = any(pages.page_type(text) for path, text in scene.now.items() if path.endswith(".md"))
    files = set(scene.checks.bench.files())
    for path in changed:
        in_docs = "docs" in path.split("/")[:-1]
        for fault in pages.faults(path, scene.now[path], files, known, typed=typed and in_docs):
            notes.found(
                fault.clause,
                fault.severity,
                fault.what,
                evidence=f"{fault.path}:{fault.line}: {fault.evidence}",
                remedy=fault.remedy,
                path=fault.path,
                line=fault.line,
            )
    if not typed:
        notes.irrelevant(pages.TYPE, "no page of the product names its type")
    for clause in (pages.TYPE, pages.AUTHENTICATION, pages.CLAIMS):
        notes.looked(clause, f"{len(changed)} pages read")


def _known_routes(scene: Scene) -> set[str]:
    """What there is in code, in a machine-readable contract, or promised by the design."""
    promised = {
        name
        for interface in scene.evaluation.interfaces
        for name in map(is_promise_of_route, interface.names)
        if name
    }
    offered = {route.name for route in routes(scene.read)}
    return offered | promised | pages.routes_of_contracts(scene.now)


def _secrets(scene: Scene, notes: Notes, changed: tuple[str, ...]) -> None:
    for path in changed:
        for line, kind in secrets_in(path, scene.now[path]):
            if scene.is_new(path, line):
                notes.found(
                    SECRETS,
                    Severity.CRITICAL,
                    f"A secret is written on the page ({kind})",
                    evidence=f"{path}:{line}; the value is not repeated here",
                    remedy="Withdraw it, and let the example read it from the environment.",
                    path=path,
                    line=line,
                )
    notes.looked(SECRETS, f"{len(changed)} pages searched")


def _examples(scene: Scene, notes: Notes, changed: tuple[str, ...]) -> None:
    languages = {b.language for path in changed for b in pages.blocks(scene.now[path])}
    running = scene.checks.serving("content")
    for name in running:
        serving.judge(scene, notes, scene.checks.run(name), EXAMPLES, CLAUSES)
    if running:
        return
    found = sorted(languages & _RUNNABLE)
    if found:
        notes.unknown(EXAMPLES, f"no check runs the examples in {', '.join(found)}")
    else:
        notes.irrelevant(EXAMPLES, "the pages have no example that could run")
