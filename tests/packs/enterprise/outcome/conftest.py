"""A mission whose work runs as a small service on this machine, which measures itself over HTTP."""

import json
import threading
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa

from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.deployments.model import Measure, ServiceSpec
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Definition
from headrace.capabilities.intake import service as intake
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import (
    CheckpointState,
    Measurement,
    MissionStatus,
    Standing,
)
from headrace.capabilities.record import git
from headrace.capabilities.record import service as record
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import (
    Criterion,
    ReleaseId,
    Rollout,
    Stage,
)
from headrace.capabilities.releases.model import Measure as Quantity
from packs.enterprise.build.conftest import CONTEXT, CONTRACT, MISSION, SMALL, World, committed

ROUTE = "/api/v2/export/bulk"
MEASURING = """\
import json, os, sys, urllib.request

told = json.load(urllib.request.urlopen(os.environ["SERVICE_URL"] + "/" + sys.argv[1]))
for figure in told:
    print(json.dumps(figure))
"""

OUTCOMES = {
    "API Availability": "date: general availability, measure: export_availability",
    "Export Performance": "measure: export_latency",
    "Customer Adoption": f"access log: users of POST {ROUTE}",
    "Guardrail: API Latency": "measure: api_latency",
}
SCHEDULE = [
    {"checkpoint": "initial", "timing": "one week after GA"},
    {"checkpoint": "interim", "timing": "two weeks after GA"},
    {"checkpoint": "final", "timing": "four weeks after GA"},
]


def contract(**sources: str) -> dict:
    """The contract of the story, with where each outcome is read from."""
    made = deepcopy(CONTRACT)
    for one in made["sections"]["outcomes"]:
        one["source"] = {**OUTCOMES, **sources}[one["name"]]
        if one["name"] == "Export Performance":
            one["baseline"] = "N/A (new feature)"
    made["sections"]["schedule"] = deepcopy(SCHEDULE)
    return made


@dataclass
class Service:
    """A running service: what it answers to each measure, and its access log."""

    log: Path
    figures: dict[str, list[dict]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def answer(self, metric: str, value: float | None, unit: str, **more) -> None:
        self.figures[metric] = [{"metric": metric, "value": value, "unit": unit, "n": 63, **more}]

    def called(
        self, user: str, *, route: str = ROUTE, method: str = "POST", status: int = 202, at
    ) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        told = {
            "at": at.isoformat(), "user": user, "route": route, "method": method,
            "status": status, "seconds": 0.01,
        }  # fmt: skip
        with self.log.open("a") as file:
            file.write(json.dumps(told) + "\n")


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            measure = self.path.strip("/")
            service.asked.append(measure)
            found = service.figures.get(measure)
            body = json.dumps(found or []).encode()
            self.send_response(200 if found is not None else 500)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    return Answering


class Measured(World):
    """The mission, approved with a contract that says how each outcome is measured."""

    service: Service

    def promise(self, contract: dict) -> None:
        self.found()
        self.approve_brief(contract=contract, design_required=False)
        self.jobs(tolerate=True)

    def deploy(self, service: Service) -> None:
        """The service runs from the product's newest commit, as a host tells it."""
        place = self.do(record.location, self.do(record.repository, "customer-records"))
        commit = git.find_head(git.open_existing(place), "main")
        self.do(
            deployments.deploy,
            "records",
            repository="customer-records",
            commit=str(commit),
            key="1",
        )
        spec = ServiceSpec(
            command=("python",),
            health="/",
            measures=tuple(
                Measure(name=name, run=("python", "measure.py", name))
                for name in ("export_latency", "export_availability", "api_latency")
            ),
        )
        self.do(deployments.hold, "here")
        self.do(deployments.starting, "here", "records", 1, spec)
        self.do(
            deployments.ready, "here", "records", 1, commit=str(commit), address=service.address
        )

    def release(self) -> ReleaseId:
        """A release of the mission, approved; nobody is reached yet."""
        self.do(flags.create, "export", Definition(owner="a-mission-lead"))
        plan = Rollout(
            flag="export",
            stages=(Stage(name="all", percent=100, lasts=timedelta(hours=1)),),
            criteria=(Criterion(name="errors", measure=Quantity.ERRORS, worse_by=0.005),),
        )
        id = ReleaseId("REL-2026-001")
        self.do(
            releases.draft, id=id, title="Export", contract="release-contract/x@1",
            context=CONTEXT, plan=plan, by="mission-lead",
        )  # fmt: skip
        self.do(releases.approve, id, by="engineering-manager")
        self.jobs(tolerate=True)
        return id

    def roll_out(self, id: ReleaseId) -> None:
        self.do(releases.begin, id)
        self.do(releases.promote, id, "looked at", by="engineering-manager")
        self.jobs(tolerate=True)

    def at_work(self) -> None:
        """The mission is active."""
        standing = Standing(fleet_approved=True, design_approved=True)
        self.do(missions.plan, MISSION, ())
        self.do(missions.describe, MISSION, title="Bulk Data Export", reference="MISSION-2026-015",
                design_required=False, task_exempt="the test does it", blocked_by=())  # fmt: skip
        for target in (MissionStatus.PLANNING, MissionStatus.ACTIVE):
            self.do(missions.move, MISSION, target, standing, "planned")
        self.jobs(tolerate=True)

    def wait(self, span: timedelta) -> None:
        self.clock.advance(span)
        self.jobs(tolerate=True)

    def world_time(self):
        with self.units.open(self.system) as ctx:
            return ctx.db.execute(sa.text("SELECT clock_timestamp()")).scalar_one()

    def found_out(self, checkpoint: str | None = None) -> dict[str, Measurement]:
        found = self.do(missions.measurements, MISSION, checkpoint)
        return {one.outcome.name: one for one in found}

    def states(self) -> dict[str, CheckpointState]:
        return {one.id: one.state for one in self.do(missions.checkpoints, MISSION)}

    def bring(self, source: str, text: str) -> None:
        self.do(intake.load_source, source, text)


@pytest.fixture(scope="session")
def measuring_product(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("brought") / "measuring"
    for path, text in {**SMALL, "measure.py": MEASURING}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return committed(folder)


@pytest.fixture
def world(database, clock, organisation, system, measuring_product, tmp_path) -> Measured:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    return Measured(
        folder=tmp_path,
        database=database,
        clock=clock,
        organisation=organisation,
        system=system,
        recordings=recordings,
        product_folder=measuring_product,
    )


@pytest.fixture
def service(world) -> Iterator[Service]:
    """A service that answers as the story's does."""
    log = world.folder / "deployments" / world.organisation / "records" / "access.jsonl"
    made = Service(log=log)
    made.answer("export_latency", 22, "s")
    made.answer("export_availability", 100, "%")
    made.answer("api_latency", 182, "ms")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()
