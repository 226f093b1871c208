"""Severity by the table of seed 002, and impact by what customers' requests tell."""

from collections.abc import Iterable, Sequence

from headrace.capabilities.operate.model import Findings, Impact, Severity, Sign, SignKind

SIGNIFICANT = 0.25
"""The share of the customers seen, or of all requests, from which on their failures are significant."""

ORDER = tuple(Severity)
"""Worst first."""


def severity(breached: int, *, anomaly: bool, impact: Impact) -> Severity:
    """How bad an incident is by the number of breached targets and the impact on customers.

    | targets breached | impact | severity |
    |---|---|---|
    | several | significant | SEV1 |
    | one | limited | SEV2 |
    | none, an anomaly | any | SEV3 |
    | none, something to know | any | SEV4 |

    Where half of a row holds (several targets with limited impact; one with significant impact), the
    worse row counts: it is easier to stand a person down than to have called nobody.
    """
    if breached >= 2 or (breached == 1 and impact is Impact.SIGNIFICANT):
        return Severity.SEV1
    if breached == 1:
        return Severity.SEV2
    return Severity.SEV3 if anomaly else Severity.SEV4


def of_signs(signs: Iterable[Sign], impact: Impact) -> Severity:
    """The severity that the signs which still last give; signs of one subject count once."""
    lasting = [one for one in signs if one.ended_at is None]
    breached = {one.subject for one in lasting if one.kind is SignKind.BREACH}
    anomaly = any(one.kind is SignKind.ANOMALY for one in lasting)
    return severity(len(breached), anomaly=anomaly, impact=impact)


def breached(signs: Iterable[Sign]) -> int:
    """How many targets are breached now."""
    lasting = (one for one in signs if one.ended_at is None and one.kind is SignKind.BREACH)
    return len({one.subject for one in lasting})


def impact(found: Findings) -> Impact:
    """How customers are hit: nobody, some, or a quarter and more of those seen or of their requests."""
    if found.affected_count == 0 and found.failed == 0:
        return Impact.NONE
    hit = found.affected_count / found.customers if found.customers else 0.0
    failed = found.failed / found.requests if found.requests else 0.0
    return Impact.SIGNIFICANT if max(hit, failed) >= SIGNIFICANT else Impact.LIMITED


def is_worse(one: Severity, other: Severity) -> bool:
    """Whether the first is worse than the second."""
    return ORDER.index(one) < ORDER.index(other)


def same_cause(dimension: str, of: str) -> bool:
    """Whether a sign in one dimension is about the incident of another.

    The whole of a service moves because a part does, so the whole and any part are one cause; two
    different parts are two.
    """
    return dimension == of or not dimension or not of


def narrowed(dimensions: Sequence[str]) -> str:
    """The dimension of an incident: that of its signs which name a part, else the whole."""
    return next((one for one in dimensions if one), "")
