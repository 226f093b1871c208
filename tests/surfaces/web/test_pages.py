"""The pages, through real HTTP: what they show, whom they refuse, and that they only show."""

import re
from dataclasses import fields, is_dataclass
from typing import get_args, get_type_hints

import pytest
from jinja2 import meta, nodes
from markupsafe import escape

from headrace.kernel.journal.sequencer import sequence
from headrace.surfaces.web.answers import READS
from headrace.surfaces.web.pages import PAGES, UNGUARDED
from headrace.surfaces.web.rendering import ErrorPage, environment
from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, served
from surfaces.web.conftest import Browser, patient

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "[here](javascript:alert(1))",
    "<style>*{display:none}</style>",
    "![pixel](https://elsewhere.example/p.png)",
    "<iframe srcdoc='x'></iframe>",
)


SPOKEN = {"_", "gettext", "ngettext"}
"""How templates say their words in the reader's language."""

OWN_SCRIPT = re.compile(r'<script defer src="/static/console\.js\?v=[0-9a-f]{16}"></script>')


def used_by(template: str) -> set[str]:
    """The names that a template takes from its context."""
    environ = environment()
    text, _, _ = environ.loader.get_source(environ, template)
    parsed = environ.parse(text)
    brought = {
        name if isinstance(name, str) else name[1]
        for node in parsed.find_all(nodes.FromImport)
        for name in node.names
    } | {node.name for node in parsed.find_all(nodes.Macro)}
    return meta.find_undeclared_variables(parsed) - brought - {"frame"} - SPOKEN


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_template_uses_what_its_context_declares_and_nothing_else(page):
    assert used_by(page.template) == {one.name for one in fields(page.context)}


@pytest.mark.parametrize("template", UNGUARDED)
def test_a_page_before_the_door_uses_what_it_declares(template):
    assert used_by(template) == {one.name for one in fields(UNGUARDED[template])}


def test_the_error_page_uses_what_it_declares():
    assert used_by("error.html") == {one.name for one in fields(ErrorPage)}


@pytest.mark.parametrize("operation", READS)
def test_what_pages_read_stands_in_the_answer_of_its_operation(house, operation):
    assert not list(_missing(READS[operation], house.operations[operation].output, operation))


def _missing(read, given, where):
    """Fields of `read`, at any depth, that `given` does not have."""
    there = get_type_hints(given)
    for name, kind in get_type_hints(read).items():
        if name not in there:
            yield f"{where}.{name}"
            continue
        inner, outer = _record(kind), _record(there[name])
        if inner is not None and outer is not None:
            yield from _missing(inner, outer, f"{where}.{name}")


def _record(kind):
    if is_dataclass(kind):
        return kind
    return next((found for one in get_args(kind) if (found := _record(one))), None)


def test_every_page_and_its_data_is_there_on_a_small_organisation(firm, browser):
    firm.begins_mission()
    firm.notes()
    gate = firm.asks()
    browser.becomes("vp-product")
    addresses = ("/missions", "/missions/export", "/artifacts", "/artifacts/toy-note/export")
    others = ("/changes", "/journal", "/who", f"/inbox/{gate.id}")

    for address in (*addresses, *others):
        browser.sees(address)
        assert browser.get(f"{address}.json").headers["content-type"] == "application/json"
    assert browser.get("/inbox.json").json()["items"][0]["id"] == gate.id
    assert "Hire employee 1" in browser.sees("/")


def test_a_mission_shows_its_stream_its_artifacts_and_its_log(firm, browser):
    firm.begins_mission()
    firm.notes()

    text = browser.sees("/missions/export?tab=artifacts")
    data = browser.get("/missions/export.json").json()

    assert "Bulk Data Export" in text
    assert "toy-note/export" in text
    assert [step["after"] for step in data["steps"]] == ["proposed"]
    assert data["counts"]["artifacts"] == 1
    held = [node for node in data["nodes"] if node["state"] == "held"]
    assert held
    assert all(node["reasons"] for node in held)


@pytest.mark.parametrize("address", ["/artifacts", "/artifacts/toy-note/export"])
def test_a_context_stands_by_its_title_and_leads_to_its_page(firm, browser, address):
    firm.begins_mission()
    firm.notes()
    context = browser.get("/missions/export.json").json()["mission"]["context"]

    text = browser.sees(address)

    assert re.search(r'<a href="/missions/export">Bulk Data Export</a>', text)
    assert f">{context}<" not in text


def test_an_artifact_shows_its_sections_and_every_version(firm, browser):
    firm.notes(sections={"points": ["First point", "Second point"]})
    firm.notes(sections={"text": "**Better** now."})

    first = browser.sees("/artifacts/toy-note/export?version=1")
    second = browser.sees("/artifacts/toy-note/export")

    assert "<li>Second point</li>" in first
    assert "<strong>Better</strong> now." in second
    assert 'href="?version=1&amp;tab=read"' in second
    compared = browser.sees("/artifacts/toy-note/export?tab=diff")
    assert re.search(r'<td class="code removed">- Second point</td>', compared)
    assert '<td class="code added">**Better** now.</td>' in compared


def test_the_journal_is_filtered_and_goes_on_where_a_page_ends(firm, browser, database):
    for number in range(60):
        firm.asks(number + 1)
    sequence(database.system)
    events = "/journal.json?type=governance.gate_asked"

    first = browser.get(events).json()
    second = browser.get(f"{events}&before={first['next']}").json()

    assert (len(first["entries"]), len(second["entries"])) == (50, 10)
    assert second["next"] is None
    assert {one["event"]["type"] for one in first["entries"]} == {"governance.gate_asked"}


@pytest.mark.parametrize("text", HOSTILE)
def test_what_authors_write_is_shown_as_text_wherever_it_stands(firm, browser, database, text):
    firm.begins_mission(title=text)
    firm.notes(title=text, sections={"text": text, "points": [text]})
    gate = firm.asks(title=text, why=text, summary=text, on_yes=text)
    sequence(database.system)
    browser.becomes("vp-product")
    places = ("/", "/missions", "/missions/export", "/artifacts/toy-note/export", "/journal")

    for place in (*places, f"/inbox/{gate.id}"):
        shown = OWN_SCRIPT.sub("", browser.sees(place)).lower()
        for danger in ("<script", "<img", "<style", "<iframe", 'href="javascript:'):
            assert danger not in shown, place
    assert f"<li>{escape(text)}</li>" in browser.sees("/artifacts/toy-note/export")


def test_nothing_but_our_own_files_runs_and_nothing_comes_from_elsewhere(firm, browser):
    for path in ("/", "/journal.json", "/static/mark.svg", "/nothing"):
        policy = browser.get(path).headers["content-security-policy"]

        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    assert "style=" not in browser.sees("/missions")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nothing", 404, "There is no page"),
        ("/missions/none", 404, "none"),
        ("/artifacts/toy-note/none", 404, "toy-note/none"),
        ("/artifacts/toy-note/export?version=x", 422, "whole number"),
        ("/journal?before=0", 422, "whole number"),
        ("/changes?state=odd", 422, "state"),
    ],
)
def test_an_error_page_says_what_is_wrong(firm, browser, path, status, said):
    refused = browser.get(path)

    assert refused.status_code == status
    assert said in refused.text
    assert 'href="/"' in refused.text


def test_an_error_of_data_is_a_problem_document(firm, browser):
    refused = browser.get("/missions/none.json")

    assert (refused.status_code, refused.json()["code"]) == (404, "missions.not_found")
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_person_without_a_right_is_told_which(firm, browser):
    browser.becomes("ada")

    refused = browser.get("/journal")

    assert refused.status_code == 403
    assert "journal:view" in refused.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
    ids=["a name re-bound to this machine", "through a proxy", "embedded by another site"],
)
def test_pages_are_for_browsers_of_this_machine(firm, browser, headers):
    assert browser.get("/", headers=headers).status_code == 401


def test_a_server_that_listens_elsewhere_shows_no_page(firm, units, browser):
    pages = create_pages(a_reception(units), trust_loopback=False)
    with served(pages) as address, Browser(transport=patient()) as elsewhere:
        assert elsewhere.get(f"{address}/").status_code == 401


def test_with_two_organisations_one_is_chosen_first(firm, units, browser):
    other = type(firm.company)(units, slug="globex")
    other.adds("bob", "*")

    led = browser.get("/missions")
    browser.becomes("bob", "globex")

    assert (led.status_code, led.headers["location"]) == (303, "/who")
    assert "@bob" in browser.sees("/missions")


def test_an_error_page_keeps_the_navigation_so_that_there_is_a_way_on(firm, browser):
    browser.becomes("vp-product")

    shown = browser.get("/missions/none").text

    assert 'href="/missions"' in shown
    assert "@vp-product" in shown


def test_the_navigation_shows_what_the_reader_may_open_and_nothing_else(firm, browser):
    browser.becomes("vp-product")
    all_of_it = browser.sees("/settings")
    browser.becomes("ada")
    part = browser.sees("/settings")

    assert 'href="/journal"' in all_of_it
    assert 'href="/journal"' not in part
    assert 'href="/settings"' in part


def test_an_operation_is_rehearsed_and_confirmed_before_it_is_done(firm, browser):
    browser.becomes("vp-product")
    form = {"seal": browser.seal(), "handle": "writers", "name": "The writers"}

    asked = browser.sends("/do/team.add", **form)
    before = browser.get("/people.json").json()["teams"]
    done = browser.sends("/do/team.add", **form, step="confirmed")

    assert "Nothing is done yet." in asked.text
    assert before == []
    assert "Done." in done.text
    assert [team["handle"] for team in browser.get("/people.json").json()["teams"]] == ["writers"]


def test_an_operation_that_the_reader_may_not_run_is_refused_and_not_listed(firm, browser):
    browser.becomes("ada")

    assert "/do/team.add" not in browser.sees("/do")
    refused = browser.sends("/do/team.add", seal=browser.seal(), handle="x", step="confirmed")
    assert refused.status_code in {403, 422}


def test_an_address_of_nothing_leads_to_the_list_of_what_there_is(firm, browser):
    answer = browser.get("/missions/no-such")

    assert answer.status_code == 404
    assert "This is not here" in answer.text
    assert '<p><a href="/missions">Missions</a>' in answer.text
