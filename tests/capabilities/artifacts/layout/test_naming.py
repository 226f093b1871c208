import pytest

from capabilities.artifacts.layout.samples import PLAN
from headrace.capabilities.artifacts.layout import (
    path_for,
    path_parts,
    reference_for,
    reference_parts,
)
from headrace.kernel.errors import Invalid


def test_a_path_gives_back_the_parts_it_was_made_of():
    path = path_for(PLAN, mission="bulk-data-export")

    assert path == "work/bulk-data-export/PLAN.md"
    assert path_parts(PLAN, path) == {"mission": "bulk-data-export"}


@pytest.mark.parametrize("path", ["work/PLAN.md", "work/a/b/PLAN.md", "work/a/BRIEF.md", ""])
def test_a_path_of_something_else_has_no_parts(path):
    assert path_parts(PLAN, path) is None


@pytest.mark.parametrize("mission", ["..", "../secrets", "a/b", ".git", "a b"])
def test_a_name_never_leaves_its_folder(mission):
    with pytest.raises(Invalid, match="mission"):
        path_for(PLAN, mission=mission)


def test_a_missing_part_is_named():
    with pytest.raises(Invalid, match="mission"):
        path_for(PLAN)


def test_a_reference_counts_with_three_digits():
    assert reference_for(PLAN, year=2026, number=15) == "PLAN-2026-015"
    assert reference_parts(PLAN, "PLAN-2026-015") == {"year": "2026", "number": "015"}
    assert reference_parts(PLAN, "MISSION-2026-015") is None
