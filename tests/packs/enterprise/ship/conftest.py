"""A mission on the small product that is merged, deployed to a real service, and released."""

import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from capabilities.operate.world import runbook
from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.deployments.model import ServiceSpec
from headrace.capabilities.flags import service as flags
from headrace.capabilities.governance.model import InboxItem
from headrace.capabilities.intake import service as intake
from headrace.capabilities.operate import service as operate
from headrace.capabilities.releases import service as releases
from packs.enterprise.build.conftest import (  # noqa: F401 - fixtures
    BRIEF,
    CONTEXT,
    EXAMPLE,
    SMALL,
    World,
    committed,
    small,
    small_product,
)
from packs.enterprise.build.test_stream import FLEET, REPORT, WORK, begin

SERVICE, FLAG, ROUTE = "customer-records", "farewell_enabled", "GET /farewell"

NAMED = FLEET.replace(
    "                policies: [security]\n",
    """\
                policies: [security]
                objective: People are greeted and let go
                assets:
                  - {asset: Farewell, type: code, paths: [src/]}
""",
)
"""A fleet whose stream names what it delivers."""

CRM = """\
request_id,account_id,asked_on,tag,note,formats,dataset_records
REQ-1,user-1,2026-02-01,export,Please.,csv,10
"""
PROBE = """\
import sys
from urllib.request import urlopen

print(urlopen(sys.argv[1] + "/feature", timeout=5).read().decode())
"""
SMOKE = """\
import sys
from urllib.request import urlopen

sys.exit(urlopen(sys.argv[1] + "/healthz", timeout=5).status != 200)
"""
TARGETS = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: farewell-availability}
spec:
  service: customer-records
  indicator:
    spec:
      ratioMetric:
        good:
          metricSource:
            metricSourceRef: customer-records
            spec: {query: 'farewells_total{status="200"}'}
        total: {metricSource: {metricSourceRef: customer-records, spec: {query: 'farewells_total'}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.99}]
"""
SHIPPED = {
    **SMALL,
    ".headrace/product.yaml": SMALL[".headrace/product.yaml"]
    + """\
release:
  flag: farewell_enabled
  targets: .headrace/health.yaml
  probe: [python, checks/probe.py, "{address}"]
  smoke: [python, checks/smoke.py, "{address}"]
""",
    ".headrace/health.yaml": TARGETS,
    "checks/probe.py": PROBE,
    "checks/smoke.py": SMOKE,
}
"""The small product with what a release needs to know of it."""


@dataclass
class Shipping:
    """The mission, the service that runs it, and what people decide about it."""

    world: World
    address: str = ""
    on_metrics: str = "# HELP farewells_total Said.\nfarewells_total 3\n"
    fails_for_reached: float = 0.0

    def do(self, verb, *args, **named):
        return self.world.do(verb, *args, **named)

    @property
    def flag(self):
        return self.do(flags.flag, FLAG)

    def release(self):
        (found,) = self.do(releases.listing)
        return found

    def settle(self, but: tuple[str, ...] = (), **named) -> None:
        """Everybody approves everything but what asks for one of these words."""

        def answer(item: InboxItem) -> str | None:
            held = any(word in item.asked for word in but)
            return None if held else ("allow" if item.kind.value == "question" else "approve")

        self.world.settle(answer, **named)

    def host(self) -> None:
        """A host has started what is wanted; it answers at our service's address."""
        runs = [(one.module, one.state.value, one.reasons) for one in self.world.runs(None)]
        assert self.do(deployments.find, SERVICE) is not None, runs
        wanted = self.do(deployments.get, SERVICE)
        self.do(deployments.hold, "machine")
        spec = ServiceSpec(command=("serve",), health="/healthz", metrics="/metrics")
        self.do(deployments.starting, "machine", SERVICE, wanted.generation, spec)
        self.do(
            deployments.ready,
            "machine",
            SERVICE,
            wanted.generation,
            commit=wanted.commit,
            address=self.address,
        )

    def is_on(self, user: str = "rehearsal") -> bool:
        return bool(self.do(flags.evaluate, FLAG, {"targetingKey": user}).value)

    def write(self, name: str, line: dict) -> None:
        folder = self.world.folder / "deployments" / self.world.organisation / SERVICE
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("a") as file:
            file.write(json.dumps(line) + "\n")

    def traffic(self, users: int = 800, *, failing: Callable[[bool, int], bool] = lambda *_: False):
        """Four requests of each user, as the service logs them; `failing` by reached and number."""
        seen, folder = self.do(flags.snapshot), self.do(deployments.folder) / SERVICE
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "access.jsonl").open("a") as log:
            for number in range(users):
                user, now = f"user-{number}", datetime.now(UTC)
                reached = flags.given(seen.flags[FLAG], seen.segments, user, now) == "on"
                for again in range(4):
                    line = {
                        "at": now.isoformat(),
                        "user": user,
                        "route": ROUTE,
                        "status": 503 if failing(reached, number * 4 + again) else 200,
                        "seconds": 0.1 + (number % 7) * 0.001,
                    }
                    log.write(json.dumps(line) + "\n")

    def ready(self) -> None:
        """Merged, deployed, rehearsed, its entry approved; the contract waits for the manager."""
        self.settle(but=("Release contract",))
        self.host()
        self.settle(but=("Release contract",))


def handler_of(shipping: Shipping) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            trace = (self.headers.get("traceparent") or "--").split("-")[1]
            shipping.write("output.log", {"message": "answered", "trace_id": trace})
            body = {
                "/feature": lambda: "on" if shipping.is_on() else "off",
                "/metrics": lambda: shipping.on_metrics,
            }.get(self.path, lambda: "well")()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def served(shipping: Shipping):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(shipping))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    shipping.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shipping
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def merged(small) -> World:  # noqa: F811 - the fixture above
    """The small mission with its one stream merged, its entry proposed, everything decided but that."""
    begin(small, fleet=NAMED)
    small.settle(lambda item: None if "Asset registry" in item.asked else "approve")
    return small


@pytest.fixture
def shipping(small, tmp_path):  # noqa: F811 - the fixture above
    """The small mission at work on the product that can be released, beside a service of it."""
    folder = tmp_path / "product"
    for path, text in SHIPPED.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    small.use(folder)
    contract = (EXAMPLE / "recordings/ship/release.yaml").read_text()
    recorded = {
        "release": contract.replace("GET /api/v2/datasets/{dataset_id}/records", ROUTE),
        "fleet": NAMED,
        "work": WORK,
        "report": REPORT,
    }
    for name, text in recorded.items():
        (small.recordings / f"{name}.yaml").write_text(text)
    small.found()
    small._team("on-call")
    small.approve_brief(briefed(), small.contract("Goodbye is said"), design_required=False)
    small.do(intake.load_source, "crm_requests", CRM)
    made = Shipping(world=small)
    small.do(operate.adopt, replace(runbook(name="farewell"), service=SERVICE))
    with served(made):
        yield made


def briefed() -> dict:
    brief = deepcopy(BRIEF)
    brief["sections"]["observability"] = {"key_metrics": ["farewells_total"]}
    return brief
