"""What people may do, and may let others do. Pure: the same arguments always give the same answer."""

import ipaddress
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from headrace.capabilities.people.model import (
    OPERATOR,
    SELF,
    Caller,
    PrincipalKind,
    Right,
    Standing,
)
from headrace.kernel.errors import Refusal

_HANDLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PATTERN = re.compile(r"\*|[a-z0-9_.-]+(:[a-z0-9_.-]+|:\*)+|\*(:[a-z0-9_.-]+)+")
_SUBJECT = re.compile(r"\*|[^\s:*]+(:([^\s:*]+|\*))*")
LONGEST = 64  # characters of a handle or slug


def is_handle(text: str) -> bool:
    """Whether `text` may be a handle or a slug: lower-case words and digits joined by hyphens."""
    return len(text) <= LONGEST and _HANDLE.fullmatch(text) is not None


def is_pattern(text: str) -> bool:
    """Whether `text` is written as a pattern of permissions."""
    return _PATTERN.fullmatch(text) is not None


def is_subject(text: str) -> bool:
    """Whether `text` is written as a pattern of subjects."""
    return _SUBJECT.fullmatch(text) is not None


def bare(handle: str) -> str:
    """A handle as rows hold it: `@vp-product` and `vp-product` are one."""
    return handle.strip().removeprefix("@")


def matches(pattern: str, name: str) -> bool:
    """Whether a pattern names this permission or subject. What only the operator has, no pattern names."""
    parts, asked = pattern.split(":"), name.split(":")
    return asked[0] != OPERATOR and _covers(parts, asked)


def pattern_covers(wide: str, narrow: str) -> bool:
    """Whether everything that `narrow` can name, `wide` names too, now and with rooms to come."""
    return _covers(wide.split(":"), narrow.split(":"))


def _covers(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    if wide == ["*"]:
        return True
    if not wide or not narrow:
        return not wide and not narrow
    if narrow == ["*"]:
        return False  # a tail of any length; only a tail covers it
    return wide[0] in ("*", narrow[0]) and _covers(wide[1:], narrow[1:])


def covers(wide: Right, narrow: Right) -> bool:
    """Whether who holds `wide` may pass `narrow` on: as many permissions, subjects and days."""
    return (
        pattern_covers(wide.pattern, narrow.pattern)
        and (wide.subject is None or _subject_covers(wide.subject, narrow.subject))
        and (wide.expires_at is None or _ends_by(narrow, wide.expires_at))
    )


def _subject_covers(wide: str, narrow: str | None) -> bool:
    return narrow is not None and pattern_covers(wide, narrow)


def _ends_by(right: Right, limit: datetime) -> bool:
    return right.expires_at is not None and right.expires_at <= limit


def is_live(right: Right, now: datetime) -> bool:
    """Whether the right has not run out at `now`."""
    return right.expires_at is None or now < right.expires_at


def gives(right: Right, permission: str, subject: str | None, now: datetime) -> bool:
    """Whether this right is enough. One limited to subjects gives nothing where there is none."""
    on_subject = right.subject is None or (subject is not None and matches(right.subject, subject))
    return is_live(right, now) and matches(right.pattern, permission) and on_subject


def scoped(scopes: Collection[str] | None, permission: str) -> bool:
    """Whether a token's scopes reach this permission; None reaches all."""
    return scopes is None or any(matches(scope, permission) for scope in scopes)


def judged(
    standing: Standing | None,
    scopes: Collection[str] | None,
    permission: str,
    subject: str | None,
    *,
    people_only: Collection[str],
    now: datetime,
) -> Refusal | None:
    """None when the principal may, else every reason why not."""
    if standing is None:
        return Refusal(("you do not belong to this organisation",))
    if not standing.principal.active:
        return Refusal((f"@{standing.principal.handle} is deactivated",))
    if permission == SELF:
        return None
    reasons = [
        *_unheld(standing, permission, subject, now),
        *_withheld(standing, permission, people_only),
    ]
    if not scoped(scopes, permission):
        reasons.append(f"this token reaches only {', '.join(sorted(scopes or ())) or 'nothing'}")
    return Refusal(tuple(reasons)) if reasons else None


def _unheld(
    standing: Standing, permission: str, subject: str | None, now: datetime
) -> Iterable[str]:
    if permission.partition(":")[0] == OPERATOR:
        yield "only the operator may, on the machine itself"
    elif not any(gives(right, permission, subject, now) for right in standing.rights):
        on = f" on {subject}" if subject else ""
        yield f"@{standing.principal.handle} does not hold {permission}{on}"


def _withheld(standing: Standing, permission: str, people_only: Collection[str]) -> Iterable[str]:
    if standing.principal.kind is PrincipalKind.AGENT and permission in people_only:
        yield f"agents never hold {permission}, whatever is granted"


def uncovered(
    held: Sequence[Right],
    scopes: Collection[str] | None,
    wanted: Iterable[Right],
    now: datetime,
) -> tuple[Right, ...]:
    """The rights of `wanted` that somebody with these rights and token may not pass on."""
    live = [right for right in held if is_live(right, now)]
    return tuple(
        right
        for right in wanted
        if is_live(right, now)
        and not (any(covers(own, right) for own in live) and _within(scopes, right.pattern))
    )


def _within(scopes: Collection[str] | None, pattern: str) -> bool:
    return scopes is None or any(pattern_covers(scope, pattern) for scope in scopes)


def scopes_within(scopes: Collection[str] | None, limit: Collection[str]) -> bool:
    """Whether scopes reach no further than `limit`; None reaches everything."""
    return scopes is not None and all(_within(limit, scope) for scope in scopes)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How many sign-ins may be tried under one key within a window of real time."""

    key: str
    most: int
    window: timedelta


_QUARTER, _HOUR = timedelta(minutes=15), timedelta(hours=1)


def limits(login: str, caller: Caller, *, knows_device: bool) -> tuple[Limit, ...]:
    """What limits a sign-in, in the order of their keys.

    A device that signed in as this person before has a count of its own. All others are counted by
    network, and together for each person: 100 an hour is NIST's most (SP 800-63B, 5.2.2).
    """
    if knows_device:
        return (Limit(key=f"device|{login}|{caller.device}", most=10, window=_QUARTER),)
    network = network_of(caller.address)
    return (
        Limit(key=f"login|{login}", most=100, window=_HOUR),
        Limit(key=f"network|{network}", most=30, window=_QUARTER),
        Limit(key=f"pair|{login}|{network}", most=5, window=_QUARTER),
    )


def network_of(address: str) -> str:
    """The address itself, or the /64 that one subscriber of IPv6 has for himself alone."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "nowhere"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
