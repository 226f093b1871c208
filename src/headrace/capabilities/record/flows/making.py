"""Making repositories: the organisation's own is founded, a product's is taken in."""

from pathlib import Path

from headrace.capabilities.record import service
from headrace.capabilities.record.flows import grounds
from headrace.capabilities.record.git.commits import commit_files
from headrace.capabilities.record.git.errors import RepositoryExists, RepositoryNotFound
from headrace.capabilities.record.git.model import CommitId
from headrace.capabilities.record.git.remotes import clone_mirror
from headrace.capabilities.record.git.repository import (
    Repository,
    create,
    default_branch,
    find_head,
)
from headrace.capabilities.record.model import FoundingPlan, ImportPlan, RepositoryMade
from headrace.kernel.flow import Steps


def found(steps: Steps, *, repository: str) -> None:
    """Make the organisation's repository with its first commit."""
    plan = steps.verb(service.plan_founding, repository)
    made = steps.act("make repository", lambda key: make(plan), RepositoryMade)
    steps.verb(service.ready, repository, made)


def take_in(steps: Steps, *, repository: str) -> None:
    """Copy a product's repository."""
    plan = steps.verb(service.plan_import, repository)
    made = steps.act("copy repository", lambda key: copy(plan), RepositoryMade)
    steps.verb(service.ready, repository, made)


def make(plan: FoundingPlan) -> RepositoryMade:
    """The repository with a commit; one that stands there already is taken as it is."""
    place, branch = Path(plan.ground.place), plan.ground.branch
    try:
        repository = grounds.opened(plan.ground.place)
    except RepositoryNotFound:
        repository = create(place, branch)
    branch = default_branch(repository)
    if find_head(repository, branch) is None:
        note = grounds.commit_note(plan.note)
        commit_files(repository, branch, grounds.contents(plan.files), note, base=None)
    return _made(repository, branch, find_head(repository, branch))


def copy(plan: ImportPlan) -> RepositoryMade:
    """The copy with every branch and tag of its source."""
    try:
        repository = clone_mirror(plan.source, Path(plan.place))
    except RepositoryExists:  # copied by an attempt that crashed before it could say so
        repository = grounds.opened(plan.place)
    branch = default_branch(repository)
    return _made(repository, branch, find_head(repository, branch))


def _made(repository: Repository, branch: str, head: CommitId | None) -> RepositoryMade:
    owners = "" if head is None else grounds.codeowners(repository, head)
    return RepositoryMade(default_branch=branch, head=head, codeowners=owners)
