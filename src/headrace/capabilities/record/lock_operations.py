"""What the record offers about locks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from headrace.capabilities.record import service
from headrace.capabilities.record.model import ORGANISATION, Lock
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names

READ = "record:read"
LOCK = "record:lock"
UNLOCK = "record:unlock"

Hours = Annotated[
    float, Field(gt=0, le=336, description="How long, in hours of organisation time.")
]


@dataclass(frozen=True, kw_only=True)
class LockWanted:
    """A path to hold; a folder is written with a slash at its end."""

    target: Annotated[
        str,
        Field(
            min_length=1,
            max_length=1_000,
            description="The path to hold; a folder ends with a slash.",
            examples=["policies/"],
        ),
    ]
    reason: Annotated[str, Field(max_length=2_000, description="Why nobody else may edit it now.")]
    hours: Hours = 8
    repository: Annotated[str, Names("repository")] = ORGANISATION
    related: Annotated[
        str,
        Names("context"),
        Field(description="A context, mission:export say, whose work may use the lock too."),
    ] = ""


@dataclass(frozen=True, kw_only=True)
class LockName:
    lock: Annotated[str, Names("lock")]


@dataclass(frozen=True, kw_only=True)
class Renewal:
    lock: Annotated[str, Names("lock")]
    hours: Hours = 8


@dataclass(frozen=True, kw_only=True)
class Removal:
    lock: Annotated[str, Names("lock")]
    reason: Annotated[str, Field(description="Why, for its holder.")]


@dataclass(frozen=True, kw_only=True)
class LockQuery:
    ended: Annotated[bool, Field(description="Also those that were given back or removed.")] = False
    before: int | None = None  # token
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@dataclass(frozen=True, kw_only=True)
class LockShown:
    lock: str
    token: int
    repository: str
    target: str
    owner: str
    reason: str
    related: str
    live: bool
    taken_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end_reason: str


@dataclass(frozen=True, kw_only=True)
class LockPage:
    items: tuple[LockShown, ...]
    next: int | None


def take(ctx: Ctx, wanted: LockWanted) -> LockShown:
    """Hold a protected path, so that you alone may edit it until the lock expires.

    The file LOCKS of a repository names its protected paths. Of two who try at once, one wins; the
    other is told who holds it and until when.
    """
    return _shown(
        ctx,
        service.take_lock(
            ctx,
            wanted.target,
            reason=wanted.reason,
            lasts=timedelta(hours=wanted.hours),
            repository=wanted.repository,
            related=wanted.related,
        ),
    )


def renew(ctx: Ctx, renewal: Renewal) -> LockShown:
    """Hold a lock of your own longer, counted from now."""
    return _shown(ctx, service.renew_lock(ctx, renewal.lock, timedelta(hours=renewal.hours)))


def release(ctx: Ctx, name: LockName) -> LockShown:
    """Give a lock of your own back."""
    return _shown(ctx, service.release_lock(ctx, name.lock))


def remove(ctx: Ctx, removal: Removal) -> LockShown:
    """Take away somebody's lock that has expired, and say why."""
    return _shown(ctx, service.remove_lock(ctx, removal.lock, removal.reason))


def listing(ctx: Ctx, query: LockQuery) -> LockPage:
    """List the locks that stand, newest first; expired ones stand until somebody removes them."""
    found = service.locks(ctx, ended=query.ended, before=query.before, limit=query.limit)
    full = len(found) == query.limit
    return LockPage(
        items=tuple(_shown(ctx, one) for one in found), next=found[-1].token if full else None
    )


def _shown(ctx: Ctx, lock: Lock) -> LockShown:
    return LockShown(
        lock=lock.id,
        token=lock.token,
        repository=service.repository(ctx, lock.repository).slug,
        target=lock.target,
        owner=lock.owner,
        reason=lock.reason,
        related=lock.related,
        live=lock.is_live(ctx.now),
        taken_at=lock.taken_at,
        expires_at=lock.expires_at,
        ended_at=lock.ended_at,
        end_reason=lock.end_reason,
    )


def _command(
    name: str, permission: str, run: object, input: type, path: str, effect: Effect = Effect.WRITE
) -> Operation:
    return Operation(
        name=name,
        permission=permission,
        input=input,
        output=LockShown,
        run=run,  # type: ignore[arg-type]  # each `run` here takes exactly its own input
        http=Http(method="POST", path=path),
        effect=effect,
    )


OPERATIONS = (
    _command("lock.take", LOCK, take, LockWanted, "/locks"),
    _command("lock.renew", LOCK, renew, Renewal, "/locks/{lock}/renew"),
    _command("lock.release", LOCK, release, LockName, "/locks/{lock}/release"),
    _command("lock.remove", UNLOCK, remove, Removal, "/locks/{lock}/remove"),
    Operation(
        name="lock.list",
        permission=READ,
        input=LockQuery,
        output=LockPage,
        run=listing,
        http=Http(method="GET", path="/locks"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("lock", "target", "repository", "owner", "live", "expires_at", "reason"),
    ),
)
