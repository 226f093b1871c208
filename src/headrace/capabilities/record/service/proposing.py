"""Proposing: what a change request is made of, checked and put into words."""

from collections.abc import Iterable

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Phase, Version, VersionRef
from headrace.capabilities.record import rules, store
from headrace.capabilities.record.git import branches
from headrace.capabilities.record.model import (
    DEFAULT_BRANCH_NAME,
    BranchName,
    BranchTaken,
    ChangeId,
    ChangeRequest,
    FindingKind,
    Member,
    Proposal,
    ProposalRefused,
    Repository,
    RepositoryKind,
    SelfCheck,
    VersionTaken,
)
from headrace.capabilities.record.service import homes, identities, noting
from headrace.kernel.context import Ctx

_UNDECIDED = frozenset({Phase.DRAFT, Phase.PROCESSING, Phase.IN_REVIEW, Phase.REVISION_REQUESTED})


def brought_by_commits(change: ChangeRequest) -> bool:
    """Whether its author made the branch; else the record writes it from the members."""
    return not change.wanted_branch


def member(
    ctx: Ctx, repository: Repository, ref: VersionRef, within: ChangeId | None = None
) -> Member:
    """A version as a member. Raises ProposalRefused (every reason), VersionTaken."""
    version = artifacts.get_version(ctx, ref)
    in_git = homes.in_git(ctx, ref.artifact)
    reasons = []
    if version.phase not in _UNDECIDED:
        reasons.append(f"{ref} is {version.phase} already")
    if in_git and repository.kind is RepositoryKind.PRODUCT:
        reasons.append(f"{ref} belongs in the organisation's repository, not in {repository.slug}")
    if reasons:
        raise ProposalRefused("; ".join(reasons), reasons=reasons)
    holder = store.taking_version(ctx.db, ctx.organisation, ref)
    if holder not in (None, within):
        raise VersionTaken(f"{ref} is in {holder} already; push to that one, or close it")
    path = version.path if in_git else ""
    return Member(ref=ref, content_hash=version.content_hash, path=path)


def refuse_shared(ctx: Ctx, repository: Repository, proposal: Proposal) -> None:
    """Raises BranchTaken when another change, or everybody, has the branch."""
    branches.checked(proposal.branch)
    if proposal.branch == repository.default_branch:
        raise BranchTaken(
            f"{proposal.branch} is where changes are merged to; work on a branch of your own"
        )
    holder = store.working_on(ctx.db, ctx.organisation, repository.id, proposal.branch)
    if holder is not None:
        raise BranchTaken(
            f"{holder} works on branch {proposal.branch}; one branch serves one task",
            branch=proposal.branch,
            change=holder,
        )


def wanted_branch(ctx: Ctx, proposal: Proposal) -> str:
    """The name of the branch that the record writes; "" where the author has made one."""
    if proposal.head:
        return ""
    if proposal.branch:
        return proposal.branch
    version = artifacts.get_version(ctx, proposal.members[0])
    artifact = artifacts.get(ctx, version.ref.artifact)
    shapes = [d.shape for d in ctx.declared(BranchName) if d.type == version.type]
    values: dict[str, object] = {
        "type": version.type,
        "slug": artifact.slug,
        "context": artifact.context.partition(":")[2] or artifact.context,
        "date": artifact.created_at.date().isoformat(),
        **artifact.parts,
    }
    named = {name: branches.slug(str(value)) for name, value in values.items()}
    shape = shapes[0] if shapes else DEFAULT_BRANCH_NAME
    return branches.checked(shape.format(**named))


def body(ctx: Ctx, proposal: Proposal) -> str:
    """What reviewers read first: the author's words, the own judgement, tasks, and where it comes from."""
    versions = [artifacts.get_version(ctx, ref) for ref in proposal.members]
    parts = [
        proposal.body.strip(),
        _listed("Self-evaluation", (_said(check) for check in proposal.self_evaluation)),
        _listed("Tasks", proposal.tasks),
        _listed("Brings", (_brought(ctx, version) for version in versions)),
    ]
    return "\n\n".join(filter(None, parts))


def note_gaps(ctx: Ctx, row: ChangeRequest) -> None:
    """An output without a task, or a policy that its maker has said nothing about, is a finding."""
    if brought_by_commits(row) and not row.tasks:
        noting.note(
            ctx,
            FindingKind.UNTRACEABLE,
            row.id,
            f"{row.id} names no task: nobody can tell what the work was for",
            repository=row.repository,
        )
    for policy in rules.not_self_checked(row.policies, row.self_evaluation):
        noting.note(
            ctx,
            FindingKind.NO_SELF_EVALUATION,
            row.id,
            f"the author of {row.id} has not judged the own work under {policy}",
            repository=row.repository,
        )


def _said(check: SelfCheck) -> str:
    return f"{check.policy}: {check.verdict}" + (f" ({check.note})" if check.note else "")


def _brought(ctx: Ctx, version: Version) -> str:
    sources = ", ".join(str(link.target) for link in artifacts.links(ctx, version.ref))
    maker = f"{identities.handle(ctx, version.made.by)}, {version.made.brain}"
    return f"{version.ref} by {maker}" + (f", from {sources}" if sources else "")


def _listed(title: str, lines: Iterable[str]) -> str:
    found = "\n".join(f"- {line}" for line in lines)
    return f"## {title}\n\n{found}" if found else ""
