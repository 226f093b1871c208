"""Edits: what people change in the tracker comes back as versions to be decided about, or is told.

A tracker is text from outside. What stands in an issue is judged by its content; who has written it is
somebody here only where the operator names a person for the login, and may do there what that person
may do here. Everybody else may propose, and nothing more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import authored, normal
from headrace.capabilities.artifacts.layout import content_hash as hash_of
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactType,
    Draft,
    Made,
    Version,
    VersionRef,
)
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import Principal
from headrace.capabilities.record import issue_documents, markdown, rules, store
from headrace.capabilities.record.model import (
    LIVE,
    ChangeId,
    ChangeState,
    EditedIssue,
    FindingKind,
    IssueTaken,
    LookPlan,
    PartMove,
    Proposal,
    Suspects,
    TrackerSeen,
)
from headrace.capabilities.record.service import (
    archiving,
    filing,
    homes,
    identities,
    issue_text,
    noting,
    opening,
    queues,
    tracking,
)
from headrace.capabilities.record.store import looking as rows
from headrace.capabilities.record.store.looking import Standing
from headrace.kernel.context import Actor, Ctx
from headrace.kernel.errors import HeadraceError
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json

PAUSE = timedelta(minutes=1)
"""Least real time between two looks that only the schedule asked for."""

_HUMAN = "human"
_ARCHIVE = "record:archive"
_MERGE = "record:merge"


@dataclass(frozen=True, kw_only=True)
class _Edit:
    """An issue as somebody left it, beside the version that it showed and the one that counts."""

    standing: Standing
    found: EditedIssue
    artifact: Artifact
    declared: ArtifactType
    shown: Version
    effective: Version

    @property
    def hash(self) -> str:
        return rules.standing(self.found.title, self.found.body)

    @property
    def login(self) -> str:
        """Who wrote it: the text's writer, or the title's where the text is as it was."""
        return self.found.edited_by or self.found.titled_by


def look_now(ctx: Ctx) -> None:
    """Look now at what people have changed in the tracker. Raises NoTracker."""
    tracking.tracker(ctx)
    queues.look_at_tracker(ctx)


def begin_look(ctx: Ctx, *, asked: bool) -> LookPlan | None:
    """From when on to look; None when there is nothing to look at, or it was done a moment ago."""
    if not homes.backend(ctx).has_tracker:
        return None
    awaited = homes.intake(ctx) is not None
    return rows.begin(ctx.db, ctx.organisation, asked=asked, pause=PAUSE, awaited=awaited)


def suspects(ctx: Ctx, seen: TrackerSeen) -> Suspects:
    """Those of the touched issues that are ours and do not stand as they were written."""
    known = rows.standings(ctx.db, ctx.organisation, [one.number for one in seen.items])
    by_number = {one.number: one for one in known}
    found = []
    for touched in seen.items:
        standing = by_number.get(touched.number)
        if standing is None or not standing.ours:
            continue
        text = touched.standing not in (*standing.ours, standing.looked)
        state = not standing.waiting and touched.is_open is not standing.is_open
        if text or state or _is_mislabelled(ctx, standing, touched.labels):
            found.append(touched.number)
    return Suspects(numbers=tuple(sorted(found)))


def take_in_issue(ctx: Ctx, found: EditedIssue) -> None:
    """Judge an issue as it stands: take in what was written, and do or undo what was done.

    Repeats do nothing. Records IssueTaken for a version, and FindingMade for what does not count.
    """
    standing = rows.locked(ctx.db, ctx.organisation, found.number)
    if standing is None or not standing.ours:
        return
    if found.gone or found.refused:
        message = f"its issue {found.number} cannot be read: {found.refused or 'it is gone'}"
        noting.note(ctx, FindingKind.DELETED, standing.id, message)
        return
    effective = artifacts.effective(ctx, standing.artifact)
    if effective is None:
        return
    hash = rules.standing(found.title, found.body)
    if hash not in (*standing.ours, standing.looked):
        if standing.part:
            _told(ctx, standing, hash, FindingKind.LIVE_VALUES, _PART_TEXT)
        else:
            _take_in_text(ctx, _edit(ctx, standing, found, effective))
    if not standing.waiting and found.is_open is not standing.is_open:
        _take_in_state(ctx, standing, found)
    elif _is_mislabelled(ctx, standing, found.labels):
        homes.track_again(ctx, standing.id)


def end_look(ctx: Ctx, seen: TrackerSeen, wait: float | None) -> None:
    """All that was seen is taken in: go on from there. A tracker that wants quiet is left alone."""
    if wait is not None:
        told = "the tracker did not answer, or asked for fewer requests"
        rows.quiet(ctx.db, ctx.organisation, timedelta(seconds=wait), told)
    elif seen.refused:
        rows.quiet(ctx.db, ctx.organisation, tracking.PATIENCE, seen.refused)
        noting.note(ctx, FindingKind.UNREADABLE, "tracker", f"it lets nobody look: {seen.refused}")
    elif seen.since:
        rows.end(ctx.db, ctx.organisation, seen.since, seen.etag)


def look_again(ctx: Ctx, number: int, wait: float) -> None:
    """Look at one issue when the tracker has had its quiet."""
    ctx.start_after_real(timedelta(seconds=wait), queues.tracker_look(ctx, issue=str(number)))


_PART_TEXT = "it is drawn from rows; say in a comment what should be otherwise"


def _edit(ctx: Ctx, standing: Standing, found: EditedIssue, effective: Version) -> _Edit:
    artifact = artifacts.get(ctx, standing.artifact)
    number = _shown(ctx, standing) or effective.ref.number
    return _Edit(
        standing=standing,
        found=found,
        artifact=artifact,
        declared=artifacts.layout(ctx, artifact.type),
        shown=artifacts.get_version(ctx, VersionRef(artifact.id, number)),
        effective=effective,
    )


def _shown(ctx: Ctx, standing: Standing) -> int:
    """The number of the version that whoever edits has before them; 0 when none was written."""
    former = store.change(ctx.db, ctx.organisation, standing.change) if standing.change else None
    if former is None or former.state is not ChangeState.MERGED:
        return standing.version
    own = (m.ref.number for m in former.members if m.ref.artifact == standing.artifact)
    return next(own, standing.version)  # what they wrote before was approved, and is not drawn yet


def _take_in_text(ctx: Ctx, edit: _Edit) -> None:
    text = issue_documents.written(edit.found.body)
    if text is None:
        message = "it is too long to stand in an issue whole: edit it where it is kept"
        _refused(ctx, edit, FindingKind.UNREADABLE, message)
        return
    parsed = markdown.parse(edit.declared, text)
    content = _content(edit, parsed)
    base, ours = edit.shown.content, edit.effective.content
    hash = hash_of(edit.declared, content)
    if hash in (edit.shown.content_hash, edit.effective.content_hash):
        _says_nothing_new(ctx, edit, content)
        return
    reason = _never_edited(edit)
    if reason:
        _refused(ctx, edit, FindingKind.IMMUTABLE, reason)
        return
    if parsed.findings:
        faults = "; ".join(finding.message for finding in parsed.findings)
        _refused(ctx, edit, FindingKind.UNREADABLE, faults)
        return
    theirs = cast(Mapping[str, Json], authored(edit.declared, normal(edit.declared, content)))
    made, places = rules.merged_content(base, ours, theirs)
    if places:
        named = ", ".join(places)
        message = f"version {edit.effective.ref.number} has changed {named} too: write them as one"
        _refused(ctx, edit, FindingKind.CONFLICT, message)
        return
    _propose(ctx, edit, made)


def _content(edit: _Edit, parsed: markdown.Parsed) -> Mapping[str, object]:
    """What was written, by the issue's title where its text has the former one."""
    content = dict(parsed.content)
    named = issue_text.title_written(edit.artifact, edit.shown, edit.found.title)
    if named and content.get("title") in ("", edit.shown.title):
        content["title"] = named
    return content


def _never_edited(edit: _Edit) -> str:
    """Why nobody edits this here or there, "" when one may."""
    if edit.artifact.archived:
        return f"{edit.artifact.id} is archived: bring it back first"
    if edit.declared.immutable:
        title = edit.declared.title.lower()
        return f"a {title} is never edited once it is filed: file a new one that supersedes it"
    return ""


def _says_nothing_new(ctx: Ctx, edit: _Edit, content: Mapping[str, object]) -> None:
    """Form alone, or live values, which are drawn again."""
    live = normal(edit.declared, artifacts.shown(ctx, edit.effective))
    if normal(edit.declared, content) != live and not edit.standing.waiting:
        message = (
            "only live values were changed there; they are drawn from rows, and are drawn again"
        )
        noting.note(ctx, FindingKind.LIVE_VALUES, edit.artifact.id, message)
    rows.own(ctx.db, ctx.organisation, edit.standing.id, edit.hash)
    homes.track_again(ctx, edit.standing.id)


def _propose(ctx: Ctx, edit: _Edit, content: Mapping[str, Json]) -> None:
    person = _person(ctx, edit.login)
    if not edit.declared.approval and not _may(ctx, person, _MERGE):
        message = f"{_called(edit.login)} may not file it here, and nobody would decide about it"
        _refused(ctx, edit, FindingKind.NOT_RAISED, message)
        return
    author = person.id if person is not None else identities.stranger(edit.login)
    draft = Draft(
        type=edit.artifact.type,
        slug=edit.artifact.slug,
        context=edit.artifact.context,
        content=content,
        made=Made(by=author, brain=_HUMAN),
        links=tuple(artifacts.links(ctx, edit.effective.ref)),
        note=f"taken in from {edit.found.url or edit.found.number}",
    )
    try:
        with ctx.attempt() as apart:
            version = artifacts.propose(apart, draft)
    except HeadraceError as refusal:
        _refused(ctx, edit, FindingKind.UNREADABLE, refusal.message)
        return
    change = _ask(ctx, edit, version, author)
    ctx.record(
        IssueTaken(
            artifact=edit.artifact.id,
            version=str(version.ref),
            number=edit.found.number,
            login=edit.login,
            change=change,
        )
    )


def _ask(ctx: Ctx, edit: _Edit, version: Version, author: PrincipalId) -> ChangeId | None:
    """A change request for what a person decides about; the rest is filed."""
    id = edit.standing.id
    if not edit.declared.approval:
        rows.own(ctx.db, ctx.organisation, id, edit.hash)
        filing.file_versions(ctx, [version.ref])
        return None
    change = (
        _asked_again(ctx, edit, version, author)
        or opening.open_change(
            ctx,
            Proposal(
                title=f"Edit of {version.title or version.ref.artifact} in the tracker",
                context=version.context,
                members=(version.ref,),
                body=f"Taken in from {edit.found.url or edit.found.number}.",
                author=author,
            ),
        ).id
    )
    rows.looked(ctx.db, ctx.organisation, id, edit.hash, change=change)
    told = (
        f"Taken in as version {version.ref.number}: {change} asks for it. It counts when approved."
    )
    rows.say(ctx.db, ctx.organisation, id, told, ctx.new_id("say"))
    homes.track_again(ctx, id)
    return change


def _asked_again(ctx: Ctx, edit: _Edit, version: Version, author: PrincipalId) -> ChangeId | None:
    """The same person's change, gone on with; one of somebody else is closed, and another asked for."""
    if edit.standing.change is None:
        return None
    former = store.change(ctx.db, ctx.organisation, edit.standing.change, lock=True)
    if former is None or former.state not in LIVE:
        return None
    if former.author == author and former.state in rules.PUSHABLE:
        return opening.push_head(ctx, former.id, members=[version.ref]).id
    if former.state in rules.CLOSABLE:
        opening.close(ctx, former.id)
    return None


def _take_in_state(ctx: Ctx, standing: Standing, found: EditedIssue) -> None:
    """Somebody has closed or opened it: the same is done here where that person may, else it is undone."""
    person = _person(ctx, found.moved_by)
    refusal = f"{_called(found.moved_by)} is nobody here"
    if person is not None:
        actor = Actor(organisation=ctx.organisation, principal=person.id)
        refusal = _moved(replace(ctx, actor=actor), standing, found)
    if refusal:
        deed = "opened" if found.is_open else "closed"
        message = f"it was {deed} in the tracker, and that does not count: {refusal}"
        noting.note(ctx, FindingKind.LIVE_VALUES, standing.id, message)
        told = f"This was {deed}, and that does not count: {refusal}"
        rows.say(ctx.db, ctx.organisation, standing.id, told, ctx.new_id("say"))
    homes.track_again(ctx, standing.id)


def _moved(ctx: Ctx, standing: Standing, found: EditedIssue) -> str:
    """Do here what the actor did there; why not, "" when it is done."""
    artifact = artifacts.get(ctx, standing.artifact)
    if standing.part:
        declared = homes.parts(ctx, artifact.type)
        move = PartMove(
            name=standing.part,
            is_open=found.is_open,
            closed_as=found.closed_as,
            number=found.number,
        )
        return declared.move(ctx, artifact, move) if declared else "nobody has said what it means"
    if not people.allowed(ctx, _ARCHIVE):
        return f"it takes the right {_ARCHIVE}"
    put = archiving.unarchive if found.is_open else archiving.archive
    try:
        with ctx.attempt() as apart:
            put(
                apart,
                artifact.id,
                f"{'opened' if found.is_open else 'closed'} as issue {found.number}",
            )
    except HeadraceError as refusal:
        return refusal.message
    return ""


def _refused(ctx: Ctx, edit: _Edit, kind: FindingKind, message: str) -> None:
    _told(ctx, edit.standing, edit.hash, kind, message)


def _told(ctx: Ctx, standing: Standing, hash: str, kind: FindingKind, message: str) -> None:
    """What was written does not count: it stays there, and is told here and there."""
    remedy = f"`headrace issue overwrite {standing.id} --why …` writes over it"
    noting.note(
        ctx,
        kind,
        standing.id,
        f"it was edited in the tracker, and that does not count: {message}; {remedy}",
    )
    rows.looked(ctx.db, ctx.organisation, standing.id, hash, error=f"edited there: {message}")
    told = f"What was written here does not count: {message}"
    rows.say(ctx.db, ctx.organisation, standing.id, told, ctx.new_id("say"))
    homes.track_again(ctx, standing.id)


def _is_mislabelled(ctx: Ctx, standing: Standing, labels: tuple[str, ...]) -> bool:
    """Whether labels of ours were changed; they are drawn again without a word."""
    declared = homes.form(ctx, standing.artifact.partition("/")[0])
    effective = artifacts.effective(ctx, standing.artifact)
    if standing.waiting or standing.part or declared is None or effective is None:
        return False
    ours = issue_text.labels(declared, effective.content)
    return set(labels) != {*ours, *rules.others(labels, ours)}


def _person(ctx: Ctx, login: str) -> Principal | None:
    return identities.of_login(ctx, homes.backend(ctx).people, login)


def _may(ctx: Ctx, person: Principal | None, permission: str) -> bool:
    return person is not None and people.holds(ctx, person.id, permission)


def _called(login: str) -> str:
    return f"@{login}" if login else "who did it"
