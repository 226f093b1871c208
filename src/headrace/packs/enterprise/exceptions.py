"""Exceptions in the record: a merged document lets a rule rest, and says when it is over."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import (
    ArtifactId,
    BecameEffective,
    Phase,
    Version,
    VersionRef,
)
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import ExceptionExpired, RuleException
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest
from headrace.kernel.capability import Check, Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover.contents import told

TYPE = "governance-exception"


def merge_objections(ctx: Ctx, change: ChangeRequest) -> Sequence[str]:
    """Why the exceptions of a change would relax no rule, or too much; every reason."""
    return [
        f"{member.ref.artifact}: {fault}"
        for member in change.members
        if member.ref.artifact.startswith(f"{TYPE}/")
        for fault in governance.exception_faults(
            ctx, _exception(ctx, artifacts.get_version(ctx, member.ref))
        )
    ]


def on_effective(ctx: Ctx, event: Recorded) -> None:
    """An exception was merged: from now on it counts. Repeats change nothing."""
    payload = cast(Mapping[str, Json], event.payload)
    if payload["artifact_type"] == TYPE:
        id = ArtifactId(str(payload["artifact"]))
        version = artifacts.get_version(ctx, VersionRef(id, int(str(payload["number"]))))
        governance.grant(ctx, _exception(ctx, version))


def on_expired(ctx: Ctx, event: Recorded) -> None:
    """An exception is over: its document says so."""
    payload = cast(Mapping[str, Json], event.payload)
    ref = VersionRef.parse(str(payload["version"]))
    artifacts.set_phase(ctx, [ref], Phase.ARCHIVED)
    record.refresh_projection(ctx, ref.artifact)


def _exception(ctx: Ctx, version: Version) -> RuleException:
    """What a document says; a day that it does not name is none, so that it never counts."""
    fields = {name: told(version.content, "fields", name) for name in ("rule", "scope", "owner")}
    artifact = artifacts.get(ctx, version.ref.artifact)
    return RuleException(
        id=artifact.reference or artifact.id,
        version=str(version.ref),
        rule=fields["rule"].strip(),
        scope=governance.scope_of(fields["scope"]),
        starts=date.fromisoformat(told(version.content, "fields", "starts")),
        expires=date.fromisoformat(told(version.content, "fields", "expires")),
        owner=fields["owner"],
    )


CHECKS = (Check(question="record.merge", name="enterprise.exceptions", run=merge_objections),)
SUBSCRIPTIONS = (
    Subscription(name="enterprise.exception", events=(BecameEffective,), run=on_effective),
    Subscription(name="enterprise.exception_end", events=(ExceptionExpired,), run=on_expired),
)
