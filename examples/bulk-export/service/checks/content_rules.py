"""The content rules that a machine can judge, and how a page is read. The rules: docs/STYLE.md."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE_TYPES = ("reference", "how-to", "explanation", "tutorial")
LANGUAGES = ("python", "javascript", "bash")
FENCE = re.compile(r"^```(?P<info>[^`]*)$")
KEY_IN_ADDRESS = re.compile(r"[?&]api[_-]?key=", re.IGNORECASE)
WRITTEN_TOKEN = re.compile(r"Bearer\s+[A-Za-z0-9_\-]{16,}")
STEP = re.compile(r"^\d+\. ")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One breach of a rule at one line."""

    path: str
    line: int
    severity: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.severity}: {self.rule}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class Page:
    """One Markdown file, with its path as seen from the root of the repository."""

    path: str
    lines: tuple[str, ...]

    @property
    def type(self) -> str:
        """What kind of page it says it is, in its front matter."""
        for line in self.lines[1:10]:
            if line.startswith("type:"):
                return line.removeprefix("type:").strip()
        return ""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A block of code that says `example` after its language; it runs as it stands."""

    place: str
    language: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block: the line of its fence, counted from 1, its info words and its lines."""

    line: int
    info: tuple[str, ...]
    lines: tuple[str, ...]


def pages(docs: Path, root: Path) -> Iterator[Page]:
    """Every page, in the order of their paths. STYLE.md is about pages and is none itself."""
    for path in sorted(docs.rglob("*.md")):
        if path.name != "STYLE.md":
            lines = tuple(path.read_text(encoding="utf-8").splitlines())
            yield Page(path=_shown(path, root), lines=lines)


def examples(page: Page) -> Iterator[Example]:
    """The examples of a page."""
    for block in _blocks(page):
        if len(block.info) > 1 and block.info[1] == "example" and block.info[0] in LANGUAGES:
            code = "\n".join(block.lines) + "\n"
            place = f"{page.path}:{block.line}"
            yield Example(place=place, language=block.info[0], code=code)


def judge(page: Page) -> Iterator[Finding]:
    """Every breach of a rule on this page."""
    if page.type not in PAGE_TYPES:
        allowed = ", ".join(PAGE_TYPES)
        yield _finding(page, 1, "major", "content.one-type", f"the page needs 'type:' of {allowed}")
    if page.type == "reference":
        yield from _steps_in_reference(page)
    for block in _blocks(page):
        yield from _authentication(page, block)


def _authentication(page: Page, block: Block) -> Iterator[Finding]:
    language = block.info[0] if block.info else "unnamed"
    for number, line in enumerate(block.lines, start=block.line + 1):
        if KEY_IN_ADDRESS.search(line):
            yield _finding(
                page,
                number,
                "critical",
                "content.current-authentication",
                f"the {language} example sends an API key in the address, which is withdrawn; "
                "use a Bearer token in the header Authorization",
            )
        if WRITTEN_TOKEN.search(line):
            yield _finding(
                page, number, "critical", "content.no-secrets", "a token is written in the example"
            )


def _steps_in_reference(page: Page) -> Iterator[Finding]:
    for number, line in enumerate(page.lines, start=1):
        if STEP.match(line):
            message = "a reference page describes; steps belong on a how-to page"
            yield _finding(page, number, "minor", "content.one-type", message)
            return


def _blocks(page: Page) -> Iterator[Block]:
    opened: tuple[int, tuple[str, ...]] | None = None
    inside: list[str] = []
    for number, line in enumerate(page.lines, start=1):
        fence = FENCE.match(line)
        if fence and opened:
            yield Block(line=opened[0], info=opened[1], lines=tuple(inside))
            opened, inside = None, []
        elif fence:
            opened = (number, tuple(fence["info"].split()))
        elif opened:
            inside.append(line)


def _finding(page: Page, line: int, severity: str, rule: str, message: str) -> Finding:
    return Finding(path=page.path, line=line, severity=severity, rule=rule, message=message)


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
