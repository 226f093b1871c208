"""Writing an issue: made once, changed only where it differs, whatever crashes in between.

A tracker knows no effect keys, so each issue and each comment carries a mark, and whoever cannot know
whether an earlier attempt came through looks for it first.
"""

from dataclasses import replace
from datetime import timedelta

from headrace.capabilities.record import issue_documents
from headrace.capabilities.record.issues.client import Client, Found, LeaveAlone, Refused
from headrace.capabilities.record.model import (
    IssueDone,
    IssuePlan,
    Reply,
    ReplyDone,
    WorkBackend,
)
from headrace.capabilities.record.rules import others
from headrace.kernel.json import Json

ANOTHERS = (
    "its issue has the first line of another work product, perhaps of another organisation; "
    "`headrace issue overwrite` takes it"
)
_SLACK = timedelta(minutes=10)
"""How far the clocks of tracker and database may be apart."""


def write(tracker: WorkBackend, plan: IssuePlan) -> IssueDone:
    """Let the tracker hold the issue as planned; harmless to repeat. What people wrote stays."""
    client = Client(tracker)
    issue: Found | None = None
    held = edited = False
    try:
        issue = _made(client, plan)
        if plan.ours and _is_anothers(issue, plan):
            return replace(_done(issue, plan, refused=ANOTHERS), number=plan.number)
        held = bool(plan.held) and issue.standing == plan.held
        edited = not held and bool(plan.ours) and issue.standing not in plan.ours
        issue = _changed(client, plan, issue, keep_text=held or edited)
        if not edited:
            _said(client, plan, issue)
        if plan.parent is not None and issue.number not in client.parts(plan.parent):
            client.join(plan.parent, issue)
    except LeaveAlone as away:
        return _done(issue, plan, wait=away.wait)
    except Refused as refusal:
        return _done(issue, plan, refused=str(refusal))
    return replace(_done(issue, plan), held=held, edited=edited)


def reply(tracker: WorkBackend, said: Reply) -> ReplyDone:
    """Say something below an issue once, however often this is repeated."""
    try:
        _comment(Client(tracker), said.number, said.key, said.text)
    except LeaveAlone as away:
        return ReplyDone(wait=away.wait)
    except Refused as refusal:
        return ReplyDone(refused=str(refusal))
    return ReplyDone()


def _made(client: Client, plan: IssuePlan) -> Found:
    if plan.number is not None:
        return client.issue(plan.number)
    found = client.marked(plan.key, plan.labels[0], plan.since - _SLACK)
    return found or client.create(plan.title, plan.body, plan.labels)


def _is_anothers(issue: Found, plan: IssuePlan) -> bool:
    """Two organisations may have taken the same issue in: whose mark stands there has it."""
    marked, _ = issue_documents.marked(issue.body)
    return marked not in ("", plan.key)


def _changed(client: Client, plan: IssuePlan, issue: Found, *, keep_text: bool) -> Found:
    """Labels of people stay; those of our prefixes are as planned."""
    theirs = others(issue.labels, plan.labels)
    changes: dict[str, Json] = {}
    if issue.title != plan.title and not keep_text:
        changes["title"] = plan.title
    if issue.body.strip() != plan.body.strip() and not keep_text:
        changes["body"] = plan.body
    if set(issue.labels) != {*plan.labels, *theirs}:
        changes["labels"] = [*plan.labels, *theirs]
    if issue.is_open is not plan.is_open:
        changes["state"] = "open" if plan.is_open else "closed"
        changes["state_reason"] = "reopened" if plan.is_open else plan.closed_as
    return client.change(issue.number, changes) if changes else issue


def _said(client: Client, plan: IssuePlan, issue: Found) -> None:
    if plan.comment:
        _comment(client, issue.number, plan.comment_key, plan.comment)


def _comment(client: Client, number: int, key: str, text: str) -> None:
    mark = f"<!-- headrace:{key} -->"
    if not any(mark in said for said in client.comments(number)):
        client.comment(number, f"{mark}\n{text}")


def _done(
    issue: Found | None,
    plan: IssuePlan,
    *,
    wait: float | None = None,
    refused: str = "",
) -> IssueDone:
    if issue is None:
        return IssueDone(number=plan.number, wait=wait, refused=refused)
    return IssueDone(
        number=issue.number,
        url=issue.url,
        wait=wait,
        refused=refused,
        written=issue.standing,
    )
