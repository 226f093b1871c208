"""Change requests: opened, given new commits, closed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Phase, VersionRef
from headrace.capabilities.record import rules, store
from headrace.capabilities.record.model import (
    ORGANISATION,
    BranchPlan,
    BranchWritten,
    ChangeId,
    ChangeNotFound,
    ChangeOpened,
    ChangeRequest,
    ChangeState,
    Closed,
    Failure,
    HeadMoved,
    Member,
    OpenFailed,
    Proposal,
    ProposalRefused,
    Repository,
    RepositoryState,
    SelfCheck,
    TidyPlan,
    WrongState,
)
from headrace.capabilities.record.service import (
    custody,
    documents,
    homes,
    notes,
    proposing,
    queues,
)
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId

_AWAITED = (ChangeState.OPENING, ChangeState.CLOSED)
_SERIES = "change"


def change(ctx: Ctx, id: str, *, lock: bool = False) -> ChangeRequest:
    """The change request. Raises ChangeNotFound."""
    found = (
        store.change(ctx.db, ctx.organisation, id, lock=True)
        if lock
        else ctx.once(store.change, id)
    )
    if found is None:
        raise ChangeNotFound(
            f"No change request {id!r}; `headrace change list` shows them all", change=id
        )
    return found


def named(ctx: Ctx, ids: Collection[str]) -> Sequence[ChangeRequest]:
    """The change requests of these ids, oldest first; what is not there is left out."""
    return store.named(ctx.db, ctx.organisation, ids) if ids else ()


def changes(
    ctx: Ctx,
    *,
    states: Iterable[ChangeState] | None = None,
    repository: str | None = None,
    context: str | None = None,
    author: PrincipalId | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[ChangeRequest]:
    """Change requests, newest first, whose number is below `before`; of one author where named."""
    place = None if repository is None else custody.repository(ctx, repository).id
    return store.changes(
        ctx.db,
        ctx.organisation,
        states=states,
        repository=place,
        context=context,
        author=author,
        before=before,
        limit=limit,
    )


def change_of(ctx: Ctx, ref: VersionRef) -> ChangeId | None:
    """The change that brings a version and may still be merged, or None."""
    return store.taking_version(ctx.db, ctx.organisation, ref)


def open_change(ctx: Ctx, proposal: Proposal) -> ChangeRequest:
    """Ask for a merge; its branch is written next, and then it can be reviewed.

    Raises RepositoryUnknown, ProposalRefused (every reason), VersionTaken, BranchTaken. Records
    ChangeOpened when the branch is written, or OpenFailed.
    """
    repository = _repository(ctx, proposal)
    refusal = rules.proposal(proposal, repository)
    if refusal is not None:
        raise ProposalRefused(f"This is no change request: {refusal}", reasons=refusal.reasons)
    members = tuple(proposing.member(ctx, repository, ref) for ref in proposal.members)
    if proposal.branch:
        proposing.refuse_shared(ctx, repository, proposal)
    number = store.count(ctx.db, ctx.organisation, _SERIES)
    row = ChangeRequest(
        id=ChangeId(f"CR-{number}"),
        repository=repository.id,
        branch=proposal.branch if proposal.head else "",
        wanted_branch=proposing.wanted_branch(ctx, proposal),
        target=repository.default_branch,
        title=" ".join(proposal.title.split()),
        body=proposing.body(ctx, proposal),
        author=proposal.author or ctx.principal,
        context=proposal.context,
        state=ChangeState.OPENING,
        revision=1,
        attempts=0,
        base=None,
        head=proposal.head,
        commit=None,
        members=members,
        paths=(),
        policies=tuple(dict.fromkeys(proposal.policies)),
        tasks=proposal.tasks,
        self_evaluation=proposal.self_evaluation,
        failure=None,
        decision=None,
        opened_at=ctx.now,
        ended_at=None,
    )
    store.add_change(ctx.db, ctx.organisation, row)
    artifacts.put_in_change(ctx, proposal.members, row.id)
    proposing.note_gaps(ctx, row)
    _write(ctx, repository, row)
    return row


def push_head(
    ctx: Ctx,
    id: str,
    *,
    members: Sequence[VersionRef] = (),
    head: str | None = None,
    self_evaluation: Sequence[SelfCheck] | None = None,
    tasks: Sequence[str] | None = None,
) -> ChangeRequest:
    """New versions of members (others stay), or a new head commit; former reviews count no more.

    Raises ChangeNotFound, WrongState, ProposalRefused, VersionTaken. Records HeadMoved when the
    branch is written, or OpenFailed.
    """
    present = change(ctx, id, lock=True)
    if present.state not in rules.PUSHABLE:
        raise WrongState(f"{id} is {present.state}; only an open change takes new commits")
    repository = custody.repository(ctx, present.repository)
    if proposing.brought_by_commits(present) == (head is None):
        wanted = "a new head commit" if head is None else "new versions and no commit"
        raise ProposalRefused(f"{id} goes on with {wanted}")
    fresh = tuple(proposing.member(ctx, repository, ref, within=present.id) for ref in members)
    row = replace(
        present,
        state=ChangeState.OPENING,
        revision=present.revision + 1,
        head=head or present.head,
        members=_replaced(present.members, fresh),
        self_evaluation=present.self_evaluation
        if self_evaluation is None
        else tuple(self_evaluation),
        tasks=present.tasks if tasks is None else tuple(tasks),
        failure=None,
        decision=None,
    )
    _settle_members(ctx, present, row)
    store.save_change(ctx.db, ctx.organisation, row)
    store.replace_members(ctx.db, ctx.organisation, row)
    artifacts.put_in_change(ctx, members, row.id)
    proposing.note_gaps(ctx, row)
    _write(ctx, repository, row)
    return row


def close(ctx: Ctx, id: str) -> ChangeRequest:
    """Give a change up; its versions are put away and its branch is kept aside.

    Raises ChangeNotFound, WrongState. Records Closed.
    """
    present = change(ctx, id, lock=True)
    if present.state is ChangeState.CLOSED:
        return present
    if present.state not in rules.CLOSABLE:
        raise WrongState(f"{id} is {present.state} and can no longer be given up")
    row = replace(present, state=ChangeState.CLOSED, ended_at=ctx.now)
    store.save_change(ctx.db, ctx.organisation, row)
    artifacts.set_phase(ctx, [member.ref for member in row.members], Phase.ARCHIVED)
    ctx.record(
        Closed(change=row.id, repository=row.repository, context=row.context, by=ctx.principal)
    )
    if present.state is not ChangeState.OPENING:
        queues.close(ctx, row.id)
    homes.edit_ended(ctx, row.id)
    return row


def plan_opening(ctx: Ctx, id: str, revision: int) -> BranchPlan | None:
    """What to write; None when the change was closed, or has gone on, meanwhile."""
    row = change(ctx, id)
    if row.state is not ChangeState.OPENING or row.revision != revision:
        return None
    repository = custody.repository(ctx, row.repository)
    files = documents.documents(ctx, row.members)
    return BranchPlan(
        ground=custody.ground(ctx, repository),
        change=row.id,
        revision=revision,
        wanted=row.wanted_branch,
        branch=row.branch,
        head=row.head if proposing.brought_by_commits(row) else None,
        files=files,
        note=notes.opening(ctx, row),
    )


def opened(ctx: Ctx, id: str, revision: int, written: BranchWritten) -> None:
    """The branch is written. Records ChangeOpened, or HeadMoved after the first revision."""
    present = change(ctx, id, lock=True)
    if present.revision != revision or present.state not in _AWAITED:
        return
    closed = present.state is ChangeState.CLOSED
    refs = [member.ref for member in present.members]
    row = replace(
        present,
        state=present.state if closed else ChangeState.OPEN,
        branch=written.branch,
        base=written.base,
        head=written.head,
        paths=tuple(sorted({*written.paths, *homes.nominal_paths(ctx, refs)})),
    )
    store.save_change(ctx.db, ctx.organisation, row)
    if closed:
        queues.close(ctx, row.id)
        return
    repository = custody.repository(ctx, row.repository, lock=True)
    if repository.codeowners != written.codeowners:
        store.save_repository(
            ctx.db, ctx.organisation, replace(repository, codeowners=written.codeowners)
        )
    _tell(ctx, row)


def open_failed(ctx: Ctx, error: str, *, change: str, revision: str) -> None:
    """The branch could not be written; a push is another attempt. Records OpenFailed."""
    present = store.change(ctx.db, ctx.organisation, change, lock=True)
    if present is None or present.state is not ChangeState.OPENING:
        return
    failure = Failure(reasons=(error,))
    # Without a head there is nothing to merge: the former one does not hold the new members.
    row = replace(present, state=ChangeState.FAILED, failure=failure, head=None)
    store.save_change(ctx.db, ctx.organisation, row)
    ctx.record(
        OpenFailed(
            change=row.id, repository=row.repository, context=row.context, reasons=failure.reasons
        )
    )


def plan_tidy(ctx: Ctx, id: str) -> TidyPlan | None:
    """The branch to put away, or None: a branch that its author made stays the author's."""
    row = change(ctx, id)
    ended = row.state in (ChangeState.MERGED, ChangeState.CLOSED)
    if not ended or row.head is None or proposing.brought_by_commits(row):
        return None
    repository = custody.repository(ctx, row.repository)
    return TidyPlan(
        place=str(custody.location(ctx, repository)),
        branch=row.branch,
        commit=row.head,
        kept_as=f"closed/{row.id.lower()}" if row.state is ChangeState.CLOSED else "",
    )


def _tell(ctx: Ctx, row: ChangeRequest) -> None:
    assert row.head is not None  # its branch is written
    if row.revision == 1:
        ctx.record(
            ChangeOpened(
                change=row.id,
                repository=row.repository,
                context=row.context,
                head=row.head,
                author=row.author,
                members=tuple(str(member.ref) for member in row.members),
                policies=row.policies,
            )
        )
        return
    ctx.record(
        HeadMoved(
            change=row.id,
            repository=row.repository,
            context=row.context,
            head=row.head,
            author=row.author,
            members=tuple(str(member.ref) for member in row.members),
            policies=row.policies,
        )
    )


def _repository(ctx: Ctx, proposal: Proposal) -> Repository:
    """The repository, locked: two proposals at once cannot take one version, or one branch."""
    if proposal.repository == ORGANISATION:
        custody.found(ctx)
    return custody.repository(ctx, proposal.repository, lock=True)


def _write(ctx: Ctx, repository: Repository, row: ChangeRequest) -> None:
    # While the repository is being made, or alarmed, the change waits as a row.
    if repository.state is RepositoryState.ACTIVE:
        queues.open(ctx, row.id, row.revision)


def _replaced(former: Iterable[Member], fresh: Iterable[Member]) -> tuple[Member, ...]:
    found = {member.ref.artifact: member for member in former}
    return tuple((found | {member.ref.artifact: member for member in fresh}).values())


def _settle_members(ctx: Ctx, former: ChangeRequest, row: ChangeRequest) -> None:
    """Versions that others took the place of are superseded; those that stay are in review again."""
    kept = {member.ref for member in row.members}
    gone = [member.ref for member in former.members if member.ref not in kept]
    artifacts.set_phase(ctx, gone, Phase.SUPERSEDED)
    stay = [member.ref for member in former.members if member.ref in kept]
    artifacts.set_phase(ctx, stay, Phase.IN_REVIEW)
