"""Looking at the tracker: which issues were touched, and how one of them stands. Changes nothing there."""

from datetime import UTC, datetime, timedelta

from headrace.capabilities.record.issues.client import Client, Found, Gone, LeaveAlone, Refused
from headrace.capabilities.record.model import (
    EditedIssue,
    LookPlan,
    TouchedIssue,
    TrackerSeen,
    WorkBackend,
)

_SLACK = timedelta(minutes=1)
"""A tracker may show an issue a little later than it was touched; what is seen twice does no harm."""
_WRITTEN = "%Y-%m-%dT%H:%M:%SZ"


def look(tracker: WorkBackend, plan: LookPlan) -> TrackerSeen:
    """What was touched since the former look; one request that costs nothing where nothing was."""
    try:
        found = Client(tracker).touched(plan.since, plan.etag)
    except LeaveAlone as away:
        return TrackerSeen(wait=away.wait)
    except Refused as refusal:
        return TrackerSeen(refused=str(refusal))
    if found.issues is None:
        return TrackerSeen(etag=plan.etag, since=plan.since)
    since = max([plan.since, *(_before(one) for one in found.issues)])
    items = tuple(
        TouchedIssue(
            number=one.number,
            title=one.title,
            standing=one.standing,
            labels=one.labels,
            is_open=one.is_open,
            is_work=one.is_work,
        )
        for one in found.issues
    )
    # A tag is that of one question; the next one asks from another moment on.
    return TrackerSeen(etag=found.etag if since == plan.since else "", since=since, items=items)


def read(tracker: WorkBackend, number: int) -> EditedIssue:
    """An issue as it stands now, and who has changed it."""
    client = Client(tracker)
    try:
        issue = client.issue(number)
        hands = client.hands(number)
    except LeaveAlone as away:
        return EditedIssue(number=number, wait=away.wait)
    except Gone:
        return EditedIssue(number=number, gone=True)
    except Refused as refusal:
        return EditedIssue(number=number, refused=str(refusal))
    return EditedIssue(
        number=number,
        url=issue.url,
        title=issue.title,
        body=issue.body,
        labels=issue.labels,
        is_open=issue.is_open,
        closed_as=issue.closed_as,
        opened_by=issue.opened_by,
        edited_by=hands.text,
        titled_by=hands.title,
        moved_by=hands.state,
    )


def _before(issue: Found) -> str:
    """A moment before an issue was touched, "" where it does not say when."""
    try:
        at = datetime.strptime(issue.touched_at, _WRITTEN).replace(tzinfo=UTC)
    except ValueError:
        return ""
    return (at - _SLACK).strftime(_WRITTEN)
