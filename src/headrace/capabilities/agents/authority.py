"""How far a run reaches into a worktree: what its card and its workspace let it read and write. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from headrace.capabilities.agents import card_rules
from headrace.capabilities.agents.cards import RoleCard
from headrace.capabilities.agents.model import Workspace
from headrace.capabilities.record.service import Protection
from headrace.kernel.errors import Refusal

PROTECTED = (".headrace/", "**/.headrace/", "CODEOWNERS", "**/CODEOWNERS", "**/packs/*/roles/")
"""What no agent writes, whatever it was granted: what decides about agents and their reviewers."""

LONGEST_PATH = 1_000  # characters; no product of ours comes near, and names stay readable in rows
LONGEST_NAME = 255  # bytes; what file systems allow

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_WILD = {"**/": r"(?:.+/)?", "**": r".+", "*": r"[^/]*", "?": r"[^/]"}


@dataclass(frozen=True, kw_only=True)
class Authority:
    """What one run may do with files and tools.

    `classified` gives the data class of folders and patterns; the last that matches counts, and what
    no pattern names has no class.
    """

    card: RoleCard
    workspace: Workspace
    places: Mapping[str, tuple[str, ...]]
    classified: tuple[tuple[str, str], ...] = field(default=())
    protection: Protection = field(default_factory=Protection)

    @property
    def judges(self) -> bool:
        """Whether the role evaluates: such a role never changes a product."""
        return bool(self.card.evaluates)

    def against_tool(self, tool: str) -> Refusal | None:
        """Why the role may not use a tool, or None."""
        if tool in self.card.tools:
            return None
        return Refusal((f"the role {self.card.id} may not use {tool}",))

    def against_reading(self, path: str) -> Refusal | None:
        """Every reason why the run may not read `path`, or None."""
        reasons = list(faults_of_form(path))
        if not reasons and not card_rules.may_read(self.card, path, self.places):
            reasons.append(f"{path} lies outside what {self.card.id} may read")
        reasons += self._closed(path)
        return _refusal(reasons)

    def against_writing(self, path: str) -> Refusal | None:
        """Every reason why the run may not write `path`, or None."""
        reasons = list(faults_of_form(path))
        if self.judges:
            reasons.append(f"{self.card.id} evaluates, and never changes what it judges")
        if not reasons:
            reasons += self._outside(path)
        reasons += self._closed(path)
        return _refusal(reasons)

    def _outside(self, path: str) -> Iterator[str]:
        if matches(PROTECTED, folded(path)):
            yield f"{path} decides about agents and their reviewers; no agent changes it"
        if not matches(self.workspace.paths, path):
            granted = ", ".join(self.workspace.paths) or "none"
            yield f"{path} lies outside the paths of this work ({granted})"
        if not card_rules.may_write(self.card, path, self.places):
            yield f"{path} lies outside what {self.card.id} may write"
        if self.protection.uncovered([path]):
            yield f"{path} is protected, and no live lock on it is held for this work"

    def _closed(self, path: str) -> Iterator[str]:
        named = [found for pattern, found in self.classified if matches((pattern,), path)]
        if named and named[-1] not in self.card.data_classes:
            yield f"{path} is {named[-1]}, which {self.card.id} may not see"


def places_of(workspace: Workspace, context: str) -> dict[str, tuple[str, ...]]:
    """What stands for {paths}, for the context's kind ({mission}) and for the workspace's own places."""
    kind, _, name = context.partition(":")
    own = {kind: (name,)} if name else {}
    return {**own, **workspace.places, "paths": workspace.paths}


def matches(patterns: tuple[str, ...], path: str) -> bool:
    """Whether a path lies in a folder (`src/api/`) or fits a pattern; `*` stays within a name."""
    return any(_expression(pattern).fullmatch(path) for pattern in patterns)


def folded(path: str) -> str:
    """The path as file systems that ignore case and invisible characters see it."""
    parts = (_folded(part) for part in path.split("/"))
    names = {"codeowners": "CODEOWNERS"}
    return "/".join(names.get(part, part) for part in parts)


def _expression(pattern: str) -> re.Pattern[str]:
    whole = f"{pattern}**" if pattern.endswith("/") else pattern
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", whole.removeprefix("./"))
    return re.compile("".join(_WILD.get(p) or re.escape(p) for p in pieces), re.DOTALL)


def faults_of_form(path: str) -> Iterator[str]:
    """What is wrong with the path itself, wherever it leads."""
    told = repr(path[:120])
    parts = path.split("/")
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        yield f"{told} is no path from the root of the worktree"
    if not path or len(path) > LONGEST_PATH or any(_too_long(part) for part in parts):
        yield f"{told} is empty or too long"
    if any(part in ("", ".", "..") for part in parts):
        yield f"{told} has an empty part, '.' or '..'; write the path in its shortest form"
    if "\\" in path or any(unicodedata.category(c) in ("Cc", "Cs") for c in path):
        yield f"{told} has a backslash or a control character"
    if any(_is_git_folder(part) for part in parts):
        yield f"{told} names Git's own folder"
    elif path != unicodedata.normalize("NFC", path) or _INVISIBLE.search(path):
        yield f"{told} has a character that some file systems read as another"


def _too_long(part: str) -> bool:
    return len(part.encode("utf-8", "surrogatepass")) > LONGEST_NAME


def _is_git_folder(part: str) -> bool:
    """`.git` under any of the names by which Windows or macOS open it as well."""
    return _folded(part).split(":")[0].rstrip(". ") in (".git", "git~1")


def _folded(part: str) -> str:
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", part)).casefold()


def _refusal(reasons: list[str]) -> Refusal | None:
    return Refusal(tuple(reasons)) if reasons else None
