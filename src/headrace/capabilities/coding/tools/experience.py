"""The experience policy: the changed templates, rendered and read as a visitor's browser would."""

import json
import re
import sys
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from headrace.capabilities.coding.model import CI
from headrace.capabilities.coding.rules import markup
from headrace.capabilities.coding.rules.python import is_test
from headrace.capabilities.coding.tools import serving
from headrace.capabilities.coding.tools.rendering import KINDS
from headrace.capabilities.coding.tools.scene import Judged, Notes, Scene
from headrace.capabilities.governance.model import Finding, Severity
from headrace.kernel.errors import HeadraceError

CLAUSES = (markup.ACCESSIBLE, markup.KEYBOARD, markup.STATES, markup.DESIGN)
PATIENCE = timedelta(seconds=30)

_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)")
_CONTROL = re.compile(r"<(button|input|select|textarea|progress|table)\b")


def judge(scene: Scene) -> Judged:
    """Judge the change's templates under the experience policy."""
    notes = Notes()
    changed = tuple(p for p in scene.changed if p.endswith(KINDS) and not is_test(p))
    if changed:
        _rendered(scene, notes, changed)
        _design(scene, notes, changed)
    else:
        for clause in CLAUSES:
            notes.irrelevant(clause, "no template was changed")
    for name in scene.checks.serving("experience"):
        serving.judge(scene, notes, scene.checks.run(name), CI, CLAUSES)
    return notes.done()


def _rendered(scene: Scene, notes: Notes, changed: tuple[str, ...]) -> None:
    looked = (markup.ACCESSIBLE, markup.KEYBOARD, markup.STATES)
    try:
        pages = _pages(scene, changed)
    except (HeadraceError, ValueError) as fault:
        for clause in looked:
            notes.unknown(clause, f"the templates were not rendered: {str(fault)[-200:]}")
        return
    for path in changed:
        if not pages[path]["pages"]:
            for clause in looked:
                notes.unknown(clause, f"{path} cannot be rendered: {pages[path]['fault']}")
        _read(notes, path, scene.now[path], [str(page) for page in pages[path]["pages"]])
    for clause in looked:
        notes.looked(clause, f"{len(changed)} templates rendered")


def _pages(scene: Scene, changed: tuple[str, ...]) -> Mapping[str, Mapping[str, str | list[str]]]:
    """What each template renders to; in a process of its own, for a template may never end."""
    program = "headrace.capabilities.coding.tools.rendering"
    with tempfile.TemporaryDirectory(prefix="headrace-pages-") as folder:
        report = Path(folder) / "pages.json"
        argv = (sys.executable, "-I", "-m", program, str(report), *changed)
        outcome = scene.checks.tool("rendering", argv, at_most=PATIENCE)
        if outcome.exit_code or not report.is_file():
            raise ValueError(outcome.output.strip()[-300:] or f"exit code {outcome.exit_code}")
        found: Mapping[str, Mapping[str, str | list[str]]] = json.loads(report.read_text())
    return found


def _read(notes: Notes, path: str, template: str, pages: list[str]) -> None:
    for one in dict.fromkeys(one for html in pages for one in markup.barriers(html)):
        notes.findings.append(
            Finding(
                severity=one.severity,
                clause=one.clause,
                what=one.what,
                evidence=one.evidence,
                remediation=one.remedy,
                path=path,
                line=_line(template, one.evidence),
            )
        )


def _line(template: str, evidence: str) -> int | None:
    """The line of the template that most likely wrote an element: the first with its tag."""
    tag = re.match(r"<\w+", evidence)
    for number, line in enumerate(template.splitlines(), start=1):
        if tag and tag[0] in line:
            return number
    return None


def _design(scene: Scene, notes: Notes, changed: tuple[str, ...]) -> None:
    components = _components(scene)
    if not components:
        notes.irrelevant(markup.DESIGN, "the product has no components of a design system")
        return
    for path in changed:
        if not _MACRO.search(scene.now[path]):
            for name in markup.homemade(scene.now[path], components):
                notes.found(
                    markup.DESIGN,
                    Severity.MINOR,
                    f"<{name}> is written by hand although there is a component for it",
                    evidence=path,
                    remedy="Use the component, so that all of its kind stay alike.",
                    path=path,
                    line=_line(scene.now[path], f"<{name}"),
                )
    notes.looked(markup.DESIGN, f"components: {', '.join(sorted(components))}")


def _components(scene: Scene) -> frozenset[str]:
    """The elements that macros of the product, as it was before the change, write."""
    return frozenset(
        name
        for path, text in scene.before.items()
        if path.endswith(KINDS) and _MACRO.search(text)
        for name in _CONTROL.findall(text)
    )
