"""Differences: what a change request alters, as its reviewers read it."""

from headrace.capabilities.record.git.diffs import diff as compared
from headrace.capabilities.record.git.model import CommitId, FileDiff
from headrace.capabilities.record.git.repository import open_existing
from headrace.capabilities.record.model import WrongState
from headrace.capabilities.record.service import custody
from headrace.capabilities.record.service.opening import change
from headrace.kernel.context import Ctx


def diff(ctx: Ctx, id: str) -> tuple[FileDiff, ...]:
    """How the change's head differs from where it left the target, sorted by path.

    Raises ChangeNotFound, WrongState (its commit is not written yet).
    """
    # It reads Git inside a unit of work, which only this may: two commits of this machine's disk,
    # named by their hashes, so that nothing can move under it.
    found = change(ctx, id)
    if found.base is None or found.head is None:
        raise WrongState(f"{id} is {found.state}: its commit is not written yet")
    place = custody.location(ctx, custody.repository(ctx, found.repository))
    return compared(open_existing(place), CommitId(found.base), CommitId(found.head))
