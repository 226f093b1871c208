"""Remediation: within limits, with whole evidence, verified by measurement, once, or by a person."""

from datetime import timedelta

import pytest

from capabilities.operate.world import (
    FLAG,
    KILL,
    PARQUET,
    RAISE,
    SECOND,
    World,
    remedy,
    runbook,
)
from flows import every_crash
from headrace.capabilities.agents import service as agents
from headrace.capabilities.deployments.model import Parameter
from headrace.capabilities.flags import service as flags
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Decision
from headrace.capabilities.operate import service
from headrace.capabilities.operate.model import (
    Deed,
    EntryKind,
    IncidentStatus,
    Match,
    OutcomeMissing,
    PlanState,
    RunbookMalformed,
    Step,
)

AT_ONCE = timedelta(0)
LOOK = timedelta(seconds=6)


@pytest.fixture
def world(database, clock, tmp_path):
    made = World(database, clock, tmp_path)
    made.serves()
    made.measured()
    return made


def breaks(world, **named):
    world.parquet_breaks(**named)
    world.judged()


class TestWithinTheLimits:
    def test_the_parameter_is_set_the_figure_comes_back_and_the_incident_ends(self, world):
        world.adopts(runbook())
        world.logs(well=30, failed=2, error="Out of Memory Error: parquet writer")
        breaks(world)

        assert world.memory() == 512
        assert world.incident().status is IncidentStatus.ACKNOWLEDGED
        world.is_well()
        world.passes(LOOK)
        assert world.incident().status is IncidentStatus.MITIGATED
        world.judged(later=timedelta(seconds=50))

        found = world.incident()
        assert found.status is IncidentStatus.RESOLVED
        assert "A helped" in found.resolution
        assert world.plans()[0].state is PlanState.HELPED

    def test_a_deed_has_trigger_action_and_measured_outcome_or_is_not_done(self, world):
        world.adopts(runbook())
        breaks(world)

        (act,) = world.acts()
        assert PARQUET in act.trigger
        assert (act.deed.before, act.deed.value, act.by) == (128, 512, "remediation-agent")
        assert not act.is_done
        with pytest.raises(OutcomeMissing, match="set-parameter parquet_memory"):
            world.do(service.resolve, "INC-2026-001", "surely well", by=world.emil)

        world.is_well()
        world.passes(LOOK)

        (act,) = world.acts()
        assert act.is_done
        assert act.outcome["back"] is True
        assert act.outcome["values"]["signs"][0]["share"] == 0
        (event,) = world.events("operate.deed_measured")
        assert event["back"] is True

    def test_it_is_changed_in_the_name_of_the_agent_and_says_why(self, world):
        world.adopts(runbook())
        breaks(world)

        (event,) = world.events("deployments.parameter_set")
        agent = world.do(agents.employee, "remediation-agent")
        assert event["by"] == agent.principal
        assert event["why"].startswith("INC-2026-001, A:")

    def test_sev2_acts_and_tells_people_and_both_are_written_down(self, world):
        world.adopts(runbook(remedy("A", RAISE), matches=[Match(signal="target:*")]))
        world.parquet_breaks()
        world.burns()

        kinds = world.kinds()
        assert EntryKind.CALL in kinds
        assert EntryKind.DEED in kinds
        assert world.calls()[0].to == ("on-call", "policy-author")
        assert world.memory() == 512

    def test_the_runbook_that_fits_best_is_used_and_named(self, world):
        other = remedy("other", Step(deed=Deed.RESTART))
        world.adopts(
            runbook(other, name="general", version="runbook/general@3"),
            runbook(
                name="wide",
                version="runbook/wide@2",
                matches=[Match(dimension=PARQUET, error="out of memory")],
            ),
        )
        world.logs(well=5, failed=1, error="Out of Memory")
        breaks(world)

        assert world.incident().runbook == "runbook/wide@2"
        assert world.plans()[0].body.runbook == "runbook/wide@2"


class TestWhenItDoesNotHelp:
    def test_what_was_in_vain_makes_place_for_the_next_remedy(self, world):
        world.adopts(runbook(remedy(within=AT_ONCE), KILL))
        breaks(world)
        world.passes(LOOK)

        assert [one.state for one in world.plans()] == [PlanState.IN_VAIN, PlanState.WATCHING]
        assert world.do(flags.flag, FLAG).kill is not None
        assert world.acts()[0].outcome["back"] is False

    def test_when_nothing_is_left_a_person_is_called_with_everything_known(self, world):
        world.adopts(runbook(remedy(within=AT_ONCE)))
        breaks(world)
        world.passes(LOOK)

        assert "no remedy left: A: was tried" in world.calls()[-1].why
        assert world.incident().context is not None

    def test_too_few_requests_are_no_proof_that_it_helped(self, world):
        world.adopts(runbook())
        breaks(world)
        world.counted({("parquet", "done"): 2})
        world.passes(LOOK)

        assert world.plans()[0].state is PlanState.WATCHING

    def test_a_failure_that_comes_back_is_answered_by_the_next_remedy(self, world):
        world.adopts(runbook(remedy(), KILL))
        breaks(world)
        world.is_well()
        world.passes(LOOK)
        assert world.incident().status is IncidentStatus.MITIGATED
        world.passes(LOOK)
        world.burns()

        assert [one.body.remedy for one in world.plans()] == ["A", "C"]
        assert world.do(flags.flag, FLAG).kill is not None


class TestByAPerson:
    def ask(self, world, **named):
        world.adopts(runbook(*named.pop("remedies", (remedy(automatic=False),))))
        breaks(world, **named)
        with world.units.open(world.company.system) as ctx:
            found = [g for g in governance.gates(ctx) if g.subject.kind == "remediation"]
        return found[0]

    def decide(self, world, gate, decision, note="as said"):
        world.do(governance.decide, gate.id, decision, note=note, by=world.emil)
        world.runner.drain()

    def test_the_gate_shows_the_very_plan_that_runs_then(self, world):
        gate = self.ask(world)

        assert "set parquet_memory of records from 128 to 512" in gate.summary
        assert "16.0% of the service's requests" in gate.summary
        assert gate.hash == world.plans()[0].hash
        assert world.acts() == []

        self.decide(world, gate, Decision.APPROVE)

        assert world.memory() == 512
        assert world.plans()[0].body.deeds == (world.acts()[0].deed,)

    def test_beyond_a_quarter_of_the_requests_a_person_is_asked(self, world):
        gate = self.ask(world, remedies=(remedy(),), requests=80)

        assert "touches 32% of the service's requests" in gate.why
        assert world.memory() == 128

    def test_beyond_the_authorised_range_a_person_is_asked(self, world):
        far = Step(
            deed=Deed.SET_PARAMETER,
            subject="parquet_memory",
            change="*16",
            low=128,
            high=1024,
            affects=PARQUET,
        )
        gate = self.ask(world, remedies=(remedy("A", far),))

        assert "2048, beyond the authorised 128 to 1024" in gate.why
        assert world.memory() == 128

    def test_a_no_changes_nothing_and_leaves_it_to_on_call(self, world):
        gate = self.ask(world, remedies=(remedy(automatic=False), KILL))
        self.decide(world, gate, Decision.REJECT, "we know better")

        assert world.acts() == []
        assert world.plans()[0].state is PlanState.REFUSED
        assert "we know better" in world.calls()[-1].why
        assert world.do(flags.flag, FLAG).kill is None

    def test_what_still_waits_at_the_end_is_withdrawn(self, world):
        self.ask(world)
        world.do(service.resolve, "INC-2026-001", "it was the proxy", by=world.emil)

        assert world.plans()[0].state is PlanState.DROPPED
        with world.units.open(world.company.system) as ctx:
            assert governance.inbox(ctx, world.emil.principal) == ()


class TestSafety:
    def test_a_critical_signal_switches_the_feature_off_at_once(self, world):
        world.adopts(runbook(remedy(), KILL))
        world.burns("availability")
        world.burns("latency")

        assert world.do(flags.flag, FLAG).kill is not None
        assert [one.deed.deed for one in world.acts()] == [Deed.KILL_FLAG]
        assert [one.state for one in world.plans()] == [PlanState.DROPPED, PlanState.WATCHING]

    def test_without_a_runbook_that_permits_it_nothing_is_switched_off(self, world):
        world.burns("availability")
        world.burns("latency")

        assert world.do(flags.flag, FLAG).kill is None


class TestAuthority:
    def test_a_halt_of_all_agents_leaves_it_to_people(self, world):
        world.adopts(runbook())
        world.do(governance.halt, "stop everything")
        breaks(world)

        assert world.acts() == []
        assert "halted: stop everything" in world.calls()[-1].why

    def test_a_paused_agent_changes_nothing(self, world):
        world.adopts(runbook())
        world.do(agents.pause, "remediation-agent")
        breaks(world)

        assert world.acts() == []
        assert "nobody is at work as remediation-agent" in world.calls()[-1].why

    def test_what_operations_never_do_is_refused_and_told(self, world):
        assert not world.do(service.adopt, runbook(), ["suppress-alert", "restart"])

        assert world.do(service.runbooks) == []
        (event,) = world.events("operate.never_done")
        assert event["what"] == "suppress-alert"
        assert "policy author" in service.forbidden(["suppress-alert"])[0]

    def test_a_runbook_that_nobody_could_follow_is_not_adopted(self, world):
        broken = Step(deed=Deed.SET_PARAMETER, subject="parquet_memory", change="lots")

        with pytest.raises(RunbookMalformed, match="no change of a number"):
            world.do(service.adopt, runbook(remedy("A", broken)))

    def test_a_value_that_the_service_no_longer_takes_ends_the_plan_and_says_so(self, world):
        world.adopts(runbook(remedy(automatic=False)))
        breaks(world)
        with world.units.open(world.company.system) as ctx:
            gate = next(g for g in governance.gates(ctx) if g.subject.kind == "remediation")
        world.serves_now(Parameter(name="parquet_memory", default=128, low=64, high=256))
        world.do(governance.decide, gate.id, Decision.APPROVE, by=world.emil)
        world.runner.drain()

        assert world.plans()[0].state is PlanState.BROKEN
        assert EntryKind.REFUSED in world.kinds()
        assert world.acts() == []


class TestCrashes:
    TWO = remedy(
        "A",
        RAISE,
        Step(deed=Deed.RESTART, affects=PARQUET),
    )

    @pytest.mark.parametrize("crash", every_crash("operate.remedy", 3), ids=str)
    def test_a_remedy_that_is_killed_goes_on_and_repeats_no_deed(self, world, crash):
        world.adopts(runbook(self.TWO))
        world.parquet_breaks()
        world.do(world.judge)
        drained = world.runner.drain(crash=crash)
        assert drained.crashed
        world.runner.drain()

        assert [one.deed.deed for one in world.acts()] == [Deed.SET_PARAMETER, Deed.RESTART]
        assert world.memory() == 512
        assert world.stands().generation == 2
        assert len(world.events("deployments.parameter_set")) == 1
        assert len(world.events("deployments.restarted")) == 1
        assert len(world.events("operate.deed_done")) == 2

    @pytest.mark.parametrize("crash", every_crash("operate.respond", 2), ids=str)
    def test_a_response_that_is_killed_makes_one_plan(self, world, crash):
        world.adopts(runbook())
        world.parquet_breaks()
        world.do(world.judge)
        assert world.runner.drain(crash=crash).crashed
        world.runner.drain()

        assert len(world.plans()) == 1
        assert len(world.acts()) == 1

    @pytest.mark.parametrize("crash", every_crash("operate.verify", 1), ids=str)
    def test_a_measurement_that_is_killed_counts_once(self, world, crash):
        world.adopts(runbook())
        breaks(world)
        world.is_well()
        world.clock.advance(6 * SECOND)
        assert world.runner.drain(crash=crash).crashed
        world.runner.drain()

        assert len(world.events("operate.deed_measured")) == 1
