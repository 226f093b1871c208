"""The REST door, through real HTTP."""

import json
import threading
from dataclasses import dataclass

import httpx2
import pytest

from headrace.capabilities.people import service
from headrace.kernel.capability import Capability, Effect, Http, Operation, Permission
from headrace.kernel.house import House
from headrace.kernel.unit import Units
from headrace.surfaces.api.limits import Limits
from headrace.surfaces.api.server import create_app
from surfaces.conftest import a_reception, bearer, served

PROBLEM = "application/problem+json"


@pytest.fixture
def boss(acme) -> dict[str, str]:
    acme.adds("boss", "*")
    return bearer(acme.token("boss"))


def test_a_command_changes_and_a_query_shows_it(web, boss):
    added = web.post("/api/v1/people", headers=boss, json={"handle": "ada", "name": "Ada"})
    listed = web.get("/api/v1/people", headers=boss, params={"limit": 1})

    assert added.status_code == 200
    assert added.json()["handle"] == "ada"
    assert [person["handle"] for person in listed.json()["items"]] == ["ada"]
    assert listed.json()["next"] == "ada"
    assert listed.headers["cache-control"] == "no-store"


def test_pages_follow_one_another(web, boss):
    for handle in ("ada", "bob", "cyd"):
        web.post("/api/v1/people", headers=boss, json={"handle": handle})
    seen, after = [], ""
    while after is not None:
        page = web.get("/api/v1/people", headers=boss, params={"limit": 2, "after": after}).json()
        seen += [person["handle"] for person in page["items"]]
        after = page["next"]

    assert seen == ["ada", "bob", "boss", "cyd"]


def test_fields_in_the_path_are_decoded_part_by_part(web, boss):
    refused = web.post("/api/v1/people/no%2Fbody%20%C3%A9/deactivate", headers=boss)

    assert refused.status_code == 404
    assert refused.json()["details"]["handle"] == "no/body é"


def test_what_an_error_tells_to_run_stands_beside_it_as_an_operation(web, boss):
    refused = web.post("/api/v1/people/nobody/deactivate", headers=boss)
    quoting = web.post("/api/v1/people/%60headrace%20whoami%60/deactivate", headers=boss)

    assert "`headrace person list`" in refused.json()["detail"]
    assert refused.json()["advice"] == [{"operation": "person.list", "input": {}}]
    assert quoting.status_code == 404
    assert "advice" not in quoting.json()


def test_nothing_to_say_is_204(web, acme, boss):
    issued = web.post("/api/v1/tokens", headers=boss, json={}).json()

    revoked = web.delete(f"/api/v1/tokens/{issued['id']}", headers=boss)

    assert (revoked.status_code, revoked.content) == (204, b"")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "not_signed_in"),
        ({"Authorization": "Bearer hr_none_none"}, 401, "not_signed_in"),
        ({"Authorization": "Basic YTpi"}, 401, "not_signed_in"),
        ({"Authorization": "Bearer"}, 401, "not_signed_in"),
        ({"Headrace-As": "boss", "Headrace-Organisation": "acme"}, 401, "not_signed_in"),
    ],
    ids=["nobody", "a false token", "another scheme", "no token", "a stand-in by word alone"],
)
def test_nobody_gets_in_without_a_token(web, boss, headers, status, code):
    refused = web.get("/api/v1/people", headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["content-type"] == PROBLEM
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_a_missing_right_is_403_and_tells_which_and_who_helps(web, acme, boss):
    acme.adds("ada")

    refused = web.get("/api/v1/people", headers=bearer(acme.token("ada")))

    assert refused.status_code == 403
    assert refused.json()["code"] == "people.right_missing"
    assert "people:view" in refused.json()["detail"]
    assert refused.json()["details"]["granters"] == ["boss"]
    assert acme.events("people.call_refused")[0]["operation"] == "person.list"


def test_a_token_opens_its_own_organisation_only(web, boss):
    refused = web.get("/api/v1/people", headers={**boss, "Headrace-Organisation": "globex"})

    assert (refused.status_code, refused.json()["code"]) == (403, "people.wrong_organisation")


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"{", "application/json", "no JSON"),
        (b"[]", "application/json", "JSON object"),
        (b'{"handle": "ada"}', "text/plain", "Content-Type"),
        (b'{"handle": NaN}', "application/json", "no number of JSON"),
        (b"[" * 100_000, "application/json", "nested too deeply"),
        (b'{"handle": "\xff"}', "application/json", "UTF-8"),
        (b'{"handle": "a\\u0000"}', "application/json", "no text"),
        (b'{"handle": "\\ud800"}', "application/json", "no text"),
        (b'{"handel": "ada"}', "application/json", "handel: no such field"),
        (b'{"handle": 5}', "application/json", "handle: Input should be a valid string"),
        (b'{"handle": "ada", "kind": "robot"}', "application/json", "kind"),
        (b"{}", "application/json", "handle"),
    ],
)
def test_a_malformed_body_is_422_and_says_what_is_wrong(web, boss, content, kind, said):
    refused = web.post("/api/v1/people", headers={**boss, "Content-Type": kind}, content=content)

    assert (refused.status_code, refused.headers["content-type"]) == (422, PROBLEM)
    assert said in refused.json()["detail"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=many", "limit"),
        ("limit=0", "limit"),
        ("limit=1&limit=2", "twice"),
        ("order=name", "order: no such field"),
        ("after=%00", "no text"),
    ],
)
def test_a_malformed_query_is_422(web, boss, query, said):
    refused = web.get(f"/api/v1/people?{query}", headers=boss)

    assert refused.status_code == 422
    assert said in refused.json()["detail"]


def test_a_number_that_no_row_can_hold_is_422(web, boss):
    refused = web.get("/api/v1/journal", headers=boss, params={"before": 10**30})

    assert refused.status_code == 422


def test_what_does_not_exist_is_a_problem_too(web, boss):
    assert web.get("/api/v1/nowhere").status_code == 404
    assert web.get("/api/v1/nowhere").headers["content-type"] == PROBLEM
    assert web.patch("/api/v1/people").status_code == 405
    assert web.patch("/api/v1/people").json()["code"] == "method_not_allowed"


def test_a_repeat_with_the_same_key_gives_the_first_answer(web, acme, boss):
    keyed = {**boss, "Idempotency-Key": "once"}

    first = web.post("/api/v1/people", headers=keyed, json={"handle": "ada"})
    again = web.post("/api/v1/people", headers=keyed, json={"handle": "ada"})
    other = web.post("/api/v1/people", headers=keyed, json={"handle": "bob"})

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len(acme.events("people.principal_added")) == 2  # boss and ada


def test_an_answer_that_holds_a_secret_is_not_kept_for_a_repeat(web, boss, database):
    keyed = {**boss, "Idempotency-Key": "once"}

    refused = web.post("/api/v1/tokens", headers=keyed, json={})

    assert refused.status_code == 422
    assert "secret" in refused.json()["detail"]
    assert "secret" in web.post("/api/v1/tokens", headers=boss, json={}).json()


@pytest.mark.parametrize("chunked", [False, True], ids=["told", "untold"])
def test_a_body_that_is_too_large_is_413(web, boss, chunked):
    content = b'{"handle": "' + b"a" * 1_100_000 + b'"}'
    sent = iter([content[:600_000], content[600_000:]]) if chunked else content

    refused = web.post(
        "/api/v1/people", headers={**boss, "Content-Type": "application/json"}, content=sent
    )

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_health_is_told_without_a_token(web):
    assert web.get("/healthz").json() == {"status": "ok"}


def test_the_description_names_every_operation_and_its_help(web, house):
    document = web.get("/api/v1/openapi.json").json()
    described = {
        entry["operationId"]: entry
        for path in document["paths"].values()
        for entry in path.values()
    }

    assert set(described) == set(house.operations)
    add = described["person.add"]
    assert add["summary"].startswith("Add a person")
    assert add["requestBody"]["content"]["application/json"]["schema"]["required"] == ["handle"]
    assert {"200", "401", "403", "404", "409", "422"} <= set(add["responses"])


def test_every_reference_in_the_description_leads_somewhere(web):
    document = web.get("/api/v1/openapi.json").json()
    text = json.dumps(document)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert names
    assert names <= set(document["components"]["schemas"])


@dataclass(frozen=True, kw_only=True)
class Order:
    item: str = "nothing"


@dataclass(frozen=True, kw_only=True)
class Served:
    item: str


def a_house_with(run, house: House) -> House:
    toy = Operation(
        name="toy.order",
        permission="toy:order",
        input=Order,
        output=Served,
        run=run,
        http=Http(method="POST", path="/toys"),
        effect=Effect.WRITE,
    )
    rights = (Permission(name="toy:order", summary="Order"),)
    return House(
        (*house.capabilities, Capability(name="toy", operations=(toy,), permissions=rights))
    )


@pytest.fixture
def units_with(database, house, clock):
    def make(run) -> Units:
        from headrace.capabilities.workflows.engine import JobWriter

        other = a_house_with(run, house)
        return Units(
            engine=database.app,
            house=other,
            clock=clock,
            tenancy=database.tenancy,
            jobs=JobWriter(other, database.app),
        )

    return make


def test_a_defect_is_500_with_an_id_and_tells_nothing_else(units_with, boss, caplog):
    def broken(_ctx, _order):
        """Break."""
        raise RuntimeError("the secret is Suleika")

    with served(create_app(a_reception(units_with(broken)))) as address:
        told = httpx2.post(f"{address}/api/v1/toys", headers=boss, json={})

    assert told.status_code == 500
    assert told.json()["details"]["id"] in caplog.text
    assert "Suleika" not in told.text
    assert "RuntimeError" not in told.text


def test_a_call_that_takes_too_long_is_504_and_its_key_tells_the_end(units_with, boss):
    go = threading.Event()

    def slow(_ctx, order):
        """Take long."""
        assert go.wait(20)
        return Served(item=order.item)

    app = create_app(a_reception(units_with(slow)), limits=Limits(request_seconds=0.3))
    keyed = {**boss, "Idempotency-Key": "slow"}
    with served(app) as address:
        late = httpx2.post(f"{address}/api/v1/toys", headers=keyed, json={"item": "tea"})
        go.set()
        again = httpx2.post(f"{address}/api/v1/toys", headers=keyed, json={"item": "tea"})

    assert (late.status_code, late.json()["code"]) == (504, "timed_out")
    assert again.json() == {"item": "tea"}


def test_more_calls_than_threads_wait_for_their_turn(units_with, boss):
    def quick(_ctx, order):
        """Answer."""
        return Served(item=order.item)

    app = create_app(a_reception(units_with(quick)), limits=Limits(threads=1))
    answers = []
    with served(app) as address:
        callers = [
            threading.Thread(
                target=lambda n=n: answers.append(
                    httpx2.post(
                        f"{address}/api/v1/toys", headers=boss, json={"item": str(n)}
                    ).json()
                )
            )
            for n in range(8)
        ]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

    assert sorted(answer["item"] for answer in answers) == [str(n) for n in range(8)]


@pytest.fixture
def trusting(reception):
    with served(create_app(reception, trust_loopback=True)) as address:
        yield address


def test_where_loopback_is_trusted_the_operator_needs_no_token(trusting, acme):
    acme.adds("ada")

    as_operator = httpx2.get(f"{trusting}/api/v1/whoami").json()
    as_ada = httpx2.get(f"{trusting}/api/v1/whoami", headers={"Headrace-As": "ada"}).json()

    assert (as_operator["handle"], as_operator["kind"]) == (None, "system")
    assert (as_ada["handle"], as_ada["kind"]) == ("ada", "person")


def test_what_the_operator_does_in_a_name_is_recorded_as_such(trusting, acme):
    acme.adds("boss", "*")

    httpx2.post(
        f"{trusting}/api/v1/people", headers={"Headrace-As": "boss"}, json={"handle": "ada"}
    ).raise_for_status()

    assert [event["operation"] for event in acme.events("people.stood_in")] == ["person.add"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
    ],
    ids=["a re-bound name", "another site", "a cross-site page", "a proxy", "a proxy of today"],
)
def test_trust_in_loopback_reaches_neither_other_sites_nor_proxies(trusting, acme, headers):
    refused = httpx2.get(f"{trusting}/api/v1/whoami", headers=headers)

    assert refused.status_code == 401


def test_a_deactivated_person_is_out_with_the_next_call(web, acme, boss):
    acme.adds("ada", "people:view")
    ada = bearer(acme.token("ada"))
    assert web.get("/api/v1/people", headers=ada).status_code == 200

    acme.as_system(service.deactivate, "ada")

    assert web.get("/api/v1/people", headers=ada).status_code == 403
