"""Origins: which commit wrote a line, and what brought it to the main branch."""

import pytest

from headrace.capabilities.record import service
from headrace.capabilities.record.model import OriginKind, PathUnknown, RepositoryUnknown

BRIEF = "work/missions/export/BRIEF.md"


def origins(record, path, line=None, repository=""):
    return record.do(service.origins, path, line=line, repository=repository)


def line_of(record, path: str, text: str) -> int:
    lines = record.show(path).splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_a_merged_line_names_its_change_and_the_version_that_wrote_it(record):
    change = record.merged(record.propose("brief", text="Customers export all their data."))
    line = line_of(record, BRIEF, "Customers export")

    (origin,) = origins(record, BRIEF, line).items

    assert (origin.kind, origin.change) == (OriginKind.CHANGE, change.id)
    assert origin.brought_by == change.commit
    assert origin.commit != change.commit
    assert [str(ref) for ref in origin.versions] == ["brief/export@1"]
    assert (origin.first, origin.lines) == (line, 1)
    assert "Customers export" in origin.text


def test_each_line_is_told_by_the_version_that_last_wrote_it(record):
    record.merged(record.propose("brief", text="Customers export all their data."))
    second = record.merged(
        record.propose("brief", text="Customers export all their data.", title="Sharper")
    )

    whole = origins(record, BRIEF)

    by_change = {one.change: one for one in whole.items}
    assert len(by_change) == 2
    assert [str(ref) for ref in by_change[second.id].versions] == ["brief/export@2"]
    assert sum(one.lines for one in whole.items) == len(record.show(BRIEF).splitlines())


def test_a_filed_line_says_that_nobody_had_to_approve_it(record):
    record.file(record.propose("signal"))

    (origin,) = origins(record, "work/signals/2026-03-15-export.md").items

    assert (origin.kind, origin.change) == (OriginKind.FILING, None)
    assert [str(ref) for ref in origin.versions] == ["signal/export@1"]


def test_the_records_first_commit_is_its_founding(record):
    (origin,) = origins(record, "CODEOWNERS").items

    assert (origin.kind, origin.versions) == (OriginKind.FOUNDING, ())


def test_a_line_made_by_hand_is_said_to_be(record, hand):
    commit = hand.commit({"NOTES.md": "one\ntwo\n"}, "Notes")
    record.do(service.sync)
    record.jobs()

    (origin,) = origins(record, "NOTES.md", 2).items

    assert (origin.kind, origin.commit, origin.change) == (OriginKind.HAND, commit, None)
    assert (origin.author, origin.text) == ("Ada Hand", "two")


def test_a_moved_file_keeps_the_origin_of_its_lines(record, hand):
    commit = hand.commit({"NOTES.md": "one\ntwo\nthree\nfour\n"}, "Notes")
    hand.commit({"NOTES.md": None, "archive/NOTES.md": "one\ntwo\nthree\nfour\n"}, "Move the notes")
    record.do(service.sync)
    record.jobs()

    (origin,) = origins(record, "archive/NOTES.md").items

    assert (origin.commit, origin.lines) == (commit, 4)


@pytest.mark.parametrize(("path", "line"), [("nowhere.md", None), ("CODEOWNERS", 99)])
def test_a_path_or_line_that_is_not_there_is_told(record, path, line):
    with pytest.raises(PathUnknown):
        origins(record, path, line)


def test_an_unknown_repository_is_told(record):
    with pytest.raises(RepositoryUnknown):
        origins(record, "CODEOWNERS", repository="elsewhere")
