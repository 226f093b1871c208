"""Restoring from issues: what is kept in a tracker is made again, as far as somebody vouches for it.

A tracker is text from outside: of what was decided, Git names the hash; of what was filed, the journal.
"""

from collections.abc import Iterator, Mapping, Sequence

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import content_hash
from headrace.capabilities.artifacts.model import ArtifactId, Proposed, VersionRef
from headrace.capabilities.record import issue_documents, markdown
from headrace.capabilities.record.model import (
    FindingKind,
    Histories,
    KeptIssue,
    KeptIssues,
    TrackerAway,
    VersionFacts,
    Vouched,
)
from headrace.capabilities.record.provenance import Provenance
from headrace.capabilities.record.service import homes, notes, noting
from headrace.capabilities.record.store import issues as rows
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError
from headrace.kernel.journal.feed import of_lineage

_VERSIONS = 1_000


def refuse_away(ctx: Ctx, why: str) -> None:
    """Raises TrackerAway: half of a record would be worse than none."""
    raise TrackerAway(f"The tracker cannot be read: {why}. Try again when it can")


def vouch(ctx: Ctx, histories: Histories, issues: KeptIssues, *, is_told: bool = True) -> Vouched:
    """The versions of issues that are what was decided, or handed in; each that is not is a finding,
    where it `is_told`."""
    told = {f.version for history in histories.items for f in history.versions}
    decided = _decided(histories)
    found: dict[str, tuple[VersionFacts, str]] = {}
    for issue in issues.items:
        for origin, facts, text in _read(ctx, issue):
            if facts.version in told or facts.version in found:
                continue
            fault = _fault(ctx, origin, text, decided.get(facts.version))
            if fault and is_told:
                noting.note(ctx, FindingKind.NOT_IN_GIT, facts.version, fault)
            elif not fault:
                found[facts.version] = (facts, text)
    return Vouched(
        versions=tuple(facts for facts, _ in found.values()),
        texts=tuple(text for _, text in found.values()),
    )


def restore_issues(ctx: Ctx, issues: KeptIssues) -> None:
    """The rows of issues, so that none is made a second time; what is closed there was archived."""
    told = len(ctx.outbox.events)
    for issue in issues.items:
        artifact = artifacts.find(ctx, ArtifactId(issue.id.partition("#")[0]))
        if artifact is None:
            continue
        is_part = "#" in issue.id
        rows.restore(ctx.db, ctx.organisation, issue, 0 if is_part else artifact.head)
        if not issue.is_open and not is_part:
            artifacts.archive(ctx, [artifact.id], "as the tracker tells")
    del ctx.outbox.events[told:]


def restore_filed(ctx: Ctx, versions: Sequence[VersionFacts]) -> None:
    """Versions that nobody decides about count as they did."""
    told = len(ctx.outbox.events)
    refs = [VersionRef.parse(one.version) for one in versions if not one.commit]
    for ref in sorted(refs):
        present = artifacts.find(ctx, ref.artifact)
        exists = present is not None and present.head >= ref.number
        if exists and not artifacts.layout(ctx, ref.artifact.partition("/")[0]).approval:
            artifacts.make_effective(ctx, [ref], change=None, commit="")
    del ctx.outbox.events[told:]


def _decided(histories: Histories) -> Mapping[str, str]:
    """The hash of each version that a commit names."""
    values = (
        value.partition(" ")
        for history in histories.items
        for commit in history.commits
        for value in commit.all(notes.ARTIFACT)
    )
    return {name: digest.removeprefix("sha256:") for name, _, digest in values}


def _read(ctx: Ctx, issue: KeptIssue) -> Iterator[tuple[Provenance, VersionFacts, str]]:
    type = issue.id.partition("/")[0]
    if homes.form(ctx, type) is None:
        return
    for text in issue.versions:
        origin = issue_documents.origin_of(text)
        if origin is not None and origin.ref.artifact == issue.id and origin.type == type:
            facts = VersionFacts(
                version=str(origin.ref),
                content_hash=origin.content_hash,
                commit="",
                path="",
                links=tuple(str(link.target.version) for link in origin.links),
                reference=origin.reference or "",
            )
            yield origin, facts, text


def _fault(ctx: Ctx, origin: Provenance, text: str, decided: str | None) -> str:
    """Why the text in an issue is not the version that it says it is, "" when it is."""
    try:
        declared = artifacts.layout(ctx, origin.type)
        found = content_hash(declared, markdown.parse(declared, text).content)
    except HeadraceError as refusal:
        return refusal.message
    if declared.approval and decided is None:
        return "an issue tells of it, and no commit names it: nobody has decided it"
    wanted = decided or _handed_in(ctx, origin.ref) or origin.content_hash
    if found != wanted:
        return "the text in its issue is not what was decided or handed in"
    return ""


def _handed_in(ctx: Ctx, ref: VersionRef) -> str:
    """The hash that the journal has of a version, "" where it has none."""
    events = of_lineage(ctx, f"artifact:{ref.artifact}", type=Proposed.type, limit=_VERSIONS)
    for event in events:
        told = event.payload
        if isinstance(told, Mapping) and told.get("number") == ref.number:
            return str(told.get("content_hash") or "")
    return ""
