"""The audit names any row that is not as it was sealed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
import sqlalchemy as sa

from headrace.kernel.context import Actor, Ctx
from headrace.kernel.database import Database
from headrace.kernel.errors import Conflict, Invalid
from headrace.kernel.events import Event
from headrace.kernel.journal.erasing import erase
from headrace.kernel.journal.sequencer import seal, sequence
from headrace.kernel.journal.verify import Audit, audit
from headrace.kernel.unit import Units


@dataclass(frozen=True, kw_only=True)
class Counted(Event):
    """A number was said."""

    type: ClassVar[str] = "toy.counted"
    thing: str
    number: int

    @property
    def lineage(self) -> str:
        return f"thing:{self.thing}"


@pytest.fixture
def sealed(units: Units, system: Actor, database: Database) -> Callable[[], Audit]:
    """Six events in two lineages, sealed; gives the audit of them."""
    for number in range(3):
        units.run(system, _count, "a", number)
        units.run(system, _count, "b", number)
    sequence(database.system)
    seal(database.system, max_age=timedelta(0))

    def look() -> Audit:
        return units.run(system, lambda ctx: audit(ctx.db, ctx.organisation))

    return look


def _count(ctx: Ctx, thing: str, number: int) -> None:
    ctx.record(Counted(thing=thing, number=number))


def test_an_untouched_journal_is_clean(sealed: Callable[[], Audit]):
    found = sealed()

    assert found.clean
    assert (found.events, found.blocks, found.unsealed) == (6, 1, 0)


@pytest.mark.parametrize(
    ("change", "row", "what"),
    [
        pytest.param(
            "UPDATE journal_event SET payload = json_build_object('thing', 'a') WHERE position = 3",
            "at position 3",
            "payload",
            id="a payload",
        ),
        pytest.param(
            "UPDATE journal_event SET actor = 'mallory' WHERE position = 2",
            "at position 2",
            "columns",
            id="who did it",
        ),
        pytest.param(
            "UPDATE journal_event SET at = at + interval '1 second' WHERE position = 4",
            "at position 4",
            "columns",
            id="when",
        ),
        pytest.param(
            "UPDATE journal_event SET digest = repeat('0', 64) WHERE position = 5",
            "at position 5",
            "not the event that was sealed",
            id="a digest",
        ),
        pytest.param(
            "UPDATE journal_event SET payload = NULL WHERE position = 3",
            "at position 3",
            "nobody recorded an erasure",
            id="a payload that was taken away",
        ),
        pytest.param(
            "UPDATE journal_event SET cause = 'evt_other' WHERE position = 6",
            "at position 6",
            "columns",
            id="why it happened",
        ),
        pytest.param(
            "DELETE FROM journal_event WHERE position = 6", "position 6", "is gone", id="deleted"
        ),
        pytest.param(
            "UPDATE journal_block SET digests[1] = repeat('0', 64)",
            "block 1",
            "changed",
            id="a block",
        ),
        pytest.param(
            "UPDATE journal_block SET hash = repeat('0', 64)",
            "block 1",
            "changed",
            id="a block's hash",
        ),
    ],
)
def test_a_changed_row_is_named(
    sealed: Callable[[], Audit], database: Database, change: str, row: str, what: str
):
    with database.system.begin() as db:
        db.execute(sa.text(change))

    found = sealed()

    assert any(row in fault.row and what in fault.what for fault in found.faults), found.faults


def test_an_erased_payload_leaves_the_chain_whole_and_tells_who_erased_it(
    sealed: Callable[[], Audit], units: Units, system: Actor, database: Database
):
    with database.system.begin() as db:
        event = db.execute(sa.text("SELECT id FROM journal_event WHERE position = 1")).scalar_one()
    units.run(system, erase, event, "asked for by the person")

    found = sealed()

    assert found.clean, found.faults
    assert found.erased == 1
    with pytest.raises(Conflict, match="nothing that could be erased"):
        units.run(system, erase, event, "again")
    with pytest.raises(Invalid, match="by which right"):
        units.run(system, erase, event, " ")


@pytest.mark.parametrize("sealing", [True, False], ids=["sealed", "not sealed yet"])
def test_the_newest_event_is_missed_when_it_is_deleted(
    sealed: Callable[[], Audit],
    units: Units,
    system: Actor,
    database: Database,
    sealing: bool,
):
    units.run(system, _count, "c", 1)
    sequence(database.system)
    if sealing:
        seal(database.system, max_age=timedelta(0))
    with database.system.begin() as db:
        db.execute(
            sa.text(
                "DELETE FROM journal_event WHERE position = (SELECT max(position) FROM journal_event)"
            )
        )
        db.execute(sa.text("DELETE FROM journal_block WHERE number = 2"))  # the cut leaves no block

    found = sealed()

    assert ("lineage thing:c", "lacks number 1") in [(one.row, one.what) for one in found.faults]


def test_a_chain_that_was_made_anew_does_not_hold_the_head_that_was_written_down(
    sealed: Callable[[], Audit], units: Units, system: Actor, database: Database
):
    before = sealed().head
    with database.system.begin() as db:
        db.execute(sa.text("DELETE FROM journal_event WHERE lineage = 'thing:b'"))
        db.execute(sa.text("DELETE FROM journal_lineage WHERE lineage = 'thing:b'"))
        db.execute(sa.text("DELETE FROM journal_block"))
    seal(database.system, max_age=timedelta(0))

    def look(anchor: str | None) -> Audit:
        return units.run(system, lambda ctx: audit(ctx.db, ctx.organisation, anchor=anchor))

    assert look(None).clean
    (fault,) = look(before).faults
    assert before in fault.row
    assert "not in the chain" in fault.what


def test_events_of_a_lineage_are_numbered_without_gaps(
    sealed: Callable[[], Audit], units: Units, system: Actor
):
    sealed()
    with units.open(system) as ctx:
        rows = ctx.db.execute(
            sa.text("SELECT lineage, number, position FROM journal_event ORDER BY position")
        ).all()

    assert [r.position for r in rows] == [1, 2, 3, 4, 5, 6]
    assert [r.number for r in rows if r.lineage == "thing:a"] == [1, 2, 3]


def test_another_organisation_sees_nothing_of_it(sealed: Callable[[], Audit], units: Units):
    from headrace.kernel.context import system_actor
    from headrace.kernel.ids import OrganisationId

    other = units.run(
        system_actor(OrganisationId("org_other")), lambda ctx: audit(ctx.db, ctx.organisation)
    )

    assert other.events == 0
