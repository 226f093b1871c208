"""The example's recordings, played into copies of its service, give a feature that really works."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from headrace.capabilities.agents.recording_checks import check_recordings

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "bulk-export"

pytest.importorskip("duckdb", reason="needs the extra 'demo'")
pytestmark = pytest.mark.slow


def _player():
    spec = importlib.util.spec_from_file_location("player", EXAMPLE / "check_recordings.py")
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up by name.
    sys.modules["player"] = module
    spec.loader.exec_module(module)
    return module


player = _player()
STREAMS = tuple(player.STREAMS)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Each stream in a tree of its own, the four over one another, and what the recordings did."""
    folder = tmp_path_factory.mktemp("streams")
    trees = {element: folder / element for element in STREAMS}
    done = [one for element in STREAMS for one in player.stream_tree(element, trees[element])]
    return {"trees": trees, "done": done, "whole": player.overlay(trees, folder / "whole")}


def test_the_recordings_say_nothing_that_a_fact_should_say():
    assert check_recordings(EXAMPLE / "recordings") == ()


def test_the_service_works_before_the_feature(tmp_path):
    tree = player.fresh_tree(tmp_path / "service")
    assert player.run_check("tests", tree) == 0
    assert not list(tree.rglob("export"))


@pytest.mark.parametrize("element", STREAMS)
def test_a_stream_passes_its_own_tests_where_the_others_do_not_exist(played, element):
    tree = played["trees"][element]
    foreign = [p for other in STREAMS if other != element for p in player.STREAMS[other]]
    assert not any((tree / path).exists() for path in foreign)
    # 3: every example that could be run passed, and a language is missing on this machine.
    assert player.own_tests(element, tree) in (0, 3)


@pytest.mark.parametrize("check", ["lint", "format", "coverage", "docs-examples"])
def test_the_four_together_pass_the_products_checks(played, check):
    accepted = (0, 3) if check == "docs-examples" else (0,)
    assert player.run_check(check, played["whole"]) in accepted


def test_the_four_together_work_from_end_to_end(played):
    assert player.end_to_end(played["whole"], records=100_000) == 0


def test_one_stream_tries_to_leave_its_paths_once_and_leaves_no_trace(played):
    refused = {one.name: one.refused for one in played["done"] if one.refused}
    assert refused == {"ui-integration.yaml": ["src/auth/authenticator.py"]}
    before = EXAMPLE / "service" / "src/auth/authenticator.py"
    assert (played["whole"] / "src/auth/authenticator.py").read_text() == before.read_text()


def test_two_improvement_signals_are_filed(played):
    assert [signal for one in played["done"] for signal in one.signals] == [
        "Async job cancellation pattern missing",
        "Documentation code examples should be auto-tested",
    ]


def first_documentation(folder):
    tree = player.fresh_tree(folder / "tree")
    recording = dict(player.recordings())["documentation-1.yaml"]
    player.play("documentation-1.yaml", recording, tree)
    return tree


def docs_examples(tree, **environment):
    return subprocess.run(
        player.commands()["docs-examples"],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | environment,
    )


def test_the_first_documentation_fails_by_rule_and_by_running(tmp_path):
    done = docs_examples(first_documentation(tmp_path))
    assert done.returncode == 1
    where = "docs/guides/bulk-export/index.md:45: critical: content.current-authentication"
    assert where in done.stdout
    assert "critical: content.examples-work: the python example fails" in done.stdout
    assert "401" in done.stdout


def test_what_cannot_be_run_here_is_told_and_is_no_pass(played, tmp_path):
    # A machine with nothing but Python: neither node nor curl is found.
    done = docs_examples(played["trees"]["documentation"], PATH=str(tmp_path))
    assert done.returncode == 3
    assert "not evaluated: javascript: node is not installed here" in done.stdout


@pytest.mark.parametrize(
    ("path", "old", "new", "tests"),
    [
        (
            "src/services/export/signing.py",
            "now.timestamp() >= expires",
            "now.timestamp() > expires + 900",
            "tests/services/export/test_signing.py",
        ),
        (
            "src/services/export/store.py",
            "WHERE id = ? AND tenant_id = ?",
            "WHERE id = ? AND ? IS NOT NULL",
            "tests/api/v2/export/test_export.py",
        ),
    ],
    ids=["links live too long", "tenants are mixed"],
)
def test_one_changed_line_of_recorded_code_fails(played, tmp_path, path, old, new, tests):
    tree = tmp_path / "tree"
    shutil.copytree(played["trees"]["api-implementation"], tree)
    text = (tree / path).read_text()
    assert old in text
    (tree / path).write_text(text.replace(old, new))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", tests],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
