"""The gates of a mission: every legal and every illegal move, and all that each gate asks."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from headrace.capabilities.missions.model import Mission, MissionStatus, Standing
from headrace.capabilities.missions.rules import gates

S = MissionStatus

MISSION = Mission(
    slug="export",
    context="mission:export",
    title="Export",
    reference="MISSION-2026-001",
    status=S.PROPOSED,
    design_required=False,
    task_exempt="",
    blocked_by=(),
    paths=(),
    opened_at=datetime(2026, 3, 16, tzinfo=UTC),
)
ALL = Standing(
    fleet_approved=True,
    design_approved=True,
    tasks=3,
    outcome_reported=True,
    by_person=True,
    rationale="because",
)
"""With this, no gate has anything to ask."""

LEGAL = {
    (S.PROPOSED, S.APPROVED),
    (S.APPROVED, S.PLANNING),
    (S.PLANNING, S.ACTIVE),
    (S.ACTIVE, S.PAUSED),
    (S.PAUSED, S.ACTIVE),
    (S.ACTIVE, S.COMPLETED),
    *((status, S.CANCELLED) for status in S if status not in {S.COMPLETED, S.CANCELLED}),
}


def at(status: MissionStatus, **changes) -> Mission:
    return replace(MISSION, status=status, **changes)


def reasons(mission: Mission, target: MissionStatus, **changes) -> tuple[str, ...]:
    refusal = gates.move(mission, target, replace(ALL, **changes))
    return refusal.reasons if refusal is not None else ()


@pytest.mark.parametrize(("before", "after"), sorted(LEGAL), ids=lambda status: status.value)
def test_a_legal_move_passes_when_its_gate_has_nothing_to_ask(before, after):
    assert reasons(at(before), after) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    sorted(set(product(S, S)) - LEGAL - {(status, status) for status in S}),
    ids=lambda status: status.value,
)
def test_every_other_move_is_refused_and_told_where_it_may_go_and_by_which_gates(before, after):
    (reason,) = reasons(at(before), after)

    legal = sorted(str(target) for source, target in LEGAL if source is before)
    assert f"not to {after}" in reason
    for target in legal:
        assert target in reason
    assert ("it has ended" in reason) is (not legal)
    assert reason.count("(gate '") == len(legal)


@pytest.mark.parametrize(
    ("before", "after", "lacking", "gate", "reason"),
    [
        pytest.param(S.PROPOSED, S.APPROVED, {"by_person": False}, "mission approval", "a person",
                     id="an agent approves nothing"),
        pytest.param(S.APPROVED, S.PLANNING, {"fleet_approved": False}, "fleet configuration",
                     "an approved fleet configuration", id="no fleet"),
        pytest.param(S.PLANNING, S.ACTIVE, {"tasks": 0}, "start of work", "TASKS.md has no task",
                     id="no task"),
        pytest.param(S.PLANNING, S.ACTIVE, {"waits_for": ("import",)}, "start of work",
                     "waits for mission 'import'", id="another mission first"),
        pytest.param(S.ACTIVE, S.PAUSED, {"by_person": False}, "pause", "a person",
                     id="an agent pauses nothing"),
        pytest.param(S.PAUSED, S.ACTIVE, {"by_person": False}, "resumption", "a person",
                     id="nor lets it go on"),
        pytest.param(S.ACTIVE, S.COMPLETED, {"outcome_reported": False}, "completion",
                     "an accepted outcome report", id="no outcome"),
        pytest.param(S.ACTIVE, S.CANCELLED, {"rationale": "  "}, "cancellation", "rationale",
                     id="cancelled without why"),
        pytest.param(S.PROPOSED, S.CANCELLED, {"by_person": False}, "cancellation", "a person",
                     id="cancelled by an agent"),
    ],
)  # fmt: skip
def test_a_closed_gate_names_itself_and_what_is_missing(before, after, lacking, gate, reason):
    (told,) = reasons(at(before), after, **lacking)

    assert told.startswith(f"gate {gate!r}: ")
    assert reason in told


@pytest.mark.parametrize(
    ("mission", "standing", "passes"),
    [
        pytest.param({"task_exempt": "strategy only"}, {"tasks": 0}, True, id="exempt, with why"),
        pytest.param({"task_exempt": ""}, {"tasks": 0}, False, id="exempt without why is not"),
        pytest.param({"task_exempt": "  "}, {"tasks": 0}, False, id="blanks are no reason"),
        pytest.param({}, {"tasks": 1, "design_approved": False}, True, id="no design is required"),
        pytest.param({"design_required": True}, {"design_approved": False}, False, id="it is"),
        pytest.param({"design_required": True}, {}, True, id="and it is approved"),
    ],
)
def test_work_starts_with_a_task_and_with_the_design_that_is_required(mission, standing, passes):
    assert (reasons(at(S.PLANNING, **mission), S.ACTIVE, **standing) == ()) is passes


def test_every_reason_is_given_at_once():
    told = reasons(
        at(S.PLANNING, design_required=True),
        S.ACTIVE,
        tasks=0,
        design_approved=False,
        waits_for=("one", "two"),
    )

    assert len(told) == 4


def test_a_cancellation_tells_both_that_it_needs_a_person_and_why():
    assert len(reasons(at(S.ACTIVE), S.CANCELLED, by_person=False, rationale="")) == 2
