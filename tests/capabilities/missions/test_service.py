"""Missions as rows: described by their brief, moved through gates, their paths taken, tasks planned."""

from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from capabilities.missions.test_tasks import a_task
from headrace.capabilities.missions import operations, service
from headrace.capabilities.missions.model import (
    GateClosed,
    Mission,
    MissionNotFound,
    MissionStatus,
    Standing,
    Task,
    TaskBlocked,
    TaskNotFound,
    TasksRefused,
    TaskStatus,
)
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Stream
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability
from headrace.kernel.context import Actor, ActorKind
from headrace.kernel.house import House
from headrace.kernel.unit import Units
from racing import at_once

S = MissionStatus
READY = Standing(
    by_person=True, fleet_approved=True, design_approved=True, outcome_reported=True, rationale="so"
)
WAY = (S.APPROVED, S.PLANNING, S.ACTIVE)


@dataclass
class Office:
    """The missions of the test's organisation."""

    units: Units
    actor: Actor

    def do(self, verb, *args, by: ActorKind = ActorKind.SYSTEM, **kwargs):
        return self.units.run(replace(self.actor, kind=by), verb, *args, **kwargs)

    def open(self, slug: str = "export", **facts) -> Mission:
        context = self.do(
            streams.open_context, stream="plain", kind="mission", slug=slug, title=slug
        )
        known = {"title": slug.title(), "reference": f"MISSION-2026-{slug}"}
        return self.do(service.open_mission, slug=slug, context=context.id, **{**known, **facts})

    def described(self, slug: str = "export", **facts) -> Mission:
        known = {
            "title": "Bulk export",
            "reference": None,
            "design_required": False,
            "task_exempt": "",
            "blocked_by": (),
        }
        return self.do(service.describe, slug, **{**known, **facts})

    def plan(self, *tasks: Task, slug: str = "export") -> dict[str, TaskStatus]:
        return {task.id: task.status for task in self.do(service.plan, slug, tasks)}

    def move(self, target: MissionStatus, slug: str = "export", why: str = "so", **standing):
        return self.do(service.move, slug, target, replace(READY, **standing), why)

    def active(self, slug: str = "export", *owned: str) -> Mission:
        """A mission at work that owns these folders."""
        self.open(slug)
        self.plan(a_task(1), slug=slug)
        self.do(service.take_paths, slug, owned, design_required=False)
        for target in WAY:
            self.move(target, slug)
        return self.do(service.get, slug)

    def events(self, type: str) -> list[dict]:
        with self.units.open(self.actor) as ctx:
            rows = ctx.db.execute(
                sa.text("SELECT payload FROM journal_event WHERE type = :type "
                        "ORDER BY recorded_at, lineage, number"), {"type": type},
            )  # fmt: skip
            return list(rows.scalars())


@pytest.fixture
def office(database, house, clock, system) -> Office:
    plain = Stream(name="plain", title="Plain", kinds=("mission",), modules=())
    composed = House((*house.capabilities, Capability(name="toy", declares=(plain,))))
    units = Units(
        engine=database.app,
        house=composed,
        clock=clock,
        tenancy=database.tenancy,
        jobs=JobWriter(composed, database.app),
    )
    return Office(units, system)


class TestDescribing:
    def test_a_mission_is_proposed_once(self, office):
        first, again = office.open(), office.open(title="Something else")

        assert first.status is S.PROPOSED
        assert again == first
        assert [one["mission"] for one in office.events("missions.opened")] == ["export"]

    def test_the_row_says_what_the_approved_brief_says(self, office):
        office.open()
        office.described(title="Bulk data export", design_required=True, task_exempt="no code")

        found = office.do(service.get, "export")
        assert (found.title, found.design_required, found.task_exempt) == (
            "Bulk data export", True, "no code",
        )  # fmt: skip
        assert found.reference == "MISSION-2026-export"

    def test_a_design_that_its_streams_require_is_not_lost_by_a_new_brief(self, office):
        office.open()
        office.do(service.take_paths, "export", ["src/api/"], design_required=True)

        assert office.described(design_required=False).design_required
        assert office.do(service.get, "export").design_required

    def test_missions_that_wait_for_each_other_are_refused(self, office):
        office.open("import")
        office.open("export")
        office.described("import", blocked_by=["MISSION-2026-export"])

        with pytest.raises(GateClosed, match="wait for each other"):
            office.described("export", blocked_by=["import"])
        assert office.do(service.get, "export").blocked_by == ()

    @pytest.mark.parametrize("named", ["import", "mission:import", "MISSION-2026-import"])
    def test_work_starts_when_the_mission_it_waits_for_has_ended(self, office, named: str):
        office.active("import")
        office.open()
        office.plan(a_task(1))
        office.described(blocked_by=[named])
        for target in WAY[:2]:
            office.move(target)

        with pytest.raises(GateClosed, match="waits for mission 'import'"):
            office.move(S.ACTIVE)
        office.move(S.COMPLETED, "import")

        assert office.move(S.ACTIVE).status is S.ACTIVE

    def test_a_mission_that_is_not_there_is_told(self, office):
        with pytest.raises(MissionNotFound, match="headrace mission list"):
            office.do(service.get, "exprot")

    def test_it_is_found_by_its_context(self, office):
        office.open()

        assert office.do(service.of_context, "mission:export").slug == "export"
        assert office.do(service.of_context, "mission:none") is None


class TestMoving:
    def test_each_move_is_logged_newest_first_and_told(self, office):
        office.active()

        steps = office.do(service.steps, "export")
        assert [(one.number, one.before, one.after) for one in steps] == [
            (4, S.PLANNING, S.ACTIVE),
            (3, S.APPROVED, S.PLANNING),
            (2, S.PROPOSED, S.APPROVED),
            (1, None, S.PROPOSED),
        ]
        told = [(one["before"], one["after"]) for one in office.events("missions.moved")]
        assert told == [("proposed", "approved"), ("approved", "planning"), ("planning", "active")]

    def test_a_closed_gate_keeps_it_where_it_is(self, office):
        office.open()
        for target in WAY[:2]:
            office.move(target)
        office.described(design_required=True)

        with pytest.raises(GateClosed) as refused:
            office.move(S.ACTIVE, design_approved=False)

        assert refused.value.message.startswith("Mission 'export' stays planning: ")
        assert len(refused.value.details["reasons"]) == 2  # no task, no design
        assert office.do(service.get, "export").status is S.PLANNING
        assert len(office.do(service.steps, "export")) == 3

    def test_its_tasks_are_counted_and_not_taken_on_trust(self, office):
        office.open()
        for target in WAY[:2]:
            office.move(target)

        with pytest.raises(GateClosed, match=r"TASKS\.md has no task"):
            office.move(S.ACTIVE, tasks=7)

    def test_moving_to_where_it_stands_is_no_move(self, office):
        office.active()
        office.move(S.ACTIVE)

        assert len(office.do(service.steps, "export")) == 4

    def test_of_eight_that_move_it_at_once_one_step_is_logged(self, office):
        office.open()

        at_once(8, lambda _: office.move(S.APPROVED))

        assert len(office.do(service.steps, "export")) == 2

    @pytest.mark.parametrize("kind", [ActorKind.AGENT, ActorKind.SERVICE, ActorKind.SYSTEM])
    def test_only_a_person_pauses(self, office, kind: ActorKind):
        office.active()

        with pytest.raises(GateClosed, match="a person decides this"):
            office.do(service.decide, "export", S.PAUSED, "why not", by=kind)

    def test_a_person_pauses_resumes_and_cancels_with_a_rationale(self, office):
        office.active()

        def decide(move: operations.Move, rationale: str = "") -> MissionStatus:
            asked = operations.MissionMove(mission="export", move=move, rationale=rationale)
            return office.do(operations.decide, asked, by=ActorKind.PERSON).status

        assert decide(operations.Move.PAUSE) is S.PAUSED
        assert decide(operations.Move.RESUME) is S.ACTIVE
        with pytest.raises(GateClosed, match="needs its rationale"):
            decide(operations.Move.CANCEL)
        assert decide(operations.Move.CANCEL, "the market has gone") is S.CANCELLED
        assert office.do(service.steps, "export")[0].why == "the market has gone"

    def test_a_mission_is_shown_with_its_tasks_and_steps(self, office):
        office.active()

        shown = office.do(operations.show, operations.MissionName(mission="export"))
        assert (shown.mission.status, len(shown.tasks), len(shown.steps)) == (S.ACTIVE, 1, 4)
        listed = office.do(operations.listing, operations.MissionQuery(status=S.ACTIVE))
        assert [one.slug for one in listed.items] == ["export"]


class TestPaths:
    @pytest.mark.parametrize(
        ("wanted", "conflicts"),
        [
            (["src/api/routes.py"], [("import", "src/api/routes.py")]),
            (["src/"], [("import", "src/")]),
            (["docs/"], []),
        ],
    )
    def test_paths_of_a_mission_at_work_are_its_own(self, office, wanted, conflicts):
        office.active("import", "src/api/", "src/model/")

        assert list(office.do(service.path_conflicts, wanted)) == conflicts

    def test_its_own_paths_are_no_conflict_for_itself(self, office):
        office.active("import", "src/api/")

        assert list(office.do(service.path_conflicts, ["src/api/"], "import")) == []

    @pytest.mark.parametrize("target", [S.COMPLETED, S.CANCELLED])
    def test_a_mission_that_has_ended_gives_its_paths_back(self, office, target):
        office.active("import", "src/api/")
        office.move(target, "import")

        assert list(office.do(service.path_conflicts, ["src/api/"])) == []

    def test_a_paused_mission_keeps_them(self, office):
        office.active("import", "src/api/")
        office.move(S.PAUSED, "import")

        assert list(office.do(service.path_conflicts, ["src/api/"])) == [("import", "src/api/")]


class TestTasks:
    def test_tasks_that_do_not_hold_together_leave_nothing_behind(self, office):
        office.open()

        with pytest.raises(TasksRefused) as refused:
            office.plan(a_task(1, 9), a_task(2, criteria=()))

        assert len(refused.value.details["faults"]) == 2
        assert list(office.do(service.all_tasks, "export")) == []

    def test_a_new_plan_keeps_the_status_of_what_is_in_it(self, office):
        office.open()
        office.plan(a_task(1), a_task(2))
        office.do(service.move_task, "export", "TASK-001", TaskStatus.IN_PROGRESS)

        assert office.plan(a_task(1, title="Better told"), a_task(2)) == {
            "TASK-001": TaskStatus.IN_PROGRESS,
            "TASK-002": TaskStatus.PENDING,
        }
        assert office.do(service.all_tasks, "export")[0].title == "Better told"

    def test_what_is_planned_no_more_is_cancelled_unless_it_was_begun(self, office):
        office.open()
        office.plan(a_task(1), a_task(2), a_task(3, 2))
        office.do(service.move_task, "export", "TASK-001", TaskStatus.IN_PROGRESS)

        assert office.plan(a_task(4, 1)) == {
            "TASK-001": TaskStatus.IN_PROGRESS,
            "TASK-002": TaskStatus.CANCELLED,
            "TASK-003": TaskStatus.CANCELLED,
            "TASK-004": TaskStatus.PENDING,
        }

    @pytest.mark.parametrize("status", [TaskStatus.IN_PROGRESS, TaskStatus.COMPLETED])
    def test_a_task_that_waits_for_others_cannot_be_begun_or_ended(self, office, status):
        office.open()
        office.plan(a_task(1), a_task(2), a_task(3, 1, 2))

        with pytest.raises(TaskBlocked, match="TASK-003 waits for TASK-001, TASK-002"):
            office.do(service.move_task, "export", "TASK-003", status)

    def test_it_can_be_begun_when_they_have_ended(self, office):
        office.open()
        office.plan(a_task(1), a_task(2, 1))
        office.do(service.move_task, "export", "TASK-001", TaskStatus.COMPLETED)

        moved = office.do(service.move_task, "export", "TASK-002", TaskStatus.IN_PROGRESS, "CR-7")

        assert (moved.status, moved.change) == (TaskStatus.IN_PROGRESS, "CR-7")

    def test_a_blocked_task_may_still_be_cancelled(self, office):
        office.open()
        office.plan(a_task(1), a_task(2, 1))

        office.do(service.move_task, "export", "TASK-002", TaskStatus.CANCELLED)

        assert office.do(service.all_tasks, "export")[1].status is TaskStatus.CANCELLED

    def test_the_same_move_again_is_told_once(self, office):
        office.open()
        office.plan(a_task(1))

        for _ in range(3):
            office.do(service.move_task, "export", "TASK-001", TaskStatus.IN_PROGRESS, "CR-7")

        assert len(office.events("missions.task_moved")) == 1

    def test_a_task_that_is_not_there_is_told_with_those_there_are(self, office):
        office.open()
        office.plan(a_task(1))

        with pytest.raises(TaskNotFound, match="TASK-001"):
            office.do(service.move_task, "export", "TASK-009", TaskStatus.COMPLETED)


def test_another_organisation_has_missions_and_paths_of_its_own(office):
    office.active("import", "src/api/")
    other = Office(office.units, replace(office.actor, organisation="org_other"))

    assert list(other.do(service.listing)) == []
    assert list(other.do(service.path_conflicts, ["src/api/"])) == []
    assert other.open("import").status is S.PROPOSED


@pytest.mark.parametrize("table", ["missions_step", "missions_update"])
@pytest.mark.parametrize("change", ["UPDATE {} SET number = 9", "DELETE FROM {}"])
def test_what_a_mission_passed_and_what_was_told_of_it_is_never_rewritten(office, table, change):
    office.active()
    office.do(service.report_status, "export", (), "so")

    with (
        pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
        office.units.open(office.actor) as ctx,
    ):
        ctx.db.execute(sa.text(change.format(table)))
    assert len(office.do(service.steps, "export")) == 4
    assert len(office.do(service.updates, "export")) == 1


class TestWaiting:
    def test_a_mission_that_blocks_others_is_waited_for_by_them(self, office):
        office.active("import")
        office.open("export")
        office.described("import", blocks=["mission:export"])
        office.described("export", blocked_by=["import"])

        assert office.do(service.get, "export").blocked_by == ("import",)
        with pytest.raises(GateClosed, match="wait for each other"):
            office.described("export", blocks=["import"], blocked_by=["import"])

    def test_a_circle_of_three_is_refused_with_its_members(self, office):
        for slug in ("a", "b", "c"):
            office.open(slug)
        office.described("a", blocked_by=["b"])
        office.described("b", blocked_by=["c"])

        with pytest.raises(GateClosed) as refused:
            office.described("c", blocked_by=["a"])
        assert set(refused.value.details["circle"]) == {"a", "b", "c"}
        assert office.do(service.waiting_faults, "c", ["a", "nobody"])[0].startswith("no mission")
        assert "wait for each other" in office.do(service.waiting_faults, "c", ["a"])[0]
        assert office.do(service.waiting_faults, "c", []) == ()


def test_the_newest_missions_are_listed_page_by_page_of_one_status_too(office):
    for slug in ("first", "second", "third"):
        office.open(slug)

    def page(**asked):
        found = office.do(operations.listing, operations.MissionQuery(**asked))
        return [one.slug for one in found.items], found.next

    assert page(newest=2) == (["third", "second"], "second")
    assert page(newest=2, before="second") == (["first"], None)
    assert page(newest=2, status=S.ACTIVE) == ([], None)
    assert page()[0] == ["first", "second", "third"]
