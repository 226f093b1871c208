"""Offers: issues that people open in the tracker are taken in once, or it is said below them why not.

What they say is text from outside: it becomes a version of a type that nobody decides about, made by
whoever opened the issue, and has no other weight. The issue is that artifact's from then on.
"""

import hashlib

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Version
from headrace.capabilities.record import issue_documents, rules
from headrace.capabilities.record.model import (
    EditedIssue,
    FindingKind,
    IssueIntake,
    IssueTaken,
    OfferedIssue,
    Reply,
    ReplyDone,
    Suspects,
    TrackerSeen,
)
from headrace.capabilities.record.service import filing, homes, identities, noting
from headrace.capabilities.record.store import issues, looking
from headrace.capabilities.record.store import offers as rows
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError

LONGEST = 50_000
"""Characters of a text that stands whole in an issue beside where it comes from."""


def offered(ctx: Ctx, seen: TrackerSeen) -> Suspects:
    """The open issues with the intake's label that are nobody's yet and were not judged as they stand."""
    if homes.intake(ctx) is None:
        return Suspects(numbers=())
    label = homes.backend(ctx).intake_label
    found = {
        one.number: rules.offered(one.standing, one.labels)
        for one in seen.items
        if one.is_open and not one.is_work and label in one.labels
    }
    ours = {one.number for one in looking.standings(ctx.db, ctx.organisation, list(found))}
    known = rows.known(ctx.db, ctx.organisation, list(found))
    numbers = [
        number
        for number, standing in found.items()
        if number not in ours and not (number in known and known[number].is_settled(standing))
    ]
    return Suspects(numbers=tuple(sorted(numbers)))


def take_up(ctx: Ctx, found: EditedIssue) -> Reply | None:
    """File what an issue says, or give what is to be said below it. Repeats do nothing.

    Records what a filing records, and IssueTaken.
    """
    intake = homes.intake(ctx)
    if intake is None or found.gone or found.refused or not found.is_open:
        return None
    if homes.backend(ctx).intake_label not in found.labels:
        return None
    standing = rules.standing(found.title, found.body)
    judged = rules.offered(standing, found.labels)
    offer = rows.locked(ctx.db, ctx.organisation, found.number)
    if offer.is_settled(judged) or looking.standings(ctx.db, ctx.organisation, [found.number]):
        return None
    marked, _ = issue_documents.marked(found.body)
    if marked:
        copied = _copied(ctx, found, marked)
        return _declined(ctx, found, judged, copied) if copied else None
    version = _filed(ctx, intake, found)
    if isinstance(version, str):
        return _declined(ctx, found, judged, version)
    id = version.ref.artifact
    issues.adopt(
        ctx.db, ctx.organisation, id, number=found.number, url=found.url, standing=standing
    )
    looking.say(
        ctx.db, ctx.organisation, id, _taken(ctx, intake, version, found), ctx.new_id("say")
    )
    rows.taken(ctx.db, ctx.organisation, found.number, judged, id)
    login = found.edited_by or found.opened_by
    ctx.record(
        IssueTaken(
            artifact=id, version=str(version.ref), number=found.number, login=login, change=None
        )
    )
    return None


def artifact_of(ctx: Ctx, number: int) -> ArtifactId | None:
    """The artifact whose issue has this number, or None; that of a part is its artifact's."""
    found = looking.standings(ctx.db, ctx.organisation, [number])
    return next((one.artifact for one in found), None)


def replied(ctx: Ctx, said: Reply, done: ReplyDone) -> None:
    """It was said. Records FindingMade where the tracker takes no such comment."""
    if done.refused:
        message = f"it is not taken in ({said.text}), and that cannot be said there: {done.refused}"
        noting.note(ctx, FindingKind.UNREADABLE, f"issue {said.number}", message)
    rows.answered(ctx.db, ctx.organisation, said.number)


def _filed(ctx: Ctx, intake: IssueIntake, found: EditedIssue) -> Version | str:
    """The version that an issue became, or why it becomes none."""
    if len(found.body) > LONGEST:
        return (
            f"its text has {len(found.body):,} characters, and at most {LONGEST:,} stand in an issue: "
            "shorten it, and put the rest behind a link"
        )
    try:
        with ctx.attempt() as apart:
            version = artifacts.propose(apart, intake.draft(apart, _offer(apart, found)))
    except HeadraceError as refusal:
        return refusal.message
    filing.file_versions(ctx, [version.ref])
    return version


def _offer(ctx: Ctx, found: EditedIssue) -> OfferedIssue:
    tracker = homes.backend(ctx)
    login = found.edited_by or found.opened_by
    person = identities.of_login(ctx, tracker.people, login)
    return OfferedIssue(
        number=found.number,
        address=found.url,
        repository=tracker.repository,
        title=" ".join(found.title.split()),
        text=found.body.strip(),
        labels=found.labels,
        by=person.id if person is not None else identities.stranger(login),
        is_known=person is not None,
    )


def _copied(ctx: Ctx, found: EditedIssue, marked: str) -> str:
    """Why an issue with a mark of ours is not taken in; "" where it is left alone.

    That is one that is being made, one whose rows are lost, and one of another organisation.
    """
    origins = (
        issue_documents.origin_of(text) for text in issue_documents.versions_in(found.body, ())
    )
    id = next((origin.ref.artifact for origin in origins if origin), ArtifactId(""))
    if not id or marked != issue_documents.key(ctx.organisation, id):
        return ""
    number = issues.number(ctx.db, ctx.organisation, id)
    if number in (None, found.number):
        return ""
    return (
        f"it is a copy of #{number}, which is the issue of {id}: take out its first line and what "
        "stands below the text, and say what was seen since"
    )


def _declined(ctx: Ctx, found: EditedIssue, judged: str, why: str) -> Reply:
    """Kept as judged and not answered yet, so that a look that ends early says it the next time."""
    rows.declined(ctx.db, ctx.organisation, found.number, judged)
    told = f"This is not taken in: {why}. Edit the issue, and it is looked at again."
    place = f"{ctx.organisation}\n{found.number}\n{told}"
    key = hashlib.sha256(place.encode()).hexdigest()[:32]
    return Reply(number=found.number, key=key, text=told)


def _taken(ctx: Ctx, intake: IssueIntake, version: Version, found: EditedIssue) -> str:
    title = artifacts.layout(ctx, version.type).title.lower()
    told = f"Taken in as {version.ref.artifact}. A {title} is not edited any more."
    return f"{told} {intake.correction.format(number=found.number)}".strip()
