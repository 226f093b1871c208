"""A repository that the user brings: a small job from a signal to merged code, by an agent of their own."""

import shlex
from pathlib import Path

import pytest

from acceptance.own_way import Job, Way, git

BASE = {
    "CODEOWNERS": "* @tech-lead\n",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
    "src/counting/__init__.py": "",
    "src/counting/words.py": '''"""Counts words."""


def count_words(text: str) -> int:
    """How many words a text has."""
    return len(text.split(" "))
''',
    "tests/test_words.py": '''"""Words are counted."""

from counting.words import count_words


def test_words_are_what_stands_between_spaces():
    assert count_words("three little words") == 3
''',
}
RIGHT = {
    "src/counting/words.py": BASE["src/counting/words.py"].replace('split(" ")', "split()"),
    "tests/test_words.py": BASE["tests/test_words.py"]
    + """

def test_several_spaces_count_as_one():
    assert count_words("two   words") == 2
""",
}
WRONG = {
    **RIGHT,
    "src/counting/words.py": BASE["src/counting/words.py"].replace(
        'len(text.split(" "))', 'text.count(" ")'
    ),
}
STRAY = {
    **RIGHT,
    "pyproject.toml": BASE["pyproject.toml"] + 'addopts = "-k nothing"\n',
}
CRITERION = "Several spaces count as one (`tests/test_words.py::test_several_spaces_count_as_one`)"


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


@pytest.fixture
def repository(tmp_path) -> Path:
    """A product with a history; its main branch lacks what the patches bring."""
    folder = tmp_path / "counting"
    write(folder, BASE)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "Count words")
    return folder


@pytest.fixture
def way_with(repository, database, tmp_path):
    """The way of a job whose agent applies a later commit of the repository as a patch."""

    begun: list[Way] = []

    def made(files: dict[str, str]) -> Way:
        git(repository, "switch", "--quiet", "-c", "later")
        write(repository, files)
        git(repository, "commit", "--quiet", "--all", "-m", "Later")
        patch = tmp_path / "later.patch"
        patch.write_text(git(repository, "diff", "main", "later"), encoding="utf-8")
        git(repository, "switch", "--quiet", "main")
        git(repository, "branch", "-D", "later")
        (tmp_path / "home").mkdir()
        way = Way(
            home=tmp_path / "home",
            database=database,
            agent=shlex.join(["git", "apply", str(patch)]),
        )
        begun.append(way)
        way.to_the_worktree(
            Job(
                repository=repository,
                slug="several-spaces",
                title="Several spaces count as several words",
                paths=("src/counting/", "tests/"),
                policies=("architecture", "security"),
                criterion=CRITERION,
            )
        )
        return way

    yield made
    for way in begun:
        way.end()


@pytest.mark.slow
def test_a_right_patch_is_judged_approved_and_merged(way_with):
    way = way_with(RIGHT)
    asked = way.change()

    verdicts = {one["policy"]: one["verdict"] for one in way.verdicts()}
    before = way.on_main("src/counting/words.py")
    way.decide("theo")

    merged = way.change()
    assert set(verdicts) == {"architecture", "security"}
    assert set(verdicts.values()) <= {"PASS", "PASS WITH NOTES"}
    assert asked["state"] == "open"
    assert before == BASE["src/counting/words.py"]
    assert merged["state"] == "merged"
    assert way.on_main("src/counting/words.py") == RIGHT["src/counting/words.py"]
    assert way.runs("implement")[-1]["state"] == "done"


@pytest.mark.slow
def test_a_wrong_patch_fails_and_its_findings_tell_why(way_with):
    way = way_with(WRONG)

    failed = [one for one in way.verdicts() if one["verdict"] == "FAIL"]
    findings = [one for verdict in failed for one in verdict["findings"]]
    assert {one["policy"] for one in failed} == {"architecture", "security"}
    assert any(one["clause"] == "checks-green" for one in findings)
    assert any("test_several_spaces_count_as_one" in one["evidence"] for one in findings)
    assert way.change()["state"] == "open"
    assert way.on_main("src/counting/words.py") == BASE["src/counting/words.py"]
    assert [one["state"] for one in way.runs("implement")] == ["revised", "failed"]


@pytest.mark.slow
def test_an_edit_outside_the_paths_is_refused_and_recorded(way_with):
    way = way_with(STRAY)

    (run,) = way.agent_runs("coding-agent")
    assert run["line"]["state"] == "refused"
    assert [one["target"] for one in run["refusals"]] == ["pyproject.toml"]
    assert "outside the paths of this work" in run["refusals"][0]["reason"]
    assert way.say("change", "list", "--repository", "product", by="ada")["items"] == []
    assert way.on_main("pyproject.toml") == BASE["pyproject.toml"]
