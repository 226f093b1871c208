"""Signals are triaged and counted once, duplicates found, full weeks told, sources loaded whole."""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from headrace.capabilities.intake import rules, service
from headrace.capabilities.intake.model import (
    Disposition,
    Grade,
    Signal,
    SourceMissing,
    SourceUnreadable,
    Urgency,
)
from headrace.kernel.context import Actor
from headrace.kernel.unit import Units
from racing import at_once

CSV = "customer,asks\nAcme,export\nBeta,import\n"


@dataclass
class Desk:
    """Where signals of the test's organisation come in."""

    units: Units
    actor: Actor
    clock: object

    def do(self, verb, *args, **kwargs):
        return self.units.run(self.actor, verb, *args, **kwargs)

    def file(self, name: str = "one", *, hold: bool = False, **changes) -> Signal:
        known = {
            "title": name,
            "source": "crm",
            "topic": name,
            "category": "customer",
            "confidence": Grade.HIGH,
            "urgency": Urgency.NEXT_CYCLE,
            "impact": Grade.HIGH,
            "filed_by": "scanner",
            "layer": "execution",
            "filed_at": self.clock.now(),
        }
        signal = Signal(signal=f"signal/{name}", **{**known, **changes})
        return self.do(service.register, signal, hold=hold)

    def events(self, type: str) -> list[dict]:
        with self.units.open(self.actor) as ctx:
            rows = ctx.db.execute(
                sa.text(
                    "SELECT payload FROM journal_event WHERE type = :type "
                    "ORDER BY recorded_at, lineage, number"
                ),
                {"type": type},
            )
            return list(rows.scalars())


@pytest.fixture
def desk(units, system, clock) -> Desk:
    return Desk(units, system, clock)


class TestRegistering:
    def test_a_signal_is_triaged_by_the_table(self, desk):
        assert desk.file(impact=Grade.HIGH).disposition is Disposition.PROCEED
        assert desk.file("two", impact=Grade.LOW).disposition is Disposition.DEFER

    def test_the_same_signal_again_is_the_one_that_is_there(self, desk):
        first, again = desk.file(), desk.file(title="Told differently")

        assert again == first
        assert len(desk.events("intake.signal_registered")) == 1

    def test_the_second_of_a_source_and_topic_names_the_first(self, desk, clock):
        desk.file("one", topic="export")
        clock.advance(timedelta(hours=1))
        second = desk.file("two", topic="export")
        other = desk.file("three", topic="export", source="tickets")

        assert (second.duplicate_of, other.duplicate_of) == ("signal/one", None)

    def test_of_eight_of_one_topic_at_once_seven_are_duplicates_of_one(self, desk):
        filed = at_once(8, lambda number: desk.file(f"s{number}", topic="export"))

        originals = [one.signal for one in filed if one.duplicate_of is None]
        assert len(originals) == 1
        assert {one.duplicate_of for one in filed} == {None, originals[0]}

    def test_the_same_signal_from_eight_at_once_is_registered_once(self, desk):
        at_once(8, lambda _: desk.file())

        assert len(desk.do(service.listing)) == 1
        assert len(desk.events("intake.signal_registered")) == 1

    def test_held_signals_wait_for_the_triage_that_is_asked_for(self, desk):
        assert desk.file(hold=True).disposition is Disposition.PENDING

        (triaged,) = desk.do(service.triage_pending)

        assert triaged.disposition is Disposition.PROCEED
        assert desk.do(service.get, "signal/one") == triaged
        assert desk.do(service.triage_pending) == []


class TestWeeks:
    @pytest.mark.parametrize(("count", "told"), [(0, 0), (1, 1), (3, 1)])
    def test_a_week_is_told_once_when_it_passes_what_a_digest_may_wait_for(
        self, desk, count: int, told: int
    ):
        for number in range(rules.WEEK_MOST + count):
            desk.file(f"s{number}")

        found = desk.events("intake.week_overflowed")
        assert len(found) == told
        assert {one["week"] for one in found} <= {"2026-W12"}

    def test_it_is_told_however_many_come_at_once(self, desk):
        for number in range(rules.WEEK_MOST - 3):
            desk.file(f"s{number}")

        at_once(8, lambda number: desk.file(f"late{number}"))

        assert len(desk.events("intake.week_overflowed")) == 1

    def test_the_next_week_begins_anew(self, desk, clock):
        for number in range(rules.WEEK_MOST):
            desk.file(f"s{number}")
        clock.advance(timedelta(weeks=1))
        desk.file("monday")

        assert desk.events("intake.week_overflowed") == []

    def test_a_digest_counts_its_week_and_sees_patterns_of_four(self, desk, clock):
        for number in range(3):
            desk.file(f"s{number}", topic="export", source=f"source {number}")
            clock.advance(timedelta(weeks=1))
        begin = service.week_begin(clock.now()) - timedelta(weeks=1)

        found = desk.do(service.digest, begin, begin + timedelta(weeks=1))

        assert (found.total, found.new) == (3, 1)  # two are carried over
        assert [(one.topic, len(one.signals)) for one in found.alerts] == [("export", 3)]


class TestEnds:
    def test_a_signal_of_which_nothing_came_is_stale_after_its_time(self, desk, clock):
        desk.file("old")
        desk.file("led-to-something")
        desk.file("corrected")
        desk.do(service.absorb, ["signal/led-to-something"], "mission:export")
        desk.do(service.supersede, "signal/corrected", "signal/old")

        clock.advance(timedelta(days=14))
        before = desk.do(service.stale)
        clock.advance(timedelta(days=1))

        assert list(before) == []
        assert [(one.signal.signal, one.days) for one in desk.do(service.stale)] == [
            ("signal/old", 15)
        ]

    def test_what_repeats_a_signal_has_led_to_the_same(self, desk):
        desk.file("one", topic="export")
        desk.file("before", topic="Export ")
        desk.do(service.absorb, ["signal/one"], "mission:export")
        after = desk.file("after", topic="export")

        assert after.absorbed_by == "mission:export"
        assert desk.do(service.get, "signal/before").absorbed_by == "mission:export"

    def test_a_correction_repeats_nothing_and_is_made_once(self, desk):
        desk.file("wrong", topic="export")
        desk.do(service.supersede, "signal/wrong", "signal/right")
        right = desk.file("right", topic="export")
        desk.do(service.supersede, "signal/wrong", "signal/later")

        assert right.duplicate_of is None
        assert desk.do(service.get, "signal/wrong").superseded_by == "signal/right"

    def test_the_newest_are_listed_first_and_without_what_has_led_to_something(self, desk, clock):
        for name in ("one", "two", "three", "four"):
            desk.file(name)
            clock.advance(timedelta(days=1))
        desk.do(service.absorb, ["signal/three"], "mission:export")

        newest = desk.do(service.latest, None, archived=False, only_open=False, limit=2)
        unanswered = desk.do(service.latest, None, archived=False, only_open=True, limit=2)

        assert [one.signal for one in newest] == ["signal/four", "signal/three"]
        assert [one.signal for one in unanswered] == ["signal/four", "signal/two"]

    def test_what_absorbed_a_signal_first_stays(self, desk):
        desk.file()
        for mission in ("mission:first", "mission:second"):
            desk.do(service.absorb, ["signal/one"], mission)

        assert desk.do(service.get, "signal/one").absorbed_by == "mission:first"


class TestSources:
    def test_loading_replaces_all_that_was_there(self, desk):
        desk.do(service.load_source, "crm", CSV)
        made = desk.do(service.load_source, "crm", '[{"customer": "Gamma"}]')

        assert desk.do(service.source_rows, "crm") == [{"customer": "Gamma"}]
        assert [(one.source, one.rows) for one in desk.do(service.sources)] == [("crm", 1)]
        assert made.loaded_at == desk.clock.now()

    def test_its_hash_is_that_of_the_file(self, desk):
        made = desk.do(service.load_source, "crm", CSV)

        assert made.hash == hashlib.sha256(CSV.encode()).hexdigest()
        assert made.rows == 2

    def test_an_unreadable_text_changes_nothing(self, desk):
        desk.do(service.load_source, "crm", CSV)

        with pytest.raises(SourceUnreadable, match="crm cannot be read"):
            desk.do(service.load_source, "crm", '{"not": "a list"}')

        assert len(desk.do(service.source_rows, "crm")) == 2

    def test_a_source_that_was_never_loaded_is_told_with_the_remedy(self, desk):
        with pytest.raises(SourceMissing, match="headrace source load"):
            desk.do(service.source_rows, "crm")

    def test_of_loads_at_once_one_stands_whole(self, desk):
        texts = [f"customer\n{number}\n" for number in range(6)]

        at_once(6, lambda number: desk.do(service.load_source, "crm", texts[number]))

        assert len(desk.do(service.source_rows, "crm")) == 1
        assert [one.rows for one in desk.do(service.sources)] == [1]


def test_another_organisation_sees_neither_signals_nor_sources(desk):
    desk.file()
    desk.do(service.load_source, "crm", CSV)
    other = Desk(desk.units, replace(desk.actor, organisation="org_other"), desk.clock)

    assert other.do(service.listing) == []
    assert other.do(service.sources) == []
    assert other.file().duplicate_of is None
