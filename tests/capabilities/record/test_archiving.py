"""Archiving: done work products go out of sight with their history; nothing is deleted."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from flows import Crash, every_crash
from headrace.capabilities.artifacts import operations
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactArchived, PathTaken
from headrace.capabilities.record import service
from headrace.capabilities.record.model import FindingKind, NotArchivable

MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
"""Now."""

SIGNAL = "work/signals/2026-03-15-export.md"
ARCHIVED = "work/signals/archive/2026-03-15-export.md"
BRIEF = "work/missions/export/BRIEF.md"


def told(crash: Crash) -> str:
    return f"{crash.when} step {crash.step} of {crash.flow}"


def archive(record, artifact="signal/export", why="A mission came of it", *, drain=True):
    gone = record.do(service.archive, artifact, why)
    if drain:
        record.jobs()
    return list(gone)


def listed(record, **query) -> list[str]:
    page = record.do(operations.listing, operations.ArtifactQuery(**query))
    return [one.id for one in page.items]


@pytest.fixture
def signal(record):
    """A filed signal that is done."""
    made = record.propose("signal")
    record.file(made)
    record.done["signal/export"] = MONDAY
    return made


@pytest.fixture
def mission(record):
    """A brief, a contract and a status in one folder; the brief says that all is done."""
    record.merged(record.propose("brief"), record.propose("contract"))
    record.file(record.propose("status"))
    record.done["brief/export"] = MONDAY


def test_a_file_moves_with_its_history(record, signal):
    before = record.show(SIGNAL)

    archive(record)

    assert record.show(ARCHIVED) == before
    assert record.git("ls-tree", "--name-only", "main", SIGNAL) == ""
    followed = record.git("log", "--follow", "--format=%s", "main", "--", ARCHIVED).splitlines()
    assert followed == ["Archive signal/export", "File signal/export@1"]
    (event,) = record.events("record.moved")
    assert event["archived"] == ["signal/export"]
    assert event["commit"] == record.git("rev-parse", "main")


def test_lists_hide_it_unless_asked(record, signal):
    record.file(record.propose("signal", "other"))

    archive(record, drain=False)

    assert listed(record, type="signal") == ["signal/other"]
    assert listed(record, type="signal", archived=True) == ["signal/export", "signal/other"]


def test_what_is_still_worked_with_stays_with_every_reason(record, mission):
    record.open(record.propose("contract", text="More of it."))
    record.done["brief/export"] = "the mission is active"

    with pytest.raises(NotArchivable) as refused:
        archive(record, "brief/export", why=" ")

    message = str(refused.value)
    assert "the mission is active" in message
    assert "contract/export is part of CR-2, which is open" in message
    assert "contract/export@2 is not decided yet" in message
    assert "say why" in message
    assert record.effective("brief/export") == 1
    assert listed(record) == ["brief/export", "contract/export", "status/export"]


def test_a_type_of_which_nobody_said_when_it_is_done_is_not_archived_alone(record, mission):
    with pytest.raises(NotArchivable, match="nobody has said when a Outcome Contract is done"):
        archive(record, "contract/export")


def test_a_folder_goes_as_a_whole(record, mission):
    record.merged(record.propose("brief", "other"))

    gone = archive(record, "brief/export")

    assert gone == ["brief/export", "contract/export", "status/export"]
    tree = record.git("ls-tree", "-r", "--name-only", "main", "work/missions").splitlines()
    assert tree == [
        "work/missions/archive/export/BRIEF.md",
        "work/missions/archive/export/CONTRACT.md",
        "work/missions/archive/export/STATUS.md",
        "work/missions/other/BRIEF.md",
    ]
    assert record.log()[-1] == "Archive 3 files"


def test_links_and_lines_still_resolve_by_both_paths(record, signal):
    record.merged(record.propose("brief", links=[signal.ref]))
    archive(record)

    chain = record.do(artifacts.chain, [record.version("brief/export@1").ref])
    assert [str(hop.ref) for hop in chain.hops] == ["brief/export@1", "signal/export@1"]
    assert chain.hops[1].path == ARCHIVED
    for path in (SIGNAL, ARCHIVED):
        origins = record.do(service.origins, path)
        assert origins.path == ARCHIVED
        assert {str(ref) for one in origins.items for ref in one.versions} == {"signal/export@1"}


def test_it_takes_no_new_version_until_it_is_back(record, mission):
    archive(record, "brief/export")

    with pytest.raises(ArtifactArchived, match="headrace artifact unarchive brief/export"):
        record.propose("brief", text="Another thing.")

    record.do(service.unarchive, "brief/export", "It begins anew")
    record.jobs()
    assert "Customers export" in record.show(BRIEF)
    assert record.git("ls-tree", "--name-only", "main", "work/missions/archive") == ""
    record.merged(record.propose("brief", text="Another thing."))
    assert record.effective("brief/export") == 2


def test_its_place_stays_its_own(record, mission):
    archive(record, "brief/export")

    with pytest.raises(PathTaken):
        record.propose("brief", "else", mission="export")


def test_what_was_decided_stays_in_force(record, mission):
    archive(record, "brief/export")

    found = record.do(artifacts.effective_of, "brief", ["mission:export"])

    assert [str(one.ref) for one in found] == ["brief/export@1"]


def test_the_sweep_waits_as_long_as_the_rule_says(record, clock):
    record.file(record.propose("signal"), record.propose("signal", "young"))
    record.done["signal/export"] = MONDAY - timedelta(days=29)
    record.done["signal/young"] = MONDAY
    assert not record.do(service.archivable)

    clock.advance(timedelta(days=1))
    (due,) = record.do(service.archivable)
    assert (due.artifact, due.done.because) == ("signal/export", "it was answered")
    assert record.do(service.sweep) == ["signal/export"]
    record.jobs()

    assert listed(record) == ["signal/young"]
    (event,) = record.events("artifacts.archived")
    assert event["why"] == "it was answered since 2026-02-15"
    assert not record.do(service.sweep)


def test_a_sweep_leaves_what_somebody_works_on(record, mission, clock):
    record.open(record.propose("contract", text="More of it."))
    clock.advance(timedelta(days=365))

    assert not record.do(service.sweep)


@pytest.mark.parametrize("crash", every_crash("record.move", 3), ids=told)
def test_a_move_survives(record, mission, crash):
    archive(record, "brief/export", drain=False)

    assert record.jobs(crash=crash).crashed
    record.jobs()

    assert record.log()[-1] == "Archive 3 files"
    assert record.log().count("Archive 3 files") == 1
    assert record.version("brief/export@1").path == "work/missions/archive/export/BRIEF.md"
    assert len(record.events("record.moved")) == 1


def test_a_status_drawn_meanwhile_is_drawn_where_the_file_stands(record, mission):
    record.live["status/export"] = "completed"
    record.do(service.refresh_projection, "status/export")
    archive(record, "brief/export")

    assert "completed" in record.show("work/missions/archive/export/STATUS.md")
    assert record.git("ls-tree", "--name-only", "main", "work/missions/export") == ""


def test_what_a_hand_edited_before_the_move_is_looked_at_first(record, mission, hand):
    archive(record, "brief/export", drain=False)
    hand.commit({BRIEF: record.show(BRIEF).replace("Customers", "Nobody")})
    record.jobs()

    assert "Nobody" in record.show("work/missions/archive/export/BRIEF.md")
    (finding,) = record.do(service.findings)
    assert (finding.kind, finding.subject) == (FindingKind.IMMUTABLE, BRIEF)
    assert "archived" in finding.message


def test_a_hand_made_move_is_a_finding_and_archives_nothing(record, signal, hand):
    hand.commit({SIGNAL: None, ARCHIVED: record.show(SIGNAL)})
    record.do(service.sync)
    record.jobs()

    kinds = {finding.kind for finding in record.do(service.findings)}
    assert kinds == {FindingKind.DELETED, FindingKind.MISPLACED}
    assert listed(record) == ["signal/export"]


def test_a_rebuild_knows_what_is_archived_and_what_came_back(record, mission, signal, wipe):
    archive(record)
    archive(record, "brief/export")
    record.do(service.unarchive, "brief/export", "It begins anew")
    record.jobs()
    before = {one.id: one for one in record.do(artifacts.listing)}

    wipe()
    record.do(service.rebuild)
    record.jobs()

    after = {one.id: one for one in record.do(artifacts.listing)}
    places = {id: (one.archived, one.path, one.place) for id, one in after.items()}
    assert places == {id: (one.archived, one.path, one.place) for id, one in before.items()}
    assert places["signal/export"] == (True, ARCHIVED, SIGNAL)
    assert places["brief/export"] == (False, BRIEF, None)


def test_rows_that_lost_it_are_told_and_made_equal(record, signal):
    archive(record)

    def forget(ctx) -> None:
        ctx.db.execute(
            sa.text(
                "UPDATE artifacts_artifact SET archived = false, place = null, path = :path "
                "WHERE organisation = :here"
            ),
            {"here": ctx.organisation, "path": SIGNAL},
        )

    record.do(forget)
    record.do(service.compare)
    record.jobs()
    (finding,) = record.do(service.findings)
    assert (finding.kind, finding.subject) == (FindingKind.DIFFERS, "signal/export")

    record.do(service.compare, replace=True)
    record.jobs()
    assert listed(record) == []
    assert record.version("signal/export@1").path == ARCHIVED


@pytest.mark.parametrize("table", ["artifacts_artifact", "artifacts_version"])
def test_the_database_lets_nobody_delete_one(record, signal, table):
    def delete(ctx) -> None:
        ctx.db.execute(
            sa.text(f"DELETE FROM {table} WHERE organisation = :here"), {"here": ctx.organisation}
        )

    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        record.do(delete)
