"""Paths inside a tree: which ones may be written, and which ones lie outside a grant. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from headrace.capabilities.record.git.errors import PathRefused
from headrace.capabilities.record.git.model import PathChange
from headrace.kernel.errors import Invalid

_IGNORED_BY_HFS = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_PATH_LIMIT_BYTES = 4000
_NAME_LIMIT_BYTES = 255


def checked(path: str) -> str:
    """`path` itself; PathRefused with every reason when it may not be written into a tree."""
    reasons = _reasons_against(path)
    if reasons:
        raise PathRefused(
            f"{path[:120]!r} cannot be written: {'; '.join(reasons)}", path=path, reasons=reasons
        )
    return path


def paths_outside(changed: Iterable[PathChange], allowed: Sequence[str]) -> tuple[str, ...]:
    """The changed names, sorted, that no pattern in `allowed` covers; both names of a rename count.

    `src/api/` covers a folder and all within; `README.md` exactly that file; `*` and `?` stay within
    a name, `**` crosses folders. Case counts. A path that leaves the tree or names Git's own folder
    is outside whatever is allowed. Invalid when a pattern itself is malformed.
    """
    patterns = [_pattern(pattern) for pattern in allowed]
    names = {name for change in changed for name in change.names}
    return tuple(
        sorted(
            name
            for name in names
            if _leaves_tree(name) or not any(pattern.fullmatch(name) for pattern in patterns)
        )
    )


def folders_holding(allowed: Sequence[str]) -> tuple[str, ...] | None:
    """The folders a sparse worktree needs for `allowed`, sorted; None means the whole tree.

    Files at the root, and those beside a folder on the way to it, are always there.
    """
    folders = set()
    for pattern in allowed:
        _pattern(pattern)
        fixed = re.split(r"[*?]", _without_dot(pattern), maxsplit=1)[0]
        folder = fixed.rpartition("/")[0]
        if not folder and pattern != fixed:
            return None  # a wildcard at the root may match anywhere
        if folder:
            folders.add(folder)
    return tuple(sorted(folders))


def link_leaves_tree(path: str, target: str) -> bool:
    """Whether a symbolic link at `path` to `target` points out of the tree or into Git's folder."""
    if target.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", target):
        return True
    place = path.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            if not place:
                return True
            place.pop()
        elif part not in ("", "."):
            place.append(part)
    return any(_is_git_folder(part) for part in place)


def _pattern(pattern: str) -> re.Pattern[str]:
    cleaned = _without_dot(pattern)
    unprintable = any(unicodedata.category(character) == "Cc" for character in cleaned)
    if not cleaned or unprintable or _leaves_tree(cleaned.removesuffix("/")):
        raise Invalid(
            f"{pattern!r} is no pattern of paths; write 'folder/', 'folder/file.py' or 'folder/**/*.py'"
        )
    whole = cleaned + "**" if cleaned.endswith("/") else cleaned
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", whole)
    return re.compile("".join(map(_expression, pieces)), re.DOTALL)


def _expression(piece: str) -> str:
    # `**/` also stands for no folder at all; `**` at the end of a folder needs a name after it.
    wildcards = {"**/": r"(?:.+/)?", "**": r".+", "*": r"[^/]*", "?": r"[^/]"}
    return wildcards.get(piece) or re.escape(piece)


def _without_dot(pattern: str) -> str:
    return pattern.removeprefix("./")


def _leaves_tree(path: str) -> bool:
    parts = path.split("/")
    return any(part in ("", ".", "..") or _is_git_folder(part) for part in parts)


def _is_git_folder(part: str) -> bool:
    # Case, trailing dots and spaces, invisible characters and the DOS short name all open `.git`
    # on one file system or another (CVE-2014-9390 and its successors).
    visible = _IGNORED_BY_HFS.sub("", part).casefold().split(":")[0].rstrip(". ")
    return visible in (".git", "git~1")


def _reasons_against(path: str) -> list[str]:
    parts = path.split("/")
    raw = path.encode("utf-8", "replace")
    rules = (
        (path.startswith("/"), "it is absolute; give it relative to the root of the tree"),
        (".." in parts, "it leaves the tree with '..'"),
        (not path or "." in parts or "" in parts[1:], "a part of it is empty or '.'"),
        (any(map(_is_git_folder, parts)), "it names Git's own folder"),
        ("\\" in path, "it has a backslash, which parts folders on some systems"),
        (any(unicodedata.category(c) in ("Cc", "Cs") for c in path), "it has a control character"),
        (len(raw) > _PATH_LIMIT_BYTES, f"it is longer than {_PATH_LIMIT_BYTES} bytes"),
        (
            any(len(part.encode("utf-8", "replace")) > _NAME_LIMIT_BYTES for part in parts),
            f"a name in it is longer than {_NAME_LIMIT_BYTES} bytes",
        ),
    )
    return [reason for broken, reason in rules if broken]
