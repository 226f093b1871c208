"""The rows of artifacts and changes, made again from Git alone."""

import pytest
import sqlalchemy as sa

from flows import every_crash
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.record import service
from headrace.capabilities.record.model import ChangeState, NotEmpty

BRIEF = "work/missions/export/BRIEF.md"


@pytest.fixture
def wipe(database):
    """Empties the tables of artifacts and of the record, as a lost database would; Git stays."""

    def one() -> None:
        owner = sa.create_engine(database.addresses.owner, poolclass=sa.NullPool)
        with owner.begin() as db:
            names = db.execute(
                sa.text(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
                    "AND (tablename LIKE 'artifacts\\_%' OR tablename LIKE 'record\\_%')"
                )
            ).scalars()
            db.execute(sa.text(f"TRUNCATE {', '.join(names)} CASCADE"))

    return one


def graph(record) -> dict[str, tuple]:
    """Everything that matters of every version and of its artifact, and its links."""
    return {
        str(version.ref): (artifact.reference, artifact.effective, *told(record, version))
        for artifact in record.do(artifacts.listing, limit=1000)
        for version in record.do(artifacts.versions, artifact.id)
    }


def told(record, version) -> tuple:
    links = record.do(artifacts.links, version.ref)
    return (
        version.type,
        version.context,
        version.path,
        version.content_hash,
        version.content,
        version.phase,
        version.made,
        version.change,
        version.commit,
        version.note,
        version.no_effect,
        sorted((link.kind, str(link.target)) for link in links),
    )


def changes(record) -> dict[str, tuple]:
    return {
        change.id: (
            change.state,
            change.title,
            change.body,
            change.author,
            change.context,
            change.head,
            change.commit,
            change.members,
            change.policies,
            change.tasks,
            change.branch if change.state is ChangeState.OPEN else None,
            change.paths if change.state is ChangeState.OPEN else None,
        )
        for change in record.do(service.changes, limit=1000)
    }


def live(record, hand) -> None:
    """A life: filed, merged, revised, superseded, open, closed, edited by hand."""
    signal = record.propose("signal", run="run_1")
    record.file(signal, record.propose("signal", "other", text="Something else."))
    brief = record.propose("brief", links=[signal.ref], note="the first")
    change = record.open(brief, record.propose("contract", links=[brief.ref]), tasks=("TASK-1",))
    better = record.propose("brief", text="Better.", links=[signal.ref])
    record.do(service.push_head, change.id, members=[better.ref])
    record.jobs()
    record.merge(record.change(change.id))
    again = record.open(record.propose("brief", text="Even better."), policies=("privacy",))
    record.approve(again)
    record.do(service.merge, again.id, no_effect=True, by="vp-product")
    record.jobs()
    record.file(record.propose("status", text="One."))
    record.file(record.propose("status", text="Two."))
    second = record.propose("brief", "second")
    record.open(record.propose("brief", "third", links=[second.ref]))
    record.open(second)
    closed = record.open(record.propose("contract", text="Given up."))
    record.do(service.close, closed.id)
    record.jobs()
    hand.commit({BRIEF: record.raised(BRIEF, "Even better", "Best")})
    record.do(service.sync)
    record.jobs()


def test_a_life_comes_back_as_it_was(record, hand, wipe):
    live(record, hand)
    before, asked = graph(record), changes(record)
    assert len(before) == 12
    wipe()

    record.do(service.rebuild)
    record.jobs()

    assert graph(record) == before
    assert changes(record) == asked
    assert record.open(record.propose("brief", "fourth")).id == "CR-7"
    fourth = record.do(artifacts.get, "brief/fourth")
    assert fourth.reference == "MISSION-2026-004"


@pytest.mark.parametrize(
    "crash", every_crash("record.rebuild", 7), ids=lambda c: f"{c.when} step {c.step}"
)
def test_a_rebuild_survives_a_crash_at_every_step(record, hand, wipe, crash):
    record.file(record.propose("signal"))
    record.merged(record.propose("brief"), record.propose("contract"))
    before = graph(record)
    wipe()
    record.do(service.rebuild)

    assert record.jobs(crash=crash).crashed
    record.jobs()

    assert graph(record) == before
    assert len(record.events("record.rebuilt")) == 1


def test_what_is_rebuilt_is_not_told_as_if_it_happened_now(record, hand, wipe):
    live(record, hand)
    types = ("artifacts.proposed", "artifacts.effective", "record.merged", "record.change_opened")
    before = len(record.events(*types))
    wipe()

    record.do(service.rebuild)
    record.jobs()

    assert len(record.events(*types)) == before
    (event,) = record.events("record.rebuilt")
    assert (event["versions"], event["changes"]) == (12, 6)


def test_after_a_rebuild_work_goes_on(record, hand, wipe):
    live(record, hand)
    wipe()
    record.do(service.rebuild)
    record.jobs()

    (edit,) = [c for c in record.do(service.changes) if c.title.startswith("Hand-made")]
    record.merge(edit)

    assert record.effective("brief/export") == 4
    assert "Best." in record.show(BRIEF)
    assert record.events("record.history_rewritten") == []


def test_what_git_does_not_hold_is_listed(record, wipe):
    record.merged(record.propose("brief"))
    record.propose("contract")
    loose = record.propose("status")
    record.file(record.propose("measure"))
    record.merged(record.propose("brief", text="Two.", links=[loose.ref]))
    wipe()

    record.do(service.rebuild)
    record.jobs()

    listed = {(f.subject, f.message) for f in record.do(service.findings, limit=100)}
    assert ("brief/export@2", "its link to status/export@1, which is not in Git") in listed
    assert ("rebuild", "Git does not hold acknowledged drift") in listed
    assert record.effective("contract/export") is None


def test_a_number_that_never_reached_git_stays_taken(record, wipe):
    record.merged(record.propose("brief", text="One."))
    record.propose("brief", text="Never handed in.")
    record.merged(record.propose("brief", text="Three."))
    wipe()

    record.do(service.rebuild)
    record.jobs()

    assert record.effective("brief/export") == 3
    assert record.version("brief/export@2").phase.value == "orphaned"
    assert record.propose("brief", text="Four.").ref.number == 4


def test_an_edit_by_hand_that_nobody_had_seen_is_taken_in_afterwards(record, hand, wipe):
    record.merged(record.propose("brief"))
    hand.commit({BRIEF: record.raised(BRIEF, "Customers", "All customers")})
    wipe()

    record.do(service.rebuild)
    record.jobs()

    assert record.version("brief/export@2").made.brain == "human"
    assert record.effective("brief/export") == 1


def test_an_organisation_with_artifacts_is_not_rebuilt(record):
    record.propose("brief")

    with pytest.raises(NotEmpty):
        record.do(service.rebuild)


def test_a_copy_brought_from_elsewhere_is_rebuilt(record, wipe, tmp_path):
    record.merged(record.propose("brief"))
    before = graph(record)
    copy = tmp_path / "copy.git"
    record.git("clone", "-q", "--mirror", str(record.place), str(copy))
    record.git("update-ref", "refs/heads/main", "main~1")
    wipe()

    record.do(service.rebuild, source=str(copy))
    record.jobs()

    assert graph(record) == before
    assert record.log() == ["Found the record", "Brief and contract"]


def test_products_are_found_again_in_the_folder(record, wipe, tmp_path):
    source = tmp_path / "shop"
    record.git("clone", "-q", str(record.place), str(source))
    record.do(service.add_repository, slug="shop", source=str(source))
    record.jobs()
    wipe()

    record.do(service.rebuild)
    record.jobs()

    product = record.do(service.repository, "shop")
    assert (product.kind, product.state, product.source) == ("product", "active", str(source))
