"""Releases against the real database, real flags and a real access log."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from capabilities.people.company import Company
from flows import Runner
from headrace.app import HOUSE
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Definition, Segment
from headrace.capabilities.people.model import PrincipalKind
from headrace.capabilities.record.model import Places
from headrace.capabilities.releases import service
from headrace.capabilities.releases.model import (
    ALARM_QUESTION,
    PROMOTE_QUESTION,
    Criterion,
    Deployments,
    Line,
    Measure,
    Move,
    ReleaseId,
    ReleaseNotFound,
    ReleaseRefused,
    ReleaseStatus,
    Rollout,
    RolloutMalformed,
    Stage,
)
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability, Check
from headrace.kernel.house import House
from headrace.kernel.unit import Units

FLAG = "bulk_export"
ID = ReleaseId("REL-2026-001")
PLAN = Rollout(
    flag=FLAG,
    log="customer-records/access.jsonl",
    stages=(
        Stage(name="canary", percent=20, also=("early",), lasts=timedelta(hours=24)),
        Stage(name="half", percent=50, lasts=timedelta(hours=24)),
        Stage(name="everyone", percent=100, lasts=timedelta(hours=1)),
    ),
    criteria=(
        Criterion(name="errors", measure=Measure.ERRORS, worse_by=0.01, at_most=0.05),
        Criterion(name="p95", measure=Measure.LATENCY, worse_by=0.25, at_most=2.0),
    ),
)


class World:
    """An organisation, a flag, a service that writes its log, and what other rooms say."""

    def __init__(self, database, clock, folder):
        self.clock, self.folder = clock, folder
        self.alarms, self.against = [], []
        asked = Capability(
            name="asked",
            declares=(
                Deployments(folder=folder),
                Places(repositories=folder / "repositories", worktrees=folder / "worktrees"),
            ),
            checks=(
                Check(name="asked.alarm", question=ALARM_QUESTION, run=lambda *_: self.alarms),
                Check(name="asked.budget", question=PROMOTE_QUESTION, run=lambda *_: self.against),
            ),
        )
        house = House((*HOUSE.capabilities, asked))
        self.units = Units(
            engine=database.app,
            house=house,
            clock=clock,
            tenancy=database.tenancy,
            jobs=JobWriter(house, database.app),
        )
        self.company = Company(self.units)
        self.runner = Runner(
            units=self.units,
            system=database.system,
            organisation=self.company.system.organisation,
        )
        self.ada = self.company.adds("ada", "release:*", "flags:*")
        self.emil = self.company.adds("emil", "release:*", "flags:*")
        self.do(flags.put_segment, Segment(key="early", included=frozenset({"acme"})))
        self.do(flags.create, FLAG, Definition(owner="ada"))

    def do(self, verb, *args, by=None, **named):
        return self.units.run(by or self.company.system, verb, *args, **named)

    def draft(self, plan=PLAN, **named):
        return self.do(
            service.draft,
            id=ID,
            title="Bulk export",
            contract="release-contract/bulk@1",
            context=None,
            plan=plan,
            by=self.ada,
            **named,
        )

    def begun(self, plan=PLAN):
        self.draft(plan)
        self.do(service.approve, ID, "reviewed", by=self.emil)
        return self.do(service.begin, ID, by=self.emil)

    def is_reached(self, user):
        return bool(self.do(flags.evaluate, FLAG, {"targetingKey": user}).value)

    def traffic(self, *, users=1500, bad=0.0, slower=1.0, seed=1):
        """Requests as the service logs them; those whom the flag reaches fail and wait as told."""
        chance = random.Random(seed)
        seen = self.do(flags.snapshot)
        log = self.folder / self.company.system.organisation / PLAN.log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as file:
            for number in range(users):
                user = f"user-{number}"
                given = flags.given(seen.flags[FLAG], seen.segments, user, datetime.now(UTC))
                for _ in range(4):
                    failed = chance.random() < (bad if given == "on" else 0.001)
                    seconds = 0.1 * chance.lognormvariate(0, 0.3)
                    line = {
                        "at": datetime.now(UTC).isoformat(),
                        "user": user,
                        "route": "/export",
                        "status": 503 if failed else 200,
                        "seconds": seconds * (slower if given == "on" else 1.0),
                    }
                    file.write(json.dumps(line) + "\n")

    def pass_time(self, hours):
        """Let organisation time go by, some hours at a time, and everything that is due happen."""
        while hours > 0:
            self.clock.advance(timedelta(hours=min(hours, 6)))
            hours -= 6
            self.runner.drain()

    def release(self):
        return self.do(service.get, ID)

    def moves(self):
        return [(one.move, one.stage) for one in self.do(service.history, ID)]


@pytest.fixture
def world(database, clock, tmp_path):
    return World(database, clock, tmp_path)


class TestBeforeTheFirstStage:
    def test_a_release_that_names_no_flag_of_ours_is_refused(self, world):
        with pytest.raises(flags.FlagNotFound):
            world.draft(replace(PLAN, flag="unknown"))

    def test_every_fault_of_a_plan_is_told(self, world):
        broken = replace(PLAN, stages=(), criteria=(), log="../../etc/passwd")

        with pytest.raises(RolloutMalformed) as told:
            world.draft(broken)

        assert len(told.value.details["reasons"]) == 3

    def test_an_unmet_line_blocks_the_approval_until_it_is_met(self, world):
        world.draft(checklist=(Line(text="Alerts", met=False, because="no runbook"),))

        with pytest.raises(ReleaseRefused, match="Alerts: no runbook"):
            world.do(service.approve, ID, "yes", by=world.emil)

        world.do(service.tick, ID, Line(text="Alerts", met=True), by=world.ada)
        assert world.do(service.approve, ID, "yes", by=world.emil).approved_by

    def test_whoever_drafted_it_does_not_approve_it(self, world):
        world.draft()

        with pytest.raises(ReleaseRefused, match="does not approve"):
            world.do(service.approve, ID, "yes", by=world.ada)

    def test_no_stage_begins_without_an_approval(self, world):
        world.draft()

        with pytest.raises(ReleaseRefused, match="from draft a release goes"):
            world.do(service.begin, ID, by=world.emil)

        assert not world.is_reached("acme")

    def test_after_the_approval_the_checklist_is_closed(self, world):
        world.draft(checklist=(Line(text="Alerts", met=True),))
        world.do(service.approve, ID, "yes", by=world.emil)

        with pytest.raises(ReleaseRefused, match="checklist is closed"):
            world.do(service.tick, ID, Line(text="Alerts", met=False), by=world.ada)

    def test_an_unknown_release_tells_how_to_find_others(self, world):
        with pytest.raises(ReleaseNotFound, match="release list"):
            world.do(service.get, ReleaseId("REL-1"))


class TestStages:
    def test_the_first_stage_reaches_its_part_and_the_named_besides(self, world):
        world.begun()

        reached = sum(world.is_reached(f"user-{n}") for n in range(300))

        assert 30 < reached < 90
        assert world.is_reached("acme")

    def test_a_healthy_release_goes_through_all_its_stages(self, world):
        world.begun()
        for hours in (24, 24, 2):
            world.traffic(bad=0.001)
            world.pass_time(hours)

        assert world.release().status is ReleaseStatus.DEPLOYED
        assert world.moves() == [
            (Move.BEGIN, None),
            (Move.PROMOTE, 0),
            (Move.PROMOTE, 1),
            (Move.FINISH, 2),
        ]
        assert world.is_reached("anybody")

    @pytest.mark.parametrize(
        ("fault", "metric"), [({"bad": 0.2}, "errors: worse"), ({"slower": 3.0}, "p95: worse")]
    )
    def test_a_bad_release_comes_back_by_itself_long_before_its_time_is_over(
        self, world, fault, metric
    ):
        world.begun()
        world.traffic(**fault)
        world.pass_time(2)

        last = world.do(service.history, ID)[-1]
        assert world.release().status is ReleaseStatus.ROLLED_BACK
        assert last.move is Move.ROLL_BACK
        assert last.reasons[0].startswith(metric)
        assert not world.is_reached("acme")

    def test_without_traffic_it_is_held_told_once_and_asked_in_the_end(self, world):
        world.begun()
        world.pass_time(80)

        assert world.moves() == [(Move.BEGIN, None), (Move.HOLD, 0), (Move.ASK, 0)]
        assert world.release().stage == 0

    def test_what_was_logged_before_a_stage_does_not_count_for_it(self, world):
        world.traffic(bad=0.5)
        world.begun()
        world.pass_time(2)

        assert world.moves() == [(Move.BEGIN, None)]

    def test_an_alarm_takes_it_back(self, world):
        world.begun()
        world.alarms.append("exports fail for everybody")
        world.pass_time(2)

        assert world.release().status is ReleaseStatus.ROLLED_BACK

    def test_an_exhausted_budget_stands_in_the_way_of_machine_and_person(self, world):
        world.begun()
        world.traffic(bad=0.001)
        world.against.append("the error budget is used up")
        world.pass_time(25)

        assert world.moves()[-1] == (Move.HOLD, 0)
        with pytest.raises(ReleaseRefused, match="error budget is used up"):
            world.do(service.promote, ID, "I insist", by=world.emil)

    def test_a_person_holds_and_promotes(self, world):
        world.begun()
        world.traffic(bad=0.001)
        world.do(service.hold, ID, "wait for the sales team", by=world.emil)
        world.pass_time(25)
        assert world.release().stage == 0

        world.do(service.promote, ID, "they agree", by=world.emil)

        assert world.release().stage == 1
        assert [move for move, _ in world.moves()] == [Move.BEGIN, Move.HOLD, Move.PROMOTE]

    def test_a_person_takes_back_what_is_out(self, world):
        world.begun()
        world.do(service.roll_back, ID, "legal asks for it", by=world.emil)

        assert not world.is_reached("acme")
        with pytest.raises(ReleaseRefused, match="nowhere; draft a new one"):
            world.do(service.roll_back, ID, "again", by=world.emil)

    def test_one_release_rolls_a_flag_out_at_a_time(self, world):
        world.begun()
        other = ReleaseId("REL-2026-002")
        world.do(
            service.draft, id=other, title="B", contract="", context=None, plan=PLAN, by=world.ada
        )
        world.do(service.approve, other, "yes", by=world.emil)

        with pytest.raises(ReleaseRefused, match="REL-2026-001 rolls bulk_export out already"):
            world.do(service.begin, other, by=world.emil)

    def test_lines_that_are_no_requests_disturb_nobody(self, world):
        world.begun()
        log = world.folder / world.company.system.organisation / PLAN.log
        log.parent.mkdir(parents=True)
        log.write_text('{"user": 1}\nnonsense "user"\n{"user": "a", "at": "never"}\n\x00"user"\n')
        world.traffic(bad=0.001)
        world.pass_time(25)

        assert world.release().stage == 1


def test_an_agent_may_not_approve_whatever_its_rights(world):
    robot = world.company.adds("robot", "release:*", kind=PrincipalKind.AGENT)

    assert not world.company.may(robot, "release:approve")
    assert world.company.may(world.emil, "release:approve")
