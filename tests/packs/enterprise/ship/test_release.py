"""A release: only passed work, every line shown by a fact, one gate, stages that Git tells of."""

from datetime import timedelta

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Decision
from headrace.capabilities.releases.model import ReleaseStatus
from headrace.packs.enterprise.ship import handovers
from packs.enterprise.build.conftest import CONTEXT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MISSION = "bulk-data-export"


def contract(shipping):
    """The newest version of the contract that was handed in."""
    made = [run for run in shipping.world.runs("release") if run.outputs]
    assert made, [(run.reasons, run.findings) for run in shipping.world.runs("release")]
    return shipping.do(artifacts.get_version, made[-1].outputs[-1])


def document(shipping) -> str:
    return shipping.world.read(contract(shipping).path)


def gate(shipping):
    return next(
        item
        for item in shipping.world.inbox("engineering-manager")
        if "Release contract" in item.asked
    )


def approve(shipping):
    return shipping.do(
        governance.decide, gate(shipping).id, Decision.APPROVE, by="engineering-manager"
    )


def pass_time(shipping, hours: int) -> None:
    for _ in range(0, hours, 6):
        shipping.world.clock.advance(timedelta(hours=6))
        shipping.world.jobs()


def test_a_bad_canary_comes_back_by_itself_and_git_and_a_signal_say_so(shipping):
    shipping.ready()
    approve(shipping)
    shipping.world.jobs()

    shipping.traffic(users=6_000, failing=lambda reached, number: reached and number % 5 == 0)
    pass_time(shipping, 2)
    shipping.world.jobs()

    assert shipping.release().status is ReleaseStatus.ROLLED_BACK
    assert not shipping.is_on("user-1")
    assert not shipping.flag.is_on
    told = document(shipping)
    assert "rolled-back" in told
    assert "roll-back" in told
    assert "errors against the others: worse" in told
    signals = {one.slug for one in shipping.do(artifacts.listing, type="signal", limit=50)}
    assert any("was-rolled-back" in one for one in signals)
    kinds = [
        one.content["fields"]["kind"]
        for one in shipping.do(artifacts.effective_of, "rollout-evidence", [CONTEXT])
    ]
    assert kinds == ["rehearsal", "rollback"]
    open_ = shipping.do(handovers.open_lines, CONTEXT, "operate")
    assert "deployed to everybody" in open_[0]
