"""Moving: files go to the archive, or come back from it, in one commit that changes no line of them."""

from headrace.capabilities.record import service
from headrace.capabilities.record.flows import grounds
from headrace.capabilities.record.git.commits import commit_files
from headrace.capabilities.record.git.model import Commit, CommitId
from headrace.capabilities.record.git.reading import exists, find_file
from headrace.capabilities.record.git.repository import Repository
from headrace.capabilities.record.model import FilesMoved, Move, MovePlan
from headrace.kernel.flow import Steps


def move(steps: Steps, *, batch: str) -> None:
    """Move what shall stand elsewhere in one commit."""
    plan = steps.verb(service.claim_moves, batch)
    if plan is None:
        return
    done = steps.act("move files", lambda key: move_files(plan), FilesMoved)
    steps.verb(service.moved, plan, done)


def sweep(steps: Steps, *, period: str) -> None:
    """Archive what has been done for as long as its rule says."""
    steps.verb(service.sweep)


def move_files(plan: MovePlan) -> FilesMoved:
    """The moves in one commit, once, whatever crashes; files that a hand has touched are left out."""
    return grounds.written_once(
        plan.ground,
        plan.batch,
        write=lambda repository, onto: _moved(repository, plan, onto),
        read_back=lambda repository, commit: _read_back(repository, plan, commit),
        rewritten=lambda onto: FilesMoved(found=onto),
    )


def _moved(repository: Repository, plan: MovePlan, onto: CommitId) -> FilesMoved:
    by_hand = grounds.touched_by_hand(repository, plan.ground.known, onto)
    touched = [one for one in plan.moves if {one.source, one.target} & by_hand.keys()]
    free = [one for one in plan.moves if one not in touched]
    there = [one for one in free if exists(repository, onto, one.source)]
    gone = [one for one in free if one not in there and not exists(repository, onto, one.target)]
    changes: dict[str, bytes | None] = {}
    for one in there:
        changes |= {one.target: find_file(repository, onto, one.source), one.source: None}
    note = grounds.commit_note(plan.note)
    commit = (
        commit_files(repository, plan.ground.branch, changes, note, base=onto) if changes else None
    )
    return FilesMoved(
        commit=commit,
        onto=onto,
        artifacts=_ids([one for one in free if one not in gone]),
        touched=_ids(touched),
        gone=_ids(gone),
    )


def _read_back(repository: Repository, plan: MovePlan, commit: Commit) -> FilesMoved:
    done = [one for one in plan.moves if exists(repository, commit.id, one.target)]
    return FilesMoved(
        commit=commit.id,
        onto=commit.parents[0],
        artifacts=_ids(done),
        touched=_ids([one for one in plan.moves if one not in done]),
    )


def _ids(moves: list[Move]) -> tuple[str, ...]:
    return tuple(one.artifact for one in moves)
