"""Releases against the real database, real flags and a real access log."""

from dataclasses import replace

import pytest

from capabilities.releases.world import ID, PLAN, World
from headrace.capabilities.flags import service as flags
from headrace.capabilities.people.model import PrincipalKind
from headrace.capabilities.releases import service
from headrace.capabilities.releases.model import (
    Line,
    Move,
    ReleaseId,
    ReleaseNotFound,
    ReleaseRefused,
    ReleaseStatus,
    RolloutMalformed,
)


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

    def test_a_draft_follows_the_next_version_of_its_contract(self, world):
        world.draft(checklist=(Line(text="Alerts", met=False),))

        world.do(
            service.revise,
            ID,
            title="Bulk export",
            contract="release-contract/bulk@2",
            plan=PLAN,
            checklist=(Line(text="Alerts", met=True, evidence="health/targets"),),
        )

        release = world.do(service.approve, ID, "yes", by=world.emil)
        assert release.contract == "release-contract/bulk@2"
        found = world.do(service.of_contract, "release-contract/bulk")
        assert found.checklist[0].evidence == "health/targets"
        assert world.do(service.of_contract, "release-contract/bul") is None

    def test_what_was_approved_takes_no_other_plan(self, world):
        world.draft()
        world.do(service.approve, ID, "yes", by=world.emil)

        with pytest.raises(ReleaseRefused, match="what was approved is not changed"):
            world.do(service.revise, ID, title="x", contract="bulk@2", plan=PLAN, checklist=())

        assert world.release().contract == "release-contract/bulk@1"

    def test_rooms_stand_in_the_way_of_approval_and_beginning(self, world):
        world.draft()
        world.unready = ["the on-call team was not told"]
        with pytest.raises(ReleaseRefused, match="on-call team was not told"):
            world.do(service.approve, ID, "yes", by=world.emil)
        world.unready = []
        world.do(service.approve, ID, "yes", by=world.emil)
        world.unready = ["the service does not run"]
        with pytest.raises(ReleaseRefused, match="the service does not run"):
            world.do(service.begin, ID, by=world.emil)

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
