"""What one evaluation of a flag costs above an empty answer: OFREP beside FastAPI echoing JSON.

Both are served by uvicorn on the loopback address and asked over one kept connection, with the same
body. Ours looks a token up, evaluates a flag with three rules and a rollout among 100 flags, and
counts the use; the floor (FastAPI 0.165) reads the body's JSON and sends it back.
"""

import atexit
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from http.client import HTTPConnection

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from benchmarks.comparison import Comparison, Side
from headrace.app import HOUSE
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.evaluator import FlagEvaluator
from headrace.capabilities.flags.model import Condition, Definition, Operator, Rule, Serving, Share
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind
from headrace.capabilities.workflows.engine import JobWriter, prepare
from headrace.kernel.clock import RealClock
from headrace.kernel.context import Ctx, system_actor
from headrace.kernel.database import Database, Embedded
from headrace.kernel.ids import OrganisationId
from headrace.kernel.journal.notices import Notices
from headrace.kernel.postgres import destroy, scratch_location, start
from headrace.kernel.unit import Units
from headrace.surfaces.ofrep.server import create_ofrep

UNITS = 150
ROUNDS = 9
FLAGS = 100
SYSTEM = system_actor(OrganisationId("org_bench"))
CONTEXT = {"targetingKey": "user-1", "plan": "free", "version": "2.4.1", "country": "KR"}


def rule(name: str, operator: Operator, value: str) -> Rule:
    """A rule that the benchmark's user does not meet, so that all of them are asked."""
    return Rule(
        id=name,
        conditions=(Condition(attribute=name, operator=operator, values=(value,)),),
        serving=Serving(shares=(Share(variant="on"),)),
    )


RULES = (
    rule("plan", Operator.IN, "enterprise"),
    rule("version", Operator.VERSION_AT_LEAST, "3.0"),
    rule("country", Operator.STARTS_WITH, "D"),
)


def fill(ctx: Ctx) -> str:
    """An organisation with flags, and a token that may ask for them."""
    people.found_organisation(ctx, slug="bench", name="Bench")
    people.add_principal(ctx, handle="api", kind=PrincipalKind.SERVICE)
    people.grant(ctx, "api", "flags:evaluate")
    for number in range(FLAGS):
        flags.create(ctx, f"flag-{number}", Definition(on=True, rules=RULES))
        flags.roll_out(ctx, f"flag-{number}", Decimal(25), reason="bench")
    return people.issue_token(ctx, "api", scopes=["flags:evaluate"]).secret


@cache
def ground() -> tuple[Database, Units, str]:
    """A server with the tables of the house and the flags, deleted at the end."""
    directory = scratch_location()
    atexit.register(destroy, directory)
    start(directory)
    database = Database(Embedded(directory=directory, name="headrace_bench"))
    atexit.register(database.dispose)
    database.migrate(HOUSE, prepare)
    units = Units(
        engine=database.app,
        house=HOUSE,
        clock=RealClock(),
        tenancy=database.tenancy,
        jobs=JobWriter(HOUSE, database.app),
    )
    return database, units, units.run(SYSTEM, fill)


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    """The application on a port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def asked(app: ASGIApp, path: str, token: str) -> Iterator[Callable[[], object]]:
    """So many requests, one after the other, on one connection; each must be answered with 200."""
    body = json.dumps({"context": CONTEXT})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with served(app) as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)

        def ask() -> None:
            for _ in range(UNITS):
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200

        try:
            yield ask
        finally:
            connection.close()


@contextmanager
def evaluations() -> Iterator[Callable[[], object]]:
    """Ours, mounted as the server mounts it."""
    database, units, token = ground()
    app = FastAPI(lifespan=None)
    door = create_ofrep(FlagEvaluator(units, Notices(database.app)))
    app.router.lifespan_context = lambda _app: door.router.lifespan_context(door)
    app.mount("/ofrep", door)
    with asked(app, "/ofrep/v1/evaluate/flags/flag-50", token) as ask:
        yield ask


@contextmanager
def echoes() -> Iterator[Callable[[], object]]:
    """The floor."""
    app = FastAPI()

    @app.post("/echo")
    async def echo(request: Request) -> JSONResponse:
        return JSONResponse(await request.json())

    with asked(app, "/echo", "none") as ask:
        yield ask


COMPARISONS = (
    Comparison(
        name="flag evaluation",
        counted="evaluation over OFREP",
        ours=Side(name="OFREP", ready=evaluations),
        other=Side(name="FastAPI JSON echo", ready=echoes),
        units=UNITS,
        rounds=ROUNDS,
    ),
)
