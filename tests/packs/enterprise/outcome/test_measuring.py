"""From an approved contract to measured outcomes: baseline, general availability, due days, methods."""

from datetime import timedelta

import pytest

from flows import every_crash
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import CheckpointState, Origin
from headrace.capabilities.releases import service as releases
from headrace.packs.enterprise.outcome.measuring import FLOW, USER
from packs.enterprise.build.conftest import MISSION
from packs.enterprise.outcome.conftest import ROUTE, contract

S = CheckpointState
WEEK = timedelta(weeks=1)


@pytest.fixture
def released(world, service):
    """General availability on 16 March; seven customers called, one of them was refused."""
    world.promise(contract())
    world.deploy(service)
    world.roll_out(world.release())
    for number in range(7):
        service.called(f"acme-{number}", at=world.world_time())
        service.called(f"acme-{number}", at=world.world_time())
    service.called("refused", status=429, at=world.world_time())
    service.called("reader", method="GET", at=world.world_time())
    service.called(f"{USER}-1a2b", at=world.world_time())
    return world


def test_an_approved_contract_plans_checkpoints_that_wait(world):
    world.promise(contract())

    assert world.states() == dict.fromkeys(("baseline", "initial", "interim", "final"), S.WAITING)


def test_the_story_is_measured_on_its_day(released, service):
    released.wait(WEEK)

    assert released.states()["initial"] == S.COMPLETED
    found = released.found_out("initial")
    assert {
        name: (one.judged.actual, one.judged.variance, one.judged.verdict)
        for name, one in found.items()
    } == {
        "API Availability": ("2026-03-16", "-27 days", "met"),
        "Export Performance": ("22 s", "-27%", "met"),
        "Customer Adoption": ("7 customers", "+133%", "exceeded"),
        "Guardrail: API Latency": (
            "182 ms",
            "within bounds (-9%); +0% against the baseline measured here",
            "met",
        ),
    }
    latency = found["Export Performance"].reading
    assert (latency.origin, latency.n, latency.confidence) == (Origin.MEASURED, 63, "medium")
    assert "`python measure.py export_latency` against" in latency.method
    assert service.address in latency.evidence[0]
    assert found["API Availability"].reading.evidence[0] == "REL-2026-001"


def test_nothing_is_measured_before_its_day_and_nothing_twice(released, service):
    service.asked.clear()
    released.wait(WEEK - timedelta(minutes=1))
    assert service.asked == []

    released.wait(timedelta(minutes=1))
    released.wait(timedelta(days=3))

    assert sorted(service.asked) == ["api_latency", "export_availability", "export_latency"]


def test_the_baseline_of_guardrails_is_taken_when_the_release_is_approved(world, service):
    world.promise(contract())
    world.deploy(service)
    service.answer("api_latency", 100, "ms")
    id = world.release()
    assert service.asked == ["api_latency"]
    assert list(world.found_out("baseline")) == ["Guardrail: API Latency"]

    service.answer("api_latency", 115, "ms")
    world.roll_out(id)
    world.wait(WEEK)

    judged = world.found_out("initial")["Guardrail: API Latency"].judged
    assert judged.variance == "within bounds (-42%); +15% against the baseline measured here"
    assert judged.verdict == "partially-met"


@pytest.mark.parametrize("crash", every_crash(FLOW, 6), ids=lambda c: f"{c.step}-{c.when}")
def test_a_crash_while_measuring_leaves_one_measurement_of_each(released, crash):
    released.clock.advance(WEEK)

    assert released.jobs(crash=crash, tolerate=True).crashed
    released.jobs(tolerate=True)

    assert len(released.do(missions.measurements, MISSION, "initial")) == 4
    assert released.states()["initial"] == S.COMPLETED
    assert released.do(missions.checkpoint, MISSION, "initial").attempt == 1


def test_a_release_that_came_back_is_not_measured(released):
    released.do(releases.roll_back, "REL-2026-001", "errors", by="engineering-manager")
    released.jobs(tolerate=True)

    released.wait(WEEK)

    assert released.states()["initial"] == S.WAITING


def test_without_a_running_service_nothing_is_met(world, service):
    world.promise(contract())
    world.roll_out(world.release())

    world.wait(WEEK)

    found = world.found_out("initial")
    assert {one.judged.verdict for one in found.values()} == {"inconclusive"}
    assert "nothing of customer-records is deployed" in found["Export Performance"].judged.because


def test_a_service_that_does_not_answer_is_inconclusive_with_its_words(released, service):
    del service.figures["export_latency"]

    released.wait(WEEK)

    judged = released.found_out("initial")["Export Performance"].judged
    assert judged.verdict == "inconclusive"
    assert "HTTP Error 500" in judged.because


def test_a_release_that_does_not_answer_does_not_count_as_available(released, service):
    service.answer("export_availability", 66.7, "%")

    released.wait(WEEK)

    judged = released.found_out("initial")["API Availability"].judged
    assert (judged.verdict, judged.actual) == ("inconclusive", "not yet")
    assert "only 67% of what was tried succeeded" in judged.because


def test_what_a_file_says_is_marked_and_counts_only_up_to_the_day(world, service):
    asked = "file: crm_renewals, count account_id where state is renewed by decided_on"
    world.promise(contract(**{"Customer Adoption": asked}))
    world.deploy(service)
    world.bring(
        "crm_renewals",
        "account_id,state,decided_on\nA,renewed,2026-03-18\nB,renewed,2026-03-20\n"
        "B,renewed,2026-03-21\nC,lost,2026-03-20\nD,renewed,2026-04-20\n",
    )
    world.roll_out(world.release())

    world.wait(WEEK)

    one = world.found_out("initial")["Customer Adoption"]
    assert one.judged.actual == "2 (from a file)"
    assert one.reading.origin is Origin.FILE
    assert "in the file crm_renewals; not measured here" in one.reading.method
    assert one.judged.verdict == "partially-met"


def test_an_outcome_whose_source_names_no_way_is_inconclusive(world, service):
    world.promise(contract(**{"Customer Adoption": "ask around"}))
    world.deploy(service)
    world.roll_out(world.release())

    world.wait(WEEK)

    judged = world.found_out("initial")["Customer Adoption"].judged
    assert judged.verdict == "inconclusive"
    assert "'ask around' names no way to measure it here" in judged.because


def test_the_contract_shows_what_was_measured(released):
    released.wait(WEEK)

    version = released.effective(f"outcome-contract/{MISSION}")
    shown = released.do(artifacts.shown, version)["sections"]
    assert [one["status"] for one in shown["outcomes"]] == ["met"] * 4
    assert [row["status"] for row in shown["schedule"]] == ["completed", "pending", "pending"]


def test_customers_who_called_after_the_checkpoint_began_count_at_the_next(released, service):
    released.wait(WEEK)
    service.called("late", route=ROUTE, at=released.world_time())

    released.wait(WEEK)

    assert released.found_out("initial")["Customer Adoption"].judged.actual == "7 customers"
    assert released.found_out("interim")["Customer Adoption"].judged.actual == "8 customers"
