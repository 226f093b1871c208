"""Server-sent events of the journal, through real HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from capabilities.people.company import Company
from headrace.capabilities.people import service
from headrace.kernel.journal.sequencer import sequence
from headrace.surfaces.api.limits import Limits
from headrace.surfaces.api.server import create_app
from surfaces.conftest import bearer, served

QUICK = Limits(look_seconds=0.05, beat_seconds=0.2, streams=2)


class Listener:
    """Reads a stream message by message."""

    def __init__(self, response: httpx2.Response):
        self.response = response
        self._lines = response.iter_lines()

    def message(self) -> dict[str, str]:
        """The next message: its fields; a comment is under the empty name."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and fields:
                return fields
            if line:
                name, _, value = line.partition(": ")
                fields[name.rstrip(":")] = value
        return fields

    def events(self) -> Iterator[dict]:
        while message := self.message():
            if "data" in message:
                yield {**message, "data": json.loads(message["data"])}


@pytest.fixture
def address(reception):
    with served(create_app(reception, limits=QUICK)) as address:
        yield address


@contextmanager
def listening(address, token, after=None, **parameters) -> Iterator[Listener]:
    headers = bearer(token) | ({} if after is None else {"Last-Event-ID": str(after)})
    with (
        httpx2.Client(timeout=20) as client,
        client.stream(
            "GET", f"{address}/api/v1/events", headers=headers, params=parameters
        ) as response,
    ):
        yield Listener(response)


@pytest.fixture
def token(acme) -> str:
    acme.adds("boss", "*")
    return acme.token("boss")


def test_news_arrives_in_order_and_can_be_resumed(address, acme, token, database):
    sequence(database.system)
    with listening(address, token) as listener:
        begun = listener.message()
        acme.adds("ada")
        acme.adds("bob")
        sequence(database.system)
        heard = listener.events()
        everything = [next(heard), next(heard)]

    assert listener.response.headers["content-type"].startswith("text/event-stream")
    assert begun["id"].isdigit()
    assert [event["event"] for event in everything] == ["people.principal_added"] * 2
    assert [event["data"]["payload"]["handle"] for event in everything] == ["ada", "bob"]
    with listening(address, token, after=everything[0]["id"]) as again:
        assert next(again.events())["data"]["payload"]["handle"] == "bob"


def test_only_the_callers_organisation_is_heard(address, acme, token, units, database):
    with listening(address, token, after=0) as listener:
        Company(units, slug="globex").adds("eve")
        acme.adds("last")
        sequence(database.system)
        handles = []
        for event in listener.events():
            handles.append(event["data"]["payload"].get("handle"))
            if "last" in handles:
                break

    assert "eve" not in handles


def test_a_stream_can_be_narrowed_to_a_type(address, acme, token, database):
    sequence(database.system)

    with listening(address, token, after=0, type="people.token_issued") as listener:
        assert next(listener.events())["event"] == "people.token_issued"


def test_silence_is_broken_by_heartbeats(address, token):
    with listening(address, token) as listener:
        listener.message()

        assert listener.message() == {"": "beat"}


def test_a_stream_ends_when_its_token_is_revoked(address, acme, token):
    with listening(address, token) as listener:
        listener.message()
        for row in acme.as_system(service.tokens):
            acme.as_system(service.revoke_token, row.id)
        last = next(listener.events())

        assert last["event"] == "error"
        assert last["data"]["code"] == "not_signed_in"
        assert listener.message() == {}


def test_a_stream_that_may_not_begin_is_an_ordinary_problem(address, acme):
    acme.adds("ada")

    with listening(address, acme.token("ada")) as listener:
        assert listener.response.status_code == 403


def test_a_last_event_id_that_is_no_number_is_refused(address, token):
    with listening(address, token, after="later") as listener:
        assert listener.response.status_code == 422


def test_there_are_only_so_many_streams_at_once(address, token):
    with listening(address, token) as one, listening(address, token) as two:
        one.message()
        two.message()
        with listening(address, token) as three:
            assert three.response.status_code == 503
            assert "retry-after" in three.response.headers
