"""A page, the REST reply and the database tell the same, after every step of an organisation at work."""

from collections import Counter

import httpx2
import pytest
import sqlalchemy as sa

from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Decision
from headrace.capabilities.people import service as people
from headrace.kernel.context import Actor
from headrace.surfaces.api.server import create_app
from surfaces.conftest import a_reception, served

_STATES = sa.text("SELECT state, count(*) FROM governance_gate GROUP BY state")
_HEADS = sa.text("SELECT id, head FROM artifacts_artifact ORDER BY id")


@pytest.fixture
def rest(units):
    app = create_app(a_reception(units), trust_loopback=True)
    with served(app) as address, httpx2.Client(base_url=f"{address}/api/v1", timeout=20) as client:
        yield client


def steps(firm, vp):
    """What happens, one thing after the other."""

    def decide(gate, decision):
        firm.company.units.run(vp, governance.decide, gate.id, decision, "as it is")

    firm.begins_mission()
    first = firm.asks(1)
    yield
    firm.notes()
    yield
    second = firm.asks(2)
    yield
    decide(first, Decision.APPROVE)
    yield
    firm.notes(sections={"text": "Better."})
    firm.notes("import")
    yield
    firm.asks(2, hash="hash-two", members={"card": "bbbb"})
    yield
    assert firm.state_of(second) == "superseded"
    decide(firm.asks(3), Decision.REJECT)
    yield


def test_page_reply_and_database_tell_the_same_after_every_step(firm, acme, browser, rest, units):
    found = acme.as_system(people.by_handle, "vp-product")
    vp = Actor(organisation=acme.system.organisation, principal=found.id)
    seen = 0
    for _ in steps(firm, vp):
        with units.open(acme.system) as ctx:
            states = {row.state: row.count for row in ctx.db.execute(_STATES)}
            heads = {row.id: row.head for row in ctx.db.execute(_HEADS)}

        page = Counter(one["state"] for one in browser.get("/decisions.json").json()["items"])
        reply = Counter(one["state"] for one in rest.get("/gates").json()["items"])
        assert page == reply == states
        shown = {one["id"]: one["head"] for one in browser.get("/artifacts.json").json()["items"]}
        listed = {one["id"]: one["head"] for one in rest.get("/artifacts").json()["items"]}
        assert shown == listed == heads
        waiting = len(browser.get("/inbox.json").json()["items"])
        assert waiting == len(rest.get("/inbox").json()["items"]) == states.get("open", 0)
        seen += 1
    assert seen == 7
