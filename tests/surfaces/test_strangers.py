"""Every operation, through every door, by those who have no business here: refused, nothing changed."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
import sqlalchemy as sa
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastmcp import Client

from capabilities.people.company import Company
from headrace.app import HOUSE
from headrace.capabilities.people import service
from headrace.capabilities.people.model import SELF
from headrace.kernel.access import Credentials, Reception
from headrace.kernel.capability import Operation, OperationKind
from headrace.kernel.form import input_fields, nests
from headrace.surfaces.cli.commands import noun, verb
from headrace.surfaces.cli.main import main
from headrace.surfaces.mcp.server import create_server, tool_name
from surfaces.conftest import bearer
from surfaces.samples import a_sample

REFUSED = {"not_allowed", "not_found"}
"""Families in whose words a stranger is answered, whatever the operation."""

JOURNAL = {"journal_event", "journal_lineage", "journal_block", "kernel_request"}
"""Where a refusal itself is noted; its events are looked at one by one."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a door said: the family of the refusal, or "done", and every word of it."""

    family: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Doors:
    """The three doors of one house; each caller keeps one session with MCP."""

    web: httpx2.Client
    reception: Reception
    capsys: pytest.CaptureFixture[str]
    open: ExitStack
    sessions: dict[tuple[str, str], tuple[BlockingPortal, Client]] = field(default_factory=dict)

    def rest(self, operation: Operation, data: Mapping[str, Any], token: str, organisation: str):
        path, rest = _path(operation, data)
        headers = bearer(token) | ({"Headrace-Organisation": organisation} if organisation else {})
        in_query = operation.http.method in {"GET", "DELETE"}
        sent = {"params": rest} if in_query else {"json": rest}
        with self.web.stream(
            operation.http.method, f"/api/v1{path}", headers=headers, **sent
        ) as answer:
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                return Answer(family="done", text="")
            text = answer.read().decode()
            families = {403: "not_allowed", 401: "not_allowed", 404: "not_found"}
            if answer.is_success:
                return Answer(family="done", text=text)
            return Answer(
                family=families.get(answer.status_code, str(answer.status_code)), text=text
            )

    def cli(self, operation: Operation, data: Mapping[str, Any], token: str, organisation: str):
        words = [verb(operation), "--json"]
        if noun(operation) != verb(operation):
            words.insert(0, noun(operation))
        for one in input_fields(operation):
            if one.name in data:
                words += _option(one, data[one.name])
        if organisation:
            words += ["--organisation", organisation]
        if operation.must_be_confirmed is not None:
            words.append("--yes")
        self.capsys.readouterr()
        code = main(
            words,
            house=self.reception.house,
            perform=self.reception.perform,
            defaults=Credentials(token=token),
        )
        printed = self.capsys.readouterr()
        families = {0: "done", 5: "not_allowed", 3: "not_found"}
        return Answer(family=families.get(code, str(code)), text=printed.out + printed.err)

    def mcp(self, operation: Operation, data: Mapping[str, Any], token: str, organisation: str):
        portal, session = self._session(token, organisation)
        result = portal.call(
            partial(session.call_tool, tool_name(operation), dict(data), raise_on_error=False)
        )
        text = "".join(block.text for block in result.content)
        if not result.is_error:
            return Answer(family="done", text=text)
        status = json.loads(text)["status"]
        families = {403: "not_allowed", 401: "not_allowed", 404: "not_found"}
        return Answer(family=families.get(status, str(status)), text=text)

    def _session(self, token: str, organisation: str):
        if (token, organisation) not in self.sessions:
            who = Credentials(token=token, organisation=organisation or None)
            client = Client(create_server(self.reception, lambda: who))
            portal = self.open.enter_context(start_blocking_portal())
            self.open.enter_context(portal.wrap_async_context_manager(client))
            self.sessions[token, organisation] = portal, client
        return self.sessions[token, organisation]


def _path(operation: Operation, data: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    path, rest = operation.http.path, dict(data)
    for one in input_fields(operation):
        if one.in_path:
            path = path.replace(f"{{{one.name}}}", quote(str(rest.pop(one.name)), safe=""))
    return path, rest


def _option(one, value) -> list[str]:
    option = f"--{one.name.replace('_', '-')}"
    if one.kind == "boolean":
        return [option if value else f"--no-{option[2:]}"]
    if nests(one):
        return [f"{option}={json.dumps(value)}"]
    if isinstance(value, list):
        return [word for item in value for word in (option, str(item))]
    return [f"{option}={value}"]


@pytest.fixture
def doors(web, reception, capsys) -> Iterator[Doors]:
    with ExitStack() as stack:
        yield Doors(web=web, reception=reception, capsys=capsys, open=stack)


@pytest.fixture
def target(acme) -> dict[str, str]:
    """The organisation that is not to be touched, and the names of what is in it."""
    acme.adds("acmes-boss", "*")
    acme.as_system(service.add_team, handle="acmes-team", name="Acme's own")
    acme.as_system(service.join_team, "acmes-team", "acmes-boss")
    grant = acme.as_system(service.grants)[0]
    token = acme.as_system(service.issue_token, "acmes-boss")
    invitation = acme.as_system(service.issue_invitation, "acmes-boss", login="acmes@example.test")
    return {
        "person": "acmes-boss",
        "member": "acmes-boss",
        "holder": "acmes-team",
        "team": "acmes-team",
        "grant": grant.id,
        "token": token.id,
        "invitation": invitation.id,
        "right": "people:view",
    }


@pytest.fixture
def rows(database, acme):
    """Every row of acme, by table."""

    def read() -> dict[str, list[str]]:
        with database.system.connect() as db:
            tables = db.execute(
                sa.text(
                    "SELECT table_name FROM information_schema.columns "
                    "WHERE table_schema = 'public' AND column_name = 'organisation' ORDER BY 1"
                )
            ).scalars()
            return {
                name: list(
                    db.execute(
                        sa.text(
                            f'SELECT to_json(t)::text FROM "{name}" t WHERE organisation = :o ORDER BY 1'
                        ),
                        {"o": acme.system.organisation},
                    ).scalars()
                )
                for name in tables
                if name not in JOURNAL
            }

    return read


@pytest.fixture
def happened(acme):
    def types() -> list[str]:
        with acme.units.open(acme.system) as ctx:
            return list(
                ctx.db.execute(
                    sa.text("SELECT type FROM journal_event WHERE organisation = :o"),
                    {"o": acme.system.organisation},
                ).scalars()
            )

    return types


OPERATIONS = list(HOUSE.operations.values())
DOOR = pytest.mark.parametrize("door", ["rest", "cli", "mcp"])


@DOOR
def test_somebody_without_rights_here_is_refused_everything(
    doors, door, acme, target, rows, happened
):
    acme.adds("nobody-much")
    token = acme.token("nobody-much")
    getattr(doors, door)(HOUSE.operations["whoami"], {}, token, "")  # that it was used is kept
    before, told = rows(), happened()

    answers = {o: getattr(doors, door)(o, a_sample(o, target), token, "") for o in OPERATIONS}

    let_in = {o.name: a for o, a in answers.items() if a.family != "not_allowed"}
    assert {name for name in let_in} == {o.name for o in OPERATIONS if o.permission == SELF}, let_in
    assert rows() == before
    assert set(happened()[len(told) :]) <= {"people.call_refused"}


@DOOR
def test_somebody_with_every_right_elsewhere_does_not_get_in_here(
    doors, door, units, target, rows, happened
):
    globex = Company(units, slug="globex")
    globex.adds("eve", "*")
    token = globex.token("eve")
    before, told = rows(), happened()

    answers = {o: getattr(doors, door)(o, a_sample(o, target), token, "acme") for o in OPERATIONS}

    assert not {o.name: a for o, a in answers.items() if a.family not in REFUSED}
    assert rows() == before
    assert happened() == told


@DOOR
def test_somebody_with_every_right_elsewhere_finds_nothing_of_ours_there(
    doors, door, acme, units, target, rows, happened
):
    globex = Company(units, slug="globex")
    globex.adds("eve", "*")
    token = globex.token("eve")
    ours = {acme.system.organisation, "Acme's own", *target.values()} - {"people:view"}
    before, told = rows(), happened()

    leaks = {}
    for operation in OPERATIONS:
        sample = a_sample(operation, target)
        answer = getattr(doors, door)(operation, sample, token, "")
        found = [
            word for word in ours - {str(value) for value in sample.values()} if word in answer.text
        ]
        if found:
            leaks[operation.name] = (found, answer.text)

    assert not leaks
    assert rows() == before
    assert happened() == told


def test_every_door_does_let_in_whoever_may(doors, acme):
    """So that the refusals above do not come from a door that is nailed shut."""
    acme.adds("boss", "*")
    token = acme.token("boss")
    add = HOUSE.operations["person.add"]

    answers = [
        getattr(doors, door)(add, {"handle": f"by-{door}"}, token, "acme")
        for door in ("rest", "cli", "mcp")
    ]

    assert [answer.family for answer in answers] == ["done"] * 3
    assert {p.handle for p in acme.as_system(service.principals)} >= {"by-rest", "by-cli", "by-mcp"}


def test_streams_are_operations_too():
    assert any(operation.kind is OperationKind.STREAM for operation in OPERATIONS)
