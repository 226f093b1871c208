"""The sequencer: one at a time, gives committed events their positions, notifies, and seals blocks."""

from datetime import timedelta

import sqlalchemy as sa

from headrace.kernel.journal.digests import GENESIS, block_hash

CHANNEL = "headrace_journal"
_BATCH = 1000
_BLOCK = 256  # most events in one block
_LOCK = 0x6A6F75726E616C  # "journal"; held for the transaction

_TRY = sa.text("SELECT pg_try_advisory_xact_lock(:lock)")
_SEQUENCE = sa.text(
    """
    WITH fresh AS (
        SELECT organisation, id,
               row_number() OVER (ORDER BY recorded_at, organisation, lineage, number) AS place
        FROM journal_event WHERE position IS NULL
        ORDER BY recorded_at, organisation, lineage, number LIMIT :batch
    ), taken AS (
        UPDATE journal_sequence SET last = last + (SELECT count(*) FROM fresh)
        RETURNING last - (SELECT count(*) FROM fresh) AS before
    )
    UPDATE journal_event e SET position = taken.before + fresh.place
    FROM fresh, taken WHERE e.organisation = fresh.organisation AND e.id = fresh.id
    """
)
_NOTIFY = sa.text(f"SELECT pg_notify('{CHANNEL}', '')")
_OPEN = sa.text(
    """
    SELECT e.organisation, count(*) AS waiting, min(e.recorded_at) < now() - :age AS ripe
    FROM journal_event e
    LEFT JOIN LATERAL (SELECT last FROM journal_block b WHERE b.organisation = e.organisation
                       ORDER BY number DESC LIMIT 1) sealed ON true
    WHERE e.position > coalesce(sealed.last, 0)
    GROUP BY e.organisation
    """
)
_HEAD = sa.text(
    "SELECT number, last, hash FROM journal_block WHERE organisation = :organisation "
    "ORDER BY number DESC LIMIT 1"
)
_UNSEALED = sa.text(
    "SELECT position, digest FROM journal_event WHERE organisation = :organisation "
    "AND position > :after ORDER BY position LIMIT :limit"
)
_SEAL = sa.text(
    "INSERT INTO journal_block (organisation, number, first, last, positions, digests, previous, hash) "
    "VALUES (:organisation, :number, :first, :last, :positions, :digests, :previous, :hash)"
)


def sequence(system: sa.Engine) -> int:
    """Give positions to what has been committed since; how many. 0 also when another is at it.

    Positions are handed out after the commit, so a reader never sees a gap fill later; a
    lineage's counter row is locked by its writer, so its numbers and positions agree.
    """
    with system.begin() as db:
        if not db.execute(_TRY, {"lock": _LOCK}).scalar_one():
            return 0
        moved = db.execute(_SEQUENCE, {"batch": _BATCH}).rowcount
        if moved:
            db.execute(_NOTIFY)
        return moved


def seal(system: sa.Engine, *, max_age: timedelta = timedelta(seconds=1)) -> int:
    """Seal every organisation's waiting events that fill a block or are older than the age; blocks made."""
    made = 0
    with system.begin() as db:
        if not db.execute(_TRY, {"lock": _LOCK}).scalar_one():
            return 0
        for row in db.execute(_OPEN, {"age": max_age}).all():
            while row.waiting >= _BLOCK or row.ripe:
                if not _seal_one(db, row.organisation):
                    break
                made += 1
    return made


def _seal_one(db: sa.Connection, organisation: str) -> bool:
    head = db.execute(_HEAD, {"organisation": organisation}).one_or_none()
    number, after, previous = (head.number + 1, head.last, head.hash) if head else (1, 0, GENESIS)
    events = db.execute(
        _UNSEALED, {"organisation": organisation, "after": after, "limit": _BLOCK}
    ).all()
    if not events:
        return False
    positions = [event.position for event in events]
    digests = [event.digest for event in events]
    db.execute(
        _SEAL,
        {
            "organisation": organisation,
            "number": number,
            "first": positions[0],
            "last": positions[-1],
            "positions": positions,
            "digests": digests,
            "previous": previous,
            "hash": block_hash(previous, number, positions, digests),
        },
    )
    return True
