"""What the record offers about its archive."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.record import service
from headrace.capabilities.record.model import ArchiveRule
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names

READ = "record:read"
ARCHIVE = "record:archive"


@dataclass(frozen=True, kw_only=True)
class Archiving:
    """An artifact, and why it is done with, or wanted back."""

    artifact: Annotated[str, Names("artifact")]
    why: Annotated[str, Field(max_length=2_000, description="It stays in the journal.")]


@dataclass(frozen=True, kw_only=True)
class Put:
    """What went out of sight, or came back."""

    artifacts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DueQuery:
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@dataclass(frozen=True, kw_only=True)
class DueShown:
    artifact: str
    because: str
    since: datetime
    due: datetime
    along: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DueList:
    items: tuple[DueShown, ...]


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class RuleShown:
    """`days`: how long after it is done; None when only a person archives it."""

    type: str
    days: int | None
    folder: bool
    along: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RuleList:
    items: tuple[RuleShown, ...]


def archive(ctx: Ctx, asked: Archiving) -> Put:
    """Archive a work product that is done, with all that belongs to it; nothing is deleted.

    Lists hide it from then on. Its file moves within Git with its history, links to it go on to
    resolve, and it can be brought back. What is still worked with is refused, with every reason.
    """
    return Put(artifacts=tuple(service.archive(ctx, ArtifactId(asked.artifact), asked.why)))


def unarchive(ctx: Ctx, asked: Archiving) -> Put:
    """Bring an archived work product back to where it stood, with all that went along."""
    return Put(artifacts=tuple(service.unarchive(ctx, ArtifactId(asked.artifact), asked.why)))


def due(ctx: Ctx, query: DueQuery) -> DueList:
    """List what the next sweep archives: done, and for as long as the rule of its type says."""
    return DueList(
        items=tuple(
            DueShown(
                artifact=one.artifact,
                because=one.done.because,
                since=one.done.since,
                due=one.due,
                along=one.along,
            )
            for one in service.archivable(ctx, limit=query.limit)
        )
    )


def rules(ctx: Ctx, _: Nothing) -> RuleList:
    """List how long after they are done work products are archived, by type."""
    declared = sorted(ctx.declared(ArchiveRule), key=lambda one: one.type)
    return RuleList(
        items=tuple(
            RuleShown(
                type=one.type,
                days=None if one.after is None else one.after.days,
                folder=one.folder,
                along=one.along,
            )
            for one in declared
        )
    )


OPERATIONS = (
    Operation(
        name="artifact.archive",
        permission=ARCHIVE,
        input=Archiving,
        output=Put,
        run=archive,
        http=Http(method="POST", path="/artifacts/archive"),
    ),
    Operation(
        name="artifact.unarchive",
        permission=ARCHIVE,
        input=Archiving,
        output=Put,
        run=unarchive,
        http=Http(method="POST", path="/artifacts/unarchive"),
    ),
    Operation(
        name="archive.due",
        permission=READ,
        input=DueQuery,
        output=DueList,
        run=due,
        http=Http(method="GET", path="/archive/due"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("artifact", "because", "since", "due"),
    ),
    Operation(
        name="archive.rules",
        permission=READ,
        input=Nothing,
        output=RuleList,
        run=rules,
        http=Http(method="GET", path="/archive/rules"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("type", "days", "folder", "along"),
    ),
)
