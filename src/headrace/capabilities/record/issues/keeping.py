"""Reading what a tracker keeps of ours, for a rebuild. Changes nothing there."""

from headrace.capabilities.record import issue_documents
from headrace.capabilities.record.issues.client import Client, Found, LeaveAlone, Refused
from headrace.capabilities.record.model import KeptIssue, KeptIssues, WorkBackend


def read_page(tracker: WorkBackend, organisation: str, number: int) -> KeptIssues:
    """The issues of a page that carry a mark of ours, with every version that they hold."""
    client = Client(tracker)
    try:
        issues, is_last = client.page(number)
        found = [_kept(client, organisation, one) for one in issues]
    except LeaveAlone as away:
        return KeptIssues(away=f"it wants to be left alone for {away.wait:.0f} s")
    except Refused as refusal:
        return KeptIssues(away=str(refusal))
    return KeptIssues(items=tuple(one for one in found if one is not None), is_last=is_last)


def _kept(client: Client, organisation: str, issue: Found) -> KeptIssue | None:
    """None for an issue whose mark is not that of what it says it is."""
    key, part = issue_documents.marked(issue.body)
    if not key:
        return None
    origins = [
        issue_documents.origin_of(text) for text in issue_documents.versions_in(issue.body, ())
    ]
    id = part or next((origin.ref.artifact for origin in origins if origin), "")
    if not id or key != issue_documents.key(organisation, id):
        return None
    comments = () if part else tuple(client.comments(issue.number))
    return KeptIssue(
        id=id,
        number=issue.number,
        url=issue.url,
        is_open=issue.is_open,
        standing=issue.standing,
        versions=() if part else tuple(issue_documents.versions_in(issue.body, comments)),
    )
