"""Paths that streams and missions own: which overlap."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import takewhile


def overlap(one: str, other: str) -> bool:
    """Whether two paths may share a file: the same, or one within the other. `src/a/` is a folder.

    A name with `*` may be any that fits it, and `**` anything below.
    """
    return all(
        fnmatchcase(first, second) or fnmatchcase(second, first)
        for first, second in zip(_parts(one), _parts(other), strict=False)
    )


def _parts(path: str) -> list[str]:
    parts = [part for part in path.casefold().strip().split("/") if part not in {"", "."}]
    return list(takewhile(lambda part: part != "**", parts))


def is_plain(path: str) -> bool:
    """Whether a path names a place within its repository, and the same one for every reader."""
    return not path.startswith(("/", "~")) and ".." not in path.split("/") and bool(path.strip())


def shared(owners: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str, str], ...]:
    """(owner, other owner, path) for every path that two owners claim, each pair once."""
    names = sorted(owners)
    return tuple(
        (one, other, path)
        for place, one in enumerate(names)
        for other in names[place + 1 :]
        for path in owners[one]
        if any(overlap(path, theirs) for theirs in owners[other])
    )


def conflicts(
    wanted: Iterable[str], taken: Mapping[str, Sequence[str]]
) -> tuple[tuple[str, str], ...]:
    """(owner, path) for every wanted path that another owner has, sorted."""
    return tuple(
        sorted(
            (owner, path)
            for path in wanted
            for owner, paths in taken.items()
            if any(overlap(path, theirs) for theirs in paths)
        )
    )
