"""Witnessing: versions that rows alone hold, held against the hashes that the journal keeps of them.

Git tells what was decided; of the rest the journal's sealed events say which content was handed in.
They keep no content, so what differs is told and cannot be brought back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Proposed, VersionRef
from headrace.capabilities.record.model import FindingKind, Histories
from headrace.capabilities.record.service import noting
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError
from headrace.kernel.events import Recorded
from headrace.kernel.journal.feed import following

_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """The versions of a stretch of the journal that differ; `after` is where to go on, None at its end."""

    items: tuple[str, ...]
    after: int | None


def witness(ctx: Ctx, histories: Histories, after: int) -> Witnessed:
    """Hold the versions that were handed in behind a position, and that Git does not tell of, against
    their events; each that differs is a finding. An event whose payload was erased says nothing."""
    known = {fact.version for history in histories.items for fact in history.versions}
    events = following(ctx, after, type=Proposed.type, limit=_BATCH)
    differing = [ref for one in events if (ref := _differing(ctx, one, known)) is not None]
    full = len(events) == _BATCH
    return Witnessed(items=tuple(differing), after=events[-1].position if full else None)


def _differing(ctx: Ctx, event: Recorded, known: set[str]) -> str | None:
    told = event.payload
    if not isinstance(told, Mapping) or "content_hash" not in told:
        return None
    ref = VersionRef(ArtifactId(str(told["artifact"])), int(str(told["number"])))
    if str(ref) in known:
        return None
    try:
        found = artifacts.unlike(ctx, ref, str(told["content_hash"]))
    except HeadraceError as refusal:  # its type is declared no more, say
        found = (refusal.message,)
    if not found:
        return None
    message = (
        f"Its row is not what the journal says was handed in: {', '.join(found)}; rows alone held it, "
        "so nothing can bring it back"
    )
    noting.note(ctx, FindingKind.DIFFERS, str(ref), message)
    return str(ref)
