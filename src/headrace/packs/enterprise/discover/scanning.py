"""Scanning: what the records of customers, competitors and machines say, counted by plain code. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from headrace.kernel.json import Json

Row = Mapping[str, Json]

LAUNCH_WINDOW = timedelta(days=91)
"""How far back a competitor's launch counts: a quarter."""

BASELINE_WEEKS = 8
"""Weeks before the last one whose mean is the baseline of usage."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request of one customer, from the CRM or a ticket."""

    id: str
    account: str
    on: date
    tags: frozenset[str]
    formats: frozenset[str]
    records: int


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What enterprise customers ask for again and again. An account counts once."""

    subject: str
    customers: int
    arr_usd: int
    in_renewal: int
    formats: Mapping[str, int]
    largest_records: int
    mistagged: tuple[str, ...]  # requests that carry another tag for the same subject
    evidence: tuple[str, ...]
    until: date


@dataclass(frozen=True, kw_only=True)
class Launches:
    """Competitors that launched a capability within a quarter."""

    capability: str
    competitors: tuple[str, ...]
    evidence: tuple[str, ...]
    latest: date


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A measure of the last week against the mean of the weeks before."""

    metric: str
    week: str
    collected_on: date
    baseline: float
    current: float
    deviation: float
    accounts: int


def asked(requests: Iterable[Row], tickets: Iterable[Row]) -> tuple[Asked, ...]:
    """CRM requests and support tickets in one form."""
    crm = (
        Asked(
            id=str(row["request_id"]),
            account=str(row["account_id"]),
            on=date.fromisoformat(str(row["asked_on"])),
            tags=frozenset({str(row["tag"])}),
            formats=frozenset(filter(None, str(row["formats"]).split(";"))),
            records=_whole(row["dataset_records"]),
        )
        for row in requests
    )
    support = (
        Asked(
            id=str(row["ticket_id"]),
            account=str(row["account_id"]),
            on=date.fromisoformat(str(row["opened_on"])),
            tags=_texts(row["tags"]),
            formats=_texts(row["formats"]),
            records=_whole(row["dataset_records"]),
        )
        for row in tickets
    )
    return (*crm, *support)


def demands(
    every: Sequence[Asked],
    accounts: Iterable[Row],
    same_subject: Mapping[str, str],
    until: date,
) -> tuple[Demand, ...]:
    """What active enterprise accounts asked for since the quarter began, most revenue first.

    `same_subject` maps a tag to the one that it should be.
    """
    known = {str(row["account_id"]): row for row in accounts if _counts(row)}
    since = quarter_begin(until)
    counted = [one for one in every if one.account in known and since <= one.on <= until]
    subjects = {same_subject.get(tag, tag) for one in counted for tag in one.tags}
    found = [_demand(subject, counted, known, same_subject, until) for subject in subjects]
    return tuple(sorted(found, key=lambda d: (-d.arr_usd, d.subject)))


def _demand(
    subject: str,
    counted: Sequence[Asked],
    known: Mapping[str, Row],
    same_subject: Mapping[str, str],
    until: date,
) -> Demand:
    words = {subject, *(tag for tag, right in same_subject.items() if right == subject)}
    own = [one for one in counted if one.tags & words]
    customers = {one.account for one in own}
    named = {(one.account, form) for one in own for form in one.formats}
    return Demand(
        subject=subject,
        customers=len(customers),
        arr_usd=sum(_whole(known[account]["arr_usd"]) for account in customers),
        in_renewal=sum(known[a]["renewal_state"] == "in discussion" for a in customers),
        formats=dict(sorted(Counter(form for _, form in named).items())),
        largest_records=max((one.records for one in own), default=0),
        mistagged=tuple(sorted(one.id for one in own if subject not in one.tags)),
        evidence=tuple(sorted(one.id for one in own)),
        until=until,
    )


def launches(notes: Iterable[Row], until: date) -> tuple[Launches, ...]:
    """Capabilities that competitors launched within the quarter before, most competitors first."""
    recent = [
        row
        for row in notes
        if row["kind"] == "launch"
        and until - LAUNCH_WINDOW < date.fromisoformat(str(row["seen_on"])) <= until
    ]
    found = []
    for capability in sorted({str(row["capability"]) for row in recent}):
        own = [row for row in recent if row["capability"] == capability]
        found.append(
            Launches(
                capability=capability,
                competitors=tuple(sorted({str(row["competitor"]) for row in own})),
                evidence=tuple(sorted(str(row["note_id"]) for row in own)),
                latest=max(date.fromisoformat(str(row["seen_on"])) for row in own),
            )
        )
    return tuple(sorted(found, key=lambda one: (-len(one.competitors), one.capability)))


def usage(rows: Sequence[Row], metric: str) -> Usage | None:
    """A measure of the newest week against the mean of up to eight weeks before; None without those."""
    by_week: Counter[str] = Counter()
    for row in rows:
        by_week[str(row["week"])] += _whole(row[metric])
    weeks = sorted(by_week)
    if len(weeks) < 2:
        return None
    *before, last = weeks
    counted = before[-BASELINE_WEEKS:]
    baseline = sum(by_week[week] for week in counted) / len(counted)
    own = [row for row in rows if row["week"] == last]
    return Usage(
        metric=metric.replace("_", " "),
        week=last,
        collected_on=max(date.fromisoformat(str(row["collected_on"])) for row in own),
        baseline=baseline,
        current=float(by_week[last]),
        deviation=(by_week[last] - baseline) / baseline if baseline else 0.0,
        accounts=len({row["account_id"] for row in own if _whole(row[metric])}),
    )


def quarter_begin(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _counts(account: Row) -> bool:
    return account["segment"] == "enterprise" and account["status"] == "active"


def _whole(value: Json) -> int:
    return int(str(value)) if value not in (None, "") else 0


def _texts(value: Json) -> frozenset[str]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return frozenset()
    return frozenset(str(one) for one in value)
