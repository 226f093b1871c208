"""The record read back: why a line is there, and what came of a signal, over a whole stream."""

import pytest

from headrace.capabilities.control import service as control
from headrace.capabilities.record import service as record
from packs.enterprise.build.test_stream import WORK, begin, nobody

pytestmark = pytest.mark.slow

CONTEXT = "mission:bulk-data-export"

WITH_OBSERVATION = WORK.replace(
    "  - calls:\n      - tool: submit",
    "  - calls:\n      - tool: file_signal\n        arguments:\n"
    "          title: Greetings have no language\n          category: technical\n"
    "          confidence: medium\n"
    "          observation: Every greeting is English, whoever reads it.\n          urgency: monitor\n"
    "          impact: medium\n  - calls:\n      - tool: submit",
    1,
)


def test_a_line_is_told_back_to_its_contract_and_forward_to_what_was_noticed(small):
    begin(small, work=WITH_OBSERVATION)
    small.settle()
    change = small.change(small.one("implement", "greeting"))

    why = small.do(control.why, "src/farewell.py", line=2)

    (origin,) = why.origins
    assert (why.repository, origin.kind, origin.change) == ("customer-records", "change", change.id)
    assert origin.made is not None
    assert (origin.made.by, origin.made.brain) == ("@coding-agent", "recorded")
    assert origin.made.tokens > 0
    (told,) = [one for one in why.changes if one.change == change.id]
    assert told.tasks == ("TASK-001",)
    assert [(one.policy, one.verdict) for one in told.verdicts] == [("security", "PASS")]
    assert "@a-tech-lead" in {one.by for one in told.approvals}
    causes = {one.version: one for one in why.causes}
    assert {"fleet-config/bulk-data-export@1", "outcome-contract/bulk-data-export@1"} <= set(causes)
    assert [one.type for one in why.about] == ["Quality Evaluation Report"]

    trace = small.do(control.trace, "outcome-contract/bulk-data-export")

    nodes = {one.id: one for one in trace.items}
    assert (nodes[change.id].state, nodes[change.id].commit) == ("merged", change.commit)
    assert nodes[change.id].parent == "fleet-config/bulk-data-export@1"
    below = {one.type: one.id for one in trace.items if one.parent == change.id}
    assert {"Quality Evaluation Report", "Signal"} <= set(below)
    assert below["Signal"].startswith("signal/2026-03-16-greetings-have-no-language")
    assert [(one.context, one.state) for one in trace.contexts] == [(CONTEXT, "active")]


def test_a_signal_of_which_nothing_came_is_said_to_have_led_nowhere(small):
    begin(small, work=WITH_OBSERVATION)
    small.settle()

    trace = small.do(control.trace, "2026-03-16-greetings-have-no-language")

    assert "triaged: monitor" in trace.standing
    assert "nothing has come of it yet" in trace.standing
    assert len(trace.items) == 1


def test_a_line_that_was_there_before_is_told_to_be_made_by_hand(small):
    begin(small)

    why = small.do(control.why, "src/greeting.py", line=1)

    assert [one.kind for one in why.origins] == ["hand"]
    assert (why.changes, why.causes, why.about) == ((), (), ())


def test_a_change_that_was_given_up_is_told_as_such(small):
    begin(small)
    small.settle(nobody)
    change = small.one("implement", "greeting").change
    small.do(record.close, change)

    trace = small.do(control.trace, "outcome-contract/bulk-data-export")

    (node,) = [one for one in trace.items if one.id == change]
    assert (node.state, node.nothing) == ("closed", "given up")
