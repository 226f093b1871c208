"""Restoring: what the commits of a history tell of each change request, and its row made of that."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import VersionRef
from headrace.capabilities.record.model import (
    BranchFacts,
    ChangeId,
    ChangeRequest,
    ChangeState,
    CommitFacts,
    Decision,
    History,
    Member,
    Repository,
)
from headrace.capabilities.record.service import homes, identities, notes
from headrace.kernel.context import Ctx

_CLOSED = "closed/"


@dataclass(kw_only=True)
class Story:
    """A change's commits on its own branch, oldest first, and the merge if there was one."""

    id: str
    own: list[CommitFacts] = field(default_factory=list)
    merge: CommitFacts | None = None
    branch: BranchFacts | None = None

    @property
    def last(self) -> CommitFacts:
        """The commit that says most: the merge, else the last revision."""
        return self.merge or self.own[-1]

    @property
    def closed(self) -> bool:
        return self.branch is not None and self.branch.name.startswith(_CLOSED)

    @property
    def members(self) -> list[VersionRef]:
        """The versions that it brings in the end."""
        return [VersionRef.parse(name) for name in _named(self.last)]

    @property
    def replaced(self) -> list[VersionRef]:
        """The versions that others of its revisions took the place of."""
        kept = set(self.members)
        every = {VersionRef.parse(name) for commit in self.own for name in _named(commit)}
        return sorted(every - kept)


def stories(history: History) -> Mapping[str, Story]:
    """The story of each change, by its id, in the order in which they began."""
    told: dict[str, Story] = {}
    for commit in history.commits:
        id = commit.one(notes.CHANGE)
        if not id:
            continue
        story = told.setdefault(id, Story(id=id))
        if commit.on_main:
            story.merge = commit
        else:
            story.own.append(commit)
    heads = {branch.head: branch for branch in history.branches}
    for story in told.values():
        if story.merge is None:
            story.branch = heads.get(story.own[-1].id)
    return told


def restored_change(ctx: Ctx, repository: Repository, story: Story) -> ChangeRequest:
    """The row of a change as Git tells it. Reviews and self-checks stand in its commits' text only."""
    first, last = (story.own or [story.last])[0], story.last
    state = ChangeState.MERGED if story.merge else ChangeState.OPEN
    branch = story.branch.name if story.branch else last.one(notes.BRANCH)
    return ChangeRequest(
        id=ChangeId(story.id),
        repository=repository.id,
        branch=branch,
        wanted_branch=branch if story.own else "",
        target=repository.default_branch,
        title=last.subject,
        body=last.body,
        author=identities.of_handle(ctx, last.one(notes.AUTHOR)),
        context=last.one(notes.CONTEXT),
        state=ChangeState.CLOSED if story.closed else state,
        revision=max((int(c.one(notes.REVISION) or 1) for c in story.own), default=1),
        attempts=1 if story.merge else 0,
        base=story.branch.base if story.branch else None,
        head=_head(story),
        commit=story.merge.id if story.merge else None,
        members=tuple(_member(ctx, value) for value in last.all(notes.ARTIFACT)),
        paths=story.branch.paths if story.branch else (),
        policies=last.all(notes.POLICY),
        tasks=last.all(notes.TASK),
        self_evaluation=(),
        failure=None,
        decision=_decision(ctx, story),
        opened_at=first.at,
        ended_at=last.at if story.merge or story.closed else None,
    )


def _head(story: Story) -> str | None:
    if story.merge is not None:
        return story.merge.one(notes.HEAD) or None
    return story.own[-1].id


def _decision(ctx: Ctx, story: Story) -> Decision | None:
    merge = story.merge
    if merge is None:
        return None
    pairs = (value.partition(" ") for value in merge.all(notes.ARTIFACT))
    return Decision(
        by=identities.of_handle(ctx, merge.one(notes.DECIDED_BY)),
        at=merge.at,
        head=merge.one(notes.HEAD),
        members={name: digest.removeprefix("sha256:") for name, _, digest in pairs},
        no_effect=merge.one(notes.NO_EFFECT) == "yes",
        exceptions=merge.all(notes.EXCEPTION),
    )


def _member(ctx: Ctx, value: str) -> Member:
    name, _, digest = value.partition(" ")
    ref = VersionRef.parse(name)
    artifact = artifacts.find(ctx, ref.artifact)
    in_git = artifact is not None and homes.in_git(ctx, artifact.id)
    path = artifact.path if artifact and in_git else ""
    return Member(ref=ref, content_hash=digest.removeprefix("sha256:"), path=path)


def _named(commit: CommitFacts) -> list[str]:
    return [value.partition(" ")[0] for value in commit.all(notes.ARTIFACT)]
