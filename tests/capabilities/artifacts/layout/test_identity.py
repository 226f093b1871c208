import pytest

from capabilities.artifacts.layout.samples import PLAN, a_plan
from headrace.capabilities.artifacts.layout import (
    authored,
    changed_elements,
    content_hash,
    elements,
    project,
)
from headrace.kernel.errors import Invalid


def test_projected_parts_count_neither_for_hash_nor_elements():
    shown = project(
        PLAN,
        a_plan(),
        {
            "fields.status": "active",
            "sections.log": [{"name": "2026-03-17"}],
            "sections.streams[api].state": "running",
            "sections.dependencies[api>ui].met": True,
        },
    )

    assert shown["fields"]["status"] == "active"
    assert shown["sections"]["streams"][0]["state"] == "running"
    assert shown["sections"]["dependencies"][0]["met"] is True
    assert content_hash(PLAN, shown) == content_hash(PLAN, a_plan())
    assert elements(PLAN, shown) == elements(PLAN, a_plan())


def test_a_former_projection_never_outlives_the_next():
    shown = project(PLAN, a_plan(), {"fields.status": "active"})

    assert "status" not in project(PLAN, shown, {})["fields"]


@pytest.mark.parametrize(
    "path",
    [
        "fields.size",
        "sections.objective",
        "sections.streams[api].pool",
        "title",
        "fields",
        "x.y",
        "",
    ],
)
def test_what_its_author_writes_is_never_projected(path):
    with pytest.raises(Invalid, match="not projected"):
        project(PLAN, a_plan(), {path: "x"})


def test_a_projection_on_an_item_that_is_gone_is_passed_over():
    assert (
        project(PLAN, a_plan(), {"sections.streams[gone].state": "x"})["sections"]
        == (authored(PLAN, a_plan())["sections"])
    )


def test_the_hash_knows_words_not_line_ends_or_order():
    content = a_plan(sections__objective="Let customers take their data out.\r\n")
    turned = dict(reversed(content.items()))

    assert content_hash(PLAN, turned) == content_hash(PLAN, a_plan())


def test_a_change_names_the_elements_it_touches():
    after = a_plan(
        sections__streams=[
            {"name": "api", "pool": "coding", "paths": ["src/api/", "tests/api/"]},
            {"name": "docs", "pool": "writing", "paths": ["docs/"]},
        ]
    )

    changed = changed_elements(elements(PLAN, a_plan()), elements(PLAN, after))

    assert set(changed) == {
        "sections.streams",
        "sections.streams[api]",
        "sections.streams[api].paths",
        "sections.streams[docs]",
        "sections.streams[docs].paths",
        "sections.streams[ui]",
        "sections.streams[ui].paths",
    }


def test_moving_an_item_leaves_its_element_alone():
    streams = a_plan()["sections"]["streams"]

    changed = changed_elements(
        elements(PLAN, a_plan()), elements(PLAN, a_plan(sections__streams=streams[::-1]))
    )

    assert changed == ("sections.streams",)
