"""Services on their pages: what answers, what may be changed, and what happened to each."""

import pytest

from capabilities.deployments.world import COMMIT, NAME, OTHER, World
from headrace.capabilities.deployments import service
from headrace.kernel.journal.sequencer import sequence
from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, served
from surfaces.web.conftest import Browser, patient


@pytest.fixture
def world(database, clock, tmp_path):
    made = World(database, clock, tmp_path)
    made.company.adds("emil", "deployment:*", "journal:view")
    made.company.adds("reader", "deployment:read")
    made.deploys()
    made.hosted()
    return made


@pytest.fixture
def browser(world):
    pages = create_pages(a_reception(world.units), trust_loopback=True)
    with (
        served(pages) as address,
        Browser(base_url=address, timeout=20, transport=patient()) as made,
    ):
        made.becomes("emil")
        yield made


def test_a_service_shows_where_it_answers_and_what_may_be_changed(world, browser):
    text = browser.sees(f"/deployments/{NAME}")
    (parameter,) = browser.get(f"/deployments/{NAME}.json").json()["deployment"]["parameters"]

    assert "http://127.0.0.1:4000" in text
    assert COMMIT in text
    assert (parameter["value"], parameter["parameter"]["high"]) == (256, 1024)
    assert "128 … 1024" in text
    assert f"/do/deployment.set-parameter?service={NAME}&amp;parameter=memory" in text


def test_a_parameter_is_changed_after_a_confirmation_and_the_history_says_why(
    world, browser, database
):
    form = {
        "seal": browser.seal(f"/deployments/{NAME}"),
        "service": NAME,
        "parameter": "memory",
        "value": "512",
        "reason": "Wide tables",
    }

    browser.sends("/do/deployment.set-parameter", **form)
    before = world.stands().parameters
    done = browser.confirms("/do/deployment.set-parameter", **form)
    sequence(database.system)
    (newest, *_) = browser.get(f"/deployments/{NAME}.json").json()["history"]

    assert before.get("memory", 256) == 256
    assert world.stands().parameters["memory"] == 512
    assert f'href="/deployments/{NAME}">Show it' in done.text
    assert (newest["change"], newest["why"]) == ("memory: 256.0 → 512.0", "Wide tables")


def test_an_earlier_commit_that_still_answers_is_told_apart_from_the_wanted_one(world, browser):
    world.deploys(OTHER, key="second")

    text = browser.sees(f"/deployments/{NAME}")

    assert "An earlier commit answers until the wanted one is healthy." in text
    assert OTHER in text
    assert COMMIT[:12] in browser.sees("/deployments")


def test_a_stopped_service_offers_nothing_to_do(world, browser):
    world.do(service.stop, NAME, why="over")

    text = browser.sees(f"/deployments/{NAME}")

    assert "stopped</span>" in text
    assert "/do/deployment." not in text


def test_whoever_may_only_read_sees_no_way_to_act(world, browser):
    browser.becomes("reader")

    text = browser.sees(f"/deployments/{NAME}")

    assert "/do/deployment." not in text
    assert "What happened" not in text
