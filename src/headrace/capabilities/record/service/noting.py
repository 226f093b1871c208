"""Findings: what a person should see; the same one is noted once."""

from collections.abc import Sequence

from headrace.capabilities.record import store
from headrace.capabilities.record.model import Finding, FindingKind, FindingMade, RepositoryId
from headrace.kernel.context import Ctx


def note(
    ctx: Ctx,
    kind: FindingKind,
    subject: str,
    message: str,
    *,
    repository: RepositoryId | None = None,
    commit: str | None = None,
) -> None:
    """Keep a finding. Records FindingMade, unless it is known already."""
    finding = Finding(
        id=ctx.new_id("fnd"),
        repository=repository,
        kind=kind,
        subject=subject,
        commit=commit,
        message=message,
        at=ctx.now,
    )
    if store.add_finding(ctx.db, ctx.organisation, finding):
        ctx.record(FindingMade(finding=finding.id, kind=kind, subject=subject, message=message))


def findings(
    ctx: Ctx, *, subject: str | None = None, before: str | None = None, limit: int = 50
) -> Sequence[Finding]:
    """Findings, newest first, about a path or a change where named."""
    return store.findings(ctx.db, ctx.organisation, subject=subject, before=before, limit=limit)
