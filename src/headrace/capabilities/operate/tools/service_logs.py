"""Reads what a service wrote since a moment: its access log, and the end of its output.

The access log has one JSON object a line with `at`, `user`, `status`, and may have `error`. Output
is JSON lines or plain text; a line is an error by its `level`, or because it says so. Both come from
outside: they are cut, cleaned of what looks like a secret, and only ever shown or counted.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from headrace.capabilities.operate.model import Errors, Findings
from headrace.capabilities.releases.model import Observed, UserSample

ACCESS_BYTES, OUTPUT_BYTES = 64 * 1024 * 1024, 1024 * 1024
"""What is read at most, from the end backwards: a log that nobody rotates stops no response."""

TAIL_LINES, LINE_LENGTH, MOST_ERRORS, MOST_NAMED = 20, 300, 5, 20
FAILED = 500
_SECRET = re.compile(
    r"(?i)\b(bearer|token|password|passwd|secret|api[_-]?key|authorization)\b[\"']?\s*[:=]?\s*\S+"
)
_NUMBERS = re.compile(r"\d+")
_SAYS_ERROR = re.compile(r"(?i)\b(error|exception|fatal|critical|out of memory)\b")
_ERROR_LEVELS = frozenset({"error", "critical", "fatal"})


def read(access: Path, output: Path, since: datetime) -> Findings:
    """What both logs say from `since` on. A log that is not there has told nothing."""
    requests = failed = 0
    seen: set[str] = set()
    affected: Counter[str] = Counter()
    errors: defaultdict[str, list[str]] = defaultdict(list)
    first: datetime | None = None
    for line in _since(access, ACCESS_BYTES, since):
        requests += 1
        user = str(line.get("user") or "")
        seen.add(user)
        if _status(line) >= FAILED:
            failed += 1
            first = first or _moment(line)
            affected[user] += 1
            if line.get("error"):
                errors[_kind(str(line["error"]))].append(user)
    tail = [_clean(text) for text in _lines(output, OUTPUT_BYTES)][-TAIL_LINES:]
    for told, user in _output_errors(output, since):
        errors[_kind(told)].append(user)
        affected[user] += 1  # work behind a request fails after the request was answered well
    return Findings(
        since=since,
        first_failed_at=first,
        requests=requests,
        failed=failed,
        customers=len(seen - {""}),
        affected=tuple(sorted(affected.keys() - {""})[:MOST_NAMED]),
        affected_count=len(affected.keys() - {""}),
        errors=_most(errors),
        tail=tuple(tail),
    )


def observed(access: Path, since: datetime) -> Mapping[str, Observed]:
    """Everybody's requests by route, "" being all: what a release's own bounds are held against."""
    arms: defaultdict[str, defaultdict[str, list[tuple[float, bool]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for line in _since(access, ACCESS_BYTES, since):
        request = (_number(line.get("seconds")), _status(line) >= FAILED)
        for route in {"", str(line.get("route", ""))}:
            arms[route][str(line.get("user") or "")].append(request)
    return {
        route: Observed(
            cohort=tuple(
                UserSample(
                    user=user,
                    seconds=tuple(seconds for seconds, _ in found),
                    errors=sum(bad for _, bad in found),
                )
                for user, found in sorted(users.items())
            )
        )
        for route, users in arms.items()
    }


def _output_errors(output: Path, since: datetime) -> Iterator[tuple[str, str]]:
    """Every error of the output, with the customer it names, or ""; lines without a time count too."""
    for text in _lines(output, OUTPUT_BYTES):
        line = _object(text)
        if line is None:
            if _SAYS_ERROR.search(text):
                yield text, ""
            continue
        at = _moment(line)
        if str(line.get("level", "")).casefold() in _ERROR_LEVELS and (at is None or at >= since):
            yield _said(line) or text, str(line.get("user") or "")


def _said(line: Mapping[str, object]) -> str:
    """What an error's line says: what its trace was raised as, else its message and its reason."""
    trace = str(line.get("error") or "").strip().splitlines()
    if trace:
        return _raised(trace)
    parts = (str(line.get(name) or "").strip() for name in ("message", "reason"))
    return ": ".join(part for part in parts if part)


def _raised(trace: Sequence[str]) -> str:
    """The first line after the frames: an error may say more in lines of their own below."""
    frames = [place for place, text in enumerate(trace) if text.startswith(" ")]
    last = frames[-1] + 1 if frames else 0
    return trace[last] if last < len(trace) else trace[-1]


def _most(errors: Mapping[str, list[str]]) -> tuple[Errors, ...]:
    found = [
        Errors(text=text, count=len(users), customers=len(set(users) - {""}))
        for text, users in errors.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, one.text))[:MOST_ERRORS])


def _kind(text: str) -> str:
    """An error as others of its sort read too: its numbers are left out."""
    return _NUMBERS.sub("#", _clean(text))


def _clean(text: str) -> str:
    printable = "".join(one if one.isprintable() else " " for one in text.strip())
    return _SECRET.sub(r"\1 (left out)", printable)[:LINE_LENGTH]


def _since(log: Path, most: int, since: datetime) -> Iterator[Mapping[str, object]]:
    for text in _lines(log, most):
        line = _object(text)
        at = _moment(line) if line is not None else None
        if line is not None and at is not None and at >= since:
            yield line


def _lines(log: Path, most: int) -> Iterator[str]:
    """Whole lines of the end of a file; none of a file that is not there."""
    try:
        file = log.open("rb")
    except FileNotFoundError:
        return
    with file:
        too_much = log.stat().st_size - most
        if too_much > 0:
            file.seek(too_much)
            file.readline()
        for line in file:
            if line.endswith(b"\n"):
                yield line.decode(errors="replace").rstrip("\n")


def _object(text: str) -> Mapping[str, object] | None:
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _moment(line: Mapping[str, object]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(line.get("at")))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _status(line: Mapping[str, object]) -> int:
    return int(_number(line.get("status")))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
