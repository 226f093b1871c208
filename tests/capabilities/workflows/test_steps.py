"""Steps of a flow: what is marked, what is only looked at or noted, and what a lost lease refuses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from headrace.capabilities.record.git.commits import commit_files
from headrace.capabilities.record.git.model import CommitNote, Person
from headrace.capabilities.record.git.repository import Repository, create, find_head
from headrace.capabilities.workflows import store
from headrace.capabilities.workflows.steps import DurableSteps
from headrace.kernel import fence
from headrace.kernel.context import Ctx
from headrace.kernel.database import Database
from headrace.kernel.fence import Fenced
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import Json
from headrace.kernel.unit import Units

EXECUTOR = "exe_1"
LOST = sa.exc.OperationalError("SELECT 1", {}, psycopg.OperationalError("gone"))
ADA = Person(name="Ada", email="ada@example.org")


@dataclass
class Engine:
    """Keeps what each step gave, as the engine does."""

    noted: list[Json] = field(default_factory=list)

    def checkpoint(self, name: str, work: Callable[[], Json]) -> Json:
        self.noted.append(work())
        return self.noted[-1]


@dataclass
class Lease:
    """The lease of the executor; `take` gives its work to another."""

    database: Database
    told: list[Fenced] = field(default_factory=list)

    def take(self) -> None:
        with self.database.system.begin() as db:
            store.leave(db, EXECUTOR)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def lease(database: Database) -> Lease:
    with database.system.begin() as db:
        store.enter(db, EXECUTOR, "here", 1)
    return Lease(database)


@pytest.fixture
def steps(units: Units, organisation: OrganisationId, engine: Engine, lease: Lease) -> DurableSteps:
    return DurableSteps(
        units=units,
        organisation=organisation,
        flow="toy.walk",
        key="w1",
        executor=EXECUTOR,
        checkpoint=engine.checkpoint,
        on_fenced=lease.told.append,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = create(tmp_path / "product.git")
    note = CommitNote(message="Begin", author=ADA, committer=ADA, when=datetime.now(UTC))
    commit_files(made, "main", {"README.md": b"Begin\n"}, note, base=None)
    return made


def write(ctx: Ctx, word: str) -> str:
    ctx.db.execute(
        sa.text("INSERT INTO workflows_tick (organisation, schedule, period) VALUES (:o, :s, 1)"),
        {"o": ctx.organisation, "s": word},
    )
    return word


def words(ctx: Ctx) -> list[str]:
    return sorted(ctx.db.execute(sa.text("SELECT schedule FROM workflows_tick")).scalars())


def marks(ctx: Ctx) -> int:
    return ctx.db.execute(sa.text("SELECT count(*) FROM workflows_effect")).scalar_one()


def test_a_look_sees_rows_and_leaves_no_mark(steps: DurableSteps, engine: Engine):
    steps.verb(write, "one")

    assert steps.look(words) == ["one"]
    assert steps.look(marks) == 1  # the verb's
    assert engine.noted == ["one"]


def test_a_look_that_would_write_is_refused_by_the_database(steps: DurableSteps):
    with pytest.raises(sa.exc.InternalError, match="read-only"):
        steps.look(write, "one")

    assert steps.look(words) == []


def test_a_look_does_not_move_the_keys_of_later_acts(steps: DurableSteps):
    keys: list[str] = []

    def act(key: str) -> int:
        keys.append(key)
        return len(steps.look(words))

    steps.act("first", act, int)
    steps.look(words)
    steps.act("second", act, int)

    assert keys == ["toy.walk:w1#1", "toy.walk:w1#2"]


def test_a_note_is_written_from_inside_an_act_and_is_no_step(steps: DurableSteps, engine: Engine):
    assert steps.act("act", lambda key: steps.note(write, key), str) == "toy.walk:w1#1"

    assert steps.look(words) == ["toy.walk:w1#1"]
    assert steps.look(marks) == 0
    assert len(engine.noted) == 1


def test_an_act_that_the_database_left_in_the_middle_is_made_again_with_its_key(
    steps: DurableSteps, engine: Engine
):
    keys: list[str] = []

    def act(key: str) -> str:
        keys.append(key)
        if len(keys) < 3:
            raise LOST
        return key

    assert steps.act("act", act, str) == "toy.walk:w1#1"
    assert keys == ["toy.walk:w1#1"] * 3
    assert len(engine.noted) == 1


def test_a_fault_of_an_act_itself_is_not_repeated(steps: DurableSteps):
    keys: list[str] = []

    def act(key: str) -> str:
        keys.append(key)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        steps.act("act", act, str)
    assert len(keys) == 1


def test_without_the_lease_nothing_is_written_and_no_act_begins(
    steps: DurableSteps, lease: Lease, engine: Engine
):
    begun: list[str] = []
    lease.take()

    for attempt in (
        lambda: steps.verb(write, "verb"),
        lambda: steps.note(write, "note"),
        lambda: steps.act("act", begun.append, str),
    ):
        with pytest.raises(Fenced, match="goes on elsewhere"):
            attempt()

    assert begun == []
    assert engine.noted == []
    assert steps.look(words) == []
    assert len(lease.told) == 3


def test_a_lease_taken_amid_an_act_keeps_its_result_from_being_noted(
    steps: DurableSteps, lease: Lease, engine: Engine
):
    def act(key: str) -> str:
        lease.take()
        return key

    with pytest.raises(Fenced):
        steps.act("act", act, str)
    assert engine.noted == []


def test_a_lease_taken_amid_an_act_keeps_git_as_it_is(
    steps: DurableSteps, lease: Lease, repository: Repository
):
    main = find_head(repository, "main")
    note = CommitNote(message="Late", author=ADA, committer=ADA, when=datetime.now(UTC))

    def push(key: str) -> str:
        lease.take()  # as if it had been frozen here, and another had done all of it
        return str(commit_files(repository, "late", {"a": b"a"}, note, base=main, new_branch=True))

    with pytest.raises(Fenced):
        steps.act("push", push, str)

    assert find_head(repository, "late") is None
    assert find_head(repository, "main") == main


def test_the_fence_stands_only_within_acts(steps: DurableSteps, lease: Lease):
    steps.act("act", lambda key: key, str)
    lease.take()

    fence.check()  # nobody's act: nothing to refuse

    assert lease.told == []
