"""Opening: the branch of a change is written from its members, or found where its author made it."""

from headrace.capabilities.record import service
from headrace.capabilities.record.flows import grounds
from headrace.capabilities.record.git import branches, trailers
from headrace.capabilities.record.git.commits import commit_files, create_commit
from headrace.capabilities.record.git.diffs import changed_paths
from headrace.capabilities.record.git.errors import (
    BranchCheckedOut,
    BranchMoved,
    BranchNameTaken,
    UnrelatedHistories,
)
from headrace.capabilities.record.git.history import is_ancestor, merge_base, read_commit
from headrace.capabilities.record.git.model import CommitId
from headrace.capabilities.record.git.reading import tree_of
from headrace.capabilities.record.git.repository import (
    Repository,
    find_head,
    head,
    heads,
    move_branch,
)
from headrace.capabilities.record.model import (
    BranchPlan,
    BranchTaken,
    BranchWritten,
    TidyPlan,
    WrongState,
)
from headrace.capabilities.record.service import notes
from headrace.kernel.flow import Steps

_ATTEMPTS = 20


def open_change(steps: Steps, *, change: str, revision: str) -> None:
    """Write a revision of a change's branch; then it can be reviewed."""
    plan = steps.verb(service.plan_opening, change, int(revision))
    if plan is None:
        return
    written = steps.act("write branch", lambda key: write_branch(plan), BranchWritten)
    steps.verb(service.opened, change, int(revision), written)


def close(steps: Steps, *, change: str) -> None:
    """Keep the branch of a closed change aside, so that its name is free."""
    plan = steps.verb(service.plan_tidy, change)
    if plan is not None:
        steps.act("tidy", lambda key: tidy(plan), bool)


def write_branch(plan: BranchPlan) -> BranchWritten:
    """Where the branch stands then, and how it differs from the branch it goes to."""
    repository = grounds.opened(plan.ground.place)
    branch, commit = _given(repository, plan) or _written(repository, plan)
    target = head(repository, plan.ground.branch)
    base = merge_base(repository, target, commit)
    if base is None:
        raise UnrelatedHistories(
            f"{branch} and {plan.ground.branch} have no common history; start the branch from there"
        )
    changes = changed_paths(repository, base, commit)
    return BranchWritten(
        branch=branch,
        base=base,
        head=commit,
        paths=tuple(sorted({name for change in changes for name in change.names})),
        codeowners=grounds.codeowners(repository, target),
    )


def tidy(plan: TidyPlan) -> bool:
    """Take a branch of ours away, keeping it under another name where one is given; whether it went."""
    repository = grounds.opened(plan.place)
    if plan.kept_as and find_head(repository, plan.kept_as) is None:
        move_branch(repository, plan.kept_as, expected=None, to=CommitId(plan.commit))
    if find_head(repository, plan.branch) != plan.commit:
        return False  # gone already, or somebody goes on with it
    try:
        move_branch(repository, plan.branch, expected=CommitId(plan.commit), to=None)
    except (BranchMoved, BranchCheckedOut):
        return False
    return True


def _given(repository: Repository, plan: BranchPlan) -> tuple[str, CommitId] | None:
    """The commit that the author named, on the branch that the author made."""
    if plan.head is None:
        return None
    commit = read_commit(repository, CommitId(plan.head)).id
    standing = find_head(repository, plan.branch)
    if standing is None:
        move_branch(repository, plan.branch, expected=None, to=commit)
    elif not is_ancestor(repository, commit, standing):
        raise BranchTaken(
            f"{plan.branch} stands at {standing[:12]}, which does not hold {commit[:12]}; "
            "name a commit of that branch"
        )
    return plan.branch, commit


def _written(repository: Repository, plan: BranchPlan) -> tuple[str, CommitId]:
    """The branch with this revision on it, written now unless a former attempt has."""
    known = [plan.branch] if plan.branch else [*heads(repository, plan.wanted)]
    for name in known:
        standing = find_head(repository, name)
        if standing is not None and _holds(repository, standing, plan, revision=plan.revision):
            return name, standing
    standing = find_head(repository, plan.branch) if plan.branch else None
    if standing is not None:
        return plan.branch, _gone_on(repository, plan, standing)
    return _begun(repository, plan)


def _holds(
    repository: Repository, commit: CommitId, plan: BranchPlan, *, revision: int | None = None
) -> bool:
    found = read_commit(repository, commit).trailers
    number = None if revision is None else str(revision)
    return trailers.carries(found, notes.CHANGE, plan.change) and trailers.carries(
        found, notes.REVISION, number
    )


def _begun(repository: Repository, plan: BranchPlan) -> tuple[str, CommitId]:
    for _ in range(_ATTEMPTS):
        name = plan.branch or branches.free_name(plan.wanted, list(heads(repository)))
        base = head(repository, plan.ground.branch)
        try:
            return name, _committed(repository, plan, name, base, new_branch=True)
        except (BranchMoved, BranchNameTaken):
            continue  # another change took the name between our look and our move
    raise BranchTaken(f"No name like {plan.wanted} was free for long enough; try again")


def _gone_on(repository: Repository, plan: BranchPlan, standing: CommitId) -> CommitId:
    """The next revision on top of the former. Where the target has moved, that is merged in: the
    tree is then the target's with our files, so nothing of an older version comes back."""
    if not _holds(repository, standing, plan):
        raise WrongState(
            f"{plan.branch} has commits made by hand at {standing[:12]}; take them off the branch"
        )
    target = head(repository, plan.ground.branch)
    if is_ancestor(repository, target, standing):
        return _committed(repository, plan, plan.branch, standing)
    note = grounds.commit_note(plan.note)
    aside = grounds.committed_aside(repository, plan.change, plan.files, note, base=target)
    tree = tree_of(repository, aside or target)
    commit = create_commit(repository, tree, [standing, target], note)
    move_branch(repository, plan.branch, expected=standing, to=commit)
    return commit


def _committed(
    repository: Repository, plan: BranchPlan, name: str, base: CommitId, *, new_branch: bool = False
) -> CommitId:
    """A commit with the files; one without a difference when there are none to write, as the decision
    about versions that are kept in rows is recorded all the same."""
    note = grounds.commit_note(plan.note)
    files = grounds.contents(plan.files)
    commit = commit_files(repository, name, files, note, base=base, new_branch=new_branch)
    if commit is None:
        commit = create_commit(repository, tree_of(repository, base), [base], note)
        move_branch(repository, name, expected=None if new_branch else base, to=commit)
    return commit
