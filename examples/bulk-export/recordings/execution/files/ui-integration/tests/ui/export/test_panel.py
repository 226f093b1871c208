from html.parser import HTMLParser

import pytest

PAGE = "/ui/datasets/orders"


class Panel(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def part(self, name):
        (found,) = [
            attributes for _, attributes in self.elements if attributes.get("data-export") == name
        ]
        return found

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def visitor(web):
    web.cookies.set("records_session", "anna-token")
    return web


@pytest.fixture
def panel(visitor, flag_server):
    flag_server.turn_on("bulk_export_enabled", "acme")
    return Panel(visitor.get(PAGE).text)


def test_the_panel_is_on_the_page_of_a_customer_who_has_the_feature(panel):
    assert panel.part("panel")["data-dataset"] == "orders"
    assert panel.part("start")["type"] == "submit"


def test_with_the_flag_off_the_page_has_no_trace_of_it(visitor):
    page = visitor.get(PAGE).text
    assert "R-000000001" in page
    assert "export" not in page.lower()


def test_every_format_of_the_contract_can_be_chosen(panel):
    assert [option["value"] for option in panel.all("option")] == ["csv", "json", "parquet"]


def test_the_progress_is_named_and_has_its_bounds(panel):
    bar = panel.part("bar")
    assert bar["role"] == "progressbar"
    assert bar["aria-label"] == "Progress of the export"
    assert (bar["aria-valuemin"], bar["aria-valuenow"], bar["aria-valuemax"]) == ("0", "0", "100")


def test_changes_are_read_aloud(panel):
    assert panel.part("message")["aria-live"] == "polite"


def test_buttons_and_states_are_those_of_the_design_system(panel):
    assert panel.part("start")["class"] == "button button-primary"
    assert panel.part("cancel")["class"] == "button button-danger"
    assert panel.part("state")["class"] == "badge badge-neutral"


def test_cancelling_and_downloading_are_hidden_until_there_is_something(panel):
    assert "hidden" in panel.part("progress")
    assert "hidden" in panel.part("download")


def test_the_script_and_the_style_are_served(visitor, panel):
    (script,) = panel.all("script")
    assert script["type"] == "module"
    style = next(link for link in panel.all("link") if "export" in link["href"])
    assert "javascript" in visitor.get(script["src"]).headers["content-type"]
    assert visitor.get(style["href"]).status_code == 200


def test_a_name_with_markup_stays_a_name(visitor, service, flag_server):
    flag_server.turn_on("bulk_export_enabled", "acme")
    with service.database.write() as connection:
        connection.execute("UPDATE dataset SET id = '\"><b>', name = '<b>' WHERE id = 'orders'")
    page = visitor.get("/ui/datasets/%22%3E%3Cb%3E").text
    assert "<b>" not in page
