"""What was released long ago is taken back, too, once it oversteps the bounds of its own contract."""

from dataclasses import replace
from datetime import timedelta

import pytest

from capabilities.deployments.world import NAME
from capabilities.operate.world import FLAG, World
from capabilities.releases.world import ID, PLAN
from headrace.capabilities.flags import service as flags
from headrace.capabilities.operate.model import PlanState
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Move, ReleaseStatus


@pytest.fixture
def world(database, clock, tmp_path):
    made = World(database, clock, tmp_path)
    plan = replace(PLAN, service=NAME, log=f"{NAME}/access.jsonl", stages=(PLAN.stages[-1],))
    draft = {"id": ID, "title": "Bulk export", "contract": "release-contract/bulk@1"}
    made.do(releases.draft, **draft, context=None, plan=plan, by=made.emil)
    made.do(releases.approve, ID, "reviewed", by=made.xena)
    made.do(releases.begin, ID)
    made.do(releases.promote, ID, "long watched")
    made.clock.advance(timedelta(days=30))
    return made


def test_a_breach_of_its_bounds_rolls_back_a_release_of_a_month_ago(world):
    world.logs(well=200, failed=60)
    world.burns()

    release = world.do(releases.get, ID)
    step = world.do(releases.history, ID)[-1]
    assert release.status is ReleaseStatus.ROLLED_BACK
    assert step.move is Move.ROLL_BACK
    assert "INC-2026-001" in step.reasons[0]
    assert world.do(flags.flag, FLAG).kill is not None
    (plan,) = world.plans()
    assert (plan.state, plan.body.runbook) == (PlanState.WATCHING, "release-contract/bulk@1")


@pytest.mark.parametrize("failed", [0, 2], ids=["nothing failed", "within its bounds"])
def test_within_its_bounds_it_stays(world, failed):
    world.logs(well=200, failed=failed)
    world.burns()

    assert world.do(releases.get, ID).status is ReleaseStatus.DEPLOYED
    assert world.plans() == []
