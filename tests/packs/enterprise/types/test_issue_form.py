"""Every operational type as an issue, and a former version of it below one: read back as it was written."""

import pytest

from headrace.capabilities.artifacts.layout import content_hash, normal
from headrace.capabilities.record import issue_documents
from headrace.capabilities.record.markdown import parse, render
from headrace.packs.enterprise.tracking import FORMS
from headrace.packs.enterprise.types import TYPES
from packs.enterprise.types.documents import DOCUMENTS

BY_NAME = {layout.name: layout for layout in TYPES}
ORIGIN = {
    "id": "x/bulk-data-export",
    "version": 2,
    "note": "```\n</details>\n# Not a heading",
    "links": ["made-from signal/bulk-export@1"],
    "parts": {"date": "2026-03-15"},
}


def issue_of(layout) -> str:
    mark = issue_documents.mark(issue_documents.key("org_1", f"{layout.name}/bulk-data-export"))
    text = render(layout, normal(layout, DOCUMENTS[layout.name]))
    named = {path: 7 for path in issue_documents.paths_in(text)}
    return f"{mark}\n{issue_documents.document(text, ORIGIN, named)}"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.type)
def test_it_reads_back_from_its_issue_and_from_a_comment_below_one(form):
    layout = BY_NAME[form.type]
    body = issue_of(layout)
    wanted = content_hash(layout, DOCUMENTS[form.type])

    read = parse(layout, issue_documents.written(body))
    assert (content_hash(layout, read.content), read.findings) == (wanted, ())

    comment = issue_documents.former("Version 3 counts.", [(2, body.partition("-->\n")[2])])
    (former,) = issue_documents.versions_in("", [comment])
    again = parse(layout, former)
    assert content_hash(layout, again.content) == wanted
    assert (again.front_matter["version"], again.front_matter["links"]) == (2, ORIGIN["links"])
    assert again.front_matter["parts"] == ORIGIN["parts"]


def test_the_paths_that_a_text_names_are_found_once_and_whole():
    text = "See work/a.md, `work/b/c-1.md`, work/a.md.\nNot a.md, x/y.mdx, ../z"
    assert issue_documents.paths_in(text) == ("work/a.md", "work/b/c-1.md")


def test_what_somebody_wrote_around_it_is_read_with_it():
    layout = BY_NAME["mission-brief"]
    text = issue_documents.written(f"{issue_of(layout)}\n\nI agree, but not with the scope.")
    assert "I agree, but not with the scope." in str(parse(layout, text).content)


def test_a_text_that_no_tracker_takes_whole_is_never_read_as_if_it_were():
    long = issue_documents.cut("x" * (issue_documents.LONGEST + 1))
    assert issue_documents.written(long) is None
    assert issue_documents.former("Version 2 counts.", [(1, "y" * issue_documents.LONGEST)]) == (
        f"Version 2 counts.\n\n{issue_documents.CUT}"
    )
