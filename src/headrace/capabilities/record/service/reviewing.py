"""Reviews: who has to approve by CODEOWNERS, who has, and who is missing."""

from collections.abc import Collection, Sequence

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Phase
from headrace.capabilities.record import rules, store
from headrace.capabilities.record.codeowners import OwnerGroup, Ownership
from headrace.capabilities.record.codeowners import required_reviewers as owner_groups
from headrace.capabilities.record.model import (
    ChangeId,
    ChangeRequest,
    Member,
    RequiredReview,
    Review,
    Reviewed,
    ReviewVerdict,
    SelfReview,
    WrongState,
)
from headrace.capabilities.record.service import custody, identities
from headrace.capabilities.record.service.opening import change as get_change
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId


def review(
    ctx: Ctx, id: str, verdict: ReviewVerdict, note: str = "", *, by: PrincipalId | None = None
) -> Review:
    """Approve the change's present head, or ask for a revision; `by` is who says so (default: who acts).

    The last word of a person on a head counts. Raises ChangeNotFound, WrongState, SelfReview.
    Records Reviewed.
    """
    change = get_change(ctx, id, lock=True)
    reviewer = by or ctx.principal
    if change.state not in rules.MERGEABLE or change.head is None:
        raise WrongState(f"{id} is {change.state}; only an open change is reviewed")
    if reviewer == change.author and verdict is ReviewVerdict.APPROVE:
        raise SelfReview(f"Nobody approves the own work; ask another reviewer of {id}", change=id)
    made = Review(
        change=change.id,
        head=change.head,
        reviewer=reviewer,
        verdict=verdict,
        note=note,
        at=ctx.now,
    )
    store.add_review(ctx.db, ctx.organisation, made)
    if verdict is ReviewVerdict.REVISE:
        refs = [member.ref for member in change.members]
        artifacts.set_phase(ctx, refs, Phase.REVISION_REQUESTED)
    ctx.record(
        Reviewed(
            change=change.id,
            repository=change.repository,
            context=change.context,
            head=change.head,
            reviewer=reviewer,
            verdict=verdict,
        )
    )
    return made


def reviews_of(ctx: Ctx, changes: Collection[str]) -> Sequence[Review]:
    """The reviews of many changes, of all heads, oldest first."""
    return store.reviews(ctx.db, ctx.organisation, *map(ChangeId, changes)) if changes else ()


def reviews(ctx: Ctx, id: str) -> Sequence[Review]:
    """Every review of a change, oldest first, also those of former heads."""
    return ctx.once(store.reviews, get_change(ctx, id).id)


def required_reviewers(ctx: Ctx, change: ChangeRequest) -> tuple[RequiredReview, ...]:
    """Whose approval the change needs, by the CODEOWNERS of the branch it goes to.

    Types that need no approval need none here either. A group without `reviewers` can never be
    satisfied: its owners are the author alone, or nobody here.
    """
    repository = custody.repository(ctx, change.repository)
    free = {member.path for member in change.members if not _needs_approval(ctx, member)}
    paths = [path for path in change.paths if path not in free]
    groups = owner_groups(Ownership(repository.codeowners), paths)
    return tuple(_required(ctx, change, group) for group in groups)


def missing_reviews(ctx: Ctx, change: ChangeRequest) -> tuple[RequiredReview, ...]:
    """The required reviews that the present head still lacks."""
    return rules.missing_reviews(required_reviewers(ctx, change), approvers(ctx, change))


def approvers(ctx: Ctx, change: ChangeRequest) -> frozenset[PrincipalId]:
    """Who has approved the present head; never its author."""
    return frozenset(
        review.reviewer
        for review in store.reviews(ctx.db, ctx.organisation, change.id)
        if review.head == change.head
        and review.verdict is ReviewVerdict.APPROVE
        and review.reviewer != change.author
    )


def _required(ctx: Ctx, change: ChangeRequest, group: OwnerGroup) -> RequiredReview:
    owners = tuple(sorted(group.owners))
    named = frozenset(one for owner in owners for one in identities.named(ctx, owner))
    return RequiredReview(owners=owners, paths=group.paths, reviewers=named - {change.author})


def _needs_approval(ctx: Ctx, member: Member) -> bool:
    return artifacts.layout(ctx, artifacts.get_version(ctx, member.ref).type).approval
