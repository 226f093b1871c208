"""docs/coverage.md has one true line for each promised feature, and a false one would be found."""

import textwrap

import pytest

from tools import coverage

ROWS = coverage.rows(coverage.PAGE.read_text())


def a_row(status: str, note: str) -> coverage.Row:
    return coverage.Row(id="AE-01", status=status, feature="a chain", note=note)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with one file of tests: a good one and several that prove nothing."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_one.py").write_text(
        textwrap.dedent(
            """
            import pytest

            def test_good(): assert 1
            @pytest.mark.skip(reason="later")
            def test_skipped(): assert 0
            @pytest.mark.xfail
            def test_expected_to_fail(): assert 0
            def test_gives_up(): pytest.skip("not today")
            class TestGroup:
                def test_inside(self): assert 1
            """
        )
    )
    (tmp_path / "tests/test_off.py").write_text(
        "import pytest\npytestmark = pytest.mark.skip\ndef test_good(): assert 1\n"
    )
    monkeypatch.setattr(coverage, "ROOT", tmp_path)


def test_each_of_the_466_features_has_exactly_one_line_in_order():
    ids = coverage.expected_ids()

    assert len(ids) == 466
    assert [row.id for row in ROWS] == ids


def test_no_line_of_the_table_is_malformed():
    lines = [line for line in coverage.PAGE.read_text().splitlines() if line.startswith("| ")]
    heads = [line for line in lines if line.startswith(("| Row |", "| --- |"))]

    assert len(lines) - len(heads) == len(ROWS)


def test_no_line_says_what_is_not_proven():
    wrong = [fault for row in ROWS for fault in coverage.faults(row)]

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("status", "note"),
    [
        pytest.param("not yet", "", id="nothing claimed"),
        pytest.param("partly", "cancel is missing", id="partly says what is missing"),
        pytest.param("works", "`tests/test_one.py::test_good`", id="a test"),
        pytest.param("works", "`tests/test_one.py::test_good[a case]`", id="a case of a test"),
        pytest.param("works", "`tests/test_one.py::TestGroup::test_inside`", id="in a class"),
        pytest.param("works", "`make demo` shows it", id="a command"),
    ],
)
def test_a_true_line_is_left_alone(repository, status, note):
    assert list(coverage.faults(a_row(status, note))) == []


@pytest.mark.parametrize(
    ("status", "note"),
    [
        pytest.param("done", "", id="an unknown status"),
        pytest.param("works", "", id="no proof"),
        pytest.param("works", "surely", id="a proof outside backticks"),
        pytest.param("works", "`trust me`", id="neither test nor command"),
        pytest.param("works", "`tests/test_one.py`", id="a file is no test"),
        pytest.param("works", "`tests/test_two.py::test_good`", id="no such file"),
        pytest.param("works", "`tests/test_one.py::test_other`", id="no such test"),
        pytest.param("works", "`tests/test_one.py::test_skipped`", id="skipped"),
        pytest.param("works", "`tests/test_one.py::test_expected_to_fail`", id="expected to fail"),
        pytest.param("works", "`tests/test_one.py::test_gives_up`", id="skips itself"),
        pytest.param("works", "`tests/test_off.py::test_good`", id="in a skipped file"),
        pytest.param("partly", "", id="partly, but what is missing"),
        pytest.param("partly", "no cancel; `tests/test_one.py::test_other`", id="partly, no test"),
    ],
)
def test_a_false_line_is_found(repository, status, note):
    assert list(coverage.faults(a_row(status, note))) != []
