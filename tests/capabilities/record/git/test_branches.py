"""Branches have the names of the lifecycle, whatever the title, and Git takes every one of them."""

import subprocess
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.capabilities.record.git import branches
from headrace.capabilities.record.git.branches import SLUG_LIMIT, BranchKind
from headrace.capabilities.record.git.errors import BranchNameRefused

DAY = date(2026, 3, 15)
TITLES = st.text(alphabet=st.characters(), max_size=120)
NAMES = st.text(
    alphabet=st.sampled_from("ab./-@{}~^:?*[\\ \x7f\x01AHEDlock가"), min_size=0, max_size=12
)


def taken_by_git(name):
    """Whether real Git takes the name, and it is none of those that stand for something else."""
    checked = subprocess.run(["git", "check-ref-format", f"refs/heads/{name}"], capture_output=True)
    return checked.returncode == 0 and name not in ("@", "HEAD") and not name.startswith("-")


@pytest.mark.parametrize(
    ("made", "name", "kind"),
    [
        (
            branches.signal(DAY, "Bulk export: customer demand"),
            "signal/2026-03-15-bulk-export-customer-demand",
            "signal",
        ),
        (branches.brief("Bulk data export"), "mission/bulk-data-export/brief", "brief"),
        (
            branches.fleet("bulk-data-export"),
            "orchestration/bulk-data-export/fleet-config",
            "fleet",
        ),
        (branches.design("bulk-data-export"), "exec/bulk-data-export/technical-design", "design"),
        (
            branches.stream("bulk-data-export", "API implementation"),
            "exec/bulk-data-export/api-implementation",
            "stream",
        ),
        (
            branches.release(date(2026, 4, 7), "Bulk data export"),
            "release/2026-04-07-bulk-data-export",
            "release",
        ),
        (
            branches.decision(DAY, "Async export jobs"),
            "decision/2026-03-15-async-export-jobs",
            "decision",
        ),
        (
            branches.evaluation("bulk-data-export", "API"),
            "evaluation/bulk-data-export/api",
            "evaluation",
        ),
    ],
)
def test_each_kind_of_work_has_its_branch_name_and_is_known_by_it(made, name, kind):
    assert made == name
    assert branches.kind_of(name) is BranchKind(kind)


@pytest.mark.parametrize(
    "name", ["main", "signal/today", "mission/x", "exec/a/b/c", "mission/A/brief", ""]
)
def test_a_branch_of_another_shape_is_of_no_kind(name):
    assert branches.kind_of(name) is None


def test_a_stream_called_as_the_design_does_not_take_the_designs_branch():
    assert branches.stream("m", "Technical design") == "exec/m/technical-design-stream"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        pytest.param("대량 데이터 내보내기", "daeryang-deiteo-naebonaegi", id="Korean"),
        pytest.param("대량 export 2단계", "daeryang-export-2dangye", id="Korean and English"),
        pytest.param("Größe & Élan: naïve!", "grosse-elan-naive", id="accents and signs"),
        pytest.param("  --a__b//c..d--  ", "a-b-c-d", id="only separators between"),
        pytest.param("../../etc/passwd", "etc-passwd", id="a way out of the folder"),
        pytest.param("ﬁve ２", "five-2", id="compatible characters"),
        pytest.param("x" * 200, "x" * SLUG_LIMIT, id="one endless word"),
        pytest.param("word " * 40, "-".join(["word"] * 12), id="cut between two words"),
    ],
)
def test_a_title_becomes_a_safe_slug(title, slug):
    assert branches.slug(title) == slug


def test_korean_typed_on_a_mac_gives_the_same_slug():
    assert branches.slug(unicodedata.normalize("NFD", "결정")) == branches.slug("결정")


@pytest.mark.parametrize("title", ["", "   ", "!!!", "数据导出", "\0", "\ud800"])
def test_a_title_that_leaves_nothing_gets_a_name_of_its_own(title):
    slug = branches.slug(title)

    assert slug.startswith("untitled-")
    assert slug == branches.slug(title)
    assert slug != branches.slug(title + "?")


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        pytest.param([], "exec/m/api", id="nothing taken"),
        pytest.param(["exec/m/api"], "exec/m/api-2", id="taken"),
        pytest.param(
            ["exec/m/api", "exec/m/api-2", "exec/m/api-3"], "exec/m/api-4", id="thrice taken"
        ),
        pytest.param(["exec/M/API"], "exec/m/api-2", id="differs in case only"),
        pytest.param(["exec/m/api/deeper"], "exec/m/api-2", id="a folder of that name"),
        pytest.param(["exec/m/apix"], "exec/m/api", id="a longer name"),
    ],
)
def test_a_name_that_collides_gets_a_number(taken, free):
    assert branches.free_name("exec/m/api", taken) == free


@pytest.mark.parametrize(
    "name",
    [
        *[
            "",
            "-x",
            "--upload-pack=x",
            "a..b",
            "a b",
            "a~",
            "a^",
            "a:b",
            "a?",
            "a*",
            "a[",
            "a\\b",
            "/a",
        ],
        *[
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.lock/b",
            "a.",
            "@",
            "HEAD",
            "a@{b",
            "a\nb",
            "a\0b",
        ],
        *["a\x7f", "x" * 201, "a\ud800"],
    ],
)
def test_a_name_that_git_or_the_command_line_would_misread_is_refused(name):
    with pytest.raises(BranchNameRefused):
        branches.checked(name)


@given(name=NAMES)
def test_we_refuse_exactly_the_names_that_git_refuses(name):
    try:
        branches.checked(name)
        accepted = True
    except BranchNameRefused:
        accepted = False

    assert accepted == taken_by_git(name)


@given(title=TITLES, other=TITLES)
def test_whatever_the_title_the_branch_is_valid_and_of_its_kind(title, other):
    made = {
        BranchKind.SIGNAL: branches.signal(DAY, title),
        BranchKind.BRIEF: branches.brief(title),
        BranchKind.STREAM: branches.stream(title, other),
        BranchKind.EVALUATION: branches.evaluation(title, other),
    }

    for kind, name in made.items():
        assert branches.checked(name) == name
        assert name.isascii()
        assert branches.kind_of(name) is kind
        assert len(name) < 200


@given(title=TITLES)
def test_the_slug_of_a_slug_is_itself(title):
    once = branches.slug(title)

    assert branches.slug(once) == once


@given(titles=st.lists(TITLES, max_size=8))
def test_numbered_names_never_collide(titles):
    taken: list[str] = []
    for title in titles:
        taken.append(branches.free_name(branches.brief(title), taken))

    assert len({name.lower() for name in taken}) == len(titles)
