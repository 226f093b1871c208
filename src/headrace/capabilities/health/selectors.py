"""Selectors: the part of PromQL that names counters and gauges, read into values. Pure.

Understood: `name`, `name{label="x", other=~"a|b"}`, the same within `rate(…[5m])`, `increase(…[5m])` or
`irate(…[5m])`, and any of these within `sum(…)`. The window in brackets is of no account: a budget counts
over windows of its own. Everything else is for a Prometheus server to answer.
"""

import re
from dataclasses import replace

from headrace.capabilities.health.model import Matcher, MatchKind, Selector
from headrace.kernel.errors import Refusal

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_SELECTOR = re.compile(rf"({_NAME})\s*(?:\{{(.*)\}})?", re.DOTALL)
_AROUND = (
    re.compile(r"sum\s*(?:by\s*\([^()]*\)\s*)?\((.*)\)(?:\s*by\s*\([^()]*\))?", re.DOTALL),
    re.compile(r"(?:rate|increase|irate)\s*\((.*)\[[0-9]+(?:ms|[smhdwy])\]\s*\)", re.DOTALL),
)
_MATCHER = re.compile(
    r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)', re.DOTALL
)
_LONGEST = 500  # characters of a pattern


def read(text: str, source: str = "") -> Selector | Refusal:
    """The selector that an expression names, or why it names none."""
    core = text.strip()
    for around in _AROUND:
        found = around.fullmatch(core)
        if found:
            core = found[1].strip()
    named = _SELECTOR.fullmatch(core)
    if named is None:
        return Refusal(
            (
                f"{text!r} is more than a selector within sum, rate or increase; name a source of "
                "kind prometheus, whose server answers it",
            )
        )
    matchers = _matchers(named[2] or "")
    if isinstance(matchers, Refusal):
        return matchers
    return Selector(name=named[1], matchers=matchers, source=source)


def _matchers(text: str) -> tuple[Matcher, ...] | Refusal:
    found: list[Matcher] = []
    place = 0
    while text[place:].strip():
        one = _MATCHER.match(text, place)
        if one is None:
            return Refusal((f"{text[place:]!r} is no condition on a label",))
        value = re.sub(r"\\(.)", r"\1", one[3])
        kind = MatchKind(one[2])
        if kind in {MatchKind.LIKE, MatchKind.UNLIKE} and not _is_pattern(value):
            return Refusal((f"{value!r} is no pattern",))
        found.append(Matcher(label=one[1], kind=kind, value=value))
        place = one.end()
    return tuple(found)


def _is_pattern(text: str) -> bool:
    try:
        return len(text) <= _LONGEST and bool(re.compile(text))
    except re.error:
        return False


def at(selector: Selector, source: str) -> Selector:
    """The same, within one source."""
    return replace(selector, source=source)
