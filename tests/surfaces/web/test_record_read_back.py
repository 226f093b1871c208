"""Why a line is there and what came of an artifact, on their pages."""

from html import unescape

import pytest
import sqlalchemy as sa

from capabilities.deployments.world import PRODUCT, World
from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, served
from surfaces.web.conftest import Browser, patient

_KNOWN = sa.text("UPDATE record_repository SET known = :known, state = 'active'")
"""As a look at the repository leaves it."""

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def product(database, clock, tmp_path):
    made = World(database, clock, tmp_path)
    made.company.adds("reader", "record:read")
    made.company.adds("stranger", "mission:read")
    head = made.commits({"src/app.py": f"first = 1\n{HOSTILE}\n"}, message="Begin by hand")
    with made.units.open(made.company.system) as ctx:
        ctx.db.execute(_KNOWN, {"known": head})
    return made


@pytest.fixture
def visitor(product):
    pages = create_pages(a_reception(product.units), trust_loopback=True)
    with (
        served(pages) as address,
        Browser(base_url=address, timeout=20, transport=patient()) as made,
    ):
        made.becomes("reader")
        yield made


def test_a_file_tells_its_commits_and_that_no_decision_brought_it(visitor):
    address = f"/why?path=src/app.py&repository={PRODUCT}"
    text = visitor.sees(address)
    told = visitor.get(address.replace("/why?", "/why.json?")).json()["told"]

    (lines,) = told["lines"]
    assert (lines["origin"]["first"], lines["origin"]["lines"]) == (1, 2)
    assert "Begin by hand" in text
    assert "made by hand, outside of Headrace: no decision brought it here" in text
    assert lines["address"] == f"/why?path=src%2Fapp.py%3A1&repository={PRODUCT}"


def test_one_line_is_asked_about_alone_and_its_text_stays_text(visitor):
    text = visitor.sees(f"/why?path=src/app.py:2&repository={PRODUCT}")

    assert "<code>src/app.py:2</code>" in text
    assert HOSTILE in unescape(text)
    assert HOSTILE not in text


def test_a_path_that_is_not_there_is_told_and_nothing_is_asked_without_one(visitor):
    assert "File, or one line of it" in visitor.sees("/why")
    refused = visitor.get(f"/why?path=src/none.py&repository={PRODUCT}")

    assert refused.status_code == 404
    assert "src/none.py" in refused.text


def test_whoever_may_not_read_the_record_is_told_which_right_is_missing(visitor):
    visitor.becomes("stranger")

    refused = visitor.get(f"/why?path=src/app.py&repository={PRODUCT}")

    assert refused.status_code == 403
    assert "record:read" in refused.text


def test_an_artifact_is_traced_to_what_came_of_it(firm, browser):
    firm.begins_mission()
    firm.notes()

    text = browser.sees("/trace?signal=toy-note/export")
    (leaf,) = browser.get("/trace.json?signal=toy-note/export").json()["leaves"]

    assert (leaf["node"]["id"], leaf["inward"]) == ("toy-note/export@1", 0)
    assert leaf["address"] == "/artifacts/toy-note/export?version=1"
    assert f'href="{leaf["address"]}"' in text
    assert "Signal, artifact or version" in browser.sees("/trace")
    assert "/trace?signal=toy-note" in browser.sees("/artifacts/toy-note/export?tab=lineage")
    assert "/why?path=toy" in browser.sees("/artifacts/toy-note/export?tab=provenance")
