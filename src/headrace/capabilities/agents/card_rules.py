"""What a role may do by its card: be put to work, change its state, touch a path. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import product
from pathlib import PurePosixPath

from headrace.capabilities.agents.cards import Lifecycle, Organisation, RoleCard
from headrace.kernel.errors import Refusal

NEXT = {
    Lifecycle.PROPOSED: (Lifecycle.APPROVED, Lifecycle.RETIRED),
    Lifecycle.APPROVED: (Lifecycle.IMPLEMENTING, Lifecycle.RETIRED),
    Lifecycle.IMPLEMENTING: (Lifecycle.ACTIVE, Lifecycle.RETIRED),
    Lifecycle.ACTIVE: (Lifecycle.DEPRECATED,),
    Lifecycle.DEPRECATED: (Lifecycle.ACTIVE, Lifecycle.RETIRED),
    Lifecycle.RETIRED: (),
}
"""The states a role may enter next. Work in progress forbids the step from active to retired."""

PLACE = re.compile(r"\{(\w+)\}")


def employment(card: RoleCard) -> Refusal | None:
    """None when the role may be hired and put into a crew, else every reason why not."""
    if card.status is Lifecycle.ACTIVE:
        return None
    instead = f" Hire {card.superseded_by} instead." if card.superseded_by else ""
    return Refusal((f"{card.id} is {card.status}; only an active role may work.{instead}",))


def change_of_state(
    card: RoleCard,
    to: Lifecycle,
    approver: str,
    organisation: Organisation,
    superseded_by: str = "",
) -> RoleCard | Refusal:
    """The card in its new state, or every reason why it may not enter it. `approver` is a seat."""
    reasons = []
    if to not in NEXT[card.status]:
        allowed = ", ".join(NEXT[card.status]) or "nothing"
        reasons.append(f"From {card.status} a role goes to {allowed}, not to {to}.")
    needed = organisation.approvers.get(to)
    if needed is not None and approver != needed:
        reasons.append(f"Entering {to} is for {needed} to approve, not for {approver}.")
    successor = superseded_by or card.superseded_by
    if to is Lifecycle.DEPRECATED and not successor:
        reasons.append("A deprecated role names the role that takes over.")
    if reasons:
        return Refusal(tuple(reasons))
    ending = to in {Lifecycle.DEPRECATED, Lifecycle.RETIRED}
    return replace(card, status=to, superseded_by=successor if ending else "")


def may_write(card: RoleCard, path: str, places: Mapping[str, Sequence[str]]) -> bool:
    """Whether the role may write `path` (relative, with slashes) in a run with these places."""
    return covers(expanded(card.paths.writes, places), path)


def may_read(card: RoleCard, path: str, places: Mapping[str, Sequence[str]]) -> bool:
    """Whether the role may read `path`. What it may write it may read."""
    patterns = (*card.paths.reads, *card.paths.writes)
    return covers(expanded(patterns, places), path)


def expanded(patterns: Sequence[str], places: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The patterns with their places filled; one whose place has no value allows nothing."""
    filled: list[str] = []
    for pattern in patterns:
        names = PLACE.findall(pattern)
        for values in product(*(places.get(name, ()) for name in names)):
            text = pattern
            for name, value in zip(names, values, strict=True):
                text = text.replace(f"{{{name}}}", value)
            filled.append(text)
    return tuple(filled)


def covers(patterns: Sequence[str], path: str) -> bool:
    """Whether a path lies in one of the folders or matches one of the patterns.

    A path that leaves its root, or is not written in its shortest form, is covered by nothing.
    """
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or str(pure) != path:
        return False
    return any(
        path.startswith(pattern) if pattern.endswith("/") else fnmatchcase(path, pattern)
        for pattern in patterns
    )
