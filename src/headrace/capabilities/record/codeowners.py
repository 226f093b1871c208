"""Who must review which path, read from a CODEOWNERS file by GitHub's rules. Pure."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from codeowners import CodeOwners as Matcher

LOCATIONS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where the file may lie; the first that exists counts."""

SIZE_LIMIT_BYTES = 3 * 1024 * 1024
"""GitHub does not load a file of this size or more."""

_OWNER = re.compile(r"@[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?|[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_WORD = re.compile(r"(?:\\[ \S]|\S)+")
_BRACKETS = re.compile(r"[\[\]]")

# The matching library parts words at spaces and lets `.` stop at a line end, so a path that holds
# one could slip past its owner. Both travel through it as characters that no path uses.
_SPACE, _LINE_END = "\ue000", "\ue001"
_TO_MATCHER = str.maketrans({" ": _SPACE, "\n": _LINE_END})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong in the file; `line` is None when it concerns the whole file."""

    line: int | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line that counts: a pattern and its owners. Without owners it takes ownership away."""

    line: int
    pattern: str
    owners: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OwnerGroup:
    """Paths that one set of owners owns together; a review by any one of them satisfies all."""

    owners: frozenset[str]  # as compared: lower case
    paths: tuple[str, ...]  # sorted
    lines: tuple[int, ...]  # of the rules that say so, sorted


@dataclass(frozen=True, kw_only=True)
class Review:
    """An approval: who gave it, and every owner that this person may speak for, teams included."""

    by: str
    speaks_for: frozenset[str]


class Ownership:
    """A CODEOWNERS file, read once and asked often. `rules` and `findings` stand in file order."""

    def __init__(self, text: str) -> None:
        self.rules, self.findings = _read(text)
        self._by_line = {rule.line: rule for rule in self.rules}
        self._matcher = Matcher(_for_matcher(self.rules))

    def rule_for(self, path: str) -> Rule | None:
        """The last rule whose pattern matches `path`, or None. Case counts."""
        _, line, _, _ = self._matcher.matching_line(path.translate(_TO_MATCHER))
        return None if line is None else self._by_line[line]

    def owners_of(self, path: str) -> tuple[str, ...]:
        """The owners of `path` as written; empty when nobody owns it."""
        rule = self.rule_for(path)
        return rule.owners if rule else ()


def location(paths: Collection[str]) -> str | None:
    """Which of a tree's `paths` is its CODEOWNERS file; None when it has none."""
    return next((place for place in LOCATIONS if place in paths), None)


def required_reviewers(ownership: Ownership, paths: Iterable[str]) -> tuple[OwnerGroup, ...]:
    """The groups of owners that `paths` need, ordered by their first path; unowned paths need none.

    Give both names of a renamed file: it leaves one owner's care and enters another's.
    """
    owned: dict[frozenset[str], tuple[set[str], set[int]]] = {}
    for path in paths:
        rule = ownership.rule_for(path)
        if rule is None or not rule.owners:
            continue
        members, lines = owned.setdefault(_compared(rule.owners), (set(), set()))
        members.add(path)
        lines.add(rule.line)
    groups = (
        OwnerGroup(owners=owners, paths=tuple(sorted(members)), lines=tuple(sorted(lines)))
        for owners, (members, lines) in owned.items()
    )
    return tuple(sorted(groups, key=lambda group: group.paths))


def unsatisfied(
    groups: Iterable[OwnerGroup], reviews: Iterable[Review], author: str
) -> tuple[OwnerGroup, ...]:
    """The groups of which no owner has approved yet. The author's own approval never counts,
    also not for a team that the author belongs to."""
    spoken: set[str] = set()
    for review in reviews:
        if _handle(review.by) != _handle(author):
            spoken |= _compared(review.speaks_for | {review.by})
    return tuple(group for group in groups if not group.owners & spoken)


def only_the_author(groups: Iterable[OwnerGroup], author: str) -> tuple[OwnerGroup, ...]:
    """The groups that can never be satisfied, because their one owner is the author."""
    return tuple(group for group in groups if group.owners <= _compared([author]))


def _read(text: str) -> tuple[tuple[Rule, ...], tuple[Finding, ...]]:
    if len(text.encode("utf-8", "replace")) >= SIZE_LIMIT_BYTES:
        told = "the file has 3 MB or more and is ignored as a whole: nobody owns anything"
        return (), (Finding(line=None, message=told),)
    rules: list[Rule] = []
    findings: list[Finding] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        read = _read_line(number, line)
        if isinstance(read, Rule):
            rules.append(read)
        elif read is not None:
            findings.append(read)
    return tuple(rules), tuple(findings)


def _read_line(number: int, line: str) -> Rule | Finding | None:
    words = _words(line)
    if not words:
        return None
    pattern, owners = words[0], tuple(words[1:])
    reasons = _reasons_against(pattern)
    reasons += [
        f"{owner!r} is no @user, @organisation/team or e-mail address"
        for owner in owners
        if not _OWNER.fullmatch(owner)
    ]
    if reasons:
        return Finding(line=number, message="; ".join(reasons) + "; the line is skipped")
    return Rule(line=number, pattern=pattern, owners=owners)


def _words(line: str) -> list[str]:
    words = _WORD.findall(line)
    comment = next((place for place, word in enumerate(words) if word.startswith("#")), None)
    return words[:comment]


def _reasons_against(pattern: str) -> list[str]:
    # Where GitHub leaves gitignore's syntax, and what the matching library would read differently.
    rules = (
        (pattern.startswith("!"), "'!' cannot take a pattern back here"),
        (pattern.startswith("\\#"), "a pattern cannot start with an escaped '#'"),
        (_BRACKETS.search(pattern), "'[ ]' cannot stand for a range of characters here"),
        (pattern.endswith("\\"), "it ends with a backslash"),
        ("***" in pattern, "'***' means nothing"),
        (not pattern.strip("/"), "it names no file"),
    )
    return [reason for broken, reason in rules if broken]


def _for_matcher(rules: Iterable[Rule]) -> str:
    """The patterns on their own lines, each with a stand-in owner: the library drops odd ones."""
    lines: list[str] = []
    for rule in rules:
        lines += [""] * (rule.line - 1 - len(lines))
        lines.append(rule.pattern.replace("\\ ", _SPACE) + " @owner")
    return "\n".join(lines)


def _compared(owners: Iterable[str]) -> frozenset[str]:
    return frozenset(map(_handle, owners))


def _handle(owner: str) -> str:
    # `ada` and `@Ada` are one account; an address keeps its own `@`.
    return owner.lower() if "@" in owner else f"@{owner.lower()}"
