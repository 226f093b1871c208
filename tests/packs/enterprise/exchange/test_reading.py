"""What comes from outside is read as text, whatever it is: nothing is raised, followed or believed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.packs.enterprise.exchange.lint import lint
from headrace.packs.enterprise.exchange.model import TooLarge
from headrace.packs.enterprise.exchange.places import kind_of, path_fault
from headrace.packs.enterprise.exchange.reading import (
    LARGEST_FILE,
    MOST_FILES,
    read_document,
    read_tree,
)
from packs.enterprise.exchange.mutations import CLEAN

PIECES = [
    "**Artifact created:** `work/signals/2026-04-14-a.md`",
    "**Artifact created:** `../../etc/passwd`",
    "```markdown",
    "````markdown",
    "```",
    "| Signal | Date |",
    "|---|---|",
    "| a | 2026-04-14 | b | c |",
    "# Signal: A",
    "## Stream: api",
    "- **Status:** approved",
    "> - Urgency: now",
    "**Verdict: PASS**",
    "In week 3 of 8 customers ($2.4M ARR across 5 customers)",
    "99% (0/0) 999999999 streams (4/0 streams) 2026-99-99 2026-W99",
    "\x00\u202e\u200b\ufeff",
    "---",
    "\t- a\n\t\t- b",
    "within 2 weeks of GA 0000-00-00 (GA)",
]
documents = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=60)), max_size=40).map(
    "\n".join
)
lines_of_it = st.lists(st.sampled_from(CLEAN.split("\n")), max_size=60).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(st.one_of(documents, lines_of_it, st.text(max_size=400)))
def test_any_text_is_read_and_judged_without_a_fault_of_the_reader(text):
    findings = lint(read_document("any.md", text))

    last = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= place.line <= last for one in findings for place in one.places)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["work/signals/a.md", "../b.md", "x\\y.md"]), documents))
def test_any_tree_is_read_and_judged_without_a_fault_of_the_reader(files):
    corpus = read_tree(files)

    assert all(not path_fault(one.path) for one in corpus.pieces)
    lint(corpus)


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "work/../../a.md",
        "work//a.md",
        "work/./a.md",
        "~/a.md",
        "work\\a.md",
        "C:/a.md",
        ".git/hooks/a.md",
        "work/.GIT/a.md",
        "work/a\x00.md",
        "work/\u202ea.md",
        "work/" + "a" * 400 + ".md",
        "",
    ],
)
def test_a_path_that_could_lead_out_of_the_tree_is_refused(path):
    assert path_fault(path)
    assert not [one for one in read_tree({path: "# Signal: A"}).pieces]


def test_a_document_of_hostile_size_is_refused_before_it_is_read():
    with pytest.raises(TooLarge):
        read_document("long.md", "a" * (LARGEST_FILE + 1))
    with pytest.raises(TooLarge):
        read_tree({f"work/signals/{number}.md": "" for number in range(MOST_FILES + 1)})


def test_a_table_of_many_rows_and_columns_is_read_in_time():
    row = "| " + " | ".join(["cell"] * 500) + " |"
    text = "\n".join([row, "|---" * 500 + "|", *[row] * 500])

    corpus = read_document("wide.md", text)

    assert len(corpus.pieces[0].rows) == 500
    assert lint(corpus) == ()


def test_a_line_of_a_million_characters_is_judged_in_time():
    lint(read_document("line.md", "5 a " * 250_000))
    lint(read_document("line.md", "$1M across " * 90_000))
    lint(read_document("line.md", "(" * 500_000 + "1 week " * 50_000))


def test_a_block_within_a_block_belongs_to_the_outer_one():
    text = (
        "**Artifact created:** `work/signals/2026-04-14-a.md`\n\n````markdown\n# Signal: A\n\n"
        "```markdown\n# Signal: B\n```\n\n## Source\n````\n"
    )

    (signal,) = [one for one in read_document("nested.md", text).pieces if one.path]

    assert [one.text for one in signal.headings] == ["Signal: A", "Source"]


def test_an_address_holds_for_the_next_block_of_its_own_section_alone():
    text = (
        "**Artifact created:** `work/signals/2026-04-14-a.md`\n\n## Else\n\n```markdown\n# B\n```\n"
    )

    corpus = read_document("apart.md", text)

    assert [one.path for one in corpus.pieces] == ["", ""]
    assert "path-promised" in {one.code for one in lint(corpus)}


def test_what_is_written_down_twice_is_told():
    block = (
        "**Artifact created:** `work/signals/2026-04-14-a.md`\n\n```markdown\n# Signal: A\n```\n"
    )

    assert "artifact-twice" in {one.code for one in lint(read_document("twice.md", block * 2))}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("work/missions/a/BRIEF.md", "mission-brief"),
        ("work/missions/a/technical-design.md", "technical-design"),
        ("work/decisions/DR-2026-008-a.md", "decision-record"),
        ("work/decisions/EXC-2026-001-a.md", "governance-exception"),
        ("work/decisions/RISK-2026-001-a.md", ""),
        ("work/signals/_TEMPLATE-signal.md", ""),
        ("work/signals/README.md", ""),
        ("work/signals/digests/2026-W16-digest.md", "signal-digest"),
        ("src/headrace/a.py", ""),
    ],
)
def test_the_path_tells_what_stands_there(path, kind):
    assert kind_of(path) == kind
