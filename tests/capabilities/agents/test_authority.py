"""What a run may reach by its card and its workspace: a table of attacks, and what must stay possible."""

from dataclasses import replace

import pytest

from capabilities.agents.authorities import CARD, PLACE, an_authority
from headrace.capabilities.agents.cards import Paths


@pytest.mark.parametrize(
    "path",
    [
        "src/api/routes.py",
        "src/api/deep/er/routes.py",
        "src/api/.env.example",
        "src/api/a b.py",
        "src/api/한글.py",
        "src/api/.gitignore",
        "src/api/gitlab.py",
        "docs/index.md",
        "setup.cfg",
    ],
)
def test_inside_its_paths_a_run_may_write(path):
    assert an_authority().against_writing(path) is None


@pytest.mark.parametrize(
    ("path", "why"),
    [
        pytest.param("src/auth/guard.py", "outside the paths", id="another stream's folder"),
        pytest.param("src/apis/x.py", "outside the paths", id="a folder of a similar name"),
        pytest.param("src/api", "outside the paths", id="the folder itself"),
        pytest.param("README.md", "outside the paths", id="a file at the root"),
        pytest.param("docs/deep/x.md", "outside the paths", id="below a pattern of one folder"),
        pytest.param("src/api/../auth/guard.py", "'..'", id="out by dots"),
        pytest.param("../../etc/passwd", "'..'", id="out of the worktree"),
        pytest.param("src/api/./x.py", "'.'", id="a dot"),
        pytest.param("src/api//x.py", "empty part", id="two slashes"),
        pytest.param("src/api/", "empty part", id="a slash at the end"),
        pytest.param("/etc/passwd", "no path from the root", id="absolute"),
        pytest.param("~/x", "no path from the root", id="home"),
        pytest.param("C:/x", "no path from the root", id="a drive"),
        pytest.param("", "empty or too long", id="nothing"),
        pytest.param("src/api/" + "x" * 300, "too long", id="a name too long"),
        pytest.param("src/api/" + "x/" * 600 + "y", "too long", id="a path too long"),
        pytest.param("src\\api\\x.py", "backslash", id="backslashes"),
        pytest.param("src/api/x\n.py", "control character", id="a line end"),
        pytest.param("src/api/x\0.py", "control character", id="a nul"),
        pytest.param("src/api/\ud800.py", "control character", id="half a pair"),
        pytest.param(".git/config", "Git's own", id="git"),
        pytest.param("src/api/.git/hooks/pre-commit", "Git's own", id="git inside"),
        pytest.param("src/api/.GIT/config", "Git's own", id="git in capitals"),
        pytest.param("src/api/.git./config", "Git's own", id="git with a dot"),
        pytest.param("src/api/.git /config", "Git's own", id="git with a space"),
        pytest.param("src/api/git~1/config", "Git's own", id="git's short name"),
        pytest.param("src/api/.git::$DATA/x", "Git's own", id="git as a stream"),
        pytest.param("src/api/.g\u200cit/config", "Git's own", id="git with an invisible sign"),
        pytest.param("src/api/x\u200b.py", "read as another", id="an invisible sign"),
        pytest.param("src/api/cafe\u0301.py", "read as another", id="a decomposed accent"),
        pytest.param("SRC/API/x.py", "outside the paths", id="the folder in capitals"),
    ],
)
def test_a_path_beyond_its_own_is_refused_with_the_reason(path, why):
    refusal = an_authority().against_writing(path)

    assert refusal is not None
    assert why in str(refusal)


@pytest.mark.parametrize(
    "path",
    [
        ".headrace/product.yaml",
        ".HeadRace/product.yaml",
        "src/.headrace/product.yaml",
        "CODEOWNERS",
        "codeowners",
        ".github/CODEOWNERS",
        "src/headrace/packs/enterprise/roles/coding-agent.yaml",
    ],
)
def test_what_decides_about_agents_is_never_written_whatever_was_granted(path):
    everything = replace(PLACE, paths=("**", "*"))
    card = replace(CARD, paths=Paths(reads=("*",), writes=("*",)))

    refusal = an_authority(card, everything).against_writing(path)

    assert refusal is not None
    assert "no agent changes it" in str(refusal)


def test_the_card_limits_what_the_workspace_grants():
    card = replace(CARD, paths=Paths(reads=("*",), writes=("work/missions/{mission}/",)))
    place = replace(PLACE, paths=("work/",))

    authority = an_authority(card, place)

    assert authority.against_writing("work/missions/export/NOTES.md") is None
    assert "outside what coding-agent may write" in str(
        authority.against_writing("work/missions/other/NOTES.md")
    )


def test_a_role_that_evaluates_writes_nothing_even_where_it_was_granted():
    judge = replace(CARD, evaluates=("architecture",))

    refusal = an_authority(judge).against_writing("src/api/routes.py")

    assert "never changes what it judges" in str(refusal)


def test_reading_is_limited_by_the_card_and_by_the_class_of_the_data():
    card = replace(CARD, paths=Paths(reads=("src/",), writes=("{paths}",)))
    authority = an_authority(
        card, classified=(("src/secrets/", "restricted"), ("src/secrets/open.md", "internal"))
    )

    assert authority.against_reading("src/auth/guard.py") is None
    assert authority.against_reading("src/secrets/open.md") is None
    assert "restricted" in str(authority.against_reading("src/secrets/keys.py"))
    assert "outside what" in str(authority.against_reading("LICENSE"))
    assert "Git's own" in str(authority.against_reading(".git/config"))


def test_a_closed_file_is_not_written_either():
    place = replace(PLACE, paths=("src/",))
    authority = an_authority(workspace=place, classified=(("src/secrets/", "restricted"),))

    assert "may not see" in str(authority.against_writing("src/secrets/keys.py"))


def test_every_reason_is_told():
    card = replace(CARD, paths=Paths(reads=(), writes=()))

    refusal = an_authority(card).against_writing("CODEOWNERS")

    assert len(refusal.reasons) == 3
