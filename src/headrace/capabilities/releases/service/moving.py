"""What every verb of a release needs: the row locked, its reasons against, its way on."""

from collections.abc import Sequence
from dataclasses import replace

from headrace.capabilities.releases import store
from headrace.capabilities.releases.model import (
    Release,
    ReleaseId,
    ReleaseMoved,
    ReleaseNotFound,
    ReleaseRefused,
    ReleaseStatus,
)
from headrace.capabilities.releases.rules import lifecycle
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId


def locked(ctx: Ctx, id: ReleaseId) -> Release:
    """The release, its row locked. Raises ReleaseNotFound."""
    found = store.find(ctx.db, ctx.organisation, id, lock=True)
    if found is None:
        raise missing(id)
    return found


def missing(id: str) -> ReleaseNotFound:
    """The error that says where releases are named."""
    return ReleaseNotFound(f"No release {id!r}; `headrace release list` names them", release=id)


def refusal(release: Release, after: ReleaseStatus) -> list[str]:
    """Why a release may not go there, or nothing."""
    told = lifecycle.refusal(release.status, after)
    return [] if told is None else [told]


def refuse(release: Release, against: Sequence[str]) -> None:
    """Raises ReleaseRefused with all reasons; without any, nothing happens."""
    if against:
        raise ReleaseRefused(
            f"{release.id} stays {release.status}: {'; '.join(against)}", reasons=list(against)
        )


def asked(ctx: Ctx, question: str, release: Release) -> list[str]:
    """What other rooms have against it, each with who says so."""
    return [
        f"{told} ({check.name})"
        for check in ctx.house.checks(question)
        for told in check.run(ctx, release)
    ]


def move(
    ctx: Ctx, release: Release, after: ReleaseStatus, why: str, by: PrincipalId | None = None
) -> Release:
    """The release in its next status. Records ReleaseMoved by `by`, or by who acts."""
    moved = put(ctx, replace(release, status=after))
    ctx.record(
        ReleaseMoved(
            release=release.id,
            before=release.status,
            after=after,
            by=by or ctx.principal,
            why=why,
        )
    )
    return moved


def put(ctx: Ctx, release: Release) -> Release:
    """Keep what changes of a release."""
    store.put(ctx.db, ctx.organisation, release)
    return release
