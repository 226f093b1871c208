"""Rows of what people changed in the tracker, and of when was last looked there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.record.model import LookPlan
from headrace.kernel.ids import OrganisationId

_BEGIN = sa.text(
    "INSERT INTO record_look (organisation, looked_at, since) SELECT :organisation, now(), "
    "to_char(least(min(asked_at), CASE WHEN :awaited THEN now() - interval '1 day' END) "
    "AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM record_issue "
    "WHERE organisation = :organisation AND number IS NOT NULL HAVING :awaited OR count(*) > 0 "
    "ON CONFLICT (organisation) DO UPDATE SET looked_at = now() "
    "WHERE coalesce(record_look.quiet_until, '-infinity') <= now() AND (:asked OR "
    "record_look.looked_at <= now() - CAST(:pause AS interval)) RETURNING since, etag"
)
_END = sa.text(
    "UPDATE record_look SET since = :since, etag = :etag, error = '', quiet_until = NULL "
    "WHERE organisation = :organisation AND since <= :since"
)
_QUIET = sa.text(
    "INSERT INTO record_look (organisation, quiet_until, error) "
    "VALUES (:organisation, now() + CAST(:wait AS interval), :error) "
    "ON CONFLICT (organisation) DO UPDATE SET quiet_until = excluded.quiet_until, "
    "error = excluded.error"
)
_OF_NUMBERS = sa.text(
    "SELECT id, number, version, ours, looked, change, is_open, "
    "stamp IS DISTINCT FROM done_stamp AS waiting FROM record_issue "
    "WHERE organisation = :organisation AND number = ANY(:numbers) ORDER BY number"
)
_LOCK = sa.text(
    "SELECT 1 FROM record_issue WHERE organisation = :organisation AND number = :number FOR UPDATE"
)
_LOOKED = sa.text(
    "UPDATE record_issue SET looked = :looked, change = :change, error = :error "
    "WHERE organisation = :organisation AND id = :id"
)
_OWN = sa.text(
    "UPDATE record_issue SET ours = array_append(array_remove(ours, :hash), :hash) "
    "WHERE organisation = :organisation AND id = :id"
)
_SAY = sa.text(
    "UPDATE record_issue SET say = concat_ws(E'\\n\\n', nullif(say, ''), CAST(:say AS text)), say_key = :key "
    "WHERE organisation = :organisation AND id = :id"
)
_AGAIN = sa.text(
    "UPDATE record_issue SET done_stamp = NULL WHERE organisation = :organisation AND id = :id"
)
_ASKED_FOR = sa.text(
    "SELECT id FROM record_issue WHERE organisation = :organisation AND change = :change"
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What rows know of an issue: the hashes of our texts, and of theirs that was looked at last."""

    id: str
    number: int
    version: int
    ours: tuple[str, ...]
    looked: str
    change: str | None
    is_open: bool
    waiting: bool

    @property
    def artifact(self) -> ArtifactId:
        return ArtifactId(self.id.partition("#")[0])

    @property
    def part(self) -> str:
        return self.id.partition("#")[2]


def begin(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    asked: bool,
    pause: timedelta,
    awaited: bool,
) -> LookPlan | None:
    """Where to look from on; None when nothing stands there, it was done a moment ago, or is not wanted.

    `awaited`: issues of people may come, so that there is something to look for in any case; the first
    look goes a day back for them. What somebody asked for is kept from nothing but the tracker's own
    wish to be left alone.
    """
    values = {"organisation": organisation, "asked": asked, "pause": pause, "awaited": awaited}
    row = db.execute(_BEGIN, values).mappings().one_or_none()
    return None if row is None else LookPlan(since=row["since"], etag=row["etag"])


def end(db: sa.Connection, organisation: OrganisationId, since: str, etag: str) -> None:
    """All that was seen is taken in; where another look got further, that counts."""
    db.execute(_END, {"organisation": organisation, "since": since, "etag": etag})


def quiet(db: sa.Connection, organisation: OrganisationId, wait: timedelta, error: str) -> None:
    """Leave the tracker alone for so long of real time."""
    db.execute(_QUIET, {"organisation": organisation, "wait": wait, "error": error})


def standings(
    db: sa.Connection, organisation: OrganisationId, numbers: Sequence[int]
) -> Sequence[Standing]:
    """What is known of the issues of these numbers that are ours, by number."""
    values = {"organisation": organisation, "numbers": list(numbers)}
    rows = db.execute(_OF_NUMBERS, values).mappings()
    return [Standing(**{**row, "ours": tuple(row["ours"])}) for row in rows]


def locked(db: sa.Connection, organisation: OrganisationId, number: int) -> Standing | None:
    """The one issue, locked: two looks at once take an edit in once."""
    db.execute(_LOCK, {"organisation": organisation, "number": number})
    return next(iter(standings(db, organisation, [number])), None)


def looked(
    db: sa.Connection,
    organisation: OrganisationId,
    id: str,
    standing: str,
    *,
    change: str | None = None,
    error: str = "",
) -> None:
    """What stands there was judged; a change may ask for it, an error say why it does not count."""
    values = {"organisation": organisation, "id": id, "looked": standing}
    db.execute(_LOOKED, {**values, "change": change, "error": error})


def own(db: sa.Connection, organisation: OrganisationId, id: str, standing: str) -> None:
    """What stands there may be written over: it says nothing new, or is kept here."""
    db.execute(_OWN, {"organisation": organisation, "id": id, "hash": standing})


def say(db: sa.Connection, organisation: OrganisationId, id: str, text: str, key: str) -> None:
    """Have something said below the issue with the next writing, after what waits to be said."""
    db.execute(_SAY, {"organisation": organisation, "id": id, "say": text, "key": key})


def again(db: sa.Connection, organisation: OrganisationId, id: str) -> None:
    """Have the issue written again as it shall stand."""
    db.execute(_AGAIN, {"organisation": organisation, "id": id})


def asked_for(db: sa.Connection, organisation: OrganisationId, change: str) -> Sequence[str]:
    """The issues whose edits a change asks for."""
    rows = db.execute(_ASKED_FOR, {"organisation": organisation, "change": change})
    return [row.id for row in rows]
