"""The price list: one declaration of an operation gives a route, a command and a tool."""

import asyncio
import json
from dataclasses import dataclass
from typing import Annotated

import httpx2
import pytest
from fastmcp import Client
from pydantic import Field

from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.access import Credentials
from headrace.kernel.capability import Capability, Http, Operation, Permission
from headrace.kernel.house import House
from headrace.kernel.unit import Units
from headrace.surfaces.api.server import create_app
from headrace.surfaces.cli.main import main
from headrace.surfaces.mcp.server import create_server
from surfaces.conftest import a_reception, bearer, served


@dataclass(frozen=True, kw_only=True)
class Serving:
    """What is brewed."""

    pot: Annotated[str, Field(description="Which pot.")]
    cups: Annotated[int, Field(ge=1, le=9, description="How many cups.")] = 1


@dataclass(frozen=True, kw_only=True)
class Brew:
    """What came of it."""

    pot: str
    cups: int
    by: str


def brew(ctx, serving: Serving) -> Brew:
    """Brew tea in a pot."""
    return Brew(pot=serving.pot, cups=serving.cups, by=ctx.principal)


TEA = Capability(
    name="tea",
    permissions=(Permission(name="tea:brew", summary="Brew tea"),),
    operations=(
        Operation(
            name="tea.brew",
            permission="tea:brew",
            input=Serving,
            output=Brew,
            run=brew,
            http=Http(method="POST", path="/pots/{pot}/brews"),
        ),
    ),
)


@pytest.fixture
def reception(database, house, clock):
    with_tea = House((*house.capabilities, TEA))
    return a_reception(
        Units(
            engine=database.app,
            house=with_tea,
            clock=clock,
            tenancy=database.tenancy,
            jobs=JobWriter(with_tea, database.app),
        )
    )


@pytest.fixture
def token(acme) -> str:
    acme.adds("boss", "*")
    return acme.token("boss")


def test_it_is_a_route(reception, token):
    with served(create_app(reception)) as address:
        brewed = httpx2.post(
            f"{address}/api/v1/pots/blue/brews", headers=bearer(token), json={"cups": 3}
        )
        document = httpx2.get(f"{address}/api/v1/openapi.json").json()

    described = document["paths"]["/api/v1/pots/{pot}/brews"]["post"]
    assert (brewed.json()["pot"], brewed.json()["cups"]) == ("blue", 3)
    assert described["summary"] == "Brew tea in a pot."


def test_it_is_a_command(reception, token, capsys):
    words = ["tea", "brew", "blue", "--cups", "3", "--json"]

    code = main(
        words,
        house=reception.house,
        perform=reception.perform,
        defaults=Credentials(token=token),
    )

    brewed = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (brewed["pot"], brewed["cups"]) == ("blue", 3)


def test_it_is_a_tool(reception, token):
    server = create_server(reception, lambda: Credentials(token=token))

    async def call():
        async with Client(server) as client:
            return await client.call_tool("tea_brew", {"pot": "blue", "cups": 3})

    brewed = asyncio.run(call()).structured_content
    assert (brewed["pot"], brewed["cups"]) == ("blue", 3)


@pytest.mark.parametrize("cups", [0, 10, "many"])
def test_its_form_is_kept_at_every_door(reception, token, capsys, cups):
    who = Credentials(token=token)
    server = create_server(reception, lambda: who)

    async def call():
        async with Client(server) as client:
            arguments = {"pot": "blue", "cups": cups}
            return await client.call_tool("tea_brew", arguments, raise_on_error=False)

    with served(create_app(reception)) as address:
        by_route = httpx2.post(
            f"{address}/api/v1/pots/blue/brews", headers=bearer(token), json={"cups": cups}
        )
    words = ["tea", "brew", "blue", "--cups", str(cups)]
    by_command = main(words, house=reception.house, perform=reception.perform, defaults=who)
    by_tool = asyncio.run(call())

    assert by_route.status_code == 422
    assert by_command == 2
    assert "cups" in capsys.readouterr().err
    assert json.loads(by_tool.content[0].text) == by_route.json()
