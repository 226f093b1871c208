"""What people write differently is read the same."""

import pytest

from capabilities.artifacts.layout.samples import PLAN, a_plan
from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Each,
    Fault,
    Field,
    Kind,
    Prose,
    Table,
    normal,
)
from headrace.capabilities.record.markdown import parse, render


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("- **Size:** medium\n- **Due:** 2026-04-12", id="as it is written"),
        pytest.param("**Size:** medium  \n**Due:** 2026-04-12", id="bold lines"),
        pytest.param("Size: medium\nDue: 2026-04-12", id="plain lines"),
        pytest.param("> **Size:** medium  \n> **Due:** 2026-04-12", id="a quote"),
        pytest.param("**Size:** medium | **Due:** 2026-04-12", id="on one line"),
        pytest.param("## Size: medium\n## Due: 2026-04-12", id="headings"),
        pytest.param("## **Size: medium**\n\nDue: 2026-04-12", id="a bold heading"),
        pytest.param(
            "| Field | Value |\n|---|---|\n| **Size** | medium |\n| Due | 2026-04-12 |",
            id="a table",
        ),
        pytest.param("* size: Medium\n* due: 2026-04-12", id="small letters and stars"),
        pytest.param("- [ ] small one\n- [x] Medium, as agreed\n\nDue: 2026-04-12", id="boxes"),
    ],
)
def test_a_header_is_read_however_it_is_written(header):
    content = parse(PLAN, f"# Plan: Bulk export\n\n{header}\n").content

    assert content["fields"] == {"size": "medium", "due": "2026-04-12"}
    assert content["extra"] == {}


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(
            "### Stream: api\n\n- **Pool:** coding\n\n#### Working paths\n\n- a/\n- b/", id="own"
        ),
        pytest.param("### Stream: api\nPool: coding\n\nWorking paths:\n- a/\n- b/", id="labels"),
        pytest.param("### Stream: api\nPool: coding\n\n**Working paths:**\n* a/\n* b/", id="bold"),
        pytest.param(
            "#### stream: api\n**Pool**: coding\n##### Working Paths\n1. a/\n2. b/", id="deep"
        ),
        pytest.param("### Stream: api\nPool: coding\nWorking paths: a/, b/", id="on one line"),
    ],
)
def test_an_item_is_read_however_it_is_written(stream):
    content = parse(PLAN, f"# Plan: x\n\n## Streams\n\n{stream}\n").content

    (item,) = content["sections"]["streams"]
    assert item["pool"] == "coding"
    assert item["paths"] in (["a/", "b/"], ["a/, b/"])
    assert content["extra"] == {}


def test_sections_in_another_order_are_the_same_content():
    written = render(PLAN, a_plan())
    head, *sections = written.split("\n## ")
    turned = "\n## ".join([head, *reversed(sections)])

    assert parse(PLAN, turned).content == normal(PLAN, a_plan())


def test_words_between_and_behind_the_parts_stay_where_they_stood():
    written = render(PLAN, a_plan())
    edited = written.replace("## Scope", "## Our Doubts\n\nIs it worth it?\n\n## Scope").replace(
        "## Dependencies", "## Dependencies\n\nUi waits, as Ada said."
    )

    content = parse(PLAN, edited).content

    assert content["extra"] == {
        "after:sections.objective": "## Our Doubts\n\nIs it worth it?",
        "sections.dependencies": "Ui waits, as Ada said.",
    }
    assert content["sections"] == normal(PLAN, a_plan())["sections"]
    assert "## Our Doubts\n\nIs it worth it?\n\n## Scope" in render(PLAN, content)


def test_a_column_that_a_person_adds_is_kept():
    table = "| From | To | Type | Since |\n|---|---|---|---|\n| api | ui | blocks (hard) | May |"

    content = parse(PLAN, f"# Plan: x\n\n## Dependencies\n\n{table}\n").content

    (row,) = content["sections"]["dependencies"]
    assert row == {"from": "api", "to": "ui", "type": "blocks (hard)", "extra": {"Since": "May"}}
    assert "| From | To | Type | Since |" in render(PLAN, content)


def test_a_section_that_stands_twice_is_told_and_both_are_kept():
    source = "# Plan: x\n\n## Objective\n\nFirst.\n\n## Objective\n\nSecond.\n"

    parsed = parse(PLAN, source)

    assert parsed.content["sections"]["objective"] == "First."
    assert parsed.content["extra"] == {"after:sections.objective": "## Objective\n\nSecond."}
    assert [f.path for f in parsed.findings if f.fault is Fault.DUPLICATE] == ["sections.objective"]


def test_a_fence_that_nobody_closed_swallows_no_section_of_the_written_document():
    content = parse(PLAN, "# Plan: x\n\n## Streams\n\n```\n## Objective\n\nnot one").content

    written = render(PLAN, content | {"sections": {**content["sections"], "criteria": ["one"]}})

    assert parse(PLAN, written).content["sections"]["criteria"][0]["text"] == "one"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("All is well.\n\n### Detail\n\n- a\n- b", "### Detail", id="deeper heading"),
        pytest.param("Before\n\n## Scope\n\nafter", "\\## Scope", id="a heading of the document"),
        pytest.param("Before\n---\nafter", "\\---", id="a rule that would make a heading"),
        pytest.param("```\n# not a heading\n```", "# not a heading\n```", id="a whole fence"),
        pytest.param("```\nno end", "~~~literal", id="a fence without an end"),
        pytest.param("<!-- no end", "~~~literal", id="a comment without an end"),
    ],
)
def test_prose_stands_as_plainly_as_it_can(text, shown):
    written = render(PLAN, a_plan(sections__objective=text))

    assert shown in written
    assert parse(PLAN, written).content["sections"]["objective"] == text


SCENARIOS = ArtifactType(
    name="behaviour",
    title="Behaviour",
    path="b/{slug}.md",
    sections=(
        Each(
            name="scenarios",
            item="Scenario: {name}",
            fields=tuple(Field(name=name) for name in ("given", "when", "then")),
        ),
        Table(name="interfaces", columns=(Field(name="from"), Field(name="to"))),
        Prose(name="types", title="Shared Types"),
    ),
)


@pytest.mark.parametrize("frame", ["{}", "```gherkin\n{}\n```"])
def test_scenarios_in_gherkin_are_items(frame):
    steps = "Scenario: Too many\n  Given five exports\n  When a sixth is asked for\n  Then 429\n  And a hint"
    source = f"# Behaviour: x\n\n## Scenarios\n\n{frame.format(steps)}\n"

    content = parse(SCENARIOS, source).content

    assert content["sections"]["scenarios"] == [
        {
            "name": "Too many",
            "given": "five exports",
            "when": "a sixth is asked for",
            "then": "429\nAnd a hint",
        }
    ]
    assert content["extra"] == {}


def test_a_section_under_a_table_of_another_is_still_that_section():
    table = "| From | To |\n|---|---|\n| a | b |"
    source = f"# Behaviour: x\n\n## Interfaces\n\n{table}\n\n### Shared Types\n\ntype A = string\n"

    sections = parse(SCENARIOS, source).content["sections"]

    assert sections["types"] == "type A = string"
    assert sections["interfaces"] == [{"from": "a", "to": "b"}]


def test_comments_and_unknown_names_in_front_matter_outlive_a_rewrite():
    source = (
        "---\nid: plan/x # given out\nreviewed-by: Ada\n# checked\nversion: 3\n---\n\n# Plan: x\n"
    )

    parsed = parse(PLAN, source)
    parsed.front_matter["version"] = 4
    written = render(PLAN, parsed.content, parsed.front_matter)

    assert written.startswith(
        "---\nid: plan/x # given out\nreviewed-by: Ada\n# checked\nversion: 4\n---\n"
    )


@pytest.mark.parametrize("matter", ["a: [", "a: 1\na: 2", "- just\n- a list", "a: b: c", "\t- x"])
def test_front_matter_that_is_no_yaml_is_told(matter):
    parsed = parse(PLAN, f"---\n{matter}\n---\n\n# Plan: x\n")

    (finding,) = [f for f in parsed.findings if f.fault is Fault.UNREADABLE]
    assert finding.path == "front_matter"
    assert parsed.content["title"] == "x"


def test_front_matter_makes_no_objects():
    parsed = parse(PLAN, "---\na: !!python/object/apply:os.system ['true']\n---\n\n# Plan: x\n")

    assert not callable(parsed.front_matter.get("a"))
    assert parsed.front_matter.get("a") != 0


def test_a_list_in_a_cell_reads_back_with_its_commas():
    layout = ArtifactType(
        name="t",
        title="T",
        path="t/{slug}.md",
        sections=(Table(name="rows", columns=(Field(name="a"), Field(name="b", kind=Kind.TEXTS))),),
    )
    rows = [{"a": "x|y\nz", "b": ["one, two", "three"]}, {"a": "<br>", "b": ["one"]}]

    written = render(layout, {"title": "x", "sections": {"rows": rows}})

    assert parse(layout, written).content["sections"]["rows"] == rows
