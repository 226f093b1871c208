"""Merging: the second of the three steps, in which the branch moves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headrace.capabilities.record import provenance, service
from headrace.capabilities.record.flows import grounds
from headrace.capabilities.record.flows.opening import tidy
from headrace.capabilities.record.git import merging, trailers
from headrace.capabilities.record.git.diffs import changed_paths
from headrace.capabilities.record.git.errors import BranchMoved
from headrace.capabilities.record.git.history import read_commit
from headrace.capabilities.record.git.merging import (
    AlreadyContained,
    ChangeTaken,
    CheckFailed,
    Conflicted,
    MergeOutcome,
)
from headrace.capabilities.record.git.merging import Merged as MergedNow
from headrace.capabilities.record.git.model import (
    ChangeStatus,
    CommitId,
    CommitNote,
    EntryKind,
    TreeEntry,
    TreeId,
)
from headrace.capabilities.record.git.reading import find_file, list_tree, read_blob
from headrace.capabilities.record.git.repository import Repository, head
from headrace.capabilities.record.model import MergeKind, MergePlan, MergeResult
from headrace.kernel.flow import Steps

_ATTEMPTS = 5
_FRONT_BYTES = 64 * 1024
"""Enough for any front matter; the rest of a file is not read to learn its id."""


def merge(steps: Steps, *, change: str) -> None:
    """Move the branch, then the pointers; then take our own branch away."""
    plan = steps.verb(service.plan_merge, change)
    if plan is None:
        return
    result = steps.act("merge", lambda key: merge_change(plan), MergeResult)
    steps.verb(service.merged, change, result)
    leftover = steps.verb(service.plan_tidy, change)
    if leftover is not None:
        steps.act("tidy", lambda key: tidy(leftover), bool)


def merge_change(plan: MergePlan) -> MergeResult:
    """Merge the approved head once, whatever crashes; or every reason why it was not merged."""
    repository = grounds.opened(plan.ground.place)
    tip = head(repository, plan.ground.branch)
    if grounds.is_rewritten(repository, plan.ground, tip):
        reason = (
            f"the history of {plan.ground.branch} was rewritten; accept it, or restore it, first"
        )
        return MergeResult(kind=MergeKind.REWRITTEN, found=tip, reasons=(reason,))
    outcome = _merged(repository, plan, _with_live_values(repository, plan))
    return _told(repository, outcome)


def _merged(repository: Repository, plan: MergePlan, source: CommitId) -> MergeOutcome:
    check = _Check(plan=plan, source=source)
    for attempt in range(_ATTEMPTS):
        try:
            return merging.merge(
                repository,
                plan.ground.branch,
                source,
                trailers.change(plan.change),
                grounds.commit_note(plan.note),
                check=check,
                not_before=CommitId(plan.base),
            )
        except BranchMoved:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _with_live_values(repository: Repository, plan: MergePlan) -> CommitId:
    """The approved head, with a commit on top where live values have moved since it was written."""
    source = CommitId(plan.source)
    stale = [
        file
        for file in plan.files
        if find_file(repository, source, file.path) != file.text.encode()
    ]
    if not stale:
        return source
    signed = grounds.commit_note(plan.note)
    note = CommitNote(
        message=f"Draw live values of {plan.change}",
        author=signed.committer,
        committer=signed.committer,
        when=signed.when,
    )
    commit = grounds.committed_aside(repository, plan.change, stale, note, base=source)
    return commit or source


@dataclass(frozen=True, kw_only=True)
class _Check:
    """Judges the merged tree, for Git merges texts and knows no versions."""

    plan: MergePlan
    source: CommitId

    def __call__(self, repository: Repository, tree: TreeId) -> Sequence[str]:
        reasons = [*self._members(repository, tree)]
        if self.plan.governed:
            reasons += self._strangers(repository)
            reasons += self._twins(repository, tree)
        return reasons

    def _members(self, repository: Repository, tree: TreeId) -> Iterator[str]:
        """What was approved is what is merged, to the letter."""
        for file in self.plan.files:
            if find_file(repository, tree, file.path) != file.text.encode():
                yield (
                    f"{file.path} was changed on {self.plan.ground.branch} meanwhile, and the two do not "
                    "make what was approved; hand in a new version"
                )

    def _strangers(self, repository: Repository) -> Iterator[str]:
        """Files of artifacts that the branch changes although no member stands for them."""
        members = {file.path for file in self.plan.files}
        base = CommitId(self.plan.base)
        for change in changed_paths(repository, base, self.source):
            gone = change.status is ChangeStatus.DELETED
            side = base if gone else self.source
            for name in change.names if not gone else (change.path,):
                text = grounds.text_at(repository, side, name) or ""
                if name not in members and provenance.claimed(text) is not None:
                    yield f"{name} is changed, and no version of it is in {self.plan.change}"

    def _twins(self, repository: Repository, tree: TreeId) -> Iterator[str]:
        """One id in two files: a rename on one side and a copy on the other merge without a conflict."""
        base = CommitId(self.plan.base)
        mine = {
            name for change in changed_paths(repository, base, self.source) for name in change.names
        }
        for id, paths in _ids(repository, tree).items():
            if len(paths) > 1 and mine.intersection(paths):
                yield f"{id} would stand twice: {', '.join(paths)}"


def _ids(repository: Repository, tree: TreeId) -> Mapping[str, list[str]]:
    """The paths by the id that their front matter claims."""
    found: dict[str, list[str]] = {}
    for entry in list_tree(repository, tree):
        claimed = _claimed(repository, entry)
        if claimed is not None:
            found.setdefault(claimed, []).append(entry.path)
    return found


def _claimed(repository: Repository, entry: TreeEntry) -> str | None:
    if entry.kind is not EntryKind.FILE or not grounds.is_markdown(entry.path):
        return None
    front = read_blob(repository, entry.blob)[:_FRONT_BYTES].decode("utf-8", "replace")
    claimed = provenance.claimed(front)
    return None if claimed is None else claimed[0]


def _told(repository: Repository, outcome: MergeOutcome) -> MergeResult:
    match outcome:
        case MergedNow(commit=commit):
            onto = read_commit(repository, commit).parents[0]
            return _success(repository, commit, onto)
        case AlreadyContained(head=tip):
            return _success(repository, tip, None)
        case Conflicted(paths=paths, conflicts=conflicts):
            reasons = tuple(conflict.message for conflict in conflicts) or (
                "both sides changed it",
            )
            both = tuple(path.path for path in paths)
            return MergeResult(kind=MergeKind.CONFLICTED, reasons=reasons, conflicts=both)
        case CheckFailed(reasons=reasons):
            return MergeResult(kind=MergeKind.REFUSED, reasons=reasons)
        case ChangeTaken(commit=commit):
            reason = (
                f"the branch says by {commit[:12]} that this change was merged, with other content"
            )
            return MergeResult(kind=MergeKind.REFUSED, reasons=(reason,))


def _success(repository: Repository, commit: CommitId, onto: CommitId | None) -> MergeResult:
    return MergeResult(
        kind=MergeKind.MERGED,
        commit=commit,
        onto=onto,
        codeowners=grounds.codeowners(repository, commit),
    )
