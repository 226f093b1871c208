"""Rebuilding: the rows of artifacts and changes made again from Git, into an empty organisation.

What is kept in a tracker is read from there (`restoring_issues`).

What is made again is not happening again, so no event is recorded but the last one, Rebuilt. What
Git does not hold is told as findings.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import (
    content_hash,
    reference_for,
    reference_parts,
)
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactType,
    Draft,
    Made,
    Phase,
    VersionRef,
)
from headrace.capabilities.record import markdown, provenance, store
from headrace.capabilities.record.model import (
    ORGANISATION,
    FindingKind,
    FoundTexts,
    Histories,
    History,
    NotEmpty,
    RebuildPlan,
    Rebuilt,
    Repository,
    RepositoryKind,
    RepositoryState,
    VersionBatch,
    VersionFacts,
)
from headrace.capabilities.record.provenance import Provenance
from headrace.capabilities.record.service import (
    archiving,
    custody,
    homes,
    identities,
    notes,
    noting,
    queues,
)
from headrace.capabilities.record.service.restoring import Story, restored_change, stories
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError
from headrace.kernel.flow import Job
from headrace.kernel.json import Json

_NEVER_HELD = (
    "reviews of changes that are not merged, and the requests for revision among them",
    "acknowledged drift",
    "versions that were never put into a change or filed",
    "findings, filings and drawings that were waiting",
)


def rebuild(ctx: Ctx, *, source: str = "") -> None:
    """Make the rows of artifacts and changes again from the repositories in the organisation's folder.

    With a `source`, the organisation's repository is copied from there first; the one that stands in
    its place is kept beside it. Raises NotEmpty. Records Rebuilt in the end.
    """
    _refuse_full(ctx)
    request = ctx.new_id("reb")
    arguments = {"request": request, "source": source}
    ctx.start(Job(flow="record.rebuild", key=request, arguments=arguments))


def begin_rebuild(ctx: Ctx, request: str, source: str) -> RebuildPlan:
    """Where to read. Raises NotEmpty."""
    _refuse_full(ctx)
    folder = custody.places(ctx).repositories / ctx.organisation
    return RebuildPlan(
        folder=str(folder),
        source=source,
        request=request,
        tracked=homes.backend(ctx).has_tracker,
    )


def restore_repositories(ctx: Ctx, histories: Histories) -> None:
    """The rows of the repositories that were found."""
    for history in histories.items:
        present = custody.find(ctx, history.slug, lock=True)
        row = present or _fresh(ctx, history)
        if present is None:
            store.add_repository(ctx.db, ctx.organisation, row)
        store.save_repository(
            ctx.db,
            ctx.organisation,
            replace(
                row,
                default_branch=history.default_branch,
                state=RepositoryState.ACTIVE,
                reason="",
                codeowners=history.codeowners,
                # From the first commit on: what a hand did and nobody took in is found that way.
                known=history.root if history.slug == ORGANISATION else history.tip,
                trusted=history.tip,
                alarm=None,
                generation=row.generation + 1,
            ),
        )


def restore_versions(ctx: Ctx, batch: VersionBatch, texts: FoundTexts) -> None:
    """Versions with their numbers, links and makers; what cannot be one is a finding."""
    with _silently(ctx):
        for facts, text in zip(batch.items, texts.items, strict=True):
            _restore_version(ctx, facts, text)


def restore_changes(ctx: Ctx, histories: Histories) -> None:
    """Changes in the states that Git tells, and the pointers that their merges moved."""
    with _silently(ctx):
        for history in histories.items:
            repository = custody.repository(ctx, history.slug)
            told = stories(history)
            for story in told.values():
                _restore_change(ctx, repository, story)
            _move_pointers(ctx, history)
            _settle_phases(ctx, told)
        archiving.restore_archive(ctx, histories)


def finish_rebuild(ctx: Ctx, histories: Histories) -> None:
    """Tell what Git does not hold, and look at what a hand did. Records Rebuilt."""
    for what in _NEVER_HELD:
        noting.note(ctx, FindingKind.NOT_IN_GIT, "rebuild", f"Git does not hold {what}")
    for history in histories.items:
        _note_missing(ctx, history)
    repository = custody.repository(ctx, ORGANISATION)
    found = [fact.version for history in histories.items for fact in history.versions]
    missing = noting.findings(ctx, limit=1000)
    ctx.record(
        Rebuilt(
            repository=repository.id,
            slug=repository.slug,
            versions=sum(1 for name in found if _exists(ctx, VersionRef.parse(name))),
            changes=sum(len(stories(history)) for history in histories.items),
            missing=sum(1 for one in missing if one.kind is FindingKind.NOT_IN_GIT),
        )
    )
    queues.look(ctx)


def _refuse_full(ctx: Ctx) -> None:
    if artifacts.listing(ctx, limit=1):
        raise NotEmpty(
            "This organisation has artifacts; rebuild into an empty one, and compare the two"
        )


@contextmanager
def _silently(ctx: Ctx) -> Iterator[None]:
    """Nothing that is done within is told: it happened long ago."""
    told = len(ctx.outbox.events)
    yield
    del ctx.outbox.events[told:]


def _fresh(ctx: Ctx, history: History) -> Repository:
    own = history.slug == ORGANISATION
    kind = RepositoryKind.ORGANISATION if own else RepositoryKind.PRODUCT
    return custody.fresh(ctx, kind, history.slug, history.source)


def _restore_version(ctx: Ctx, facts: VersionFacts, text: str) -> None:
    ref = VersionRef.parse(facts.version)
    if _exists(ctx, ref):
        return
    try:
        declared = artifacts.layout(ctx, ref.artifact.partition("/")[0])
        parsed = markdown.parse(declared, text)
        origin = provenance.read(parsed.front_matter)
        if origin is None or content_hash(declared, parsed.content) != facts.content_hash:
            _miss(ctx, facts.version, f"its file in {facts.commit[:12]} is not what was recorded")
            return
        content: Mapping[str, Json] = dict(parsed.content)  # type: ignore[arg-type]  # parsed content is JSON data
        _make_again(ctx, declared, origin, content)
    except HeadraceError as refusal:
        _miss(ctx, facts.version, refusal.message)


def _make_again(
    ctx: Ctx, declared: ArtifactType, origin: Provenance, content: Mapping[str, Json]
) -> None:
    present = artifacts.find(ctx, origin.ref.artifact)
    if present is None:
        _reserve(ctx, declared, origin)
    head = present.head if present else 0
    for number in range(head + 1, origin.ref.number):
        _hold_place(ctx, declared, origin, content, number)
    artifacts.propose(ctx, _draft(ctx, origin, content, origin.ref.number - 1))
    if origin.change:
        artifacts.put_in_change(ctx, [origin.ref], origin.change)
    made = artifacts.get(ctx, origin.ref.artifact)
    if origin.reference and made.reference != origin.reference:
        _miss(ctx, str(origin.ref), f"its reference was {origin.reference}, it is {made.reference}")


def _hold_place(
    ctx: Ctx, declared: ArtifactType, origin: Provenance, content: Mapping[str, Json], number: int
) -> None:
    """A number that was given to a version which never reached Git."""
    place = VersionRef(origin.ref.artifact, number)
    draft = replace(_draft(ctx, origin, content, number - 1), links=(), note="not in Git")
    artifacts.propose(ctx, draft)
    artifacts.set_phase(ctx, [place], Phase.ORPHANED)
    _miss(ctx, str(place), f"its number is held by a copy of {origin.ref}, which nothing builds on")


def _draft(ctx: Ctx, origin: Provenance, content: Mapping[str, Json], base: int) -> Draft:
    links = tuple(link for link in origin.links if _exists(ctx, link.target.version))
    for link in origin.links:
        if link not in links:
            _miss(ctx, str(origin.ref), f"its link to {link.target}, which is not in Git")
    return Draft(
        type=origin.type,
        slug=origin.ref.artifact.partition("/")[2],
        context=origin.context,
        content=content,
        made=Made(
            by=identities.of_handle(ctx, origin.made_by),
            brain=origin.brain,
            run=origin.run,
            recipe=origin.recipe,
        ),
        parts=origin.parts,
        links=links,
        base=base or None,
        note=origin.note,
    )


def _reserve(ctx: Ctx, declared: ArtifactType, origin: Provenance) -> None:
    """Let the counter of references stand before the one that this artifact had."""
    found = reference_parts(declared, origin.reference) if origin.reference else None
    if found is not None:
        number = int(found["number"]) - 1
        before = reference_for(declared, **{**found, "number": number})
        artifacts.reserve_references(ctx, declared.name, before)


def _restore_change(ctx: Ctx, repository: Repository, story: Story) -> None:
    row = restored_change(ctx, repository, story)
    if store.change(ctx.db, ctx.organisation, row.id) is not None:
        _miss(ctx, row.id, f"it stands in {repository.slug} too: two changes have one number")
        return
    store.add_change(ctx.db, ctx.organisation, row)
    store.reserve_number(ctx.db, ctx.organisation, "change", int(row.id.rpartition("-")[2]))


def _move_pointers(ctx: Ctx, history: History) -> None:
    for commit in history.commits:
        if not commit.on_main:
            continue
        named = [value.partition(" ")[0] for value in commit.all(notes.ARTIFACT)]
        refs = [ref for ref in map(VersionRef.parse, named) if _exists(ctx, ref)]
        artifacts.make_effective(
            ctx,
            refs,
            change=commit.one(notes.CHANGE) or None,
            commit=commit.id,
            no_effect=commit.one(notes.NO_EFFECT) == "yes",
        )


def _settle_phases(ctx: Ctx, told: Mapping[str, Story]) -> None:
    for story in told.values():
        replaced = [ref for ref in story.replaced if _exists(ctx, ref)]
        artifacts.set_phase(ctx, replaced, Phase.SUPERSEDED)
        if story.closed:
            last = [ref for ref in story.members if _exists(ctx, ref)]
            artifacts.set_phase(ctx, last, Phase.ARCHIVED)


def _note_missing(ctx: Ctx, history: History) -> None:
    for commit in history.commits:
        for value in commit.all(notes.ARTIFACT):
            ref = VersionRef.parse(value.partition(" ")[0])
            if not _exists(ctx, ref):
                _miss(ctx, str(ref), f"{commit.id[:12]} names it, and its content is kept in rows")


def _exists(ctx: Ctx, ref: VersionRef) -> bool:
    present: Artifact | None = artifacts.find(ctx, ref.artifact)
    return present is not None and present.head >= ref.number


def _miss(ctx: Ctx, subject: str, message: str) -> None:
    noting.note(ctx, FindingKind.NOT_IN_GIT, subject, message)
