"""Many at once on one branch: all land, each once."""

from concurrent.futures import ThreadPoolExecutor

from headrace.capabilities.record import service
from headrace.capabilities.record.flows.merging import merge_change
from headrace.capabilities.record.flows.writing import write_batch
from headrace.capabilities.record.model import ChangeState, MergeKind, VersionTaken


def at_once(record) -> None:
    """Every waiting job in a thread of its own, and then what follows."""
    with ThreadPoolExecutor(max_workers=8) as threads:
        faults = list(threads.map(record.jobs.run, record.jobs.waiting()))
    assert faults == [None] * len(faults)
    record.jobs()


def test_changes_that_are_merged_at_the_same_time_all_land(record):
    changes = [record.open(record.propose("brief", f"m{number}")) for number in range(5)]
    for change in changes:
        record.merge(change, drain=False)

    at_once(record)

    assert [record.change(change.id).state for change in changes] == [ChangeState.MERGED] * 5
    assert len(record.log()) == 6
    assert [record.effective(f"brief/m{number}") for number in range(5)] == [1] * 5
    assert record.events("record.history_rewritten") == []


def test_filings_and_merges_at_the_same_time_all_land(record):
    changes = [record.open(record.propose("brief", f"m{number}")) for number in range(2)]
    for number, change in enumerate(changes):
        record.merge(change, drain=False)
        for letter in "ab":
            record.file(record.propose("signal", f"s{number}{letter}"), drain=False)

    at_once(record)

    assert [record.change(change.id).state for change in changes] == [ChangeState.MERGED] * 2
    for name in ("s0a", "s0b", "s1a", "s1b"):
        assert record.effective(f"signal/{name}") == 1
    assert record.events("record.taken_in") == []
    files = record.git("ls-tree", "-r", "--name-only", "main", "work/").split()
    assert len(files) == 6


def test_a_merge_that_was_planned_before_the_branch_moved_lands_on_top(record):
    changes = [record.open(record.propose("brief", name)) for name in ("one", "two")]
    for change in changes:
        record.merge(change, drain=False)
    plans = [record.do(service.plan_merge, change.id) for change in changes]

    results = [merge_change(plan) for plan in plans]

    assert [result.kind for result in results] == [MergeKind.MERGED] * 2
    assert results[1].onto == results[0].commit


def test_batches_that_were_planned_on_the_same_commit_both_land(record):
    record.file(record.propose("signal", "one"), drain=False)
    first = record.do(service.claim_filings, "bat_1")
    record.file(record.propose("signal", "two"), drain=False)
    second = record.do(service.claim_filings, "bat_2")

    with ThreadPoolExecutor() as threads:
        written = list(threads.map(write_batch, (first, second)))

    assert {one.onto for one in written} & {one.commit for one in written}
    assert len(record.log()) == 3


def test_changes_that_want_one_branch_at_the_same_time_get_one_each(record):
    for number in range(4):
        record.open(record.propose("brief", text=f"{number}."), drain=False)

    at_once(record)

    found = record.do(service.changes)
    assert {change.state for change in found} == {ChangeState.OPEN}
    assert len({change.branch for change in found}) == 4


def test_one_version_that_is_proposed_twice_at_the_same_time_is_taken_once(record):
    version = record.propose("brief")

    def propose(_) -> str:
        try:
            return record.open(version, drain=False).id
        except VersionTaken:
            return "taken"

    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(propose, range(4)))

    assert sorted(answers) == ["CR-1", "taken", "taken", "taken"]
