"""After an incident, with operational work kept as issues: signals, a postmortem, and the runbook in Git."""

import pytest

from headrace.capabilities.operate import service as operate
from headrace.capabilities.operate.model import IncidentStatus
from headrace.capabilities.record import service as record
from packs.enterprise.build.conftest import git
from packs.enterprise.operate.test_learning import MEMORY, Operating

pytestmark = pytest.mark.slow


@pytest.fixture
def world(database, clock, tmp_path, tracker):
    return Operating(database, clock, tmp_path, declared=(tracker.backend(),))


def labelled(tracker, label):
    return [one for one in tracker.issues.values() if {"name": label} in one["labels"]]


def files(world):
    place = world.do(record.location, world.do(record.repository, "organisation"))
    return git(place, "ls-tree", "-r", "--name-only", "main").splitlines()


def test_what_an_incident_teaches_is_decided_by_the_same_people_as_in_files(world, tracker):
    world.proposes()
    world.decide(world.dana)
    world.serves(parameters=(MEMORY,))
    world.measured()
    world.breaks()
    world.recovers_by_measure()

    assert world.incident().status is IncidentStatus.RESOLVED
    signals = labelled(tracker, "artifact:signal")
    assert len(signals) == len(world.signals()) == 2
    assert any("Out of Memory" in one["title"] for one in signals)
    assert all({"name": "category:technical"} in one["labels"] for one in signals)
    assert not labelled(tracker, "artifact:retrospective")  # nobody has decided it
    (run,) = world.runs("postmortem")
    owners = {one.owners for one in world.do(record.required_reviewers, world.change(run.change))}
    assert owners == {("@on-call",), ("@division-leads",)}

    world.decide(world.emil)
    assert not labelled(tracker, "artifact:retrospective")
    world.decide(world.dana)

    found = world.postmortem()
    (issue,) = labelled(tracker, "artifact:retrospective")
    assert issue["state"] == "open"
    assert world.incident().id in issue["body"]
    numbers = {one["title"]: one["number"] for one in signals}
    for path, signal in world.signals().items():
        assert f"- {path}: #{numbers[signal.title]}\n" in issue["body"]
    assert world.do(operate.runbooks)[0].version == "runbook/export-service@2"
    kept = files(world)
    assert found.path not in kept
    assert not [path for path in kept if path.startswith("work/signals/20")]
    assert world.effective("runbook/export-service").path in kept  # law stays in Git
    assert not world.do(record.findings)
