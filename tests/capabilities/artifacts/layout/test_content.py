import pytest

from capabilities.artifacts.layout.samples import PLAN, a_plan
from headrace.capabilities.artifacts.layout import normal


@pytest.mark.parametrize(
    ("written", "size", "duration"),
    [
        pytest.param("Medium", "medium", None, id="another case"),
        pytest.param("m", "medium", None, id="a synonym"),
        pytest.param("medium (2-4 weeks)", "medium", "2-4 weeks", id="a remark has its own field"),
        pytest.param("huge (very)", "huge (very)", None, id="what is no choice stays whole"),
    ],
)
def test_a_choice_takes_its_declared_spelling(written, size, duration):
    fields = normal(PLAN, a_plan(fields__size=written))["fields"]

    assert (fields["size"], fields.get("duration")) == (size, duration)


def test_text_that_is_plainly_a_number_becomes_one():
    assert normal(PLAN, a_plan(fields__score="0.50"))["fields"]["score"] == 0.5


def test_a_list_in_running_text_is_parted_at_commas_outside_brackets():
    content = a_plan(fields__owners="Tech Lead (Core, Data), Architect")

    assert normal(PLAN, content)["fields"]["owners"] == ["Tech Lead (Core, Data)", "Architect"]


def test_criteria_without_ids_get_the_next_free_ones():
    criteria = [{"text": "a"}, {"id": "AC-1", "text": "b"}, "c"]

    ids = [
        item["id"]
        for item in normal(PLAN, a_plan(sections__criteria=criteria))["sections"]["criteria"]
    ]

    assert ids == ["AC-2", "AC-1", "AC-3"]


def test_extra_text_of_a_part_that_is_gone_moves_to_the_part_around_it():
    content = a_plan() | {"extra": {"sections.streams[gone].paths": "words", "nowhere": "more"}}

    assert normal(PLAN, content)["extra"] == {"": "more", "sections.streams": "words"}


def test_what_no_file_keeps_is_taken_out():
    content = a_plan(sections__objective="\n \na\x00\r\nb  \n\n")

    assert normal(PLAN, content)["sections"]["objective"] == "a\nb"
