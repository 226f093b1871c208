"""MCP: a client in memory, and one through HTTP on the server of the REST door."""

import asyncio
import json

import pytest
from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport
from fastmcp.exceptions import McpError

from headrace.kernel.access import Credentials
from headrace.kernel.capability import Effect
from headrace.surfaces.api.server import create_app
from headrace.surfaces.mcp import server as module
from headrace.surfaces.mcp.server import create_server, from_headers, mounted, tool_name
from surfaces.conftest import served


@pytest.fixture
def boss(acme) -> Credentials:
    acme.adds("boss", "*")
    return Credentials(token=acme.token("boss"))


def ask(server, name, **arguments):
    async def call():
        async with Client(server) as client:
            return await client.call_tool(name, arguments, raise_on_error=False)

    return asyncio.run(call())


def tools(server):
    async def listed():
        async with Client(server) as client:
            return {tool.name: tool for tool in await client.list_tools()}

    return asyncio.run(listed())


def test_every_operation_is_a_tool_with_its_help_and_its_form(reception, boss, house):
    shown = tools(create_server(reception, lambda: boss))

    assert set(shown) == {tool_name(operation) for operation in house.operations.values()}
    add = shown["person_add"]
    assert add.description.startswith("Add a person, an agent or a service")
    assert add.input_schema["required"] == ["handle"]
    assert add.input_schema["additionalProperties"] is False


def test_a_tool_list_is_written_out_once_and_refers_to_nothing(reception, boss, monkeypatch):
    server = create_server(reception, lambda: boss)
    first = tools(server)
    monkeypatch.setattr(module, "dereference_refs", lambda _: pytest.fail("it is done anew"))

    again = tools(create_server(reception, lambda: boss))

    assert {name: one.output_schema for name, one in again.items()} == {
        name: one.output_schema for name, one in first.items()
    }
    listed = again["person_list"].output_schema
    assert "$ref" not in json.dumps(listed)
    assert listed["properties"]["items"]["items"]["properties"]["handle"]


def test_a_tool_says_whether_it_only_reads(reception, boss, house):
    shown = tools(create_server(reception, lambda: boss))

    for operation in house.operations.values():
        hints = shown[tool_name(operation)].annotations
        assert hints.read_only_hint is (operation.effect is Effect.NONE)
        assert hints.destructive_hint is (operation.effect is Effect.DESTROY)


def test_a_call_answers_with_data(reception, boss):
    server = create_server(reception, lambda: boss)

    added = ask(server, "person_add", handle="ada", kind="agent")
    listed = ask(server, "person_list", kind="agent")

    assert not added.is_error
    assert added.structured_content["handle"] == "ada"
    assert [one["handle"] for one in listed.structured_content["items"]] == ["ada"]


def test_a_call_with_nothing_to_say_says_done(reception, boss, acme):
    server = create_server(reception, lambda: boss)
    token = ask(server, "token_issue").structured_content["id"]

    assert ask(server, "token_revoke", token=token).content[0].text == "Done."


@pytest.mark.parametrize(
    ("name", "arguments", "code", "said"),
    [
        ("person_deactivate", {"person": "nobody"}, "people.principal_not_found", "@nobody"),
        ("person_add", {"handle": "boss"}, "people.handle_taken", "take another"),
        ("person_add", {"handel": "ada"}, "invalid", "handel: no such field"),
        ("person_add", {}, "invalid", "handle"),
        ("organisation_list", {}, "people.right_missing", "only the operator"),
    ],
)
def test_a_refusal_is_the_same_problem_as_at_the_other_doors(
    reception, boss, name, arguments, code, said
):
    refused = ask(create_server(reception, lambda: boss), name, **arguments)

    assert refused.is_error
    assert json.loads(refused.content[0].text)["code"] == code
    assert said in json.loads(refused.content[0].text)["detail"]


def test_a_refusal_names_what_it_tells_to_run_as_an_operation(reception, boss):
    refused = ask(create_server(reception, lambda: boss), "person_deactivate", person="nobody")

    assert refused.structured_content["advice"] == [{"operation": "person.list", "input": {}}]


def test_a_caller_is_shown_what_it_may_use(reception, entrance, acme):
    acme.adds("ada", "people:view")
    ada = Credentials(token=acme.token("ada"))

    shown = tools(create_server(reception, lambda: ada, rights=entrance.rights))

    assert set(shown) == {
        "person_list",
        "team_list",
        "grant_list",
        "permission_list",
        "person_names",
        "view_list",
        "view_remove",
        "view_save",
        "whoami",
    }


def test_a_tool_set_for_a_role_has_nothing_else(reception, boss):
    server = create_server(
        reception, lambda: boss, offers=lambda operation: operation.permission == "people:view"
    )

    assert "person_list" in tools(server)
    assert "person_add" not in tools(server)
    assert ask(server, "person_add", handle="ada").is_error


def test_somebody_who_is_not_signed_in_is_shown_nothing(reception, entrance):
    server = create_server(reception, Credentials, rights=entrance.rights)

    with pytest.raises(McpError, match="Sign in first"):
        tools(server)
    assert json.loads(ask(server, "whoami").content[0].text)["code"] == "not_signed_in"


def test_over_http_each_call_is_judged_by_its_own_token(reception, entrance, acme, boss):
    acme.adds("ada", "people:view")
    server = create_server(reception, from_headers, rights=entrance.rights)
    app = create_app(reception, mounts={"/mcp": mounted(server)})

    with served(app) as address:

        def at(token):
            headers = {"Authorization": f"Bearer {token}"}
            return StreamableHttpTransport(f"{address}/mcp/", headers=headers)

        as_boss = ask(at(boss.token), "person_add", handle="bob")
        as_ada = ask(at(acme.token("ada")), "person_add", handle="cyd")
        as_nobody = ask(at("hr_none_none"), "whoami")

    assert as_boss.structured_content["handle"] == "bob"
    assert json.loads(as_ada.content[0].text)["code"] == "people.right_missing"
    assert json.loads(as_nobody.content[0].text)["code"] == "not_signed_in"
