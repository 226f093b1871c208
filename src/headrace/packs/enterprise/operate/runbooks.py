"""Runbooks: held against what operations may do before they are approved, adopted when they are."""

from collections.abc import Mapping, Sequence

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, VersionRef
from headrace.capabilities.operate import service as operate
from headrace.capabilities.operate.model import Runbook
from headrace.capabilities.record.model import ChangeRequest
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.packs.enterprise.discover.contents import Content
from headrace.packs.enterprise.operate import reading

TYPE = "runbook"


def merge_objections(ctx: Ctx, change: ChangeRequest) -> Sequence[str]:
    """Why the runbooks of a change may not become standing permissions, every reason."""
    refs = [one.ref for one in change.members if one.ref.artifact.startswith(f"{TYPE}/")]
    return [f"{ref.artifact}: {reason}" for ref in refs for reason in _of_version(ctx, ref)]


def _of_version(ctx: Ctx, ref: VersionRef) -> Sequence[str]:
    content = artifacts.get_version(ctx, ref).content
    return against(reading.runbook(_name(ref), str(ref), content), content)


def against(found: Runbook, content: Content) -> tuple[str, ...]:
    """Every reason why a document's limits may not become a standing permission."""
    never = operate.forbidden(reading.deeds(content))
    return (*(never or tuple(reading.unknown(content))), *operate.faults(found))


def on_effective(ctx: Ctx, event: Recorded) -> None:
    """A runbook was approved: its limits are a standing permission. Harmless to repeat.

    One that nobody could follow permits nothing; it was taken in by hand, past the gate.
    """
    payload = event.payload
    assert isinstance(payload, Mapping)  # an event's payload is an object
    if payload["artifact_type"] != TYPE:
        return
    ref = VersionRef(ArtifactId(str(payload["artifact"])), int(str(payload["number"])))
    content = artifacts.get_version(ctx, ref).content
    found, words = reading.runbook(_name(ref), str(ref), content), reading.deeds(content)
    if operate.faults(found) or not operate.adopt(ctx, found, words):
        operate.retire(ctx, found.name)


def _name(ref: VersionRef) -> str:
    return ref.artifact.partition("/")[2]
