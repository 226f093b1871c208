"""Refusals of the record."""

from headrace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound


class RepositoryUnknown(NotFound):
    """No repository of this slug or id."""

    code = "record.repository_unknown"


class PathUnknown(NotFound):
    """No such file or line on a main branch."""

    code = "record.path_unknown"


class ChangeNotFound(NotFound):
    """No change request of this id."""

    code = "record.change_not_found"


class ProposalRefused(Invalid):
    """What is proposed cannot be a change request."""

    code = "record.proposal_refused"


class SlugTaken(Conflict):
    """Another repository has this slug."""

    code = "record.slug_taken"


class BranchTaken(Conflict):
    """Another change works on this branch: one branch, one task."""

    code = "record.branch_taken"


class VersionTaken(Conflict):
    """Another change brings this version already."""

    code = "record.version_taken"


class MergeRefused(Conflict):
    """A change may not be merged now; `reasons` holds every reason."""

    code = "record.merge_refused"


class WrongState(Conflict):
    """A change or repository does not take that now."""

    code = "record.wrong_state"


class SelfReview(NotAllowed):
    """Nobody approves the own work."""

    code = "record.self_review"


class Busy(Conflict):
    """Rows are not replaced while somebody works on what they stand for."""

    code = "record.busy"


class NotEmpty(Conflict):
    """The organisation has versions; a rebuild needs an empty one."""

    code = "record.not_empty"
