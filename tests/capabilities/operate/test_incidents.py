"""Incidents: one for each cause, severity as facts change, clocks that escalate, who is called."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from capabilities.operate.world import NAME, PARQUET, World
from headrace.capabilities.governance import service as governance
from headrace.capabilities.health import service as health
from headrace.capabilities.health.model import Severity as Urgency
from headrace.capabilities.operate import service
from headrace.capabilities.operate.model import (
    EntryKind,
    Impact,
    IncidentEnded,
    IncidentNotFound,
    IncidentStatus,
    Severity,
    Stage,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def world(database, clock, tmp_path):
    return World(database, clock, tmp_path)


class TestOpening:
    def test_an_anomaly_of_a_format_opens_an_incident_of_that_format(self, world):
        world.measured()
        world.parquet_breaks()
        world.judged()

        found = world.incident()
        assert (found.service, found.dimension, found.severity) == (NAME, PARQUET, Severity.SEV3)
        assert "usually 0.00%" in found.title

    def test_a_cause_has_one_incident_for_as_long_as_it_lasts(self, world):
        world.burns("availability")
        world.burns("latency")
        world.burns("latency", Urgency.TICKET)

        assert len(world.do(service.listing)) == 1
        assert len(world.do(service.signs, world.incident().id)) == 3

    def test_after_its_end_the_same_cause_makes_a_new_one(self, world):
        world.burns()
        first = world.incident().id
        world.do(service.resolve, first, "found and fixed by hand", by=world.emil)
        world.burns()

        assert [one.id for one in world.do(service.listing)] == ["INC-2026-002", "INC-2026-001"]

    def test_two_parts_that_fail_are_two_causes(self, world):
        world.measured()
        world.counted({("parquet", "failed"): 60, ("csv", "failed"): 60})
        world.judged()

        assert {one.dimension for one in world.do(service.listing)} == {PARQUET, "format=csv"}

    def test_a_sign_that_is_told_twice_is_one_sign(self, world):
        world.burns()
        with world.units.open(world.company.system) as ctx:
            (sign,) = service.signs(ctx, "INC-2026-001")
            assert service.sign(ctx, NAME, sign) is None

        assert len(world.do(service.signs, "INC-2026-001")) == 1

    def test_a_source_that_is_lost_is_no_proof_of_health(self, world):
        world.measured()
        for _ in range(3):
            world.do(health.failed, NAME, "connection refused", datetime.now(UTC))
        world.runner.drain()

        assert world.incident().severity is Severity.SEV3

    def test_an_unknown_incident_tells_how_to_find_others(self, world):
        with pytest.raises(IncidentNotFound, match="incident list"):
            world.do(service.get, "INC-1")


def world_failed(ctx, name, error):
    from headrace.capabilities.health.service.reading import failed
    from headrace.capabilities.operate.store.incidents import world_time

    failed(ctx, name, error, world_time(ctx.db))


class TestSeverity:
    def test_a_second_target_makes_it_worse_and_its_end_better(self, world):
        world.burns("availability")
        assert world.incident().severity is Severity.SEV2
        world.burns("latency")
        assert world.incident().severity is Severity.SEV1
        world.recovers("target:latency")
        assert world.incident().severity is Severity.SEV2

    def test_what_customers_requests_tell_decides_with(self, world):
        world.logs(well=3, failed=2)
        world.burns()

        assert world.incident().impact is Impact.SIGNIFICANT
        assert world.incident().severity is Severity.SEV1

    def test_a_slow_burn_is_written_down_and_told_once_as_a_degradation(self, world):
        world.burns(severity=Urgency.TICKET)
        world.burns("latency", severity=Urgency.TICKET)

        assert world.incident().severity is Severity.SEV4
        assert world.calls() == []
        assert world.plans() == []
        assert len(world.events("operate.sustained")) == 1

    def test_a_budget_that_is_used_up_is_a_breach_however_slowly(self, world):
        world.burns(severity=Urgency.TICKET, left=-0.1)

        assert world.incident().severity is Severity.SEV2


class TestPeople:
    def test_sev1_calls_on_call_and_policy_author_at_once_with_a_package(self, world):
        world.logs(well=5, failed=1, error="write failed: disk full")
        world.burns("availability")
        world.burns("latency")

        called = [one for one in world.calls() if "SEV1" in one.why]
        package = world.incident().context
        assert called[0].to == ("on-call", "policy-author")
        assert called[0].wants_answer
        assert package.findings.affected == ("customer-0",)
        assert any("disk full" in line for line in package.findings.tail)
        assert [one.text for one in package.findings.errors] == ["write failed: disk full"]
        assert {one.what for one in package.suspects} == {"flag"}

    def test_nothing_is_changed_by_itself_at_sev1(self, world):
        world.burns("availability")
        world.burns("latency")

        assert world.acts() == []

    def test_a_failure_that_no_runbook_knows_goes_to_on_call(self, world):
        world.measured()
        world.parquet_breaks()
        world.judged()

        (call,) = world.calls()
        assert call.to == ("on-call",)
        assert "no runbook knows" in call.why

    def test_a_call_lies_in_the_inbox_until_somebody_takes_it(self, world):
        world.burns()
        with world.units.open(world.company.system) as ctx:
            (item,) = governance.inbox(ctx, world.emil.principal)
        assert item.id == "INC-2026-001"

        world.do(service.acknowledge, item.id, by=world.emil)

        with world.units.open(world.company.system) as ctx:
            assert governance.inbox(ctx, world.emil.principal) == ()
        assert world.incident().acknowledged_by == world.emil.principal

    def test_whoever_takes_it_over_stops_what_would_happen_by_itself(self, world):
        world.burns()
        after = world.do(
            service.escalate, "INC-2026-001", "it is the network", ("@xena",), by=world.emil
        )

        assert after.held_for == "it is the network"
        assert world.calls()[-1].to == ("xena",)


class TestClocks:
    def test_a_miss_is_escalated_once_and_one_level_further_each_time(self, world):
        world.burns()
        world.passes(HOUR)
        world.passes(30 * MINUTE)
        missed = [one for one in world.timeline() if one.kind is EntryKind.DEADLINE]
        assert len(missed) == 1

        world.passes(3 * HOUR)

        told = [event["to"] for event in world.events("operate.deadline_missed")]
        assert told == [["on-call"], ["engineering-manager"]]

    def test_what_is_done_in_time_is_met_and_calls_nobody(self, world):
        world.burns()
        world.do(service.acknowledge, "INC-2026-001", by=world.emil)
        before = len(world.calls())
        world.passes(HOUR)

        (first, *_) = world.do(service.deadlines, "INC-2026-001")
        assert first.stage is Stage.ACKNOWLEDGE
        assert first.met_at is not None
        assert len(world.calls()) == before

    def test_getting_worse_shortens_the_time(self, world):
        world.burns("availability")
        world.burns("latency")
        world.passes(15 * MINUTE)

        assert len(world.events("operate.deadline_missed")) == 1

    def test_an_end_in_time_ends_every_clock(self, world):
        world.burns()
        world.do(service.resolve, "INC-2026-001", "a false alarm", by=world.emil)
        world.passes(9 * HOUR)

        assert world.events("operate.deadline_missed") == []

    def test_what_is_not_resolved_in_its_time_is_a_degradation(self, world):
        world.burns()
        world.passes(8 * HOUR)

        assert len(world.events("operate.sustained")) == 1


class TestEnds:
    def test_it_ends_by_itself_when_health_says_so(self, world):
        world.burns()
        world.recovers()

        found = world.incident()
        assert found.status is IncidentStatus.RESOLVED
        assert "went by itself" in found.resolution

    def test_it_is_no_worse_afterwards_than_it_was_and_a_sev1_is_closed_by_a_person(self, world):
        world.logs(well=3, failed=2)
        world.burns()
        assert world.incident().severity is Severity.SEV1
        world.recovers()

        assert world.incident().status is IncidentStatus.MITIGATED
        assert world.incident().severity is Severity.SEV1
        world.do(service.resolve, "INC-2026-001", "the proxy is replaced", by=world.emil)
        assert world.incident().status is IncidentStatus.RESOLVED

    def test_it_never_goes_back(self, world):
        world.burns()
        world.do(service.resolve, "INC-2026-001", "done", by=world.emil)

        with pytest.raises(IncidentEnded, match="never back"):
            world.do(service.mitigate, "INC-2026-001", "again", by=world.emil)

    def test_the_timeline_is_written_once(self, world):
        world.burns()
        with (
            world.units.open(world.company.system) as ctx,
            pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
        ):
            ctx.db.execute(sa.text("UPDATE operate_entry SET text = 'nothing happened'"))
