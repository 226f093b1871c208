"""Comparing: the rows of artifacts beside what Git tells of them, and made equal to it where that is wanted.

What is kept in a tracker is read from there, as far as Git or the journal has its hash (`comparing_issues`).

What only rows hold (what is not in a change yet, decisions on what is not merged) is left alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import content_hash
from headrace.capabilities.artifacts.model import Made, Phase, Told, VersionRef
from headrace.capabilities.record import markdown, provenance
from headrace.capabilities.record.model import (
    ORGANISATION,
    Busy,
    ChangeState,
    Compared,
    FindingKind,
    FoundTexts,
    Histories,
    History,
    RebuildPlan,
    RowsCompared,
    VersionBatch,
    VersionFacts,
)
from headrace.capabilities.record.service import (
    archiving,
    custody,
    homes,
    identities,
    notes,
    noting,
    opening,
    queues,
)
from headrace.capabilities.record.service.restoring import stories
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError
from headrace.kernel.flow import Job
from headrace.kernel.json import Json

QUESTION = "record.replace"
"""What rooms above answer with everything that is at work and could write rows in between."""

_MOVING = (ChangeState.OPENING, ChangeState.MERGING)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a version stands by the commits that name it."""

    change: str | None
    commit: str | None
    no_effect: bool
    phase: Phase


def compare(ctx: Ctx, *, replace: bool = False) -> None:
    """Have every version that Git holds compared with its row; what differs becomes a finding.

    With `replace` the rows are made equal to Git, and hand-made commits are looked at afterwards.
    Raises Busy when it is to replace and somebody is at work. Records RowsCompared in the end.
    """
    if replace:
        _refuse_busy(ctx)
    request = ctx.new_id("cmp")
    arguments = {"request": request, "replace": "yes" if replace else ""}
    ctx.start(Job(flow="record.compare", key=request, arguments=arguments))


def begin_compare(ctx: Ctx, request: str, *, replace: bool) -> RebuildPlan:
    """Where to read. Raises Busy."""
    if replace:
        _refuse_busy(ctx)
    folder = custody.places(ctx).repositories / ctx.organisation
    return RebuildPlan(
        folder=str(folder), source="", request=request, tracked=homes.backend(ctx).has_tracker
    )


def compare_versions(
    ctx: Ctx, histories: Histories, batch: VersionBatch, texts: FoundTexts, *, replace: bool
) -> Compared:
    """The versions of a batch whose rows differ, each told as a finding; made equal if wanted."""
    standings = _standings(ctx, histories)
    differing = []
    for facts, text in zip(batch.items, texts.items, strict=True):
        try:
            found = _compared(ctx, facts, text, standings, replace=replace)
        except HeadraceError as refusal:
            found = (refusal.message,)
        if found:
            differing.append(facts.version)
            kind = FindingKind.RESTORED if replace else FindingKind.DIFFERS
            where = facts.commit[:12] or "its issue"
            told = f"Its row was not what {where} tells: {', '.join(found)}"
            noting.note(ctx, kind, facts.version, told, commit=facts.commit)
    return Compared(items=tuple(differing))


def finish_compare(
    ctx: Ctx, histories: Histories, found: Sequence[Compared], *, replace: bool
) -> None:
    """Tell how many differed, and take in what a hand did meanwhile. Records RowsCompared."""
    repository = custody.repository(ctx, ORGANISATION)
    astray = archiving.misplaced(ctx, histories)
    for id, archived in astray.items():
        kind = FindingKind.RESTORED if replace else FindingKind.DIFFERS
        told = "is archived" if archived else "is not archived"
        noting.note(ctx, kind, id, f"Its row said otherwise than Git, where it {told}")
    if replace:
        archiving.restore_archive(ctx, histories)
    ctx.record(
        RowsCompared(
            repository=repository.id,
            slug=repository.slug,
            versions=sum(len(history.versions) for history in histories.items),
            differing=sum(len(one.items) for one in found) + len(astray),
            replaced=replace,
        )
    )
    if replace:
        queues.look(ctx)


def _refuse_busy(ctx: Ctx) -> None:
    moving = [change.id for change in opening.changes(ctx, states=_MOVING, limit=10)]
    reasons = [f"{id} is being written" for id in moving]
    for check in ctx.house.checks(QUESTION):
        reasons.extend(check.run(ctx, None))
    if reasons:
        raise Busy(
            f"Rows are not replaced while work goes on: {'; '.join(reasons)}. Wait for it, or stop "
            "the agents with `headrace switch halt` and cancel what runs",
            reasons=reasons,
        )


def _compared(
    ctx: Ctx,
    facts: VersionFacts,
    text: str,
    standings: Mapping[str, Standing],
    *,
    replace: bool,
) -> tuple[str, ...]:
    told = _told(ctx, facts, text, standings)
    if told is None:
        return ("the file is not what was recorded, and tells nothing",)
    return artifacts.restore(ctx, told) if replace else artifacts.differences(ctx, told)


def _told(
    ctx: Ctx, facts: VersionFacts, text: str, standings: Mapping[str, Standing]
) -> Told | None:
    """What a file says of the version in it; None when its text is not what its commit names."""
    declared = artifacts.layout(ctx, facts.version.partition("/")[0])
    parsed = markdown.parse(declared, text)
    origin = provenance.read(parsed.front_matter)
    if origin is None or content_hash(declared, parsed.content) != facts.content_hash:
        return None
    standing = standings[facts.version]
    return Told(
        ref=origin.ref,
        type=origin.type,
        context=origin.context,
        parts=origin.parts,
        reference=origin.reference,
        content=cast(Mapping[str, Json], dict(parsed.content)),  # what is parsed is JSON data
        made=Made(
            by=identities.of_handle(ctx, origin.made_by),
            brain=origin.brain,
            run=origin.run,
            recipe=origin.recipe,
        ),
        note=origin.note,
        links=origin.links,
        change=standing.change or origin.change,
        commit=standing.commit,
        no_effect=standing.no_effect,
        phase=standing.phase,
        at=facts.at or ctx.now,
    )


def _standings(ctx: Ctx, histories: Histories) -> Mapping[str, Standing]:
    """By version, of every history; the newest merged version of an artifact is the approved one."""
    found: dict[str, Standing] = {}
    for history in histories.items:
        open_ones = {str(ref): phase for ref, phase in _open(history)}
        for fact in history.versions:
            phase = open_ones.get(fact.version, Phase.IN_REVIEW)
            found.setdefault(
                fact.version, Standing(change=None, commit=None, no_effect=False, phase=phase)
            )
        found |= dict(_filed(ctx, history))
        found |= dict(_merged(history))
    return found


def _filed(ctx: Ctx, history: History) -> Iterator[tuple[str, Standing]]:
    """What nobody decides about and an issue holds counts without a commit; the newest one does."""
    held = [VersionRef.parse(one.version) for one in history.versions if not one.commit]
    refs = [
        ref
        for ref in sorted(held)
        if not artifacts.layout(ctx, ref.artifact.partition("/")[0]).approval
    ]
    newest = {ref.artifact: ref.number for ref in refs}
    for ref in refs:
        phase = Phase.APPROVED if newest[ref.artifact] == ref.number else Phase.SUPERSEDED
        yield str(ref), Standing(change=None, commit="", no_effect=False, phase=phase)


def _merged(history: History) -> Iterator[tuple[str, Standing]]:
    effective: dict[str, int] = {}
    merges = [commit for commit in history.commits if commit.on_main]
    for commit in merges:
        for ref in _refs(commit.all(notes.ARTIFACT)):
            effective[ref.artifact] = max(effective.get(ref.artifact, 0), ref.number)
    for commit in reversed(merges):  # the first commit that named a version made it effective
        for ref in _refs(commit.all(notes.ARTIFACT)):
            newest = effective[ref.artifact] == ref.number
            yield (
                str(ref),
                Standing(
                    change=commit.one(notes.CHANGE) or None,
                    commit=commit.id,
                    no_effect=commit.one(notes.NO_EFFECT) == "yes",
                    phase=Phase.APPROVED if newest else Phase.SUPERSEDED,
                ),
            )


def _open(history: History) -> Iterator[tuple[VersionRef, Phase]]:
    for story in stories(history).values():
        yield from ((ref, Phase.SUPERSEDED) for ref in story.replaced)
        if story.closed:
            yield from ((ref, Phase.ARCHIVED) for ref in story.members)


def _refs(values: Sequence[str]) -> list[VersionRef]:
    return [VersionRef.parse(value.partition(" ")[0]) for value in values]
