"""Rebuilding: history is read from Git in acts, and made rows of again in verbs."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

from headrace.capabilities.record import issue_documents, provenance, service
from headrace.capabilities.record.flows import grounds
from headrace.capabilities.record.git.diffs import changed_paths
from headrace.capabilities.record.git.errors import RepositoryExists
from headrace.capabilities.record.git.history import is_ancestor, log, merge_base
from headrace.capabilities.record.git.model import Commit, CommitId
from headrace.capabilities.record.git.remotes import ORIGIN, clone_mirror
from headrace.capabilities.record.git.repository import (
    Repository,
    default_branch,
    find_head,
    heads,
)
from headrace.capabilities.record.issues.keeping import read_page
from headrace.capabilities.record.model import (
    ORGANISATION,
    BranchFacts,
    CommitFacts,
    Compared,
    FoundTexts,
    Histories,
    History,
    KeptIssues,
    RebuildPlan,
    SettledIssues,
    VersionBatch,
    VersionFacts,
    Vouched,
)
from headrace.capabilities.record.ordering import in_order
from headrace.capabilities.record.service import notes
from headrace.kernel.flow import Steps

_BATCH = 50
_PAGE = 1000
_SUFFIX = ".git"


def rebuild(steps: Steps, *, request: str, source: str) -> None:
    """Read every history, make versions again in their order, then changes and pointers."""
    plan = steps.verb(service.begin_rebuild, request, source)
    histories = steps.act("read histories", lambda key: read(plan), Histories)
    pages = list(_issues(steps)) if plan.tracked else []
    whole, kept = _with_issues(
        histories, [steps.verb(service.vouch, histories, page) for page in pages]
    )
    steps.verb(service.restore_repositories, whole)
    versions = in_order(fact for history in whole.items for fact in history.versions)
    for start in range(0, len(versions), _BATCH):
        batch = VersionBatch(items=tuple(versions[start : start + _BATCH]))
        _restored(steps, plan, batch, kept)
    for page in pages:
        steps.verb(service.restore_issues, page)
    steps.verb(service.restore_changes, whole)
    if kept:
        steps.verb(service.restore_filed, versions)
    steps.verb(service.finish_rebuild, whole)


def _issues(steps: Steps, compared: str = "") -> Iterator[KeptIssues]:
    """What the tracker keeps of ours, page by page. A tracker that cannot be read ends the flow; where
    something is `compared`, a finding says so."""
    for number in count(1):
        page = steps.act("read issues", partial(_page, steps, number), KeptIssues)
        if page.away and compared:
            steps.verb(service.note_away, compared, page.away)
        if page.away:
            steps.verb(service.refuse_away, page.away)
        yield page
        if page.is_last:
            return


def _page(steps: Steps, number: int, _: str) -> KeptIssues:
    return read_page(steps.look(service.tracker), steps.organisation, number)


def _with_issues(
    histories: Histories, vouched: Sequence[Vouched]
) -> tuple[Histories, Mapping[str, str]]:
    """The versions of issues beside those of the organisation's own repository, and their texts."""
    facts = [fact for one in vouched for fact in one.versions]
    texts = [text for one in vouched for text in one.texts]
    own, *others = histories.items
    whole = Histories(items=(replace(own, versions=(*own.versions, *facts)), *others))
    return whole, {fact.version: text for fact, text in zip(facts, texts, strict=True)}


def compare(steps: Steps, *, request: str, replace: str) -> None:
    """Read every history, compare each version with its row, and make rows equal if wanted.

    What is kept in a tracker is read there first: one that is away ends it before anything is told.
    """
    wanted = bool(replace)
    plan = steps.verb(service.begin_compare, request, replace=wanted)
    before = steps.verb(service.settled_issues) if plan.tracked else SettledIssues()
    pages = list(_issues(steps, request)) if plan.tracked else []
    histories = steps.act("read histories", lambda key: read(plan), Histories)
    whole, kept = _with_issues(
        histories, [steps.verb(service.vouch, histories, page, is_told=False) for page in pages]
    )
    versions = in_order(fact for history in whole.items for fact in history.versions)
    found = []
    for start in range(0, len(versions), _BATCH):
        batch = VersionBatch(items=tuple(versions[start : start + _BATCH]))
        texts = _kept_texts(steps, plan, batch, kept)
        found.append(steps.verb(service.compare_versions, whole, batch, texts, replace=wanted))
    found += _witnessed(steps, whole)
    found += _beside_issues(steps, pages, before, replace=wanted)
    steps.verb(service.finish_compare, whole, found, replace=wanted)


def _beside_issues(
    steps: Steps, pages: Sequence[KeptIssues], before: SettledIssues, *, replace: bool
) -> Iterator[Compared]:
    """How each issue of ours stands, beside its row; and rows whose issues are not there."""
    for page in pages:
        yield steps.verb(service.compare_issues, page, before, replace=replace)
    if pages:
        seen = {issue.number for page in pages for issue in page.items}
        yield steps.verb(service.compare_missing, seen, before)


def _witnessed(steps: Steps, histories: Histories) -> Iterator[Compared]:
    """What Git does not hold, beside the journal."""
    after: int | None = 0
    while after is not None:
        one = steps.verb(service.witness, histories, after)
        after = one.after
        yield Compared(items=one.items)


def _restored(
    steps: Steps, plan: RebuildPlan, batch: VersionBatch, kept: Mapping[str, str]
) -> None:
    steps.verb(service.restore_versions, batch, _kept_texts(steps, plan, batch, kept))


def _kept_texts(
    steps: Steps, plan: RebuildPlan, batch: VersionBatch, kept: Mapping[str, str]
) -> FoundTexts:
    """The files of a batch, and the texts of issues for what stands in no file."""
    texts = zip(batch.items, _texts(steps, plan, batch).items, strict=True)
    return FoundTexts(items=tuple(kept.get(fact.version, text) for fact, text in texts))


def _texts(steps: Steps, plan: RebuildPlan, batch: VersionBatch) -> FoundTexts:
    return steps.act("read files", lambda key: read_texts(plan, batch), FoundTexts)


def read(plan: RebuildPlan) -> Histories:
    """The histories of the repositories in the folder, the organisation's own first."""
    own = Path(plan.folder) / f"{ORGANISATION}{_SUFFIX}"
    if plan.source:
        _copy(plan, own)
    others = sorted(set(Path(plan.folder).glob(f"[!.]*{_SUFFIX}")) - {own})
    return Histories(items=tuple(_history(place) for place in (own, *others)))


def read_texts(plan: RebuildPlan, batch: VersionBatch) -> FoundTexts:
    """The files of a batch as their commits wrote them; "" for one that is no text."""
    repository = grounds.opened(str(Path(plan.folder) / f"{ORGANISATION}{_SUFFIX}"))
    return FoundTexts(
        items=tuple(
            (fact.commit and grounds.text_at(repository, CommitId(fact.commit), fact.path)) or ""
            for fact in batch.items
        )
    )


def _copy(plan: RebuildPlan, own: Path) -> None:
    """Copy the organisation's repository from elsewhere; what stood in its place is kept beside it."""
    aside = own.with_name(f".{ORGANISATION}-before-{plan.request}")
    if own.exists() and not aside.exists():
        os.rename(own, aside)
    try:
        clone_mirror(plan.source, own)
    except RepositoryExists:
        return  # copied by an attempt that crashed


def _history(place: Path) -> History:
    repository = grounds.opened(str(place))
    branch = default_branch(repository)
    tip = find_head(repository, branch)
    source = repository.git.run("config", "--get", f"remote.{ORIGIN}.url", accept=(0, 1)).text
    slug = place.name.removesuffix(_SUFFIX)
    main = [commit.id for commit in grounds.commits_since(repository, None, tip)] if tip else []
    commits = [commit for commit in _oldest_first(repository, tip) if grounds.is_ours(commit)]
    return History(
        slug=slug,
        default_branch=branch,
        source="" if slug == ORGANISATION else source,
        root=main[-1] if main else None,
        tip=tip,
        codeowners=grounds.codeowners(repository, tip) if tip else "",
        commits=tuple(_facts(commit, on_main=commit.id in set(main)) for commit in commits),
        versions=tuple(_versions(repository, commits)) if slug == ORGANISATION else (),
        branches=tuple(_branches(repository, branch, tip)) if tip else (),
    )


def _oldest_first(repository: Repository, tip: CommitId | None) -> list[Commit]:
    """Every commit of the main branch, and then those of branches that are not merged."""
    starts = [*([tip] if tip else []), *heads(repository).values()]
    found: dict[CommitId, Commit] = {}
    for start in starts:
        fresh = [commit for commit in _all(repository, start) if commit.id not in found]
        found |= {commit.id: commit for commit in reversed(fresh)}
    return list(found.values())


def _all(repository: Repository, start: CommitId) -> Iterator[Commit]:
    offset: int | None = 0
    while offset is not None:
        page = log(repository, start, offset=offset, limit=_PAGE)
        yield from page.commits
        offset = page.next_offset


def _facts(commit: Commit, *, on_main: bool) -> CommitFacts:
    return CommitFacts(
        id=commit.id,
        on_main=on_main,
        subject=commit.subject,
        body=commit.body,
        trailers=tuple((trailer.key, trailer.value) for trailer in commit.trailers),
        author=grounds.signature(commit.author),
        at=commit.authored_at,
    )


def _versions(repository: Repository, commits: Sequence[Commit]) -> Iterator[VersionFacts]:
    """Each version where it was first written."""
    seen: set[str] = set()
    for commit in commits:
        named = _named(commit)
        if not named.keys() <= seen:
            for fact in _written(repository, commit, named):
                if fact.version not in seen:
                    seen.add(fact.version)
                    yield fact


def _named(commit: Commit) -> dict[str, str]:
    """The hash by version, of the versions that a commit names."""
    values = (t.value.partition(" ") for t in commit.trailers if t.key == notes.ARTIFACT)
    return {name: digest.removeprefix("sha256:") for name, _, digest in values}


def _written(
    repository: Repository, commit: Commit, named: dict[str, str]
) -> Iterator[VersionFacts]:
    before = commit.parents[0] if commit.parents else None
    for change in changed_paths(repository, before, commit.id):
        text = grounds.text_at(repository, commit.id, change.path) or ""
        claimed = provenance.claimed(text)
        version = f"{claimed[0]}@{claimed[1]}" if claimed else ""
        if version in named:
            origin = issue_documents.origin_of(text)
            yield VersionFacts(
                version=version,
                content_hash=named[version],
                commit=commit.id,
                path=change.path,
                links=tuple(str(link.target.version) for link in origin.links) if origin else (),
                reference=(origin.reference or "") if origin else "",
                at=commit.authored_at,
            )


def _branches(repository: Repository, main: str, tip: CommitId) -> Iterator[BranchFacts]:
    for name, head in heads(repository).items():
        base = merge_base(repository, tip, head)
        if name == main or base is None or is_ancestor(repository, head, tip):
            continue
        changes = changed_paths(repository, base, head)
        paths = {path for change in changes for path in change.names}
        yield BranchFacts(name=name, base=base, head=head, paths=tuple(sorted(paths)))
