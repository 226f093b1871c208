"""Tools on a real worktree: what they do, what they refuse, and what never reaches an agent."""

import os
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from capabilities.agents.authorities import CARD, an_authority
from headrace.capabilities.agents.brains.calls import schema_faults
from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.brains.errors import Cancelled
from headrace.capabilities.agents.declarations import DeclarationsInvalid
from headrace.capabilities.agents.model import (
    CheckUnknown,
    FileMissing,
    PathRefused,
    ProductCheck,
    ToolMisused,
)
from headrace.capabilities.agents.tools import checking, files, reading, redaction, writing
from headrace.capabilities.agents.tools.catalogue import TOOLS, tools_for
from headrace.capabilities.agents.tools.product import Product, product_at
from headrace.capabilities.agents.tools.telling import WORK
from headrace.capabilities.agents.tools.tool import Ground, ToolEffect
from processes import is_gone


@pytest.fixture
def root(tmp_path) -> Path:
    folder = tmp_path / "worktree"
    for path, text in {
        "src/api/routes.py": "ROUTES = []\nNAME = 'a'\nNAME = 'b'\n",
        "src/auth/guard.py": "ALLOW = False\n",
        "docs/index.md": "# Index\n",
        ".git/config": "[core]\n",
    }.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


@pytest.fixture
def ground(root) -> Ground:
    return Ground(
        root=root,
        authority=an_authority(),
        product=Product(),
        search_path=f"{Path(sys.executable).parent}:/usr/bin:/bin",
        cancellation=Cancellation(),
    )


def with_check(ground, *argv, at_most=60, not_evaluated=None) -> Ground:
    check = ProductCheck(
        name="it",
        argv=tuple(argv),
        evaluates=(),
        meaning="",
        not_evaluated=not_evaluated,
        at_most=timedelta(seconds=at_most),
    )
    return replace(ground, product=Product(checks={"it": check}))


def put(ground, change) -> None:
    files.put(ground.root, change.path, change.after)


def test_files_are_listed_sorted_without_git_s_own(ground):
    told = reading.list_files(ground, {})

    assert told.content == (
        '{"files": ["docs/index.md", "src/api/routes.py", "src/auth/guard.py"], "more": false}'
    )


def test_a_part_of_a_file_is_read_by_its_lines(ground):
    told = reading.read_file(ground, {"path": "src/api/routes.py", "first_line": 2, "lines": 1})

    assert told.content == "NAME = 'a'\n"


def test_a_long_file_is_cut_and_says_how_to_read_on(ground, root):
    (root / "src/api/long.py").write_text("x\n" * 60_000)

    told = reading.read_file(ground, {"path": "src/api/long.py"})

    assert "the file has 60000 lines" in told.content


def test_what_is_no_text_or_not_there_is_told(ground, root):
    (root / "src/api/x.bin").write_bytes(b"\0\1")

    with pytest.raises(ToolMisused, match="no text"):
        reading.read_file(ground, {"path": "src/api/x.bin"})
    with pytest.raises(FileMissing):
        reading.read_file(ground, {"path": "src/api/none.py"})


def test_lines_are_found_by_an_expression_with_their_places(ground):
    told = reading.search(ground, {"pattern": "^NAME|ALLOW"})

    assert told.content == (
        '{"matches": [{"path": "src/api/routes.py", "line": 2, "text": "NAME = \'a\'"}, '
        '{"path": "src/api/routes.py", "line": 3, "text": "NAME = \'b\'"}, '
        '{"path": "src/auth/guard.py", "line": 1, "text": "ALLOW = False"}], "more": false}'
    )


def test_a_search_takes_its_pattern_as_a_pattern_and_never_as_an_option(ground):
    assert '"matches": []' in reading.search(ground, {"pattern": "--help"}).content
    assert '"matches": []' in reading.search(ground, {"pattern": "-f/etc/passwd"}).content


def test_an_expression_that_is_none_is_told(ground):
    with pytest.raises(ToolMisused, match="cannot be searched"):
        reading.search(ground, {"pattern": "(("})


@pytest.mark.parametrize("below", ["..", "../..", "/etc", "src/../..", ".git"])
def test_nothing_outside_the_worktree_is_listed_or_searched(ground, below):
    with pytest.raises(PathRefused):
        reading.list_files(ground, {"path": below})
    with pytest.raises(PathRefused):
        reading.search(ground, {"pattern": "x", "path": below})


def test_a_file_is_written_edited_and_deleted(ground, root):
    put(ground, writing.write_file(ground, {"path": "src/api/new/x.py", "content": "A = 1\n"}))
    put(ground, writing.edit_file(ground, {"path": "src/api/new/x.py", "old": "1", "new": "2"}))
    assert (root / "src/api/new/x.py").read_text() == "A = 2\n"

    put(ground, writing.delete_file(ground, {"path": "src/api/new/x.py"}))
    assert not (root / "src/api/new/x.py").exists()


def test_a_program_stays_executable_when_it_is_written_anew(ground, root):
    script = root / "src/api/run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)

    put(ground, writing.write_file(ground, {"path": "src/api/run.sh", "content": "#!/bin/sh\n:\n"}))

    assert script.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(("old", "times"), [("NAME", "2 times"), ("absent", "is not there")])
def test_a_passage_must_be_there_exactly_once(ground, old, times):
    with pytest.raises(ToolMisused, match=times):
        writing.edit_file(ground, {"path": "src/api/routes.py", "old": old, "new": "X"})


def test_a_write_through_a_link_is_refused_wherever_it_leads(ground, root, tmp_path):
    (root / "src/api/out").symlink_to(tmp_path)
    (root / "src/api/in").symlink_to(root / "src/auth")
    (root / "src/api/file.py").symlink_to(root / "src/auth/guard.py")
    (root / "src/api/gone").symlink_to(tmp_path / "gone")

    for path in ("out/x.py", "in/guard.py", "file.py", "gone", "gone/x.py"):
        with pytest.raises(PathRefused, match="through a link"):
            writing.write_file(ground, {"path": f"src/api/{path}", "content": "X"})
    assert not (tmp_path / "gone").exists()


def test_nothing_is_read_through_a_link(ground, root, tmp_path):
    (tmp_path / "secret").write_text("outside")
    (root / "src/api/link.py").symlink_to(tmp_path / "secret")

    with pytest.raises(PathRefused):
        reading.read_file(ground, {"path": "src/api/link.py"})
    assert "link.py" not in reading.list_files(ground, {}).content
    assert '"matches": []' in reading.search(ground, {"pattern": "outside"}).content


def test_a_link_that_appears_after_the_plan_is_not_written_through(ground, root):
    change = writing.write_file(ground, {"path": "src/api/late.py", "content": "X = 1\n"})
    (root / "src/api/late.py").symlink_to(root / "src/auth/guard.py")

    with pytest.raises(PathRefused):
        put(ground, change)
    assert (root / "src/auth/guard.py").read_text() == "ALLOW = False\n"


def test_a_name_that_differs_in_case_only_is_refused(ground):
    with pytest.raises(PathRefused, match="in case only"):
        writing.write_file(ground, {"path": "src/api/Routes.py", "content": ""})


def test_a_folder_is_no_file(ground, root):
    (root / "src/api/folder").mkdir()

    with pytest.raises(ToolMisused, match="is a folder"):
        writing.write_file(ground, {"path": "src/api/folder", "content": ""})


def test_a_check_tells_how_it_ended(ground):
    passed = checking.checked(with_check(ground, "sh", "-c", "echo fine"), "it")
    failed = checking.checked(with_check(ground, "sh", "-c", "echo bad; exit 2"), "it")
    unsure = checking.checked(with_check(ground, "sh", "-c", "exit 3", not_evaluated=3), "it")

    assert (passed.status, passed.output) == ("passed", "fine\n")
    assert (failed.status, failed.exit_code, failed.output) == ("finding", 2, "bad\n")
    assert unsure.status == "not-evaluated"


def test_a_check_is_no_shell(ground, root):
    checking.checked(with_check(ground, "echo", "$(touch src/api/hacked)", "; touch x"), "it")

    assert sorted(os.listdir(root / "src/api")) == ["routes.py"]


def test_a_check_sees_nothing_of_our_environment(ground, monkeypatch):
    monkeypatch.setenv("HEADRACE_MODEL_KEY", "very-secret")
    monkeypatch.setenv("PGPASSWORD", "very-secret")

    told = checking.checked(with_check(ground, "env"), "it")

    names = {line.partition("=")[0] for line in told.output.splitlines()}
    assert "very-secret" not in told.output
    assert names <= {
        "PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TERM", "NO_COLOR", "GIT_TERMINAL_PROMPT",
        "PYTHONDONTWRITEBYTECODE", "PWD", "SHLVL", "_",
    }  # fmt: skip


def test_a_check_over_its_time_is_ended_with_all_its_children(ground, root):
    slow = with_check(ground, "sh", "-c", "sleep 600 & echo $! > child; wait", at_most=1)

    told = checking.checked(slow, "it")

    assert told.status == "over-time"
    child = int((root / "child").read_text())
    assert is_gone(child)


def test_a_check_is_broken_off_when_the_run_is_stopped(ground):
    ground.cancellation.cancel("stop")

    with pytest.raises(Cancelled):
        checking.checked(with_check(ground, "sleep", "600"), "it")


def test_of_a_flood_of_output_the_end_is_kept(ground):
    told = checking.checked(with_check(ground, "sh", "-c", "yes | head -c 3000000; echo END"), "it")

    assert told.output_cut
    assert told.output.endswith("END\n")
    assert len(told.output) <= checking.MOST_OUTPUT


def test_a_check_that_is_not_named_or_cannot_start_is_told(ground):
    with pytest.raises(CheckUnknown, match="the product has: it"):
        checking.checked(with_check(ground, "true"), "other")
    with pytest.raises(ToolMisused, match="cannot be started"):
        checking.checked(with_check(ground, "no-such-program-here"), "it")


def test_the_product_s_description_is_read_with_all_its_faults(root):
    place = root / ".headrace/product.yaml"
    place.parent.mkdir()
    place.write_text("checks:\n  a: {run: [x, x]}\n  b: {meaning: none}\n  c: {runs: [x]}\n")

    with pytest.raises(DeclarationsInvalid) as faults:
        product_at(root)

    assert len(faults.value.faults) == 3


def test_a_description_behind_a_link_is_none(root, tmp_path):
    (tmp_path / "product.yaml").write_text("checks: {a: {run: [x]}}\n")
    (root / ".headrace").mkdir()
    (root / ".headrace/product.yaml").symlink_to(tmp_path / "product.yaml")

    assert product_at(root) == Product()


def test_a_run_has_the_tools_of_its_card_and_submit_last():
    card = replace(CARD, tools=("write_file", "file_signal", "run_check"))

    assert list(tools_for(card, in_workspace=True, result=WORK)) == [
        "write_file", "run_check", "file_signal", "submit",
    ]  # fmt: skip
    assert list(tools_for(card, in_workspace=False, result=WORK)) == ["file_signal", "submit"]


def test_every_tool_says_what_it_is_for_and_takes_no_unknown_argument():
    for tool in TOOLS:
        assert tool.description.endswith(".")
        assert schema_faults(tool.parameters, {"unknown": 1})
        acts = tool.effect in {ToolEffect.NONE, ToolEffect.PROCESS}
        assert (tool.run is not None) == acts
        assert (tool.plan is not None) == (tool.effect is ToolEffect.FILE)


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a" * 36,
        "sk-proj-" + "a1" * 20,
        "hr_01jd3v0000000000000000000a_" + "0" * 64,
        "own-password",
    ],
)
def test_what_looks_like_a_key_is_struck_out(secret):
    told = redaction.struck(f"before {secret} after", known=("own-password",))

    assert secret not in told
    assert told.startswith("before ")
    assert told.endswith("after")


def test_ordinary_words_are_left_as_they_are():
    text = "task-list, sk-learn and https://example.org/a:b@c stay; so does skeleton-key"

    assert redaction.struck(text) == text
