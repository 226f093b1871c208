"""Hand-made commits: taken in as unreviewed versions, or told as findings."""

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Phase
from headrace.capabilities.record import service
from headrace.capabilities.record.model import FindingKind

BRIEF = "work/missions/export/BRIEF.md"
STATUS = "work/missions/export/STATUS.md"
SIGNAL = "work/signals/2026-03-15-export.md"

NEW_SIGNAL = """\
# Signal: Seen by a person

- **Category:** customer

## Observation

They asked again.
"""


def look(record) -> None:
    record.do(service.sync)
    record.jobs()


def findings(record) -> list[tuple[str, str]]:
    return [(one.kind.value, one.subject) for one in record.do(service.findings)]


def test_an_edit_becomes_an_unreviewed_version_of_its_author(record, hand):
    record.merged(record.propose("brief"))
    hand.commit({BRIEF: record.raised(BRIEF, "Customers", "All customers")})

    look(record)

    version = record.version("brief/export@2")
    assert version.phase is Phase.IN_REVIEW
    assert version.made.brain == "human"
    assert version.made.by == record.people["ada"].principal
    assert version.content["sections"]["objective"] == "All customers export all their data."
    assert record.effective("brief/export") == 1
    (event,) = record.events("record.taken_in")
    assert (event["version"], event["change"]) == ("brief/export@2", version.change)


def test_an_edit_waits_for_its_reviewers_like_any_change(record, hand):
    record.merged(record.propose("brief"))
    hand.commit({BRIEF: record.raised(BRIEF, "Customers", "All customers")})
    look(record)

    record.merge(record.change("CR-2"))

    assert record.effective("brief/export") == 2
    assert "version: 2" in record.show(BRIEF)
    assert findings(record) == []


def test_an_edit_is_taken_in_once_however_often_one_looks(record, hand):
    record.merged(record.propose("brief"))
    hand.commit({BRIEF: record.raised(BRIEF, "Customers", "All customers")})
    look(record)
    hand.commit({"README.md": "Something else.\n"})
    look(record)

    assert len(record.do(artifacts.versions, ArtifactId("brief/export"))) == 2


def test_what_we_wrote_ourselves_is_not_taken_in(record):
    record.file(record.propose("signal"))
    record.merged(record.propose("brief"))

    look(record)

    assert record.events("record.taken_in") == []
    assert findings(record) == []


def test_an_edit_of_what_is_approved_counts_only_with_a_new_version(record, hand):
    record.merged(record.propose("brief"))
    hand.commit({BRIEF: record.show(BRIEF).replace("Customers", "All customers")})
    look(record)

    (found,) = record.do(service.findings)
    assert (found.kind, found.subject) == (FindingKind.NOT_RAISED, BRIEF)
    assert "until the front matter says `version: 2`" in found.message
    assert len(record.do(artifacts.versions, ArtifactId("brief/export"))) == 1
    assert record.events("record.taken_in") == []

    hand.commit({BRIEF: record.raised(BRIEF, "All customers", "Some customers")})
    look(record)

    assert record.version("brief/export@2").phase is Phase.IN_REVIEW
    assert record.effective("brief/export") == 1


def test_a_change_to_what_is_filed_for_good_is_a_finding(record, hand):
    record.file(record.propose("signal"))
    hand.commit({SIGNAL: record.show(SIGNAL).replace("Customers", "Nobody")})

    look(record)

    assert findings(record) == [("immutable", SIGNAL)]
    assert record.effective("signal/export") == 1


def test_a_status_is_not_changed_by_hand(record, hand):
    record.live["brief/export"] = "proposed"
    record.merged(record.propose("brief"))
    hand.commit({BRIEF: record.show(BRIEF).replace("proposed", "approved")})

    look(record)

    assert findings(record) == [("live_values", BRIEF)]
    assert "**Status:** proposed" in record.show(BRIEF)
    assert len(record.do(artifacts.versions, ArtifactId("brief/export"))) == 1


def test_a_new_file_without_approval_is_filed_with_its_provenance(record, hand):
    path = "work/signals/2026-03-16-asked-again.md"
    hand.commit({path: NEW_SIGNAL})

    look(record)

    assert record.effective("signal/asked-again") == 1
    assert "id: signal/asked-again" in record.show(path)
    assert record.version("signal/asked-again@1").made.brain == "human"


def test_a_new_file_that_needs_a_context_names_it(record, hand):
    text = "# Mission Brief: By hand\n\n## Objective\n\nMore.\n"
    hand.commit({BRIEF: text})
    look(record)
    assert findings(record) == [("unreadable", BRIEF)]

    hand.commit({BRIEF: f"---\ncontext: mission:export\n---\n\n{text}"})
    look(record)

    assert record.version("brief/export@1").context == "mission:export"
    assert record.change("CR-1").title == "Hand-made edit of By hand"


def test_a_file_that_cannot_be_read_is_a_finding_with_its_faults(record, hand):
    record.merged(record.propose("brief"))
    hand.commit({BRIEF: "# Mission Brief\n"})

    look(record)

    (finding,) = record.do(service.findings)
    assert (finding.kind.value, finding.subject) == ("unreadable", BRIEF)
    assert "title" in finding.message
    assert "Objective" in finding.message


def test_bytes_that_are_no_text_are_a_finding(record, hand):
    record.merged(record.propose("brief"))
    hand.commit({"README.md": "x\n"})
    (hand.folder / BRIEF).write_bytes(b"\xff\xfe\x00")
    hand.commit({})

    look(record)

    assert findings(record) == [("unreadable", BRIEF)]


def test_a_deleted_file_is_a_finding(record, hand):
    record.merged(record.propose("brief"))
    hand.commit({"README.md": "x\n"})
    hand.commit({BRIEF: None})

    look(record)

    assert findings(record) == [("deleted", BRIEF)]
    assert record.effective("brief/export") == 1


def test_a_file_that_says_it_is_another_one_is_a_finding(record, hand):
    record.merged(record.propose("brief"))
    copy = "work/missions/other/BRIEF.md"
    hand.commit({copy: record.show(BRIEF)})

    look(record)

    assert findings(record) == [("misplaced", copy)]


def test_files_of_no_type_are_left_alone(record, hand):
    hand.commit({"docs/notes.md": "# Notes\n", "work/data.csv": "a,b\n"})

    look(record)

    assert findings(record) == []
    repository = record.do(service.repository, "organisation")
    assert repository.known == record.git("rev-parse", "main")


def test_a_commit_that_claims_to_be_ours_is_judged_by_its_content(record, hand):
    record.merged(record.propose("brief"))
    trailers = record.git("log", "-1", "--format=%(trailers:unfold)", "main")
    hand.commit({BRIEF: record.raised(BRIEF, "Customers", "Nobody")}, f"Forged\n\n{trailers}")

    look(record)

    assert record.version("brief/export@2").phase is Phase.IN_REVIEW
    assert record.effective("brief/export") == 1


def test_a_hand_made_return_to_an_older_text_is_an_edit_too(record, hand):
    record.merged(record.propose("brief", text="One."))
    old = record.show(BRIEF)
    record.merged(record.propose("brief", text="Two."))
    hand.commit({BRIEF: old.replace("version: 1", "version: 3")})

    look(record)

    assert record.version("brief/export@3").content["sections"]["objective"] == "One."
    assert record.effective("brief/export") == 2


def test_the_schedule_looks_but_not_more_often_than_every_two_real_minutes(record, hand):
    record.merged(record.propose("brief"))
    record.jobs.start("record.sync", "period-1", period="1")
    record.jobs()
    hand.commit({BRIEF: record.raised(BRIEF, "Customers", "All customers")})

    record.jobs.start("record.sync", "period-2", period="2")
    record.jobs()

    assert record.events("record.taken_in") == []
    look(record)
    assert len(record.events("record.taken_in")) == 1


def test_a_merge_after_a_hand_made_commit_has_it_looked_at(record, hand):
    record.merged(record.propose("brief"))
    contract = record.open(record.propose("contract"))
    hand.commit({BRIEF: record.raised(BRIEF, "Customers", "All customers")})

    record.merge(contract)

    assert record.effective("contract/export") == 1
    assert record.version("brief/export@2").made.brain == "human"
