"""Evidence from what tools wrote: the part that tells, equal for equal trees; and findings with places."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from headrace.capabilities.governance.model import Severity

LINES, CHARACTERS = 30, 3_000

_CHANGES_EACH_TIME = (
    (re.compile(r"\x1b\[[0-9;]*[A-Za-z]"), ""),  # colours, which some products switch on
    (re.compile(r"\bin \d+(\.\d+)?s\b( \([\d:]+\))?"), "in …s"),
    (re.compile(r"\b\d+(\.\d+)?\s?(ms|seconds|secs)\b"), "… s"),
    (re.compile(r"0x[0-9a-f]{6,16}\b"), "0x…"),
    (re.compile(r"(/private)?/(var/folders|tmp)/[^\s:'\",)\]]*"), "…"),
    (re.compile(r"127\.0\.0\.1:\d+|localhost:\d+"), "127.0.0.1:…"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"), "…"),
)
_PLACE = re.compile(
    r"^(?P<path>[\w./@+-]+\.\w+):(?P<line>\d+)(?::\d+)?:\s*"
    r"(?:(?P<severity>critical|major|minor|error|warning|note)\b:?\s*)?"
    r"(?:(?P<rule>[A-Za-z]+[\w.-]*\d*):?\s+)?(?P<message>.+)$"
)
_MISSING = re.compile(r"No module named ['\"]([\w.]+)['\"]")
_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "major": Severity.MAJOR,
    "error": Severity.MAJOR,
    "minor": Severity.MINOR,
    "warning": Severity.MINOR,
    "note": Severity.MINOR,
}


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A line of a tool's output that names a file and a line."""

    path: str
    line: int
    severity: Severity
    message: str


def steady(output: str, folder: str = "") -> str:
    """A tool's output without what differs from run to run: durations, addresses, temporary places."""
    text = output.replace(f"{folder}/", "") if folder else output
    for pattern, instead in _CHANGES_EACH_TIME:
        text = pattern.sub(instead, text)
    return text


def tail(output: str) -> str:
    """The end of an output, where tools tell their result."""
    return "\n".join(output.strip().splitlines()[-LINES:])[-CHARACTERS:]


def placed(output: str, known: Collection[str]) -> Iterator[Placed]:
    """The lines that name a place in a known file, as linters write them."""
    for line in output.splitlines():
        match = _PLACE.match(line.strip())
        if match and match["path"] in known and match["severity"]:
            yield Placed(
                path=match["path"],
                line=int(match["line"]),
                severity=_SEVERITIES[match["severity"]],
                message=f"{match['rule']}: {match['message']}"
                if match["rule"]
                else match["message"],
            )


def missing_modules(output: str) -> frozenset[str]:
    """The modules, by their first name, that a run of Python says it could not find."""
    return frozenset(name.partition(".")[0] for name in _MISSING.findall(output))
