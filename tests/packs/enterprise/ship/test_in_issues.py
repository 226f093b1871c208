"""The way from a fleet to a release that reached everybody, with operational work kept as issues."""

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.record import service as record
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import ReleaseStatus
from packs.enterprise.build.conftest import git
from packs.enterprise.ship.test_release import MISSION, approve, contract, gate, pass_time

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def small(small, tracker):
    """The small mission, whose organisation keeps its work as issues."""
    small.declared = (tracker.backend(),)
    small.open()
    return small


def issue(shipping, tracker, id: str) -> dict:
    numbers = {one.artifact: one.number for one in shipping.do(record.issues, limit=200)}
    return tracker.issues[numbers[id]]


def labels(found: dict) -> set[str]:
    return {one["name"] for one in found["labels"]}


def test_work_is_merged_and_released_by_the_same_rules(shipping, tracker):
    shipping.ready()

    task = issue(shipping, tracker, f"mission-tasks/{MISSION}#TASK-001")
    assert (task["state"], task["state_reason"]) == ("closed", "completed")
    assert "- **Status:** completed" in task["body"]
    assert "artifact:task" in labels(task)
    assert "Goodbye is said" in task["body"]
    version = contract(shipping)
    assert shipping.do(artifacts.effective, version.ref.artifact) is None
    assert gate(shipping)

    approve(shipping)
    shipping.world.jobs()

    assert shipping.release().status is ReleaseStatus.DEPLOYING
    released = issue(shipping, tracker, version.ref.artifact)
    assert "artifact:release" in labels(released)
    assert "a-engineering-manager" in released["body"]
    assert "begin" in released["body"]
    status = issue(shipping, tracker, f"mission-status/{MISSION}")
    assert "greeting" in status["body"]
    place = shipping.do(record.location, shipping.do(record.repository, "organisation"))
    kept = git(place, "ls-tree", "-r", "--name-only", "main").splitlines()
    assert version.path not in kept
    assert f"work/missions/{MISSION}/TASKS.md" not in kept
    assert any("/evaluations/" in path for path in kept)  # evidence stays in Git
    assert not shipping.do(record.findings, subject=version.ref.artifact)
    _reaches_everybody(shipping, tracker, version)


def _reaches_everybody(shipping, tracker, contract) -> None:
    for _ in shipping.release().rollout.stages:  # a person looks, instead of so much traffic
        shipping.do(releases.promote, shipping.release().id, "looked at", by="engineering-manager")
        shipping.world.jobs()
    shipping.traffic(users=300)
    pass_time(shipping, 6)
    assert shipping.release().status is ReleaseStatus.DEPLOYED

    told = issue(shipping, tracker, contract.ref.artifact)["body"]
    assert "- **Status:** deployed" in told
    assert all(f"| {step} |" in told for step in ("begin", "promote", "finish"))
    found = shipping.do(artifacts.effective_of, "rollout-evidence", [contract.context])
    assert {one.content["fields"]["kind"] for one in found} == {"rehearsal", "validation"}
    assert all(shipping.world.read(one.path) for one in found)  # evidence stays in Git
    assert [
        one
        for one in tracker.issues.values()
        if "artifact:signal" in labels(one) and "early access" in one["title"].casefold()
    ]
    assert not shipping.do(record.findings, subject=contract.ref.artifact)
