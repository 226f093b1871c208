"""Looking: what was committed to the main branch by hand is seen, and taken in."""

from headrace.capabilities.record import service
from headrace.capabilities.record.flows import grounds
from headrace.capabilities.record.git.diffs import changed_paths
from headrace.capabilities.record.git.model import Commit, CommitId
from headrace.capabilities.record.git.reading import exists
from headrace.capabilities.record.git.repository import Repository, head
from headrace.capabilities.record.model import Seen, SeenFile, SyncPlan
from headrace.kernel.flow import Steps

_ATTEMPTS = 10


def sync(steps: Steps, *, request: str = "", period: str = "") -> None:
    """Look at what is new, and look again when the branch moved meanwhile.

    `request` comes from somebody who wants it now, `period` from the schedule.
    """
    for attempt in range(_ATTEMPTS):
        if _looked(steps, asked=bool(request) or attempt > 0):
            return


def _looked(steps: Steps, *, asked: bool) -> bool:
    plan = steps.verb(service.begin_sync, asked=asked)
    if plan is None:
        return True
    seen = steps.act("look", lambda key: look(plan), Seen)
    return steps.verb(service.take_in, seen, plan.generation)


def look(plan: SyncPlan) -> Seen:
    """The Markdown files that differ since the known commit, and who changed them by hand."""
    repository = grounds.opened(plan.ground.place)
    tip = head(repository, plan.ground.branch)
    if grounds.is_rewritten(repository, plan.ground, tip):
        return Seen(tip=tip, rewritten=True, files=(), codeowners="")
    known = plan.ground.known
    if known == tip:
        paths: set[str] = set()
    else:
        changes = changed_paths(repository, CommitId(known) if known else None, tip)
        paths = {name for change in changes for name in change.names}
    by_hand = grounds.touched_by_hand(repository, known, tip) if paths else {}
    return Seen(
        tip=tip,
        rewritten=False,
        files=tuple(
            _seen(repository, tip, path, by_hand.get(path))
            for path in sorted(paths)
            if grounds.is_markdown(path)
        ),
        codeowners=grounds.codeowners(repository, tip),
    )


def _seen(repository: Repository, tip: CommitId, path: str, by: Commit | None) -> SeenFile:
    return SeenFile(
        path=path,
        text=grounds.text_at(repository, tip, path),
        deleted=not exists(repository, tip, path),
        commit=tip if by is None else by.id,
        author=None if by is None else grounds.signature(by.author),
    )
