"""Checkpoints as rows: they wait for general availability, fall due once, and are measured once."""

from datetime import UTC, datetime, timedelta

import pytest

from capabilities.missions.test_service import Office
from flows import Crash, Runner, every_crash
from headrace.capabilities.missions import service
from headrace.capabilities.missions.model import MissionNotFound, MissionStatus, Standing
from headrace.capabilities.missions.model.measurements import (
    CheckpointKind,
    CheckpointNotFound,
    CheckpointRefused,
    CheckpointState,
    Origin,
    Outcome,
    OutcomeKind,
    OutcomeVerdict,
    Reading,
)
from headrace.capabilities.missions.rules import checkpoints as rules
from headrace.capabilities.streams.model import Stream
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability
from headrace.kernel.house import House
from headrace.kernel.unit import Units
from racing import at_once

S, K = CheckpointState, CheckpointKind
SCHEDULE = (
    (K.INITIAL, "one week after GA"),
    (K.INTERIM, "2 weeks after GA"),
    (K.FINAL, "four weeks after GA"),
)
LATENCY = Outcome(
    key="latency", name="Latency", kind=OutcomeKind.OUTCOME, metric="p95", target="< 30 seconds"
)
GUARD = Outcome(
    key="api", name="API", kind=OutcomeKind.GUARDRAIL, metric="p99", target="< 200 ms",
    baseline="180 ms",
)  # fmt: skip


def reading(value: float, unit: str = "s") -> Reading:
    return Reading(origin=Origin.MEASURED, value=value, unit=unit, method="by the clock", n=20)


@pytest.mark.parametrize(
    ("timing", "due"),
    [
        ("one week after GA", "2026-01-28"),
        ("2 weeks after general release", "2026-02-04"),
        ("30 days", "2026-02-20"),
        ("a month after GA", "2026-02-21"),
        ("one quarter after GA", "2026-04-21"),
        ("whenever it suits", None),
    ],
)
def test_a_timing_tells_a_day_after_the_release(timing, due):
    found = rules.due(timing, datetime(2026, 1, 21, 12, tzinfo=UTC))

    assert (f"{found:%Y-%m-%d}" if found else None) == due


def test_a_month_after_the_last_of_january_is_the_last_of_february():
    assert rules.due("a month", datetime(2026, 1, 31, tzinfo=UTC)).day == 28


@pytest.fixture
def office(database, rooms, clock, system) -> Office:
    """Without a pack: nobody measures what falls due but the test."""
    plain = Stream(name="plain", title="Plain", kinds=("mission",), modules=())
    composed = House((*rooms.capabilities, Capability(name="toy", declares=(plain,))))
    jobs = JobWriter(composed, database.app)
    return Office(
        Units(
            engine=database.app, house=composed, clock=clock, tenancy=database.tenancy, jobs=jobs
        ),
        system,
    )


@pytest.fixture
def jobs(office, database, organisation) -> Runner:
    return Runner(units=office.units, system=database.system, organisation=organisation)


@pytest.fixture
def planned(office) -> Office:
    office.open()
    office.do(service.plan_checkpoints, "export", SCHEDULE)
    return office


def states(office: Office) -> dict[str, str]:
    return {one.id: one.state for one in office.do(service.checkpoints, "export")}


def test_a_checkpoint_without_a_release_waits_as_a_row(planned, jobs, clock):
    clock.advance(timedelta(weeks=9))
    jobs()

    assert states(planned) == dict.fromkeys(("baseline", "initial", "interim", "final"), S.WAITING)


def test_general_availability_gives_each_its_day(planned, clock):
    planned.do(service.available, "export", evidence="REL-2026-001")

    days = {one.id: one.due for one in planned.do(service.checkpoints, "export")}
    assert days == {
        "baseline": None,
        "initial": clock.now() + timedelta(weeks=1),
        "interim": clock.now() + timedelta(weeks=2),
        "final": clock.now() + timedelta(weeks=4),
    }


def test_a_due_checkpoint_is_begun_once_however_often_its_timer_comes(planned, jobs, clock):
    planned.do(service.available, "export", evidence="REL-2026-001")
    planned.do(service.available, "export", evidence="REL-2026-001")
    clock.advance(timedelta(weeks=1))

    jobs()
    again = planned.do(service.fall_due, "export", "initial")

    assert again is None
    assert states(planned) == {
        "baseline": S.WAITING, "initial": S.MEASURING, "interim": S.PENDING, "final": S.PENDING,
    }  # fmt: skip
    assert planned.do(service.checkpoint, "export", "initial").attempt == 1


@pytest.mark.parametrize("crash", every_crash(service.DUE, 1), ids=lambda c: c.when)
def test_a_crash_at_the_due_day_begins_it_once(planned, jobs, clock, crash: Crash):
    planned.do(service.available, "export", evidence="REL-2026-001")
    clock.advance(timedelta(weeks=1))

    assert jobs(crash=crash).crashed
    jobs()

    assert planned.do(service.checkpoint, "export", "initial").attempt == 1


def test_a_day_that_was_slept_through_is_missed_and_says_so(planned, jobs, clock):
    planned.do(service.available, "export", evidence="REL-2026-001")
    clock.advance(timedelta(weeks=2, hours=1))

    jobs()

    found = planned.do(service.checkpoint, "export", "initial")
    assert found.state is S.MISSED
    assert "nobody was there to measure on 2026-03-23, and interim is due too" in found.why
    assert states(planned)["interim"] == S.MEASURING


def test_a_release_that_is_taken_back_lets_its_checkpoints_wait_again(planned, jobs, clock):
    planned.do(service.available, "export", evidence="REL-2026-001")
    planned.do(service.taken_back, "export", "rolled back")
    clock.advance(timedelta(weeks=1))
    jobs()
    assert states(planned)["initial"] == S.WAITING

    planned.do(service.available, "export", evidence="REL-2026-002")

    assert planned.do(service.checkpoint, "export", "initial").due == clock.now() + timedelta(
        weeks=1
    )


def test_a_timing_that_names_no_time_says_so(office):
    office.open()
    office.do(service.plan_checkpoints, "export", [(K.FINAL, "whenever it suits")])
    office.do(service.available, "export", evidence="REL-2026-001")

    found = office.do(service.checkpoint, "export", "final")
    assert (found.state, found.due) == (S.WAITING, None)
    assert "names no time" in found.why


def test_a_new_schedule_replaces_what_was_not_begun(planned, jobs, clock):
    planned.do(service.available, "export", evidence="REL-2026-001")
    clock.advance(timedelta(weeks=1))
    jobs()

    planned.do(service.plan_checkpoints, "export", [(K.FINAL, "6 weeks after GA")])

    assert states(planned) == {"baseline": S.WAITING, "initial": S.MEASURING, "final": S.PENDING}
    due = planned.do(service.checkpoint, "export", "final").due
    assert due == clock.now() + timedelta(weeks=5)


def test_each_outcome_is_measured_once_at_a_checkpoint(planned):
    planned.do(service.available, "export", evidence="REL-2026-001")
    planned.do(service.measure_now, "export", "initial", "")

    planned.do(service.note, "export", "initial", [(LATENCY, reading(22))])
    planned.do(service.note, "export", "initial", [(LATENCY, reading(40))])

    (found,) = planned.do(service.measurements, "export")
    assert (found.judged.actual, found.judged.verdict) == ("22 s", OutcomeVerdict.MET)
    assert planned.do(service.checkpoint, "export", "initial").state is S.COMPLETED


def test_two_workers_at_once_measure_once(planned):
    planned.do(service.available, "export", evidence="REL-2026-001")
    planned.do(service.measure_now, "export", "initial", "")

    at_once(
        2,
        lambda number: planned.do(
            service.note, "export", "initial", [(LATENCY, reading(22 + number))]
        ),
    )

    assert len(planned.do(service.measurements, "export")) == 1


def test_a_guardrail_is_held_against_the_baseline_taken_before_anybody_was_reached(planned):
    planned.do(service.measure_baseline, "export", "before the first stage")
    planned.do(service.note, "export", "baseline", [(GUARD, reading(10, "ms"))])
    planned.do(service.available, "export", evidence="REL-2026-001")
    planned.do(service.measure_now, "export", "initial", "")

    planned.do(service.note, "export", "initial", [(GUARD, reading(12, "ms"))])

    (found,) = planned.do(service.newest, "export")
    assert found.judged.variance == "within bounds (-94%); +20% against the baseline measured here"
    assert found.judged.verdict is OutcomeVerdict.PARTIALLY_MET


def test_the_baseline_is_taken_once(planned):
    first = planned.do(service.measure_baseline, "export", "before the first stage")

    assert first is not None
    assert planned.do(service.measure_baseline, "export", "before the first stage") is None


def test_a_checkpoint_is_passed_over_with_a_reason(planned, jobs, clock):
    planned.do(service.available, "export", evidence="REL-2026-001")
    with pytest.raises(CheckpointRefused, match="Say with --why"):
        planned.do(service.skip, "export", "initial", " ")

    planned.do(service.skip, "export", "initial", "the week had two holidays")
    clock.advance(timedelta(weeks=1))
    jobs()

    assert states(planned)["initial"] == S.SKIPPED


def test_what_broke_off_is_missed_and_may_be_measured_again(planned):
    planned.do(service.available, "export", evidence="REL-2026-001")
    planned.do(service.measure_now, "export", "initial", "")
    planned.do(service.broke_off, "export", "initial", "the disk was full")
    assert states(planned)["initial"] == S.MISSED

    again = planned.do(service.measure_now, "export", "initial", "")

    assert (again.state, again.attempt) == (S.MEASURING, 2)


def test_measuring_before_anybody_has_it_is_refused(planned):
    with pytest.raises(CheckpointRefused, match="waiting; nobody has the work yet"):
        planned.do(service.measure_now, "export", "initial", "")


def test_a_cancelled_mission_is_not_measured(planned, jobs, clock):
    planned.do(service.available, "export", evidence="REL-2026-001")
    planned.do(
        service.move,
        "export",
        MissionStatus.CANCELLED,
        Standing(by_person=True, rationale="x"),
        "x",
    )
    clock.advance(timedelta(weeks=1))

    jobs()

    found = planned.do(service.checkpoint, "export", "initial")
    assert (found.state, found.why) == (S.SKIPPED, "the mission was cancelled")


def test_unknown_names_are_told(planned):
    with pytest.raises(CheckpointNotFound, match="no checkpoint 'yearly'"):
        planned.do(service.measure_now, "export", "yearly", "")
    with pytest.raises(MissionNotFound):
        planned.do(service.plan_checkpoints, "nothing", SCHEDULE)
