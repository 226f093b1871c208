"""The rows of artifacts and changes, made again from Git alone."""

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from flows import every_crash
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.record import service
from headrace.capabilities.record.model import Busy, ChangeState, NotEmpty

BRIEF = "work/missions/export/BRIEF.md"


@pytest.fixture(autouse=True)
def deletable(database):
    """Rows can be lost here, as by whoever owns the database; what serves may delete none."""
    owner = sa.create_engine(database.addresses.owner, poolclass=sa.NullPool)
    app = make_url(database.addresses.app).username
    with owner.begin() as db:
        db.execute(sa.text(f"GRANT DELETE ON artifacts_artifact, artifacts_version TO {app}"))
    yield
    with owner.begin() as db:
        db.execute(sa.text(f"REVOKE DELETE ON artifacts_artifact, artifacts_version FROM {app}"))


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


def damage(record, statement: str, **values) -> None:
    """Rows as they should never be; `:here` is the organisation."""

    def one(ctx) -> None:
        done = ctx.db.execute(sa.text(statement), {"here": ctx.organisation, **values})
        assert done.rowcount

    record.do(one)


def lose(record, artifact: str, number: int) -> None:
    """Deletes a version with all that hangs on it."""
    at = {"artifact": artifact, "number": number}
    for table, where in (
        ("artifacts_link", "target = :artifact AND target_number = :number"),
        ("artifacts_link", "artifact = :artifact AND number = :number"),
        ("artifacts_element", "artifact = :artifact AND number = :number"),
        ("artifacts_version", "artifact = :artifact AND number = :number"),
    ):

        def one(ctx, table=table, where=where) -> None:
            ctx.db.execute(
                sa.text(f"DELETE FROM {table} WHERE organisation = :here AND {where}"),
                {"here": ctx.organisation, **at},
            )

        record.do(one)


def elements_of(record) -> dict[str, dict[str, str]]:
    """The hash of every element of every version."""

    def one(ctx):
        rows = ctx.db.execute(
            sa.text("SELECT * FROM artifacts_element WHERE organisation = :here"),
            {"here": ctx.organisation},
        )
        return {f"{r.artifact}@{r.number}#{r.element}": r.hash for r in rows}

    return record.do(one)


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


def test_rows_that_are_as_git_tells_them_do_not_differ(record, hand):
    live(record, hand)
    before = graph(record)

    record.do(service.compare)
    record.do(service.compare, replace=True)
    record.jobs()

    compared = record.events("record.rows_compared")
    assert [(one["differing"], one["replaced"]) for one in compared] == [(0, False), (0, True)]
    assert compared[0]["versions"] == 12
    assert record.events("artifacts.restored") == []
    assert graph(record) == before


DAMAGES = {
    "a version is gone": lambda record: lose(record, "brief/export", 2),
    "the newest version is gone": lambda record: lose(record, "status/export", 2),
    "a signal that others were made from is gone": lambda record: lose(record, "signal/export", 1),
    "a content was altered": lambda record: damage(
        record,
        "UPDATE artifacts_version SET content = CAST(:content AS json) "
        "WHERE organisation = :here AND artifact = 'brief/export' AND number = 3",
        content='{"title": "The brief", "sections": {"objective": "Something else", "scope": []}}',
    ),
    "a title was altered": lambda record: damage(
        record,
        "UPDATE artifacts_version SET title = 'Mine' "
        "WHERE organisation = :here AND artifact = 'signal/export'",
    ),
    "a hash was altered": lambda record: damage(
        record,
        "UPDATE artifacts_version SET content_hash = repeat('0', 64) "
        "WHERE organisation = :here AND artifact = 'contract/export'",
    ),
    "a maker was altered": lambda record: damage(
        record,
        "UPDATE artifacts_version SET made_by = 'prn_other', brain = 'human', run = NULL "
        "WHERE organisation = :here AND artifact = 'signal/export'",
    ),
    "links are gone": lambda record: damage(
        record, "DELETE FROM artifacts_link WHERE organisation = :here"
    ),
    "elements are gone": lambda record: damage(
        record, "DELETE FROM artifacts_element WHERE organisation = :here"
    ),
    "a merge was forgotten": lambda record: damage(
        record,
        "UPDATE artifacts_version SET commit = NULL, phase = 'in_review' "
        "WHERE organisation = :here AND artifact = 'brief/export' AND number = 2",
    ),
    "pointers stand back": lambda record: damage(
        record,
        "UPDATE artifacts_artifact SET head = 1, effective = NULL "
        "WHERE organisation = :here AND id = 'brief/export'",
    ),
}


@pytest.mark.parametrize("wrong", DAMAGES.values(), ids=DAMAGES)
def test_damaged_rows_are_told_and_come_back_equal(record, hand, wrong):
    live(record, hand)
    before, parts = graph(record), elements_of(record)
    wrong(record)
    damaged = graph(record)

    record.do(service.compare)
    record.jobs()
    untouched = graph(record)
    record.do(service.compare, replace=True)
    record.jobs()
    record.do(service.compare)
    record.jobs()

    told, replaced, again = record.events("record.rows_compared")
    assert untouched == damaged
    assert told["differing"] == replaced["differing"] > 0
    assert again["differing"] == 0
    assert (graph(record), elements_of(record)) == (before, parts)
    kinds = [finding.kind for finding in record.do(service.findings, limit=100)]
    assert kinds.count("differs") == kinds.count("restored") == told["differing"]


def test_an_artifact_that_is_wholly_gone_comes_back_under_its_reference(record, hand):
    live(record, hand)
    before = graph(record)
    for number in (4, 3, 2, 1):
        lose(record, "brief/export", number)
    damage(
        record, "DELETE FROM artifacts_artifact WHERE organisation = :here AND id = 'brief/export'"
    )

    record.do(service.compare, replace=True)
    record.jobs()

    assert graph(record) == before


def test_what_only_rows_hold_is_left_alone(record):
    record.merged(record.propose("brief"))
    loose = record.propose("contract", text="In nobody's change yet.")
    record.file(record.propose("measure"))
    before = graph(record)

    record.do(service.compare, replace=True)
    record.jobs()

    assert graph(record) == before
    assert record.version(str(loose.ref)).content == loose.content


def test_rows_are_not_replaced_while_somebody_is_at_work(record):
    record.merged(record.propose("brief"))
    record.busy.append("implement is at work")

    with pytest.raises(Busy, match="implement is at work"):
        record.do(service.compare, replace=True)
    record.do(service.compare)  # to look is allowed
    record.jobs()

    assert len(record.events("record.rows_compared")) == 1


def test_rows_are_not_replaced_while_a_change_is_written(record):
    record.open(record.propose("brief"), drain=False)

    with pytest.raises(Busy, match="CR-1 is being written"):
        record.do(service.compare, replace=True)


def test_an_edit_by_hand_is_taken_in_after_rows_were_replaced(record, hand):
    record.merged(record.propose("brief"))
    hand.commit({BRIEF: record.raised(BRIEF, "Customers", "All customers")})
    damage(record, "UPDATE artifacts_version SET note = 'mine' WHERE organisation = :here")

    record.do(service.compare, replace=True)
    record.jobs()

    assert record.version("brief/export@1").note == ""
    assert record.version("brief/export@2").made.brain == "human"


@pytest.mark.parametrize(
    "crash", every_crash("record.compare", 5), ids=lambda c: f"{c.when} step {c.step}"
)
def test_replacing_survives_a_crash_at_every_step(record, hand, crash):
    live(record, hand)
    before = graph(record)
    lose(record, "brief/export", 2)
    record.do(service.compare, replace=True)

    assert record.jobs(crash=crash).crashed
    record.jobs()

    assert graph(record) == before
    (event,) = record.events("record.rows_compared")
    assert event["differing"] > 0


@pytest.mark.parametrize(
    ("damaged", "told"),
    [
        ('SET content = \'{"title": "Made up"}\'', "content"),
        ("SET content_hash = 'made up'", "hash"),
    ],
    ids=["content", "hash"],
)
def test_what_only_rows_hold_is_held_against_the_hashes_of_the_journal(record, damaged, told):
    record.file(record.propose("measure"))
    record.propose("contract", text="In nobody's change yet.")
    record.do(service.compare)
    record.jobs()
    damage(
        record,
        f"UPDATE artifacts_version {damaged} WHERE organisation = :here AND artifact LIKE 'measure/%'",
    )

    record.do(service.compare)
    record.jobs()

    sound, wrong = record.events("record.rows_compared")
    assert (sound["differing"], wrong["differing"]) == (0, 1)
    (finding,) = record.do(service.findings, limit=10)
    assert (finding.kind, finding.subject) == ("differs", "measure/export@1")
    assert told in finding.message
    assert "nothing can bring it back" in finding.message


def test_a_version_that_only_rows_held_and_that_is_gone_is_told(record):
    record.propose("contract", text="In nobody's change yet.")
    lose(record, "contract/export", 1)

    record.do(service.compare)
    record.jobs()

    (finding,) = record.do(service.findings, limit=10)
    assert (finding.subject, finding.kind) == ("contract/export@1", "differs")
    assert "row" in finding.message
