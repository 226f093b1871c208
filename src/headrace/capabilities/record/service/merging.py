"""Merging, in three steps each harmless to repeat: decide, move the branch, move the pointers."""

from collections.abc import Iterable
from dataclasses import replace

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.record import rules, store
from headrace.capabilities.record.model import (
    LIVE,
    ChangeRequest,
    ChangeState,
    Consequence,
    Decision,
    Failure,
    LetThrough,
    Merged,
    MergeDecided,
    MergeFailed,
    MergeKind,
    MergePlan,
    MergeRefused,
    MergeResult,
    Objection,
    RepositoryKind,
    Waived,
)
from headrace.capabilities.record.service import (
    custody,
    documents,
    holding,
    homes,
    notes,
    queues,
    reviewing,
)
from headrace.capabilities.record.service.opening import change as get_change
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId

QUESTION = "record.merge"
"""The question that every check is asked with a ChangeRequest before it is merged."""

EXEMPTION = "record.exemption"
"""Question to higher rooms about a change and an Objection: the exceptions that take it away."""

LOCKS = "record.locks"
"""The rule that protected paths are edited under a lock."""


def reasons_against(ctx: Ctx, change: ChangeRequest) -> tuple[str, ...]:
    """Every reason why a change may not be merged now: our own, and those of every check.

    What an exception from a rule takes away is not among them. A change that has ended is asked
    nothing more: that it has ended is the reason.
    """
    if change.state not in LIVE:
        return rules.merge(change, custody.repository(ctx, change.repository), ())
    return _judged(ctx, change)[0]


def _judged(ctx: Ctx, change: ChangeRequest) -> tuple[tuple[str, ...], tuple[Waived, ...]]:
    """What stands against a merge, and what an exception has taken away of it.

    Reviews and the state of things are no rules that anybody could be excepted from.
    """
    repository = custody.repository(ctx, change.repository)
    own = rules.merge(change, repository, reviewing.missing_reviews(ctx, change))
    asked = [(LOCKS, why) for why in holding.lock_objections(ctx, change)]
    asked += [
        (check.name, why) for check in ctx.house.checks(QUESTION) for why in check.run(ctx, change)
    ]
    waived: list[Waived] = []
    standing: list[str] = []
    for name, why in asked:
        objection = why if isinstance(why, Objection) else Objection(why, rule=name)
        found = exemption(ctx, change, objection)
        if found is None:
            standing.append(why)
        else:
            waived.append(Waived(rule=objection.rule, exception=found, reason=str(why)))
    return (*own, *standing), tuple(waived)


def exemption(ctx: Ctx, change: ChangeRequest, objection: Objection) -> str | None:
    """The exception that takes this reason away from this change, or None."""
    found = (
        one for check in ctx.house.checks(EXEMPTION) for one in check.run(ctx, (change, objection))
    )
    return next(found, None)


def merge(
    ctx: Ctx, id: str, *, note: str = "", no_effect: bool = False, by: PrincipalId | None = None
) -> ChangeRequest:
    """Decide a merge, bound to the head commit and the members' hashes; the branch moves next.

    `no_effect`: nothing downstream has to look at it. A change that is merging or merged is given
    back as it is. Raises ChangeNotFound, MergeRefused with every reason. Records MergeDecided, and
    in the end Merged or MergeFailed.
    """
    present = get_change(ctx, id, lock=True)
    if present.state in (ChangeState.MERGING, ChangeState.MERGED):
        return present
    reasons, waived = _judged(ctx, present)
    if reasons:
        raise MergeRefused(
            f"{id} cannot be merged now: {'; '.join(reasons)}", change=id, reasons=reasons
        )
    assert present.head is not None  # a change without one is refused
    decision = Decision(
        by=by or ctx.principal,
        at=ctx.now,
        head=present.head,
        members={str(member.ref): member.content_hash for member in present.members},
        note=note,
        no_effect=no_effect,
        exceptions=tuple(dict.fromkeys(one.exception for one in waived)),
    )
    row = replace(
        present,
        state=ChangeState.MERGING,
        attempts=present.attempts + 1,
        decision=decision,
        failure=None,
    )
    store.save_change(ctx.db, ctx.organisation, row)
    ctx.record(
        MergeDecided(
            change=row.id,
            repository=row.repository,
            context=row.context,
            head=decision.head,
            by=decision.by,
        )
    )
    _follow(ctx, row, decision.by)
    _let_through(ctx, row, decision, waived)
    queues.merge(ctx, row.id, row.attempts)
    return row


def _let_through(
    ctx: Ctx, row: ChangeRequest, decision: Decision, waived: Iterable[Waived]
) -> None:
    for one in waived:
        ctx.record(
            LetThrough(
                change=row.id,
                repository=row.repository,
                context=row.context,
                head=decision.head,
                rule=one.rule,
                exception=one.exception,
                reason=one.reason,
            )
        )


def _follow(ctx: Ctx, row: ChangeRequest, by: PrincipalId) -> None:
    """What other rooms decide by the same word, in the same unit of work."""
    brought = {member.ref.artifact.partition("/")[0] for member in row.members}
    for one in ctx.declared(Consequence):
        if one.type in brought:
            one.run(ctx, row, by)


def plan_merge(ctx: Ctx, id: str) -> MergePlan | None:
    """What to merge; None when the change is not merging."""
    row = get_change(ctx, id)
    if row.state is not ChangeState.MERGING or row.decision is None or row.base is None:
        return None
    repository = custody.repository(ctx, row.repository)
    return MergePlan(
        ground=custody.ground(ctx, repository),
        change=row.id,
        source=row.decision.head,
        base=row.base,
        governed=repository.kind is RepositoryKind.ORGANISATION,
        files=documents.documents(ctx, row.members),
        note=notes.merging(ctx, row, row.decision),
    )


def merged(ctx: Ctx, id: str, result: MergeResult) -> None:
    """The branch has moved, or not: move the pointers, or say why not. Records Merged or MergeFailed."""
    row = get_change(ctx, id, lock=True)
    if row.state is not ChangeState.MERGING:
        return
    repository = custody.repository(ctx, row.repository, lock=True)
    if result.kind is MergeKind.MERGED:
        custody.moved(
            ctx,
            repository,
            onto=result.onto,
            to=result.commit,
            codeowners=result.codeowners,
        )
        _move_pointers(ctx, row, result)
        return
    if result.kind is MergeKind.REWRITTEN:
        custody.alarm(ctx, repository, result.found or "")
    _fail(ctx, row, Failure(reasons=result.reasons, conflicts=result.conflicts))


def merge_failed(ctx: Ctx, error: str, *, change: str) -> None:
    """The merge broke off; it can be decided again. Records MergeFailed."""
    row = store.change(ctx.db, ctx.organisation, change, lock=True)
    if row is not None and row.state is ChangeState.MERGING:
        _fail(ctx, row, Failure(reasons=(error,)))


def _move_pointers(ctx: Ctx, row: ChangeRequest, result: MergeResult) -> None:
    assert row.decision is not None  # it was decided
    assert result.commit is not None  # and merged
    tracked = homes.tracked(ctx, (member.ref.artifact for member in row.members))
    artifacts.make_effective(
        ctx,
        [member.ref for member in row.members],
        change=row.id,
        commit=result.commit,
        no_effect=row.decision.no_effect,
    )
    homes.track(ctx, tracked)
    ended = replace(row, state=ChangeState.MERGED, commit=result.commit, ended_at=ctx.now)
    store.save_change(ctx.db, ctx.organisation, ended)
    ctx.record(
        Merged(
            change=row.id,
            repository=row.repository,
            context=row.context,
            head=row.decision.head,
            commit=result.commit,
            members=tuple(str(member.ref) for member in row.members),
        )
    )


def _fail(ctx: Ctx, row: ChangeRequest, failure: Failure) -> None:
    store.save_change(
        ctx.db, ctx.organisation, replace(row, state=ChangeState.FAILED, failure=failure)
    )
    ctx.record(
        MergeFailed(
            change=row.id,
            repository=row.repository,
            context=row.context,
            reasons=failure.reasons,
            conflicts=failure.conflicts,
        )
    )
