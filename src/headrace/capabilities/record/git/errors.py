"""What can go wrong between Headrace and a Git repository, each with its remedy."""

from collections.abc import Sequence

from headrace.capabilities.record.git.model import CommitId
from headrace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound


class GitFailed(Exception):
    """Git ended in a way that this package does not know: a defect, not a refusal."""

    def __init__(self, arguments: Sequence[str], exit_code: int, stderr: str) -> None:
        super().__init__(f"git {' '.join(arguments)} ended with {exit_code}: {stderr.strip()}")
        self.exit_code = exit_code
        self.stderr = stderr


class GitTimedOut(Conflict):
    """Git and its children were stopped because they took longer than allowed; try again."""

    code = "record.git_timed_out"


class RepositoryNotFound(NotFound):
    """No Git repository is at that path."""

    code = "record.repository_not_found"


class RepositoryExists(Conflict):
    """Something is already at the path where a repository was to be made."""

    code = "record.repository_exists"


class RepositoryBusy(Conflict):
    """Another process writes to the same place; nothing was changed, try again."""

    code = "record.repository_busy"


class CommitNotFound(NotFound):
    """The repository holds no commit (or tree) with that full id."""

    code = "record.commit_not_found"


class BranchNotFound(NotFound):
    """The repository has no branch with that name."""

    code = "record.branch_not_found"


class PathNotFound(NotFound):
    """The commit holds no file with that path."""

    code = "record.path_not_found"


class PathRefused(Invalid):
    """The path leaves the tree, names Git's own folder, or cannot be a file there."""

    code = "record.path_refused"


class PathsNotGranted(NotAllowed):
    """A worktree or a patch changes paths outside those that its stream may change."""

    code = "record.paths_not_granted"


class BranchNameRefused(Invalid):
    """Git does not allow that branch name, or it could be mistaken for an option."""

    code = "record.branch_name_refused"


class BranchNameTaken(Conflict):
    """A branch with that name exists, or one whose name is a folder of it or within it."""

    code = "record.branch_name_taken"


class BranchMoved(Conflict):
    """The branch no longer stands where the caller saw it; read it again and decide anew."""

    code = "record.branch_moved"

    def __init__(self, branch: str, expected: CommitId | None, actual: CommitId | None) -> None:
        super().__init__(
            f"branch {branch} stands at {actual or 'no commit'}, not at "
            f"{expected or 'no commit'} as expected; read it again and repeat the change on top",
            branch=branch,
            expected=expected,
            actual=actual,
        )
        self.branch = branch
        self.expected = expected
        self.actual = actual


class BranchCheckedOut(Conflict):
    """A worktree has the branch checked out; moving it would turn others' work back unseen."""

    code = "record.branch_checked_out"


class UnrelatedHistories(Conflict):
    """Two commits have no common ancestor in this repository, so nothing can be merged."""

    code = "record.unrelated_histories"


class WorktreeRefused(Conflict):
    """The folder cannot be made, used or removed as a worktree of this repository."""

    code = "record.worktree_refused"


class SourceRefused(Invalid):
    """The address of a repository is not one that Headrace reads from or pushes to."""

    code = "record.source_refused"


class RemoteFailed(Conflict):
    """The other repository did not answer, or refused to give or take what was asked."""

    code = "record.remote_failed"


class PushRefused(Conflict):
    """The other repository did not accept the branch; nothing there has changed."""

    code = "record.push_refused"
