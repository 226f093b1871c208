"""Locks: taken, renewed, given back, removed; and what they let a change or a worker edit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from headrace.capabilities.record import locking, store
from headrace.capabilities.record.git.model import CommitId
from headrace.capabilities.record.git.reading import find_file
from headrace.capabilities.record.git.repository import open_existing
from headrace.capabilities.record.locking import LOCKS, Protection
from headrace.capabilities.record.model import (
    ORGANISATION,
    ChangeRequest,
    Lock,
    LockEnded,
    LockHeld,
    LockId,
    LockNotFound,
    LockRefused,
    LockStands,
    LockTaken,
    Places,
    Repository,
)
from headrace.capabilities.record.service import custody, identities
from headrace.capabilities.record.store import locks as rows
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId

LONGEST = timedelta(days=14)
"""How long one lock may last; a longer need renews it, and so shows that somebody is still there."""


def take_lock(
    ctx: Ctx,
    target: str,
    *,
    reason: str,
    lasts: timedelta,
    repository: str = ORGANISATION,
    related: str = "",
) -> Lock:
    """Hold a path, or a folder written with a slash at its end; of two who try at once, one wins.

    Raises RepositoryUnknown, LockRefused (no reason, no such span, no path), LockHeld with who
    holds what and until when. Records LockTaken.
    """
    _sound(target, reason, lasts)
    place = custody.repository(ctx, repository)
    rows.alone(ctx.db, ctx.organisation, place.id)
    for other in rows.standing(ctx.db, ctx.organisation, place.id):
        if locking.overlap(other.target, target):
            raise LockHeld(_held(ctx, other), lock=other.id)
    token = store.count(ctx.db, ctx.organisation, "lock")
    made = Lock(
        id=LockId(f"L-{token}"),
        token=token,
        repository=place.id,
        target=target,
        owner=ctx.principal,
        reason=reason.strip(),
        related=related,
        taken_at=ctx.now,
        expires_at=ctx.now + lasts,
    )
    rows.add(ctx.db, ctx.organisation, made)
    ctx.record(_taken(made, place))
    return made


def renew_lock(ctx: Ctx, id: str, lasts: timedelta) -> Lock:
    """Hold a lock of one's own longer, from now on. Raises LockNotFound, LockStands, LockRefused.

    One that has expired is not renewed: somebody may have counted on its end. Records LockTaken.
    """
    found = lock(ctx, id)
    _sound(found.target, found.reason, lasts)
    if found.owner != ctx.principal or not found.is_live(ctx.now):
        raise LockStands(f"{id} is not yours, or has ended; take a lock of your own", lock=id)
    longer = replace(found, expires_at=ctx.now + lasts)
    rows.extend(ctx.db, ctx.organisation, longer.id, longer.expires_at)
    ctx.record(replace(_taken(longer, custody.repository(ctx, longer.repository)), renewed=True))
    return longer


def release_lock(ctx: Ctx, id: str) -> Lock:
    """Give a lock of one's own back. Raises LockNotFound, LockStands. Records LockEnded."""
    found = lock(ctx, id)
    if found.owner != ctx.principal or found.ended_at is not None:
        raise LockStands(f"{id} is not yours, or has ended already", lock=id)
    return _end(ctx, found, reason="given back", removed=False)


def remove_lock(ctx: Ctx, id: str, reason: str) -> Lock:
    """Take away a lock that has expired, and say why. Raises LockNotFound, LockStands, LockRefused.

    Records LockEnded.
    """
    found = lock(ctx, id)
    if found.ended_at is not None or found.is_live(ctx.now):
        raise LockStands(
            f"{_held(ctx, found)}; it can be removed once it has expired"
            if found.ended_at is None
            else f"{id} has ended already",
            lock=id,
        )
    if not reason.strip():
        raise LockRefused("Say with --reason why it may go")
    return _end(ctx, found, reason=reason.strip(), removed=True)


def lock(ctx: Ctx, id: str) -> Lock:
    """The lock. Raises LockNotFound."""
    found = rows.find(ctx.db, ctx.organisation, id)
    if found is None:
        raise LockNotFound(f"No lock {id}; `headrace lock list` shows them", lock=id)
    return found


def locks(
    ctx: Ctx, *, ended: bool = False, before: int | None = None, limit: int = 50
) -> Sequence[Lock]:
    """Locks, newest first, with those that have ended where wanted."""
    return rows.listing(ctx.db, ctx.organisation, ended=ended, before=before, limit=limit)


def protection(ctx: Ctx, repository: str, owner: PrincipalId, context: str) -> Protection:
    """The protected paths of a repository as a worker meets them. Raises RepositoryUnknown."""
    place = custody.repository(ctx, repository)
    patterns = _patterns(ctx, place)
    if not patterns:
        return Protection()
    held = [
        one.target
        for one in rows.standing(ctx.db, ctx.organisation, place.id)
        if one.is_live(ctx.now) and locking.lets(one, owner, context)
    ]
    return Protection(patterns=patterns, held=tuple(held))


def lock_objections(ctx: Ctx, change: ChangeRequest) -> tuple[str, ...]:
    """Why a change may not touch the protected paths among its own; empty where it may."""
    place = custody.repository(ctx, change.repository)
    paths = locking.protected(_patterns(ctx, place), change.paths)
    if not paths:
        return ()
    on = rows.standing(ctx.db, ctx.organisation, place.id, since=change.opened_at)
    return tuple(locking.objections(change, paths, on, ctx.now))


def _patterns(ctx: Ctx, repository: Repository) -> str:
    """The text of LOCKS on the main branch, read within the unit as differences are."""
    place = next((one.repositories / repository.path for one in ctx.declared(Places)), None)
    if repository.known is None or place is None or not place.is_dir():
        return ""  # without its folder nothing is merged either
    found = find_file(open_existing(place), CommitId(repository.known), LOCKS)
    return "" if found is None else found.decode("utf-8", "replace")


def _sound(target: str, reason: str, lasts: timedelta) -> None:
    parts = target.removesuffix("/").split("/")
    faults = [
        (any(part in ("", ".", "..") for part in parts), f"{target!r} is no path from the root"),
        (not reason.strip(), "say with --reason why nobody else may edit it now"),
        (
            not timedelta() < lasts <= LONGEST,
            f"it lasts longer than nothing, at most {LONGEST.days} d",
        ),
    ]
    told = [fault for wrong, fault in faults if wrong]
    if told:
        raise LockRefused("This is no lock: " + "; ".join(told), faults=told)


def _taken(lock: Lock, place: Repository) -> LockTaken:
    return LockTaken(
        lock=lock.id,
        repository=place.slug,
        target=lock.target,
        token=lock.token,
        owner=lock.owner,
        reason=lock.reason,
        related=lock.related,
        taken_at=lock.taken_at.isoformat(),
        expires_at=lock.expires_at.isoformat(),
    )


def _end(ctx: Ctx, found: Lock, *, reason: str, removed: bool) -> Lock:
    by = ctx.principal
    rows.end(ctx.db, ctx.organisation, found.id, by=by, reason=reason, at=ctx.now)
    ctx.record(
        LockEnded(
            lock=found.id,
            repository=custody.repository(ctx, found.repository).slug,
            target=found.target,
            token=found.token,
            by=by,
            removed=removed,
            reason=reason,
        )
    )
    return replace(found, ended_at=ctx.now, ended_by=by, end_reason=reason)


def _held(ctx: Ctx, lock: Lock) -> str:
    who = identities.handle(ctx, lock.owner)
    if lock.is_live(ctx.now):
        return f"@{who} holds {lock.target} until {_moment(lock.expires_at)} ({lock.id}: {lock.reason})"
    return (
        f"{lock.id} of @{who} on {lock.target} expired at {_moment(lock.expires_at)}; "
        f"`headrace lock remove {lock.id} --reason …` takes it away"
    )


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
