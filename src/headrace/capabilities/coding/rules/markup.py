"""Pages as a visitor meets them: names of controls, headings, what is read aloud, what a keyboard reaches."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from selectolax.lexbor import LexborHTMLParser, LexborNode

from headrace.capabilities.governance.model import Severity

ACCESSIBLE, KEYBOARD, STATES, DESIGN = (
    "wcag",
    "keyboard",
    "loading-states",
    "design-system",
)
_NAMED = ("aria-label", "aria-labelledby", "title")
_UNNAMED_INPUTS = frozenset({"hidden", "submit", "button", "image", "reset"})
_WAITS = re.compile(r"progressbar|<progress\b|data-progress", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Barrier:
    """Something that keeps a visitor out."""

    clause: str
    severity: Severity
    what: str
    evidence: str
    remedy: str


def barriers(html: str) -> tuple[Barrier, ...]:
    """Every barrier of a rendered page or part of one, each once, in the order of the page.

    After WCAG 2.1 level AA as far as it can be read from markup: 1.1.1, 1.3.1, 2.1.1, 3.1.1, 4.1.2, 4.1.3.
    Contrast and order of focus need a browser and are not judged.
    """
    page = LexborHTMLParser(html)
    found = [
        *_document(page, html),
        *_images(page),
        *_controls(page),
        *_headings(page),
        *_keyboard(page),
        *_progress(page, html),
    ]
    return tuple(dict.fromkeys(found))


def _document(page: LexborHTMLParser, html: str) -> Iterator[Barrier]:
    if "<html" in html.lower():
        root = page.css_first("html")
        if root is not None and not (root.attributes.get("lang") or "").strip():
            yield _wcag("The page does not say its language", root, "Add lang to <html> (3.1.1).")
        if page.css_first("title") is None:
            yield _wcag("The page has no title", root, "Add a <title> (2.4.2).")


def _images(page: LexborHTMLParser) -> Iterator[Barrier]:
    for image in page.css("img"):
        if "alt" not in image.attributes and not _has_name(page, image):
            yield _wcag(
                "An image has no text", image, "Add alt; empty for a mere ornament (1.1.1)."
            )


def _controls(page: LexborHTMLParser) -> Iterator[Barrier]:
    for control in page.css("input, select, textarea"):
        kind = (control.attributes.get("type") or "text").lower()
        if kind not in _UNNAMED_INPUTS and not _is_labelled(page, control):
            remedy = "Put it into a <label>, or name it with aria-label (1.3.1, 4.1.2)."
            yield _wcag("A control has no label", control, remedy)
    for control in page.css("button, a[href], [role=button], [role=progressbar], progress, meter"):
        if not (_words(control) or _has_name(page, control)):
            yield _wcag("A control has no name", control, "Give it words or aria-label (4.1.2).")


def _is_labelled(page: LexborHTMLParser, control: LexborNode) -> bool:
    name = control.attributes.get("id")
    named = bool(name) and any(
        label.attributes.get("for") == name and _words(label) for label in page.css("label")
    )
    return named or _inside_label(control) or _has_name(page, control)


def _inside_label(control: LexborNode) -> bool:
    above = control.parent
    while above is not None:
        if above.tag == "label":
            return bool(_words(above))
        above = above.parent
    return False


def _has_name(page: LexborHTMLParser, node: LexborNode) -> bool:
    for attribute in _NAMED:
        value = (node.attributes.get(attribute) or "").strip()
        if value and attribute != "aria-labelledby":
            return True
        if value and any(_by_id(page, part) for part in value.split()):
            return True
    return False


def _by_id(page: LexborHTMLParser, name: str) -> bool:
    return any(node.attributes.get("id") == name for node in page.css("[id]"))


def _words(node: LexborNode) -> str:
    inner = "".join(image.attributes.get("alt") or "" for image in node.css("img"))
    return (node.text(deep=True) + inner).strip()


def _headings(page: LexborHTMLParser) -> Iterator[Barrier]:
    levels = [(int(node.tag[1]), node) for node in page.css("h1, h2, h3, h4, h5, h6") if node.tag]
    for _, node in levels:
        if not _words(node):
            yield _wcag("A heading is empty", node, "Give the heading words (1.3.1).")
    for (before, _), (level, node) in pairwise(levels):
        if level > before + 1:
            yield _minor(f"A heading jumps from level {before} to {level}", node)


def _minor(what: str, node: LexborNode) -> Barrier:
    return Barrier(
        clause=ACCESSIBLE,
        severity=Severity.MINOR,
        what=what,
        evidence=_shown(node),
        remedy="Use the next level down (1.3.1).",
    )


def _keyboard(page: LexborHTMLParser) -> Iterator[Barrier]:
    for node in page.css("[onclick], [role=button], [role=link], [role=tab]"):
        native = node.tag in ("button", "input", "select", "textarea", "summary", "option") or (
            node.tag == "a" and "href" in node.attributes
        )
        if not native and "tabindex" not in node.attributes:
            yield _keys("It can be clicked but not reached by keyboard", node)
    for node in page.css("[tabindex]"):
        value = (node.attributes.get("tabindex") or "").strip()
        if value.isdigit() and int(value) > 0:
            yield _keys(f"tabindex {value} breaks the order of focus", node)
    for node in page.css("a"):
        if "href" not in node.attributes and "hidden" not in node.attributes and _words(node):
            yield _keys("A link without address cannot be reached by keyboard", node)


def _keys(what: str, node: LexborNode) -> Barrier:
    return Barrier(
        clause=KEYBOARD,
        severity=Severity.MAJOR,
        what=what,
        evidence=_shown(node),
        remedy="Use <button> or <a href>; they come with focus and keys (2.1.1).",
    )


def _progress(page: LexborHTMLParser, html: str) -> Iterator[Barrier]:
    if not _WAITS.search(html):
        return
    for node in page.css("[role=progressbar]"):
        missing = [a for a in ("aria-valuenow",) if a not in node.attributes]
        if missing:
            yield _wcag("Progress has no value", node, f"Add {missing[0]} (4.1.2).")
    if not page.css("[aria-live], [role=status], [role=alert], [role=log], output"):
        yield Barrier(
            clause=STATES,
            severity=Severity.MAJOR,
            what="Progress is shown and nothing reads changes aloud",
            evidence="no aria-live, role=status or role=alert on the page",
            remedy="Tell changes in an element with role=status (4.1.3).",
        )


def _wcag(what: str, node: LexborNode | None, remedy: str) -> Barrier:
    return Barrier(
        clause=ACCESSIBLE,
        severity=Severity.MAJOR,
        what=what,
        evidence=_shown(node) if node is not None else "the document",
        remedy=remedy,
    )


def _shown(node: LexborNode) -> str:
    text = " ".join((node.html or "").split())
    return text[:160]


def homemade(template: str, components: Collection[str]) -> tuple[str, ...]:
    """Controls that a template writes itself although the product has a component for them."""
    body = re.sub(r"\{#.*?#\}", "", template, flags=re.DOTALL)
    return tuple(
        name
        for name in ("button", "input", "select", "textarea", "progress", "table")
        if name in components and re.search(rf"<{name}\b", body)
    )
