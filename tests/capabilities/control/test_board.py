"""What a mission waits for, by what is open in it; pure."""

from datetime import UTC, datetime, timedelta

import pytest

from headrace.capabilities.control import rules
from headrace.capabilities.control.model import Wait, WaitKind
from headrace.capabilities.missions.model import Mission, MissionStatus
from headrace.capabilities.streams.model import Activity, Run, RunState

START = datetime(2026, 3, 16, tzinfo=UTC)


def a_mission(status=MissionStatus.ACTIVE, blocked_by=()) -> Mission:
    return Mission(
        slug="export",
        context="mission:export",
        title="Export",
        reference=None,
        status=status,
        design_required=False,
        task_exempt="",
        blocked_by=blocked_by,
        paths=(),
        opened_at=START,
    )


def a_run(id: str, state: RunState, *, hours: int = 1, reasons=()) -> Run:
    return Run(
        id=id,
        context="mission:export",
        module="build.implement",
        module_version=1,
        element=id,
        period="",
        inputs={},
        input_hash="h",
        recipe="",
        attempt=1,
        state=state,
        reasons=reasons,
        findings=(),
        cause=None,
        agent_run=None,
        change=None,
        outputs=(),
        made_at=START,
        started_at=START + timedelta(hours=hours),
        proposed_at=None,
        ended_at=None,
    )


def a_gate(hours: int = 1) -> Wait:
    return Wait(
        kind=WaitKind.GATE,
        id="G-1",
        what="Approve",
        of=("@vp",),
        since=START + timedelta(hours=hours),
    )


HELD = a_run("held", RunState.WAITING, reasons=("no budget",))
WORKING = a_run("long", RunState.WORKING, hours=1)
YOUNGER = a_run("short", RunState.WORKING, hours=5)


@pytest.mark.parametrize(
    ("mission", "waits", "runs", "kinds", "first"),
    [
        pytest.param(a_mission(), [], [], [], "", id="nothing is open"),
        pytest.param(
            a_mission(), [a_gate()], [HELD, WORKING], ["gate"], "Approve", id="a person first"
        ),
        pytest.param(
            a_mission(blocked_by=("other",)),
            [],
            [WORKING, HELD],
            ["run"],
            "Implement held: no budget",
            id="a run that may not begin before anything that goes on",
        ),
        pytest.param(
            a_mission(blocked_by=("other", "third")),
            [],
            [WORKING],
            ["mission", "mission"],
            "other",
            id="missions that come first",
        ),
        pytest.param(
            a_mission(),
            [],
            [YOUNGER, WORKING],
            ["work", "work"],
            "Implement long",
            id="the longest work of all",
        ),
        pytest.param(
            a_mission(MissionStatus.COMPLETED, blocked_by=("other",)),
            [],
            [WORKING],
            [],
            "",
            id="what has ended waits for nothing",
        ),
    ],
)
def test_a_mission_waits_for_what_somebody_can_do_something_about(
    mission, waits, runs, kinds, first
):
    found = rules.waits_for(mission, waits, runs, {"build.implement": "Implement"})

    assert [one.kind for one in found] == kinds
    assert (found[0].what if found else "") == first


def test_a_mission_last_moved_with_its_status_or_with_a_run():
    later, latest = START + timedelta(days=1), START + timedelta(days=2)
    at_work = {"mission:export": Activity(agent_runs=(), moved_at=later)}

    assert rules.latest(a_mission(), {}, {}) == START
    assert rules.latest(a_mission(), {}, at_work) == later
    assert rules.latest(a_mission(), {"export": latest}, at_work) == latest
