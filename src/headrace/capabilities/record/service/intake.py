"""Intake: what people commit by hand becomes unreviewed versions; what no hand may change, a finding.

A file is judged by its content, not by what a commit says of itself: a message is text that anyone
may write.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import content_hash, normal
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    ArtifactType,
    Draft,
    Made,
    Version,
)
from headrace.capabilities.record import markdown, provenance, store
from headrace.capabilities.record.model import (
    ORGANISATION,
    ChangeId,
    FindingKind,
    Proposal,
    Repository,
    RepositoryState,
    Seen,
    SeenFile,
    SyncPlan,
    TakenIn,
)
from headrace.capabilities.record.service import (
    custody,
    filing,
    identities,
    noting,
    opening,
    projections,
    queues,
)
from headrace.capabilities.record.store.moving import waiting_moves
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError
from headrace.kernel.json import Json

PAUSE = timedelta(minutes=2)
"""Least real time between two looks that only the schedule asked for."""

_HUMAN = "human"


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A changed file of an artifact type, read."""

    file: SeenFile
    declared: ArtifactType
    parts: Mapping[str, str]
    parsed: markdown.Parsed
    repository: Repository

    @property
    def content_hash(self) -> str:
        return content_hash(self.declared, self.parsed.content)


def sync(ctx: Ctx) -> None:
    """Look now at what was committed by hand."""
    custody.found(ctx)
    queues.look(ctx)


def begin_sync(ctx: Ctx, *, asked: bool) -> SyncPlan | None:
    """What to look at; None when there is nothing to look at, or it was done a moment ago."""
    repository = custody.find(ctx, ORGANISATION)
    if repository is None or repository.state not in (
        RepositoryState.ACTIVE,
        RepositoryState.ALARMED,
    ):
        return None
    pause = timedelta(0) if asked else PAUSE
    if not store.touch_sync(ctx.db, ctx.organisation, repository.id, pause) and not asked:
        return None
    return SyncPlan(ground=custody.ground(ctx, repository), generation=repository.generation)


def take_in(ctx: Ctx, seen: Seen, generation: int) -> bool:
    """Take in what was seen; False when the branch moved meanwhile: then look again.

    Records TakenIn for each version, FindingMade, and HistoryRewritten in the worst case.
    """
    repository = custody.repository(ctx, ORGANISATION, lock=True)
    if repository.generation != generation:
        return False
    if seen.rewritten:
        custody.alarm(ctx, repository, seen.tip)
        return True
    if repository.state is RepositoryState.ALARMED:
        repository = custody.calm(ctx, repository)
    for file in seen.files:
        _take_in(ctx, repository, file)
    custody.looked(ctx, repository, tip=seen.tip, codeowners=seen.codeowners)
    if store.waiting_filings(ctx.db, ctx.organisation):
        queues.file(ctx)
    if store.waiting_projections(ctx.db, ctx.organisation):
        queues.draw(ctx)
    if waiting_moves(ctx.db, ctx.organisation):
        queues.move(ctx)
    return True


def _take_in(ctx: Ctx, repository: Repository, file: SeenFile) -> None:
    identified = artifacts.identify(ctx, file.path)
    if identified is None:
        return
    declared, parts = identified
    artifact = artifacts.at_path(ctx, file.path)
    if file.text is None:
        _note_gone(ctx, repository, file, artifact)
        return
    found = _Found(
        file=file,
        declared=declared,
        parts=parts,
        parsed=markdown.parse(declared, file.text),
        repository=repository,
    )
    if artifact is None:
        _take_in_new(ctx, found)
    else:
        _take_in_edit(ctx, found, artifact)


def _take_in_edit(ctx: Ctx, found: _Found, artifact: Artifact) -> None:
    claimed = provenance.claimed(found.file.text or "")
    if claimed is not None and claimed[0] != artifact.id:
        message = f"it says that it is {claimed[0]}, and {artifact.id} stands here; mend its id"
        _note(ctx, found, FindingKind.MISPLACED, message)
        return
    effective = artifacts.effective(ctx, artifact.id)
    if effective is not None and found.content_hash == effective.content_hash:
        _look_at_live_values(ctx, found, effective)
        return
    if found.content_hash in _expected(ctx, artifact):
        return
    if artifact.archived:
        message = f"{artifact.id} is archived: the edit does not count; bring it back first"
        _note(ctx, found, FindingKind.IMMUTABLE, message)
        return
    if found.declared.immutable:
        message = (
            f"{artifact.id} is filed, and a {found.declared.title.lower()} is never edited: the edit "
            "does not count; file a new one that supersedes it"
        )
        _note(ctx, found, FindingKind.IMMUTABLE, message)
        return
    readable = not found.parsed.findings
    if effective and found.declared.bump and readable and not _is_raised(claimed, effective):
        message = (
            f"{artifact.id} is approved, and was edited without a new version: the edit does not "
            f"count until the front matter says `version: {artifact.head + 1}`"
        )
        _note(ctx, found, FindingKind.NOT_RAISED, message)
        return
    _propose(ctx, found, artifact)


def _is_raised(claimed: tuple[str, int | None] | None, effective: Version) -> bool:
    """Whether a file says that it is a later version than the one that counts."""
    number = claimed[1] if claimed is not None else None
    return number is not None and number > effective.ref.number


def _expected(ctx: Ctx, artifact: Artifact) -> set[str]:
    """Hashes of content that we put there ourselves, or have taken in already."""
    expected = set(store.members_in_flight(ctx.db, ctx.organisation, artifact.id))
    head = artifacts.versions(ctx, artifact.id)[0]
    taken = head.made.brain == _HUMAN and head.change is not None
    if taken or store.is_filing(ctx.db, ctx.organisation, artifact.id):
        expected.add(head.content_hash)
    return expected


def _look_at_live_values(ctx: Ctx, found: _Found, version: Version) -> None:
    if found.file.author is None:
        return
    shown = normal(found.declared, artifacts.shown(ctx, version))
    if shown == found.parsed.content:
        return
    message = "only live values were changed by hand; they are drawn from rows, and are drawn again"
    _note(ctx, found, FindingKind.LIVE_VALUES, message)
    projections.refresh_projection(ctx, version.ref.artifact)


def _take_in_new(ctx: Ctx, found: _Found) -> None:
    matter = found.parsed.front_matter
    claimed = str(matter.get("id") or "")
    slug = claimed.partition("/")[2] or found.parts.get("slug") or "-".join(found.parts.values())
    other = artifacts.find(ctx, ArtifactId(f"{found.declared.name}/{slug}"))
    if other is not None:
        message = f"it says that it is {other.id}, which stands at {other.path}; give it another id"
        _note(ctx, found, FindingKind.MISPLACED, message)
        return
    _propose(ctx, found, None, slug=slug)


def _propose(ctx: Ctx, found: _Found, artifact: Artifact | None, slug: str = "") -> None:
    """Hand the file in as its author's version. What cannot be one is a finding."""
    faults = [finding.message for finding in found.parsed.findings]
    context = artifact.context if artifact else _context(found)
    if not context:
        faults.append(
            f"say in its front matter which {found.declared.context_kind} it belongs to: "
            "`context: mission:…`, for example"
        )
    if faults:
        _note(ctx, found, FindingKind.UNREADABLE, "; ".join(faults))
        return
    author = found.file.author or identities.RECORD
    maker = identities.of_signature(ctx, author)
    draft = Draft(
        type=found.declared.name,
        slug=artifact.slug if artifact else slug,
        context=context,
        content=_content(found),
        made=Made(by=maker, brain=_HUMAN),
        parts={} if artifact else {k: v for k, v in found.parts.items() if k != "slug"},
        note=f"taken in from commit {found.file.commit}",
    )
    try:
        version = artifacts.propose(ctx, draft)
    except HeadraceError as refusal:
        _note(ctx, found, FindingKind.UNREADABLE, refusal.message)
        return
    change = _ask(ctx, found, version)
    ctx.record(
        TakenIn(
            repository=found.repository.id,
            slug=found.repository.slug,
            version=str(version.ref),
            commit=found.file.commit,
            change=change,
        )
    )


def _ask(ctx: Ctx, found: _Found, version: Version) -> ChangeId | None:
    """A change request for what a person decides about; the rest is filed."""
    if not found.declared.approval:
        filing.file_versions(ctx, [version.ref])
        return None
    return opening.open_change(
        ctx,
        Proposal(
            title=f"Hand-made edit of {version.title or version.ref.artifact}",
            context=version.context,
            members=(version.ref,),
            body=f"Taken in from commit {found.file.commit} on the main branch.",
            author=version.made.by,
        ),
    ).id


def _context(found: _Found) -> str:
    named = str(found.parsed.front_matter.get("context") or "")
    return named or ("organisation" if found.declared.context_kind == "organisation" else "")


def _content(found: _Found) -> Mapping[str, Json]:
    content: Mapping[str, Json] = dict(found.parsed.content)  # type: ignore[arg-type]  # parsed content is JSON data
    return content


def _note_gone(ctx: Ctx, repository: Repository, file: SeenFile, artifact: Artifact | None) -> None:
    if artifact is None or artifact.path != file.path:
        return  # what was archived stands elsewhere
    deleted = f"{artifact.id} was deleted by hand; nothing is deleted here: bring the file back"
    unreadable = f"{artifact.id} is no text any more; bring the file back"
    noting.note(
        ctx,
        FindingKind.DELETED if file.deleted else FindingKind.UNREADABLE,
        file.path,
        deleted if file.deleted else unreadable,
        repository=repository.id,
        commit=file.commit,
    )


def _note(ctx: Ctx, found: _Found, kind: FindingKind, message: str) -> None:
    noting.note(
        ctx,
        kind,
        found.file.path,
        message,
        repository=found.repository.id,
        commit=found.file.commit,
    )
