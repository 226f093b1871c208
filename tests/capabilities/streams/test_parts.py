"""A plan cut into parts: side by side, held by edges, gathered, and what a change would reach."""

import pytest

from capabilities.streams.conftest import JOB
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.streams import service
from headrace.capabilities.streams.model import Held, RunState, StreamUnknown


def test_elements_run_side_by_side_but_for_those_that_are_held(firm):
    firm.job(stream="parts")
    firm.start()
    firm.jobs()
    firm.decide("approve")

    assert firm.states() == {
        "scan": RunState.DONE, "draft": RunState.DONE, "work[api]": RunState.PROPOSED,
    }  # fmt: skip
    held = {
        (one.module, one.element): one.reasons
        for one in firm.do(service.readiness, JOB)
        if isinstance(one, Held)
    }
    assert held == {
        ("work", "ui"): ("api, until it is done",),
        ("gather", ""): ("piece of api, ui",),
    }


def test_one_goes_on_when_the_other_is_done_and_all_are_gathered(firm):
    firm.job(stream="parts")
    firm.start()
    firm.jobs()
    for _ in range(3):  # the plan, api, ui
        firm.decide("approve")

    assert set(firm.states().values()) == {RunState.DONE}
    gather = firm.run("gather")
    assert [str(ref) for ref in gather.inputs["pieces"]] == [
        "piece/export/api@1",
        "piece/export/ui@1",
    ]
    (piece,) = firm.do(artifacts.links, gather.inputs["pieces"][0])
    assert str(piece.target) == "plan/export@1#sections.parts[api]"


def test_a_plan_that_changes_is_drift_below_and_nothing_runs_again_by_itself(firm):
    firm.job(stream="parts")
    firm.start()
    firm.jobs()
    for _ in range(3):
        firm.decide("approve")
    firm.start("draft")
    firm.jobs()
    firm.decide("approve")

    assert firm.effective("plan/export").ref.number == 2
    assert len(firm.runs("work")) == 2
    gathered = firm.effective("verdict/export").ref
    (found,) = firm.do(artifacts.drift, gathered)
    assert (str(found.on), found.now) == ("plan/export@1", 2)


def test_an_unchanged_element_is_no_drift(firm):
    firm.job(stream="parts")
    firm.start()
    firm.jobs()
    for _ in range(3):
        firm.decide("approve")
    firm.start("draft")
    firm.jobs()
    firm.decide("approve")

    piece = firm.effective("piece/export/api").ref
    assert firm.do(artifacts.drift, piece) == []


def test_impact_is_everything_downstream(firm):
    firm.job(stream="parts")

    assert firm.do(service.impact, JOB, "scan") == ("draft", "work", "gather")
    assert firm.do(service.impact, JOB, "gather") == ()
    with pytest.raises(StreamUnknown):
        firm.do(service.impact, JOB, "nothing")
