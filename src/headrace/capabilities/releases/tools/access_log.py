"""Reads a service's access log: who asked for what, how long it took, and whether it failed.

One JSON object a line, with `at` (ISO, the world's time), `user`, `route`, `status` and `seconds`;
other fields and other lines are passed over. A server's error (500 and above) is a failure: what a
caller did wrong is not the release's fault. A log that has grown too large stands beside the newest
with `.1` at the end of its name.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from headrace.capabilities.releases.model import Observed, Request, UserSample

MOST_BYTES = 256 * 1024 * 1024
"""What one look reads at most, from the end backwards: a log that nobody rotates stops no rollout."""

_FAILED = 500
_REFUSED = 400
Arm = defaultdict[str, list[Request]]


def observe(
    log: Path, since: datetime, is_reached: Callable[[str], bool], routes: Collection[str]
) -> Mapping[str, Observed]:
    """Cohort and control from `since` on, for each route; the route "" is all of them together.

    A log that is not there has told nothing yet; a line that cannot be read is passed over.
    """
    reached: dict[str, bool] = {}
    seen: dict[str, tuple[Arm, Arm]] = {route: (Arm(list), Arm(list)) for route in routes}
    for request in requests(log):
        if request.at < since:
            continue
        if request.user not in reached:
            reached[request.user] = is_reached(request.user)
        for route in {"", request.route} & seen.keys():
            cohort, control = seen[route]
            (cohort if reached[request.user] else control)[request.user].append(request)
    return {
        route: Observed(cohort=_samples(cohort), control=_samples(control))
        for route, (cohort, control) in seen.items()
    }


def _samples(arm: Arm) -> tuple[UserSample, ...]:
    return tuple(
        UserSample(
            user=user,
            seconds=tuple(one.seconds for one in requests),
            errors=sum(one.status >= _FAILED for one in requests),
        )
        for user, requests in sorted(arm.items())
    )


def requests(log: Path) -> Iterator[Request]:
    """Every answered request, oldest first: those of the log that was set aside when it had grown too large,
    then the newest. A log that is not there has told nothing."""
    yield from _read(log.with_name(f"{log.name}.1"))
    yield from _read(log)


def _read(log: Path) -> Iterator[Request]:
    try:
        file = log.open("rb")
    except FileNotFoundError:
        return
    with file:
        too_much = log.stat().st_size - MOST_BYTES
        if too_much > 0:
            file.seek(too_much)
            file.readline()
        for line in file:
            if b'"user"' in line and line.endswith(b"\n"):
                request = _request(line)
                if request is not None:
                    yield request


def _request(line: bytes) -> Request | None:
    """The request of a line, or None when it cannot be read as one."""
    try:
        told = json.loads(line)
        at = datetime.fromisoformat(told["at"])
        return Request(
            at=at if at.tzinfo else at.replace(tzinfo=UTC),
            user=str(told["user"]),
            route=str(told.get("route", "")),
            status=int(told["status"]),
            seconds=float(told["seconds"]),
            method=str(told.get("method", "")),
        )
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def users(
    log: Path, since: datetime, until: datetime | None, route: str, method: str = ""
) -> frozenset[str]:
    """Everybody whose request to a route succeeded in a time; of any method where none is named or told.

    A line may tell its method by itself or in front of its route: "POST /exports". A log that was
    set aside for a fresh one (`.1`) is read too.
    """
    found = set()
    for request in requests(log):
        if request.at < since or (until is not None and request.at > until):
            continue
        if _is_of(request, route, method) and request.status < _REFUSED:
            found.add(request.user)
    return frozenset(found - {""})


def _is_of(request: Request, route: str, method: str) -> bool:
    before, _, place = request.route.rpartition(" ")
    told = request.method or before
    return place == route and (not method or told in {"", method})
