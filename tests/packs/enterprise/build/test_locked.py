"""Protected paths of a product: an agent writes them only while a lock is held for its work."""

import shutil
from datetime import timedelta

import pytest

from headrace.capabilities.agents import service as agents
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.record import service as record
from headrace.capabilities.streams.model import RunState
from packs.enterprise.build.conftest import SMALL
from packs.enterprise.build.test_stream import begin

pytestmark = pytest.mark.slow


@pytest.fixture
def guarded(small, tmp_path):
    """The small product, whose sources are protected."""
    folder = tmp_path / "guarded"
    for path, text in {**SMALL, "LOCKS": "/src/\n"}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    small.use(folder)
    yield small
    shutil.rmtree(folder)


def test_without_a_lock_the_write_is_refused_and_recorded(guarded):
    begin(guarded)
    guarded.settle()

    run = guarded.one("implement", "greeting")
    (refused,) = guarded.do(agents.refusals, run.agent_run)
    assert refused.target == "src/farewell.py"
    assert "protected" in refused.reason
    assert "farewell" not in guarded.product("ls-tree", "-r", "--name-only", "main", "--", "src")


def test_a_lock_held_for_its_mission_lets_it_through_and_stands_in_the_record(guarded):
    begin(guarded)
    guarded.do(
        record.take_lock,
        "src/",
        reason="The farewell is added",
        lasts=timedelta(days=7),
        repository="customer-records",
        related="mission:bulk-data-export",
        by="tech-lead",
    )
    guarded.settle()

    assert guarded.one("implement", "greeting").state is RunState.DONE
    (document,) = guarded.do(artifacts.listing, type="path-lock")
    text = guarded.read(document.path)
    assert document.path == "work/locks/src-1.md"
    assert "customer-records: src/" in text
    assert "@a-tech-lead" in text
