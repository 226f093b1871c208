"""The dispatcher: brings every event to every subscriber at least once, in lineage order.

A verb that fails is tried again; then its lineage is parked for that subscriber alone, and later
events of that lineage queue up behind it until a person replays them. A database that is away is no
failure of a verb: nothing is parked for it, and the delivery goes on when it is back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from headrace.kernel.capability import Subscription
from headrace.kernel.context import system_actor
from headrace.kernel.errors import NotFound
from headrace.kernel.events import Recorded
from headrace.kernel.ids import EventId, OrganisationId
from headrace.kernel.journal import store
from headrace.kernel.patience import is_away
from headrace.kernel.unit import Units

_BATCH = 200
_ATTEMPTS = 3

_REGISTER = sa.text(
    "INSERT INTO journal_subscriber (name, position) SELECT unnest(CAST(:names AS text[])), 0 "
    "ON CONFLICT DO NOTHING"
)
_CURSORS = sa.text("SELECT name, position FROM journal_subscriber WHERE name = ANY(:names)")
_NEWEST = sa.text(
    "SELECT type, max(position) FROM journal_event WHERE position > :after GROUP BY type"
)
_STEP_OVER = sa.text(
    "UPDATE journal_subscriber SET position = :to WHERE name = ANY(:names) AND position < :to"
)
_CURSOR = sa.text("SELECT position FROM journal_subscriber WHERE name = :name")
_MOVE = sa.text(
    "UPDATE journal_subscriber SET position = :to WHERE name = :name AND position < :to RETURNING 1"
)
_LAST = sa.text("SELECT last FROM journal_sequence")
_TRY = sa.text("SELECT pg_try_advisory_lock(hashtextextended(:name, 77))")
_FREE = sa.text("SELECT pg_advisory_unlock(hashtextextended(:name, 77))")
_IS_PARKED = sa.text(
    "SELECT 1 FROM journal_parked WHERE organisation = :organisation AND subscriber = :name "
    "AND lineage = :lineage LIMIT 1"
)
_PARK = sa.text(
    "INSERT INTO journal_parked (organisation, subscriber, lineage, number, event, error, attempts) "
    "VALUES (:organisation, :name, :lineage, :number, :event, :error, :attempts) "
    "ON CONFLICT DO NOTHING"
)
_PARKED = sa.text(
    "SELECT subscriber, lineage, number, event, error, attempts FROM journal_parked "
    "WHERE organisation = :organisation ORDER BY subscriber, lineage, number"
)
_UNPARK = sa.text(
    "DELETE FROM journal_parked WHERE organisation = :organisation AND subscriber = :name "
    "AND lineage = :lineage AND number = :number"
)


@dataclass(frozen=True, kw_only=True)
class Parked:
    """An event that a subscriber could not take, or that waits behind one."""

    subscriber: str
    lineage: str
    number: int
    event: str
    error: str
    attempts: int


class Dispatcher:
    """Delivers; several may run, one at a time serves each subscriber."""

    def __init__(self, *, units: Units, system: sa.Engine) -> None:
        self._units = units
        self._system = system

    def deliver(self) -> int:
        """Bring all subscribers up to date; how many events were taken."""
        return sum(self._serve(subscription) for subscription in self._behind())

    def _behind(self) -> Sequence[Subscription]:
        """The subscribers for whom there is something; all others step over what is not for them.

        One look for all of them, for there are many and most events are for few. `last` is read
        before anything else: whatever is given a position after that lies beyond it, so nobody steps
        over an event that another dispatcher is about to bring.
        """
        listed = self._units.house.subscriptions
        names = [one.name for one in listed]
        with self._system.begin() as db:
            last = db.execute(_LAST).scalar_one()
            cursors = _cursors(db, names)
            newest: dict[str, int] = {
                type: position
                for type, position in db.execute(
                    _NEWEST, {"after": min(cursors.values(), default=last)}
                )
            }
            behind = [one for one in listed if _newest_for(one, newest) > cursors[one.name]]
            others = sorted(set(names) - {one.name for one in behind})
            if any(cursors[name] < last for name in others):
                db.execute(_STEP_OVER, {"names": others, "to": last})
        return behind

    def _serve(self, subscription: Subscription) -> int:
        with self._system.connect() as held:
            if not held.execute(_TRY, {"name": subscription.name}).scalar_one():
                return 0
            held.commit()  # the lock belongs to the session, not to a transaction
            try:
                return self._catch_up(subscription)
            finally:
                held.execute(_FREE, {"name": subscription.name})
                held.commit()

    def _catch_up(self, subscription: Subscription) -> int:
        taken = 0
        types = [event.type for event in subscription.events]
        while True:
            with self._system.begin() as db:
                position = db.execute(_CURSOR, {"name": subscription.name}).scalar_one()
                last = db.execute(_LAST).scalar_one()
                events = store.after(db, position, types, _BATCH)
                if not events:  # nothing of interest up to `last`: step over all of it at once
                    db.execute(_MOVE, {"name": subscription.name, "to": last})
                    return taken
            for event in events:
                self._take(subscription, event)
                taken += 1
            if len(events) < _BATCH:  # that was all; the next look steps over what follows
                return taken

    def _take(self, subscription: Subscription, event: Recorded) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._attempt(subscription, event)
                return
            except Exception as fault:
                if is_away(fault):
                    raise
                if attempt == _ATTEMPTS:
                    self._park(subscription, event, _told(fault), attempt)

    def _attempt(self, subscription: Subscription, event: Recorded) -> None:
        """The verb, and the cursor's move, in one unit of work: taken exactly once or not at all."""
        with self._units.open(system_actor(event.organisation), cause=event.id) as ctx:
            name = subscription.name
            moved = ctx.db.execute(_MOVE, {"name": name, "to": event.position}).one_or_none()
            if moved is None:
                return  # another dispatcher has taken it
            if ctx.db.execute(
                _IS_PARKED,
                {"organisation": event.organisation, "name": name, "lineage": event.lineage},
            ).one_or_none():
                self._park_row(ctx.db, name, event, "waits behind a parked event", 0)
                return
            subscription.run(ctx, event)

    def _park(self, subscription: Subscription, event: Recorded, error: str, attempts: int) -> None:
        with self._units.open(system_actor(event.organisation), cause=event.id) as ctx:
            ctx.db.execute(_MOVE, {"name": subscription.name, "to": event.position})
            self._park_row(ctx.db, subscription.name, event, error, attempts)

    @staticmethod
    def _park_row(db: sa.Connection, name: str, event: Recorded, error: str, attempts: int) -> None:
        db.execute(
            _PARK,
            {
                "organisation": event.organisation,
                "name": name,
                "lineage": event.lineage,
                "number": event.number,
                "event": event.id,
                "error": error,
                "attempts": attempts,
            },
        )

    def replay(self, organisation: OrganisationId, subscriber: str) -> int:
        """Try a subscriber's parked events again, in order; those that fail stay. How many were taken.

        Raises NotFound when no such subscriber is declared.
        """
        subscription = self._named(subscriber)
        stuck: set[str] = set()
        taken = 0
        for row in self.parked(organisation):
            if row.subscriber != subscriber or row.lineage in stuck:
                continue
            if self._again(organisation, subscription, row):
                taken += 1
            else:
                stuck.add(row.lineage)
        return taken

    def _again(self, organisation: OrganisationId, taker: Subscription, row: Parked) -> bool:
        try:
            with self._units.open(system_actor(organisation), cause=row.event) as ctx:
                event = store.one(ctx.db, organisation, EventId(row.event))
                if event is not None:
                    taker.run(ctx, event)
                ctx.db.execute(
                    _UNPARK,
                    {
                        "organisation": organisation,
                        "name": row.subscriber,
                        "lineage": row.lineage,
                        "number": row.number,
                    },
                )
        except Exception:  # noqa: BLE001 - an edge: what fails again stays parked
            return False
        return True

    def parked(self, organisation: OrganisationId) -> Sequence[Parked]:
        """Everything that waits for a person, by subscriber and lineage."""
        with self._units.open(system_actor(organisation)) as ctx:
            rows = ctx.db.execute(_PARKED, {"organisation": organisation}).mappings()
            return [Parked(**row) for row in rows]

    def _named(self, name: str) -> Subscription:
        for subscription in self._units.house.subscriptions:
            if subscription.name == name:
                return subscription
        known = ", ".join(s.name for s in self._units.house.subscriptions)
        raise NotFound(f"No subscriber {name!r}; there are: {known}")


def _cursors(db: sa.Connection, names: Sequence[str]) -> dict[str, int]:
    """How far each subscriber is; one that is new has not begun."""
    found = {name: position for name, position in db.execute(_CURSORS, {"names": names})}
    if len(found) < len(names):
        db.execute(_REGISTER, {"names": names})
    return {name: found.get(name, 0) for name in names}


def _newest_for(subscription: Subscription, newest: Mapping[str, int]) -> int:
    """The position of the newest event that a subscriber is to be brought, of those looked at."""
    return max((newest.get(event.type, 0) for event in subscription.events), default=0)


def _told(fault: Exception) -> str:
    """What a person reads about a failure: its kind and its first line, no values of rows."""
    return f"{type(fault).__name__}: {str(fault).partition(chr(10))[0][:300]}"
