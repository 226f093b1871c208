"""A stream made of data, from its first run to its last, and everything that may come between."""

import pytest

from headrace.capabilities.streams.model import RunState


def test_three_modules_of_data_run_end_to_end_with_one_approval(firm):
    firm.drafted()
    assert firm.states() == {"scan": RunState.DONE, "draft": RunState.PROPOSED}

    (gate,) = firm.gates()
    firm.decide("approve")

    assert firm.states() == dict.fromkeys(("scan", "draft", "decide"), RunState.DONE)
    assert firm.gates() == []
    assert gate.title == "Draft: The plan"
    verdict = firm.effective("verdict/export")
    assert verdict.commit is not None
