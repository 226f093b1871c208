"""What other rooms know of a subject: its present hash, its authors, the policies it must meet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import VersionRef
from headrace.capabilities.governance.model import CHANGE, VERSION, Subject
from headrace.capabilities.governance.store import gates
from headrace.capabilities.record import service as record
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId


@dataclass(frozen=True, kw_only=True)
class Facts:
    """`hash` is None for what other rooms propose: there the newest proposal says it."""

    hash: str | None
    members: Mapping[str, str] = field(default_factory=dict)
    authors: tuple[PrincipalId, ...] = ()
    policies: tuple[str, ...] = ()
    context: str | None = None


def facts(ctx: Ctx, subject: Subject) -> Facts:
    """How the subject stands now. Raises NotFound of the room it belongs to."""
    if subject.kind == CHANGE:
        return _of_change(ctx, subject)
    if subject.kind == VERSION:
        version = artifacts.get_version(ctx, VersionRef.parse(subject.id))
        return Facts(hash=version.content_hash, authors=(version.made.by,), context=version.context)
    asked = gates.of_subject(ctx.db, ctx.organisation, subject)
    authors = {author: None for gate in asked for author in gate.authors}
    return Facts(hash=None, authors=tuple(authors), context=asked[-1].context if asked else None)


def _of_change(ctx: Ctx, subject: Subject) -> Facts:
    change = record.change(ctx, subject.id)
    makers = (artifacts.get_version(ctx, member.ref).made.by for member in change.members)
    return Facts(
        hash=change.head or "",
        members={str(member.ref): member.content_hash for member in change.members},
        authors=tuple(dict.fromkeys([change.author, *makers])),
        policies=change.policies,
        context=change.context,
    )
