"""What may be proposed, reviewed and merged. Pure."""

import hashlib
from collections.abc import Collection, Iterable, Mapping

from headrace.capabilities.record.model import (
    ChangeRequest,
    ChangeState,
    Proposal,
    Repository,
    RepositoryKind,
    RepositoryState,
    RequiredReview,
    SelfCheck,
)
from headrace.kernel.errors import Refusal
from headrace.kernel.json import Json

MERGEABLE = frozenset({ChangeState.OPEN, ChangeState.FAILED})
PUSHABLE = frozenset({ChangeState.OPEN, ChangeState.FAILED})
CLOSABLE = frozenset({ChangeState.OPENING, ChangeState.OPEN, ChangeState.FAILED})


def proposal(given: Proposal, repository: Repository) -> Refusal | None:
    """Every reason why this cannot be a change request of the repository."""
    product = repository.kind is RepositoryKind.PRODUCT
    rules = (
        (not given.title.strip(), "it has no title"),
        (not given.context.strip(), "it names no context"),
        (product and not (given.branch and given.head), "it names no branch and head commit"),
        (
            not product and not given.members and not (given.branch and given.head),
            "it brings neither versions nor commits",
        ),
        (
            not product and bool(given.members and given.head),
            "it brings versions and commits; versions are written by the record itself",
        ),
        (
            len({ref.artifact for ref in given.members}) < len(given.members),
            "it brings two versions of one artifact",
        ),
        (repository.state is RepositoryState.FAILED, f"{repository.slug}: {repository.reason}"),
    )
    reasons = tuple(reason for broken, reason in rules if broken)
    return Refusal(reasons) if reasons else None


def not_self_checked(policies: Iterable[str], checks: Iterable[SelfCheck]) -> tuple[str, ...]:
    """The policies that the author has said nothing about."""
    said = {check.policy for check in checks}
    return tuple(policy for policy in policies if policy not in said)


def missing_reviews(
    required: Iterable[RequiredReview], approved: Collection[str]
) -> tuple[RequiredReview, ...]:
    """The required reviews that nobody of their reviewers has given."""
    return tuple(one for one in required if not one.reviewers.intersection(approved))


def merge(
    change: ChangeRequest, repository: Repository, missing: Iterable[RequiredReview]
) -> tuple[str, ...]:
    """Every reason of the record's own against a merge now."""
    reasons = []
    if change.state not in MERGEABLE:
        reasons.append(f"{change.id} is {change.state}, and only an open change can be merged")
    if change.head is None:
        reasons.append(f"{change.id} has no commit yet")
    if repository.state is not RepositoryState.ACTIVE:
        reasons.append(f"{repository.slug} is {repository.state}: {repository.reason}")
    reasons += [_wanted(one) for one in missing]
    return tuple(reasons)


def _wanted(one: RequiredReview) -> str:
    paths = ", ".join(one.paths[:3]) + (" …" if len(one.paths) > 3 else "")
    if not one.reviewers:
        return f"{paths} needs {' or '.join(one.owners)}, who is the author or nobody here"
    return f"{paths} needs the approval of {' or '.join(one.owners)}"


def standing(title: str, text: str) -> str:
    """What tells an issue as we wrote it from one that somebody has changed, whatever spaces stand around."""
    return hashlib.sha256(f"{title.strip()}\n{text.strip()}".encode()).hexdigest()


def offered(standing: str, labels: Iterable[str]) -> str:
    """What tells an issue that somebody opened, as it stands with its labels, from how it stood before."""
    return hashlib.sha256("\n".join((standing, *sorted(labels))).encode()).hexdigest()


def others(labels: Iterable[str], ours: Iterable[str]) -> tuple[str, ...]:
    """The labels whose prefix is none of ours: they are people's own."""
    prefixes = {label.partition(":")[0] for label in ours}
    return tuple(one for one in labels if one.partition(":")[0] not in prefixes)


def merged_content(
    base: Mapping[str, Json], ours: Mapping[str, Json], theirs: Mapping[str, Json]
) -> tuple[Mapping[str, Json], tuple[str, ...]]:
    """What both have made of `base`, part by part, and the places where they contradict each other.

    A part is the title, a field, a section or what stands beside them, as a whole.
    """
    made: dict[str, Json] = {}
    places: list[str] = []
    for name in dict.fromkeys((*base, *ours, *theirs)):
        three = [one.get(name) for one in (base, ours, theirs)]
        if all(one is None or isinstance(one, Mapping) for one in three):
            parts = [dict(one) if isinstance(one, Mapping) else {} for one in three]
            keys = dict.fromkeys(key for part in parts for key in part)
            found = {key: _of_both(*(part.get(key) for part in parts)) for key in keys}
            places += [f"{name}.{key}" for key, (_, agreed) in found.items() if not agreed]
            made[name] = {key: value for key, (value, _) in found.items() if value is not None}
            continue
        made[name], agreed = _of_both(*three)
        places += [] if agreed else [name]
    return made, tuple(places)


def _of_both(base: Json, ours: Json, theirs: Json) -> tuple[Json, bool]:
    """What one of the two has made of it; with what is ours where both have, and differently."""
    if theirs in (base, ours):
        return ours, True
    return (theirs, True) if ours == base else (ours, False)
