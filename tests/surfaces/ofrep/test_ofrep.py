"""The door for OpenFeature through real HTTP: with the real SDK, and by its statuses and shapes."""

import subprocess
import sys
import threading
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode

from capabilities.people.company import Company
from headrace.capabilities.flags import service
from headrace.capabilities.flags.evaluator import FlagEvaluator, Timing
from headrace.capabilities.flags.model import (
    Condition,
    Definition,
    Rule,
    Serving,
    Share,
    ValueKind,
)
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind
from headrace.kernel.journal.notices import Notices
from headrace.kernel.journal.sequencer import sequence
from headrace.surfaces.api.server import create_app
from headrace.surfaces.ofrep.server import create_ofrep
from surfaces.conftest import served

KEY = "bulk_export_enabled"
EXAMPLE = Path(__file__).parents[3] / "examples/bulk-export/service/src"
ONE, BULK = f"/ofrep/v1/evaluate/flags/{KEY}", "/ofrep/v1/evaluate/flags"
VIP = Rule(
    id="vip",
    conditions=(Condition(attribute="plan", values=("enterprise",)),),
    serving=Serving(shares=(Share(variant="on"),)),
)


@pytest.fixture(autouse=True)
def _no_client_is_left():
    yield
    api.clear_providers()


@pytest.fixture
def door(units, reception, database):
    """Serves with an evaluator of the test's timing; gives its address."""
    ends = []

    def begin(timing=None, every=0.05):
        evaluator = FlagEvaluator(units, Notices(database.app, every=every), timing)
        context = served(create_app(reception, mounts={"/ofrep": create_ofrep(evaluator)}))
        ends.append(context)
        return context.__enter__()

    yield begin
    for context in ends:
        context.__exit__(None, None, None)


@pytest.fixture
def acme(acme):
    acme.adds("records-api", "flags:evaluate", kind=PrincipalKind.SERVICE)
    acme.as_system(service.create, KEY, Definition(on=True, rules=(VIP,)))
    return acme


@pytest.fixture
def token(acme) -> str:
    return acme.token("records-api", scopes=["flags:evaluate"])


@pytest.fixture
def ask(door, token):
    """One POST with the token, to a door of the default timing."""
    with httpx2.Client(base_url=door(), timeout=20) as client:

        def post(path, context=None, headers=None, **more):
            more = more or {"json": {"context": context or {}}}
            sent = {"Authorization": f"Bearer {token}", **(headers or {})}
            return client.post(path, headers=sent, **more)

        yield post


def sdk(address, token):
    """A client of the real SDK over its OFREP provider."""
    domain = f"{address} {token}"
    headers = {"Authorization": f"Bearer {token}"}
    api.set_provider_and_wait(OFREPProvider(address, headers_factory=lambda: headers), domain)
    return api.get_client(domain)


def until(true, seconds=10.0):
    """Look again and again, up to a deadline, whether something has become true."""
    ends = time.monotonic() + seconds
    pause = threading.Event()
    while not true():
        assert time.monotonic() < ends, "it did not come true in time"
        pause.wait(0.01)


class TestOpenFeature:
    def test_the_real_sdk_gets_values_of_every_kind(self, door, acme, token):
        for key, kind, value in (
            ("text", ValueKind.STRING, "blue"),
            ("whole", ValueKind.INTEGER, 3),
            ("part", ValueKind.FLOAT, 1),
            ("thing", ValueKind.OBJECT, {"a": [1, 2]}),
        ):
            acme.as_system(
                service.create, key, Definition(on=True, variants={"on": value, "off": value}), kind
            )
        client = sdk(door(), token)

        assert client.get_string_value("text", "?") == "blue"
        assert client.get_integer_value("whole", 0) == 3
        assert client.get_float_value("part", 0.5) == 1.0
        assert client.get_object_value("thing", {}) == {"a": [1, 2]}

    def test_the_real_sdk_is_told_reason_variant_and_metadata(self, door, acme, token):
        client = sdk(door(), token)

        inside = client.get_boolean_details(
            KEY, False, EvaluationContext("acme", {"plan": "enterprise"})
        )
        outside = client.get_boolean_details(KEY, True, EvaluationContext("acme", {"plan": "free"}))

        assert (inside.value, inside.variant, inside.reason) == (True, "on", "TARGETING_MATCH")
        assert inside.flag_metadata == {"revision": 1, "rule": "vip"}
        assert (outside.value, outside.variant, outside.reason) == (False, "off", "DEFAULT")

    def test_the_real_sdk_sees_a_rollout_grow_and_keeps_its_users(self, door, acme, token):
        acme.as_system(service.roll_out, KEY, Decimal(10), reason="canary")
        address = door()
        client = sdk(address, token)
        users = [EvaluationContext(f"user-{n}") for n in range(150)]

        def reached():
            return {u.targeting_key for u in users if client.get_boolean_value(KEY, False, u)}

        first = reached()
        seen = acme.as_system(service.roll_out, KEY, Decimal(50), reason="wider").revision
        until(
            lambda: (
                client.get_boolean_details(KEY, False, users[0]).flag_metadata["revision"] == seen
            )
        )
        second = reached()

        assert 3 <= len(first) <= 35
        assert first < second
        assert client.get_boolean_details(KEY, False, users[0]).reason == "SPLIT"

    def test_the_real_sdk_falls_back_to_the_default_of_the_code(self, door, acme, token):
        client = sdk(door(), token)
        acme.as_system(service.roll_out, KEY, Decimal(50), reason="x")

        missing = client.get_boolean_details("no-such-flag", True)
        nobody = client.get_boolean_details(KEY, True)
        stranger = sdk(door(), "hr_no_token").get_boolean_details(KEY, True)

        assert (missing.value, missing.error_code) == (True, ErrorCode.FLAG_NOT_FOUND)
        assert (nobody.value, nobody.error_code) == (True, ErrorCode.TARGETING_KEY_MISSING)
        assert (stranger.value, stranger.error_code) == (True, ErrorCode.GENERAL)

    def test_a_type_that_the_flag_has_not_is_a_mismatch(self, door, acme, token):
        found = sdk(door(), token).get_string_details(KEY, "x")

        assert (found.value, found.error_code) == ("x", ErrorCode.TYPE_MISMATCH)


class TestOne:
    def test_an_answer_has_the_shape_of_the_protocol(self, ask):
        got = ask(ONE, {"targetingKey": "acme", "plan": "enterprise"})

        assert got.status_code == 200
        assert got.json() == {
            "key": KEY,
            "value": True,
            "variant": "on",
            "reason": "TARGETING_MATCH",
            "metadata": {"revision": 1, "rule": "vip"},
        }

    def test_an_unknown_flag_is_404(self, ask):
        got = ask("/ofrep/v1/evaluate/flags/other")

        assert got.status_code == 404
        assert (got.json()["key"], got.json()["errorCode"]) == ("other", "FLAG_NOT_FOUND")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"{", "PARSE_ERROR"),
            (b'{"context": {"x": NaN}}', "PARSE_ERROR"),
            (b"\xff", "PARSE_ERROR"),
            (b"[" * 30_000, "PARSE_ERROR"),
            (b"[]", "INVALID_CONTEXT"),
            (b"null", "INVALID_CONTEXT"),
            (b'{"context": []}', "INVALID_CONTEXT"),
            (b'{"context": {"targetingKey": 7}}', "INVALID_CONTEXT"),
        ],
        ids=[
            "cut",
            "no number",
            "no text",
            "deep",
            "list",
            "null",
            "context a list",
            "key a number",
        ],
    )
    @pytest.mark.parametrize("path", [ONE, BULK])
    def test_what_cannot_be_read_is_400_with_its_code(self, ask, path, body, code):
        got = ask(path, content=body, headers={"Content-Type": "application/json"})

        assert got.status_code == 400
        assert got.json()["errorCode"] == code
        assert ("key" in got.json()) is (path == ONE)

    def test_half_a_character_is_a_key_like_any_other(self, ask, acme):
        acme.as_system(service.roll_out, KEY, Decimal(50), reason="x")

        got = ask(ONE, content=b'{"context": {"targetingKey": "\\ud800"}}')

        assert got.status_code == 200

    def test_too_large_a_body_is_refused(self, ask):
        assert ask(ONE, {"x": "y" * 70_000}).status_code == 413

    def test_without_a_body_nobody_in_particular_asks(self, ask):
        assert ask(ONE, content=b"").json()["value"] is False

    def test_other_paths_and_methods_are_told_as_the_protocol_does(self, ask):
        got = ask("/ofrep/v2/evaluate")

        assert (got.status_code, list(got.json())) == (404, ["errorDetails"])


class TestBulk:
    def test_every_flag_is_answered_also_those_that_cannot(self, ask, acme):
        acme.as_system(service.create, "split", Definition())
        acme.as_system(service.roll_out, "split", Decimal(50), reason="x")

        got = ask(BULK, {"plan": "enterprise"})

        first, second = got.json()["flags"]
        assert (first["key"], first["value"]) == (KEY, True)
        assert (second["key"], second["errorCode"]) == ("split", "TARGETING_KEY_MISSING")

    def test_the_same_answer_is_304_until_something_changes(self, ask, acme):
        tag = ask(BULK, {"plan": "free"}).headers["ETag"]
        again = ask(BULK, {"plan": "free"}, {"If-None-Match": f'"other", W/{tag}'})
        another = ask(BULK, {"plan": "enterprise"}, {"If-None-Match": tag})
        acme.as_system(service.kill, KEY, "burning")

        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert another.status_code == 200
        until(lambda: ask(BULK, {"plan": "free"}, {"If-None-Match": tag}).status_code == 200)

    def test_an_archived_flag_is_gone(self, ask, acme):
        acme.as_system(service.archive, KEY, "done")

        until(lambda: ask(BULK).json()["flags"] == [])
        assert ask(ONE).status_code == 404


class TestWhoMayAsk:
    def test_nobody_without_a_token_not_even_from_this_machine(self, door):
        address = door()
        for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer hr_x_y"}):
            got = httpx2.post(f"{address}{ONE}", json={}, headers=headers)
            assert got.status_code == 401
            assert got.headers["WWW-Authenticate"].startswith("Bearer")
            assert list(got.json()) == ["errorDetails"]

    def test_a_token_may_come_as_an_api_key(self, door, token):
        got = httpx2.post(f"{door()}{ONE}", json={}, headers={"X-API-Key": token})

        assert got.status_code == 200

    def test_a_token_without_the_scope_or_the_right_is_refused_and_noted(self, door, acme):
        address = door()
        acme.adds("clerk", "flags:read")
        for token in (acme.token("clerk"), acme.token("records-api", scopes=["flags:read"])):
            for _ in range(2):
                got = httpx2.post(f"{address}{ONE}", json={}, headers={"X-API-Key": token})
                assert (got.status_code, list(got.json())) == (403, ["errorDetails"])

        assert len(acme.events("people.call_refused")) == 2

    def test_a_token_opens_the_flags_of_its_organisation_alone(self, door, units, acme, token):
        bolt = Company(units, slug="bolt")
        bolt.adds("api", "flags:evaluate", kind=PrincipalKind.SERVICE)
        address = door()
        sent = {"Authorization": f"Bearer {bolt.token('api')}", "Headrace-Organisation": "acme"}

        got = httpx2.post(f"{address}{BULK}", json={}, headers=sent)

        assert got.json() == {"flags": []}
        assert httpx2.post(f"{address}{ONE}", json={}, headers=sent).status_code == 404

    def test_a_revoked_token_opens_nothing_when_its_admission_has_run_out(self, door, acme, token):
        address = door(Timing(admission=0.0))
        sent = {"X-API-Key": token}
        assert httpx2.post(f"{address}{ONE}", json={}, headers=sent).status_code == 200
        (issued,) = acme.as_system(people.tokens)

        acme.as_system(people.revoke_token, issued.id)

        assert httpx2.post(f"{address}{ONE}", json={}, headers=sent).status_code == 401


class TestNews:
    def test_the_journals_notice_brings_a_kill_at_once(self, door, database, acme, token):
        """The evaluator looks by itself only once an hour here: what it learns, it was told."""
        definition = replace(acme.as_system(service.flag, KEY).definition, default_variant="on")
        acme.as_system(service.change, KEY, definition, reason="everybody")
        client = sdk(door(every=3600.0), token)
        assert client.get_boolean_value(KEY, False) is True

        acme.as_system(service.kill, KEY, "burning")
        assert sequence(database.system) > 0  # what a worker does all the time

        until(lambda: client.get_boolean_value(KEY, True) is False)
        assert client.get_boolean_details(KEY, True).reason == "DISABLED"
        sequence(database.system)

    def test_an_evaluation_asks_the_database_for_nothing(self, door, database, acme, token):
        client = sdk(door(Timing(admission=3600.0), every=3600.0), token)
        client.get_boolean_value(KEY, False)
        asked = []

        def note(_connection, _cursor, statement, *_):
            if threading.current_thread().name != "headrace-notices":
                asked.append(statement)

        sa.event.listen(database.app, "before_cursor_execute", note)
        for number in range(50):
            client.get_boolean_value(KEY, False, EvaluationContext(f"user-{number}"))
        sa.event.remove(database.app, "before_cursor_execute", note)

        assert asked == []

    def test_what_was_asked_for_is_noted_and_bulk_is_not(self, door, acme, token):
        address = door(Timing(flush=0.0))
        client = sdk(address, token)
        for plan in ("enterprise", "enterprise", "free"):
            client.get_boolean_value(KEY, False, EvaluationContext("a", {"plan": plan}))
        httpx2.post(f"{address}{BULK}", json={}, headers={"X-API-Key": token})

        wanted = {"on": 2, "off": 1}
        until(lambda: acme.as_system(service.usage, KEY).evaluations == wanted)

    def test_what_cannot_be_confirmed_is_marked_as_stale(self, door, acme, token):
        client = sdk(door(Timing(stale_after=-1.0)), token)

        assert client.get_boolean_details(KEY, False).flag_metadata["stale"] is True


ASK = """
import sys
from app import build_service
from settings import from_environment
flags = build_service(from_environment()).flags
print(*(flags.is_on("bulk_export_enabled", targeting_key=key) for key in sys.argv[1:]))
"""


def test_the_example_service_asks_with_its_own_client(door, acme, token, tmp_path):
    early = Rule(
        id="early",
        conditions=(Condition(values=("acme",)),),
        serving=Serving(shares=(Share(variant="on"),)),
    )
    acme.as_system(service.change, KEY, Definition(on=True, rules=(early,)), reason="early")
    environment = {
        "RECORDS_FOLDER": str(tmp_path),
        "RECORDS_FLAG_URL": door(),
        "RECORDS_FLAG_TOKEN": token,
        "RECORDS_FLAG_TIMEOUT_MS": "10000",
        "RECORDS_JOB_WORKERS": "0",
    }

    told = subprocess.run(
        [sys.executable, "-c", ASK, "acme", "bolt"],
        cwd=EXAMPLE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (told.stdout.split(), told.returncode) == (["True", "False"], 0), told.stderr
