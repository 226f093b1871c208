"""Comparing issues: rows of what is kept in a tracker beside how it stands there.

What is being written, what a hand has done and was looked at, and what moved while the tracker was read
is no difference. Nothing is changed there.
"""

from collections.abc import Collection, Iterator

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.record import issue_documents
from headrace.capabilities.record.model import (
    Compared,
    FindingKind,
    KeptIssue,
    KeptIssues,
    SettledIssues,
)
from headrace.capabilities.record.service import noting
from headrace.capabilities.record.store import issues as rows
from headrace.capabilities.record.store import looking as looks
from headrace.capabilities.record.store.looking import Standing
from headrace.kernel.context import Ctx

_LOOK = "`headrace issue look` takes in what people do there"


def settled_issues(ctx: Ctx) -> SettledIssues:
    """The issues that stand as they shall, before the tracker is read."""
    return SettledIssues(items=tuple(rows.settled(ctx.db, ctx.organisation)))


def note_away(ctx: Ctx, request: str, why: str) -> None:
    """The tracker could not be read, so that nothing was compared. Records FindingMade."""
    message = f"{request} has compared nothing: the tracker cannot be read ({why})"
    noting.note(ctx, FindingKind.UNREADABLE, "tracker", message)


def compare_issues(
    ctx: Ctx, issues: KeptIssues, before: SettledIssues, *, replace: bool
) -> Compared:
    """The artifacts and parts of a page whose issues are not what rows say of them, each a finding.

    With `replace` a row that is gone is made again; the rest is the business of looks and writings.
    """
    still = _still(ctx, before)
    known = looks.standings(ctx.db, ctx.organisation, [one.number for one in issues.items])
    by_number = {one.number: one for one in known}
    differing = []
    for issue in issues.items:
        standing = by_number.get(issue.number)
        if standing is None:
            faults = list(_unknown(ctx, issue, replace=replace))
        elif (standing.id, standing.number) in still and standing.id == issue.id:
            faults = list(_faults(ctx, issue, standing))
        else:
            faults = []
        for fault in faults:
            kind = FindingKind.RESTORED if replace and standing is None else FindingKind.DIFFERS
            noting.note(ctx, kind, issue.id, fault)
        differing += [issue.id] if faults else []
    return Compared(items=tuple(differing))


def compare_missing(ctx: Ctx, seen: Collection[int], before: SettledIssues) -> Compared:
    """The artifacts and parts whose issues are not there any more, or have lost their mark."""
    known = looks.standings(ctx.db, ctx.organisation, [number for _, number in _still(ctx, before)])
    gone = [one for one in known if one.number not in seen and not one.looked]
    for one in gone:
        message = f"its issue #{one.number} is gone, or its first line is; {_LOOK}"
        noting.note(ctx, FindingKind.DIFFERS, one.id, message)
    return Compared(items=tuple(one.id for one in gone))


def _still(ctx: Ctx, before: SettledIssues) -> set[tuple[str, int]]:
    """Id and number of those for which nothing was asked since."""
    kept = {*before.items}.intersection(rows.settled(ctx.db, ctx.organisation))
    return {(one.id, one.number) for one in kept}


def _unknown(ctx: Ctx, issue: KeptIssue, *, replace: bool) -> Iterator[str]:
    """No row has this number. Where the artifact has another issue, this one is a copy by somebody."""
    id = ArtifactId(issue.id)
    artifact = artifacts.find(ctx, ArtifactId(issue.id.partition("#")[0]))
    if artifact is None or rows.is_known(ctx.db, ctx.organisation, id):
        return
    if replace:
        rows.restore(ctx.db, ctx.organisation, issue, 0 if "#" in issue.id else artifact.head)
    yield f"it is issue #{issue.number}, and no row says so"


def _faults(ctx: Ctx, issue: KeptIssue, standing: Standing) -> Iterator[str]:
    if standing.ours and issue.standing not in (*standing.ours, standing.looked):
        yield f"its issue #{issue.number} does not stand as it was written; {_LOOK}"
    if issue.is_open is not _shall_be_open(ctx, standing):
        state = "open" if issue.is_open else "closed"
        yield f"its issue #{issue.number} is {state}, and its row says otherwise; {_LOOK}"
    shown = next(iter(issue.versions[-1:]), "")
    origin = issue_documents.origin_of(shown) if shown else None
    effective = artifacts.effective(ctx, standing.artifact)
    if origin is None or effective is None or issue.standing not in standing.ours:
        return
    if origin.ref.number != effective.ref.number:
        yield (
            f"its issue #{issue.number} shows version {origin.ref.number}, and by its row version "
            f"{effective.ref.number} counts"
        )


def _shall_be_open(ctx: Ctx, standing: Standing) -> bool:
    if standing.part:
        return standing.is_open
    return not artifacts.get(ctx, standing.artifact).archived
