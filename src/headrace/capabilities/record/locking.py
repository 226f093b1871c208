"""Locking: which paths are protected, and whom a lock lets edit them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from headrace.capabilities.record.codeowners import Ownership
from headrace.capabilities.record.model import ChangeRequest, Lock
from headrace.kernel.ids import PrincipalId

LOCKS = "LOCKS"
"""The file of a repository that names its protected paths, a pattern of CODEOWNERS on each line."""

_PROTECTED = "@protected"


@dataclass(frozen=True, kw_only=True)
class Protection:
    """The protected paths of a repository as one worker meets them: `held` are its live locks' targets."""

    patterns: str = ""  # the text of LOCKS
    held: tuple[str, ...] = ()

    def uncovered(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Those of these paths that are protected, and that no lock lets this worker edit."""
        return tuple(
            path
            for path in protected(self.patterns, paths)
            if not any(covers(target, path) for target in self.held)
        )


def protected(patterns: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of the paths that a LOCKS file protects, in their order. The last line that matches counts;
    one that begins with `!` takes protection away."""
    lines = [line.partition("#")[0].strip() for line in patterns.splitlines()]
    text = "\n".join(
        line.removeprefix("!") if line.startswith("!") else f"{line} {_PROTECTED}"
        for line in lines
        if line
    )
    if not text:
        return ()
    ownership = Ownership(text)
    return tuple(path for path in paths if ownership.owners_of(path))


def covers(target: str, path: str) -> bool:
    """Whether a lock on `target` is one on `path` too."""
    return path == target or (target.endswith("/") and path.startswith(target))


def overlap(one: str, other: str) -> bool:
    """Whether two locks would hold a path in common."""
    return covers(one, other) or covers(other, one)


def objections(
    change: ChangeRequest, paths: Iterable[str], locks: Sequence[Lock], now: datetime
) -> list[str]:
    """Why a change may not touch these protected paths now.

    A lock of its author, or one held for its context, must be live. Where somebody else has held the
    path since the change was opened, the change was written under an older token and is stale.
    """
    reasons = []
    for path in paths:
        on = [lock for lock in locks if covers(lock.target, path)]
        mine = [lock for lock in on if lets(lock, change.author, change.context)]
        later = [lock for lock in on if lock not in mine and lock.taken_at > change.opened_at]
        if later:
            newest = max(later, key=lambda lock: lock.token)
            reasons.append(
                f"{path} was held by somebody else under {newest.id} after {change.id} was opened; "
                "close it and hand in the work again"
            )
        elif not any(lock.is_live(now) for lock in mine):
            reasons.append(
                f"{path} is protected and its author holds no live lock on it; "
                f"`headrace lock take {path}` takes one"
            )
    return reasons


def lets(lock: Lock, owner: PrincipalId, context: str) -> bool:
    """Whether it is the owner's, or held for the context."""
    return lock.owner == owner or (bool(lock.related) and lock.related == context)
