"""Killed before and after every step, resumed: the same end, and one commit."""

import pytest

from flows import Crash, When, every_crash
from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.record import service
from headrace.capabilities.record.model import ChangeState

BRIEF = "work/missions/export/BRIEF.md"


def told(crash: Crash) -> str:
    return f"{crash.when} step {crash.step} of {crash.flow}"


@pytest.mark.parametrize("crash", every_crash("record.open", 3), ids=told)
def test_opening_survives(record, crash):
    version = record.propose("brief")
    change = record.open(version, drain=False)

    assert record.jobs(crash=crash).crashed
    record.jobs()

    opened = record.change(change.id)
    assert opened.state is ChangeState.OPEN
    assert record.git("rev-parse", "mission/export/brief") == opened.head
    assert record.log(opened.branch) == ["Found the record", "Brief and contract"]
    branches = record.git("branch", "--format=%(refname:short)").split()
    assert branches == ["main", "mission/export/brief"]
    assert len(record.events("record.change_opened")) == 1


@pytest.mark.parametrize("crash", every_crash("record.open", 3), ids=told)
def test_a_push_over_a_moved_target_survives(record, crash):
    record.merged(record.propose("brief", text="Zero."))
    change = record.open(record.propose("brief", text="One."))
    record.merged(record.propose("contract"))
    record.do(service.push_head, change.id, members=[record.propose("brief", text="Two.").ref])

    assert record.jobs(crash=crash).crashed
    record.jobs()

    pushed = record.change(change.id)
    assert record.git("rev-parse", f"{pushed.head}^1", f"{pushed.head}^2").split() == [
        change.head,
        record.git("rev-parse", "main"),
    ]
    assert pushed.paths == (BRIEF,)
    branches = record.git("branch", "--format=%(refname:short)").split()
    assert branches == ["main", "mission/export/brief"]
    assert len(record.events("record.head_moved")) == 1


@pytest.mark.parametrize("crash", every_crash("record.merge", 5), ids=told)
def test_merging_survives(record, crash):
    record.live["brief/export"] = "proposed"
    change = record.open(record.propose("brief"), record.propose("contract"))
    record.live["brief/export"] = "approved"  # so that live values have to be drawn on the way
    record.merge(change, drain=False)

    assert record.jobs(crash=crash).crashed
    record.live["brief/export"] = "something else by now"
    record.jobs()

    merged = record.change(change.id)
    assert merged.state is ChangeState.MERGED
    assert record.log() == ["Found the record", "Brief and contract"]
    assert record.git("rev-parse", "main") == merged.commit
    assert (record.effective("brief/export"), record.effective("contract/export")) == (1, 1)
    assert record.git("branch", "--format=%(refname:short)").split() == ["main"]
    assert len(record.events("record.merged")) == 1
    assert len(record.events("artifacts.effective")) == 2


@pytest.mark.parametrize("crash", every_crash("record.merge", 3), ids=told)
def test_a_failed_merge_survives(record, crash):
    record.merged(record.propose("brief", text="Zero."))
    ours = record.open(record.propose("brief", text="One."))
    theirs = record.open(record.propose("brief", text="Two."))
    record.merge(ours)
    record.merge(theirs, drain=False)

    assert record.jobs(crash=crash).crashed
    record.jobs()

    assert record.change(theirs.id).state is ChangeState.FAILED
    assert len(record.events("record.merge_failed")) == 1
    assert record.git("rev-parse", theirs.branch) == theirs.head


@pytest.mark.parametrize("crash", every_crash("record.file", 3), ids=told)
def test_filing_survives_also_when_others_write_meanwhile(record, crash):
    for name in ("one", "two"):
        record.file(record.propose("signal", name), drain=False)

    assert record.jobs(crash=crash).crashed
    record.file(record.propose("signal", "three"), drain=False)
    record.jobs()

    written = [line for line in record.log() if line.startswith("File")]
    assert len(written) <= 2
    files = record.git("ls-tree", "-r", "--name-only", "main", "work/signals/").split()
    assert len(files) == 3
    for name in ("one", "two", "three"):
        assert record.effective(f"signal/{name}") == 1
    filed = [v for event in record.events("record.filed") for v in event["versions"]]
    assert sorted(filed) == ["signal/one@1", "signal/three@1", "signal/two@1"]


@pytest.mark.parametrize("crash", every_crash("record.draw", 3), ids=told)
def test_drawing_survives(record, crash):
    record.merged(record.propose("brief"))
    record.live["brief/export"] = "active"
    record.do(service.refresh_projection, ArtifactId("brief/export"))

    assert record.jobs(crash=crash).crashed
    record.jobs()

    assert record.log()[2:] == ["Draw brief/export anew"]
    assert "**Status:** active" in record.show(BRIEF)


@pytest.mark.parametrize("crash", every_crash("record.sync", 3), ids=told)
def test_taking_in_survives(record, hand, crash):
    record.merged(record.propose("brief"))
    hand.commit({BRIEF: record.raised(BRIEF, "Customers", "All customers")})
    record.do(service.sync)

    assert record.jobs(crash=crash).crashed
    record.jobs()

    assert len(record.events("record.taken_in")) == 1
    assert record.change("CR-2").state is ChangeState.OPEN


@pytest.mark.parametrize("crash", every_crash("record.close", 2), ids=told)
def test_putting_a_closed_branch_away_survives(record, crash):
    change = record.open(record.propose("brief"))
    record.do(service.close, change.id)

    assert record.jobs(crash=crash).crashed
    record.jobs()

    assert record.git("branch", "--format=%(refname:short)").split() == ["closed/cr-1", "main"]


@pytest.mark.parametrize("when", list(When))
def test_a_merge_between_whose_steps_somebody_looks_at_the_branch_is_no_edit_by_hand(record, when):
    change = record.open(record.propose("brief"))
    record.merge(change, drain=False)
    assert record.jobs(crash=Crash(flow="record.merge", step=3, when=when)).crashed
    record.do(service.sync)

    record.jobs()

    assert record.events("record.taken_in") == []
    assert record.effective("brief/export") == 1
    repository = record.do(service.repository, "organisation")
    assert repository.known == record.git("rev-parse", "main")
