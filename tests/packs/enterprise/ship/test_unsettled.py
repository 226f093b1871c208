"""A stage that measurement leaves open: a person is asked, and decides it at that gate."""

from datetime import timedelta

import pytest

from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Decision, GateState
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Move, ReleaseStatus

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def asked(shipping):
    return [one for one in shipping.do(governance.gates) if one.subject.kind == "release-stage"]


def decide(shipping, decision, note):
    (gate,) = (one for one in asked(shipping) if one.state is GateState.OPEN)
    shipping.do(governance.decide, gate.id, decision, by="engineering-manager", note=note)
    shipping.world.jobs()
    return gate


def pass_days(shipping, days):
    for _ in range(days):
        shipping.world.clock.advance(timedelta(days=1))
        shipping.world.jobs()


def test_it_asks_with_what_is_open_goes_on_with_a_yes_and_comes_back_with_a_no(shipping):
    shipping.ready()
    shipping.settle()
    shipping.traffic(users=40)
    pass_days(shipping, 4)

    (gate,) = asked(shipping)
    assert gate.approvers == ("@engineering-manager",)
    assert "requests of the cohort so far" in gate.summary
    assert "inconclusive" in gate.summary

    decide(shipping, Decision.APPROVE, "Seen by hand.")
    assert shipping.release().stage == 1
    steps = shipping.do(releases.history, shipping.release().id)
    promoted = next(one for one in steps if one.move is Move.PROMOTE)
    assert promoted.reasons == (f"@a-engineering-manager at {gate.id}: Seen by hand.",)

    shipping.traffic(users=40)
    pass_days(shipping, 7)
    second = decide(shipping, Decision.REJECT, "Nobody uses it.")
    assert second.id != gate.id
    assert shipping.release().status is ReleaseStatus.ROLLED_BACK
    assert not shipping.is_on("user-1")
    open_ = [one for one in asked(shipping) if one.state is GateState.OPEN]
    assert open_ == []
