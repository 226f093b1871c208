"""Decisions: what a decision record needs to be accepted, and how it is replaced; it is never deleted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    BecameEffective,
    Phase,
    Version,
    VersionRef,
)
from headrace.capabilities.people.model import PeopleOnly
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest
from headrace.kernel.capability import Check, Http, Operation, Permission, Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Conflict, Invalid, NotFound
from headrace.kernel.events import Event, Recorded
from headrace.kernel.inputs import Names
from headrace.packs.enterprise.discover.contents import Content, items, told

TYPE = "decision-record"
DEPRECATE = "decision:deprecate"
MOST = 2_000
"""Most decision records that are looked through."""

REPLACEABLE = frozenset({Phase.APPROVED, Phase.ARCHIVED})
"""Accepted decisions and deprecated ones may be superseded; only accepted ones be deprecated."""


class DecisionUnknown(NotFound):
    """No such decision record."""

    code = "enterprise.decision_unknown"


class DecisionRefused(Conflict):
    """The decision does not stand where this may be done."""

    code = "enterprise.decision_refused"


@dataclass(frozen=True, kw_only=True)
class Deprecated(Event):
    """A decision counts no more, and nothing has taken its place."""

    type: ClassVar[str] = "enterprise.decision_deprecated"
    decision: ArtifactId
    reason: str

    @property
    def lineage(self) -> str:
        return f"artifact:{self.decision}"


@dataclass(frozen=True, kw_only=True)
class Superseded(Event):
    """Another decision was accepted in the place of this one."""

    type: ClassVar[str] = "enterprise.decision_superseded"
    decision: ArtifactId
    by: ArtifactId

    @property
    def lineage(self) -> str:
        return f"artifact:{self.decision}"


@dataclass(frozen=True, kw_only=True)
class Deprecation:
    """`decision` is its number or id: DR-2026-012."""

    decision: Annotated[str, Names("decision")]
    reason: Annotated[str, Field(description="Why it counts no more.")]


@dataclass(frozen=True, kw_only=True)
class DecisionState:
    """Where a decision stands."""

    decision: ArtifactId
    reference: str
    status: str


def deprecate(ctx: Ctx, asked: Deprecation) -> DecisionState:
    """Say that an accepted decision counts no more. It stays in the record with all its words.

    To put another in its place, propose a decision record that names this one under Supersedes.
    """
    if not asked.reason.strip():
        raise Invalid("Say with --reason why the decision counts no more")
    artifact = _required(ctx, asked.decision)
    version = artifacts.effective(ctx, artifact.id)
    if version is None or version.phase is not Phase.APPROVED:
        raise DecisionRefused(
            f"{artifact.id} is {_status(version)}; only an accepted decision is deprecated",
            decision=artifact.id,
        )
    artifacts.set_phase(ctx, [version.ref], Phase.ARCHIVED)
    ctx.record(Deprecated(decision=artifact.id, reason=asked.reason))
    record.refresh_projection(ctx, artifact.id)
    return DecisionState(
        decision=artifact.id, reference=artifact.reference or "", status="deprecated"
    )


def _status(version: Version | None) -> str:
    if version is None:
        return "proposed"
    names = {Phase.ARCHIVED: "deprecated", Phase.SUPERSEDED: "superseded"}
    return names.get(version.phase, "accepted")


def on_effective(ctx: Ctx, event: Recorded) -> None:
    """A decision was accepted: the one that it names under Supersedes is superseded. Repeats do nothing."""
    payload = event.payload
    assert isinstance(payload, Mapping)  # an event's payload is an object
    if payload["artifact_type"] != TYPE:
        return
    id = ArtifactId(str(payload["artifact"]))
    version = artifacts.get_version(ctx, VersionRef(id, int(str(payload["number"]))))
    former = find(ctx, told(version.content, "fields", "supersedes"))
    if former is None or former.id == id:
        return
    replaced = artifacts.effective(ctx, former.id)
    if replaced is None or replaced.phase not in REPLACEABLE:
        return
    artifacts.set_phase(ctx, [replaced.ref], Phase.SUPERSEDED)
    ctx.record(Superseded(decision=former.id, by=id))
    record.refresh_projection(ctx, former.id)


def superseded_by(ctx: Ctx, artifact: Artifact) -> str | None:
    """The accepted decision that names this one under Supersedes, or None."""
    for one in artifacts.listing(ctx, type=TYPE, effective_only=True, limit=MOST):
        version = artifacts.effective(ctx, one.id)
        if version is None or one.id == artifact.id:
            continue
        named = told(version.content, "fields", "supersedes")
        if named and named in _names(artifact):
            return one.reference or one.id
    return None


def find(ctx: Ctx, name: str) -> Artifact | None:
    """The decision of this number, id or path, or None."""
    if not name:
        return None
    listed = artifacts.listing(ctx, type=TYPE, limit=MOST)
    return next((one for one in listed if name in _names(one)), None)


def _names(artifact: Artifact) -> tuple[str, ...]:
    return tuple(filter(None, (artifact.reference, artifact.id, artifact.path, artifact.place)))


def _required(ctx: Ctx, name: str) -> Artifact:
    found = find(ctx, name)
    if found is None:
        raise DecisionUnknown(
            f"No decision record {name!r}; `headrace artifact list --type {TYPE}` lists them"
        )
    return found


def merge_objections(ctx: Ctx, change: ChangeRequest) -> Sequence[str]:
    """Why the decision records of a change may not be accepted yet, every reason."""
    refs = [one.ref for one in change.members if one.ref.artifact.startswith(f"{TYPE}/")]
    return [
        f"{ref.artifact}: {reason}"
        for ref in refs
        for reason in _against(ctx, ref.artifact, artifacts.get_version(ctx, ref).content)
    ]


def _against(ctx: Ctx, id: ArtifactId, content: Content) -> Iterator[str]:
    if not items(content, "alternatives"):
        yield "it names no alternative; at least one could have been chosen in earnest"
    review = told(content, "sections", "review", "date")
    if review and date.fromisoformat(review) <= ctx.now.date():
        yield f"its review date {review} has passed; name a day to come"
    named = told(content, "fields", "supersedes")
    if not named:
        return
    former = find(ctx, named)
    standing = artifacts.effective(ctx, former.id) if former is not None else None
    if former is None or standing is None:
        yield f"it supersedes {named}, which is no accepted decision"
    elif former.id != id and standing.phase not in REPLACEABLE:
        yield f"it supersedes {named}, which is {_status(standing)} already"


OPERATIONS = (
    Operation(
        name="decision.deprecate",
        permission=DEPRECATE,
        input=Deprecation,
        output=DecisionState,
        run=deprecate,
        http=Http(method="POST", path="/decisions/deprecation"),
    ),
)
PERMISSIONS = (Permission(name=DEPRECATE, summary="Say that a decision counts no more"),)
EVENTS = (Deprecated, Superseded)
CHECKS = (Check(question="record.merge", name="enterprise.decisions", run=merge_objections),)
SUBSCRIPTIONS = (
    Subscription(name="enterprise.decisions", events=(BecameEffective,), run=on_effective),
)
DECLARES = (PeopleOnly(permission=DEPRECATE),)
