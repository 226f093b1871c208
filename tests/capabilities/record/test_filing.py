"""Filings: versions that need no approval reach the main branch in batches."""

import pytest

from capabilities.record.conftest import both_backends
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Draft, Immutable, Made
from headrace.capabilities.record import service
from headrace.capabilities.record.model import ProposalRefused
from headrace.kernel.errors import Conflict


def test_a_signal_is_effective_without_anybodys_approval(record):
    record.file(record.propose("signal"))

    assert record.effective("signal/export") == 1
    assert "Customers export" in record.show("work/signals/2026-03-15-export.md")
    (event,) = record.events("record.filed")
    assert event["versions"] == ["signal/export@1"]
    assert event["commit"] == record.git("rev-parse", "main")


def test_what_waits_is_written_in_one_commit(record):
    signals = [record.propose("signal", f"s{number}") for number in range(5)]
    for signal in signals:
        record.file(signal, drain=False)

    record.jobs()

    assert record.log() == ["Found the record", "File 5 versions"]
    assert [record.effective(f"signal/s{number}") for number in range(5)] == [1] * 5


def test_versions_of_one_artifact_are_written_one_after_the_other(record):
    first, second = record.propose("status", text="One."), record.propose("status", text="Two.")

    record.file(second, first)

    assert record.log() == ["Found the record", "File status/export@1", "File status/export@2"]
    assert record.effective("status/export") == 2
    assert "Two." in record.show("work/missions/export/STATUS.md")


def test_a_version_that_is_filed_twice_is_written_once(record):
    signal = record.propose("signal")
    record.file(signal)

    record.file(signal)

    assert record.log() == ["Found the record", "File signal/export@1"]


@both_backends
def test_a_type_that_needs_a_person_is_not_filed(record):
    with pytest.raises(ProposalRefused, match="A person decides about brief/export@1"):
        record.file(record.propose("brief"))


@both_backends
def test_a_type_that_is_kept_in_rows_is_effective_at_once(record):
    record.file(record.propose("measure"), drain=False)

    assert record.effective("measure/export") == 1
    assert record.log() == ["Found the record"]


@both_backends
def test_a_filed_signal_is_never_edited(record):
    record.file(record.propose("signal"))

    with pytest.raises((Immutable, Conflict)):
        record.propose("signal", text="Something else.")


def test_a_correction_is_a_new_signal_that_supersedes_the_former(record):
    former = record.propose("signal")
    record.file(former)
    correction = record.propose("signal", "corrected", links=[former.ref])

    record.file(correction)

    assert "- input signal/export@1" in record.show("work/signals/2026-03-15-corrected.md")
    assert record.do(artifacts.linked_from, former.ref)[0][0] == correction.ref


def test_filings_and_merges_do_not_hinder_one_another(record):
    change = record.open(record.propose("brief"))
    record.approve(change)
    record.do(service.merge, change.id, by="vp-product")
    record.file(record.propose("signal"), drain=False)

    record.jobs()

    assert record.effective("brief/export") == record.effective("signal/export") == 1
    assert len(record.log()) == 3


def test_what_a_hand_has_touched_is_looked_at_before_it_is_written_again(record, hand):
    path = "work/missions/export/STATUS.md"
    record.file(record.propose("status", text="One."))
    hand.commit({path: record.show(path).replace("One.", "Written by hand.")})

    record.file(record.propose("status", text="Two.", by="writer"))

    texts = [record.version(f"status/export@{n}").content["sections"]["summary"] for n in (2, 3)]
    assert sorted(texts) == ["Two.", "Written by hand."]
    assert record.effective("status/export") == 3
    assert texts[1] in record.show(path)


def test_nothing_is_written_over_a_rewritten_history(record):
    record.file(record.propose("signal", "one"))
    record.git("update-ref", "refs/heads/main", "main~1")

    record.file(record.propose("signal", "two"))

    assert record.effective("signal/two") is None
    assert record.do(service.repository, "organisation").state == "alarmed"
    record.do(service.accept_history, "organisation", "restored from a copy", by="steering")
    record.jobs()
    assert record.effective("signal/two") == 1


def test_a_draft_of_an_unknown_author_is_filed_under_its_id(record):
    made = Made(by="agent-7", brain="model")
    draft = Draft(
        type="signal",
        slug="x",
        context="organisation",
        content={"title": "X", "sections": {"observation": "Seen."}},
        made=made,
        parts={"date": "2026-03-15"},
    )
    record.file(record.do(artifacts.propose, draft))

    assert "made-by: agent-7" in record.show("work/signals/2026-03-15-x.md")
