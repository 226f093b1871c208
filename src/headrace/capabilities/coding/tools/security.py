"""The security policy: secrets, who may call what, what comes in, unsafe code, new dependencies."""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from headrace.capabilities.coding.model import CI
from headrace.capabilities.coding.rules.novelty import dependencies
from headrace.capabilities.coding.rules.python import is_test
from headrace.capabilities.coding.rules.routes import Route
from headrace.capabilities.coding.tools import serving
from headrace.capabilities.coding.tools.scene import Judged, Notes, Scene
from headrace.capabilities.coding.tools.secrets import secrets_in
from headrace.capabilities.governance.model import Severity
from headrace.kernel.errors import HeadraceError

SECRETS, CALLERS, INPUT, CODE, DEPENDENCIES = (
    "no-secrets",
    "endpoints-authenticated",
    "input-validated",
    "safe-code",
    "dependencies-audited",
)
CLAUSES = (SECRETS, CALLERS, INPUT, CODE, DEPENDENCIES)

_OF_NO_CONCERN = "S101,S311,S404,S603,S607"
"""Rules of the linter about things that are no weakness by themselves: assertions, random numbers for
anything, the mere import of subprocess, and commands without a shell."""

_CRITICAL = frozenset(
    {"S102", "S105", "S106", "S301", "S307", "S501", "S506", "S602", "S605", "S608"}
)
_PUBLIC = ("/health", "/healthz", "/livez", "/readyz", "/metrics", "/openapi.json", "/docs")


def judge(scene: Scene) -> Judged:
    """Judge the change under the security policy."""
    notes = Notes()
    _secrets(scene, notes)
    _callers(scene, notes)
    _code(scene, notes)
    _dependencies(scene, notes)
    for name in scene.checks.serving("security"):
        serving.judge(scene, notes, scene.checks.run(name), CI, CLAUSES)
    return notes.done()


def _secrets(scene: Scene, notes: Notes) -> None:
    for path in scene.changed:
        for line, kind in secrets_in(path, scene.now[path]):
            if scene.is_new(path, line):
                notes.found(
                    SECRETS,
                    Severity.MINOR if is_test(path) else Severity.CRITICAL,
                    f"A secret is written down ({kind})",
                    evidence=f"{path}:{line}; the value is not repeated here",
                    remedy="Withdraw it where it is valid, and read it from the environment.",
                    path=path,
                    line=line,
                )
    notes.looked(SECRETS, f"{len(scene.changed)} files searched")


def _callers(scene: Scene, notes: Notes) -> None:
    if not scene.new_routes:
        why = "no new route in Python was found in the change"
        notes.irrelevant(CALLERS, why)
        notes.irrelevant(INPUT, why)
        return
    for route in scene.new_routes:
        if not (route.guards or route.signed or _is_public(scene, route)):
            notes.found(
                CALLERS,
                Severity.CRITICAL,
                f"{route.name} asks nobody who they are",
                evidence=f"{route.function}() at {route.file}:{route.line} depends on no check of "
                "the caller",
                remedy="Let it depend on the signed-in caller, or name it public in the design.",
                path=route.file,
                line=route.line,
            )
        for what in route.unchecked:
            notes.found(
                INPUT,
                Severity.MAJOR,
                f"{route.name} takes input that nothing validates",
                evidence=what,
                remedy="Take a model that names each field with its type and limits.",
                path=route.file,
                line=route.line,
            )
    names = ", ".join(_guarded(route) for route in scene.new_routes)
    notes.looked(CALLERS, names)
    notes.looked(INPUT, f"{len(scene.new_routes)} routes read")


def _guarded(route: Route) -> str:
    by = "a signed link" if route.signed else "; ".join(route.guards) or "nobody"
    return f"{route.name} ({by})"


def _is_public(scene: Scene, route: Route) -> bool:
    return route.path in _PUBLIC or route.name in scene.evaluation.public


def _code(scene: Scene, notes: Notes) -> None:
    if not scene.code:
        notes.irrelevant(CODE, "no Python outside tests was changed")
        return
    try:
        found = list(_linted(scene))
    except (HeadraceError, ValueError) as fault:
        notes.unknown(CODE, f"ruff did not run: {str(fault)[-200:]}")
        return
    for code, path, line, message in found:
        if scene.is_new(path, line):
            notes.found(
                CODE,
                Severity.CRITICAL if code in _CRITICAL else Severity.MAJOR,
                message,
                evidence=f"ruff {code} at {path}:{line}",
                remedy="Use a safe form; where it is safe as it stands, say why at its noqa.",
                path=path,
                line=line,
            )
    for read in scene.read_changed:
        if read.tree is None:
            notes.found(
                CODE,
                Severity.MAJOR,
                "The file cannot be read as Python, so nothing in it was judged",
                evidence=read.fault,
                remedy="Correct the syntax.",
                path=read.path,
            )
    notes.looked(CODE, f"ruff, rules S, on {len(scene.code)} files")


def _linted(scene: Scene) -> Iterator[tuple[str, str, int, str]]:
    """What ruff's security rules say, by its own settings and not by the product's."""
    with tempfile.TemporaryDirectory(prefix="headrace-lint-") as folder:
        report = Path(folder) / "report.json"
        # Isolated: nothing in the change may stand in for the linter or its settings.
        tool = (sys.executable, "-I", "-m", "ruff", "check", "--isolated", "--no-cache")
        rules = ("--exit-zero", "--select", "S", "--ignore", _OF_NO_CONCERN)
        shape = ("--output-format", "json", "--output-file", str(report))
        outcome = scene.checks.tool("ruff", (*tool, *rules, *shape, "--", *scene.code))
        if outcome.exit_code or not report.is_file():
            raise ValueError(outcome.output.strip()[-200:] or "it wrote no report")
        found = json.loads(report.read_text())
    for one in found:
        path = one["filename"].removeprefix(f"{scene.checks.bench.folder}/")
        if str(one["code"]).startswith("S"):
            yield one["code"], path, int(one["location"]["row"]), one["message"]


def _dependencies(scene: Scene, notes: Notes) -> None:
    new = dependencies({p: scene.now[p] for p in scene.changed}) - dependencies(scene.before)
    if not new:
        notes.irrelevant(DEPENDENCIES, "the change names no new dependency")
        return
    for name in sorted(new):
        notes.found(
            DEPENDENCIES,
            Severity.MINOR,
            f"The new dependency {name} was not audited",
            evidence="no source of advisories is configured",
            remedy="Audit it where advisories can be read, and pin its version.",
        )
    notes.unknown(DEPENDENCIES, f"no advisories to audit {', '.join(sorted(new))} with")
