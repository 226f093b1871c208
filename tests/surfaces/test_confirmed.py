"""Every operation that spends, writes much or destroys, through every door: refused unless confirmed.

The declarations are the house's own; what they do is replaced by one event, so that each can be
asked for with any input, and so that nothing but the confirmation can refuse it.
"""

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import httpx2
import pytest
import sqlalchemy as sa
from fastmcp import Client

from headrace.app import HOUSE
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.access import Call, Credentials
from headrace.kernel.capability import Capability, Effect, Operation
from headrace.kernel.events import Event
from headrace.kernel.form import input_fields
from headrace.kernel.house import House
from headrace.kernel.rehearsal import REHEARSABLE
from headrace.kernel.unit import Units
from headrace.surfaces.api.server import create_app
from headrace.surfaces.cli.commands import noun, verb
from headrace.surfaces.cli.main import main
from headrace.surfaces.mcp.server import create_server, tool_name
from headrace.surfaces.web.pages.operations import CONFIRMATION
from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, bearer, served
from surfaces.samples import a_sample
from surfaces.test_strangers import _option, _path
from surfaces.web.conftest import Browser, patient

ALARMING = [one for one in HOUSE.operations.values() if one.must_be_confirmed is not None]
EACH = pytest.mark.parametrize("name", [one.name for one in ALARMING])


@dataclass(frozen=True, kw_only=True)
class Deed(Event):
    """The operation was done."""

    type: ClassVar[str] = "toy.deed"
    operation: str

    @property
    def lineage(self) -> str:
        return f"toy:{self.operation}"


@dataclass(frozen=True, kw_only=True)
class Done:
    operation: str


def _noting(operation: Operation) -> Operation:
    def run(ctx, _value) -> Done:
        """Do what is noted."""
        ctx.record(Deed(operation=operation.name))
        return Done(operation=operation.name)

    return replace(operation, run=run, output=Done, subject=None, foresee=None, shown=None)


def _harmless(capability: Capability) -> Capability:
    made = (
        _noting(one) if one.must_be_confirmed is not None else one for one in capability.operations
    )
    return replace(capability, operations=tuple(made))


@pytest.fixture(scope="module")
def noting() -> House:
    toys = Capability(name="toys", events=(Deed,))
    return House((*(_harmless(one) for one in HOUSE.capabilities), toys))


@pytest.fixture
def reception(database, noting, clock):
    return a_reception(
        Units(
            engine=database.app,
            house=noting,
            clock=clock,
            tenancy=database.tenancy,
            jobs=JobWriter(noting, database.app),
        )
    )


@pytest.fixture
def boss(acme) -> str:
    acme.adds("boss", "*")
    return acme.token("boss")


@pytest.fixture
def deeds(database):
    def count() -> int:
        with database.system.connect() as db:
            return db.execute(
                sa.text("SELECT count(*) FROM journal_event WHERE type = 'toy.deed'")
            ).scalar_one()

    return count


def a_call(operation: Operation, token: str, **more: Any) -> Call:
    return Call(
        operation=operation.name,
        input=a_sample(operation),
        credentials=Credentials(token=token),
        **more,
    )


def test_there_is_something_to_confirm_of_each_colour():
    assert {str(one.must_be_confirmed) for one in ALARMING} == {"amber", "red"}


def test_whatever_spends_destroys_or_reaches_outside_must_be_confirmed():
    bold = {Effect.SPEND, Effect.DESTROY, Effect.OUTSIDE}

    free = [o.name for o in HOUSE.operations.values() if o.effect in bold and o not in ALARMING]

    assert free == []
    assert not [o.name for o in ALARMING if o.effect is Effect.NONE]


@EACH
def test_rest_refuses_with_a_preview_and_does_it_once_for_its_token(reception, boss, deeds, name):
    operation = reception.house.operations[name]
    path, rest = _path(operation, a_sample(operation))
    sent = {"params" if operation.http.method == "DELETE" else "json": rest}

    with served(create_app(reception)) as address, httpx2.Client(base_url=address) as web:

        def send(**headers):
            return web.request(
                operation.http.method,
                f"/api/v1{path}",
                headers=bearer(boss, **headers),
                **sent,
            )

        refused = send()
        undone = deeds()
        token = refused.json()["details"]["confirmation"]
        forged = send(Headrace_Confirmation=token[:-4] + "0000")
        done = send(Headrace_Confirmation=token)
        again = send(Headrace_Confirmation=token)

    assert (refused.status_code, refused.json()["code"]) == (428, "confirmation_needed")
    assert refused.json()["details"]["alarm"] == str(operation.must_be_confirmed)
    assert undone == 0
    assert (forged.status_code, forged.json()["code"]) == (409, "confirmation_stale")
    assert done.status_code == 200, done.text
    assert again.status_code == 409
    assert deeds() == 1


@EACH
def test_mcp_gives_the_preview_and_takes_its_token_as_an_argument(reception, boss, deeds, name):
    operation = reception.house.operations[name]
    server = create_server(reception, lambda: Credentials(token=boss))

    def call(**more):
        async def ask():
            async with Client(server) as client:
                given = {**a_sample(operation), **more}
                return await client.call_tool(tool_name(operation), given, raise_on_error=False)

        return asyncio.run(ask())

    refused = call()
    undone = deeds()
    told = json.loads(refused.content[0].text)
    done = call(confirmation=told["details"]["confirmation"])

    assert refused.is_error
    assert told["code"] == "confirmation_needed"
    assert undone == 0
    assert not done.is_error, done.content
    assert deeds() == 1


@EACH
def test_the_command_line_does_nothing_unasked_and_all_with_yes(
    reception, boss, deeds, capsys, monkeypatch, name
):
    operation = reception.house.operations[name]
    words = [noun(operation), verb(operation)]
    sample = a_sample(operation)
    for one in input_fields(operation):
        if one.name in sample:
            words += _option(one, sample[one.name])

    def run(*more: str) -> int:
        return main(
            [*words, *more],
            house=reception.house,
            perform=reception.perform,
            defaults=Credentials(token=boss),
        )

    code = run()
    undone, told = deeds(), capsys.readouterr().err
    as_json = run("--json")
    problem = json.loads(capsys.readouterr().err)
    monkeypatch.setattr("sys.stdin", _Terminal("n\n"))
    declined = run()
    still_undone = deeds()
    monkeypatch.setattr("sys.stdin", _Terminal("y\n"))
    agreed = run()

    assert code == 2
    assert "add --yes" in told
    assert "Nothing is done yet." in told
    assert (as_json, problem["code"]) == (4, "confirmation_needed")
    assert undone == 0
    assert (declined, still_undone) == (2, 0)
    assert (agreed, deeds()) == (0, 1)
    assert run("--yes") == 0
    assert deeds() == 2


class _Terminal:
    """A person at the keyboard who types one line."""

    def __init__(self, line: str) -> None:
        self._line = line

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self._line


def test_the_web_shows_the_panel_of_its_colour_and_does_it_after_that(reception, acme, deeds):
    acme.adds("boss", "*")
    names = [one.name for one in ALARMING]
    pages = create_pages(reception, trust_loopback=True)

    with served(pages) as address, Browser(base_url=address, transport=patient()) as browser:
        browser.becomes("boss")
        seal = browser.seal()
        for number, name in enumerate(names):
            operation = reception.house.operations[name]
            form = {
                key: value if isinstance(value, str) else json.dumps(value)
                for key, value in a_sample(operation).items()
            }
            straight = browser.sends(f"/do/{name}", seal=seal, step="confirmed", **form)
            undone = deeds()
            token = _hidden(straight.text, CONFIRMATION)
            asked = {CONFIRMATION: token, "seal": seal, "step": "confirmed", **form}
            done = browser.sends(f"/do/{name}", **asked)

            colour = "notice-bad" if str(operation.must_be_confirmed) == "red" else "notice-amber"
            assert colour in straight.text, name
            assert "Nothing is done yet." in straight.text, name
            assert undone == number, name
            assert "Done." in done.text, name
            assert deeds() == number + 1, name


def _hidden(text: str, name: str) -> str:
    return text.partition(f'name="{name}" value="')[2].partition('"')[0]


@pytest.mark.parametrize("name", [one.name for one in ALARMING if one.effect in REHEARSABLE])
def test_a_rehearsal_needs_none_and_does_nothing(reception, boss, deeds, name):
    operation = reception.house.operations[name]

    reception.perform(a_call(operation, boss, dry_run=True))

    assert deeds() == 0
