"""Standing: where versions are proposed, and which is effective."""

from collections.abc import Iterable

from headrace.capabilities.artifacts import store
from headrace.capabilities.artifacts.model import (
    ArtifactNotFound,
    BecameEffective,
    Phase,
    PhaseChanged,
    VersionRef,
)
from headrace.capabilities.artifacts.service.lookups import get_version
from headrace.kernel.context import Ctx


def put_in_change(ctx: Ctx, refs: Iterable[VersionRef], change: str) -> None:
    """Note the change request in which versions are proposed."""
    for ref in refs:
        store.set_change(ctx.db, ctx.organisation, ref, change)


def make_effective(
    ctx: Ctx,
    refs: Iterable[VersionRef],
    *,
    change: str | None,
    commit: str,
    no_effect: bool = False,
) -> None:
    """Move the effective pointers: the versions stand in the record at `commit`.

    Harmless to repeat. The version effective before is superseded. Records BecameEffective once
    per version.
    """
    for ref in sorted(refs):
        artifact = store.find(ctx.db, ctx.organisation, ref.artifact, lock=True)
        if artifact is None:
            raise ArtifactNotFound(
                f"No artifact {ref.artifact}; `headrace artifact list` names them",
                artifact=ref.artifact,
            )
        if artifact.effective is not None and artifact.effective >= ref.number:
            continue
        version = get_version(ctx, ref)
        store.set_merged(
            ctx.db, ctx.organisation, ref, change=change, commit=commit, no_effect=no_effect
        )
        if artifact.effective is not None:
            former = VersionRef(ref.artifact, artifact.effective)
            store.set_phase(ctx.db, ctx.organisation, former, Phase.SUPERSEDED)
        store.set_effective(ctx.db, ctx.organisation, ref.artifact, ref.number)
        ctx.record(
            BecameEffective(
                artifact=ref.artifact,
                number=ref.number,
                artifact_type=version.type,
                context=version.context,
                change=change,
                commit=commit,
                no_effect=no_effect,
            )
        )


def set_phase(ctx: Ctx, refs: Iterable[VersionRef], phase: Phase) -> None:
    """Send versions back, or out: for phases other than approved. Records PhaseChanged for each."""
    for ref in sorted(refs):
        version = get_version(ctx, ref)
        if version.phase is phase:
            continue
        store.set_phase(ctx.db, ctx.organisation, ref, phase)
        ctx.record(
            PhaseChanged(
                artifact=ref.artifact,
                number=ref.number,
                artifact_type=version.type,
                context=version.context,
                phase=phase,
            )
        )
