"""The example's merged service, run by a real host from a real commit, with real flags and real traffic."""

import importlib.util
import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from capabilities.deployments.world import NAME, World
from examples.test_bulk_export import EXAMPLE, player
from flows import Runner
from headrace.app.host import flags_beside
from headrace.capabilities.deployments import service
from headrace.capabilities.deployments.host import Host
from headrace.capabilities.deployments.keeper import Machine
from headrace.capabilities.deployments.model import DeploymentState
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.evaluator import FlagEvaluator
from headrace.capabilities.flags.model import Definition
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import ReleaseId, ReleaseStatus, Rollout
from headrace.capabilities.releases.tools import access_log
from headrace.kernel.clock import ScaledClock
from headrace.kernel.journal.notices import Notices
from headrace.packs.enterprise.ship import stages
from headrace.packs.enterprise.ship.contract import LASTS

pytest.importorskip("duckdb", reason="needs the extra 'demo'")
pytestmark = pytest.mark.slow

FLAG = "bulk_export_enabled"
CRITERIA = (
    "error rate < baseline + 0.5%; "
    "p99 latency of `GET /api/v2/datasets/{dataset_id}/records` < 2x baseline"
)
MOST = 30.0
"""Seconds of real and of organisation time from the first failure until the flag is off (AE-58)."""

BULK = "/api/v2/export/bulk"
SEARCH = f"{Path(sys.executable).parent}:/usr/bin:/bin"


def _traffic():
    spec = importlib.util.spec_from_file_location("traffic", EXAMPLE / "traffic.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["traffic"] = module
    spec.loader.exec_module(module)
    return module


traffic = _traffic()


class Ground(World):
    """The merged example on its way to its customers."""

    def prepare(self, folder):
        trees = {element: folder / element for element in player.STREAMS}
        for element, tree in trees.items():
            player.stream_tree(element, tree)
        whole = player.overlay(trees, folder / "whole")
        files = {
            str(path.relative_to(whole)): path.read_text(encoding="utf-8")
            for path in sorted(whole.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }
        self.company.adds("ada")
        self.do(flags.create, FLAG, Definition(owner="ada"))
        self.deploys(self.commits(files))

    @property
    def place(self):
        return self.folder / "deployments" / self.organisation / NAME

    @contextmanager
    def running(self):
        evaluator = FlagEvaluator(self.units, Notices(self.database.app, every=0.2))
        with flags_beside(evaluator, self.folder) as flag_url:
            machine = Machine(host="here", search_path=SEARCH, flag_url=flag_url)

            @contextmanager
            def means():
                yield machine

            host = Host(
                self.units,
                lambda: [self.organisation],
                folder=self.folder / "deployments",
                means=means,
                pause=0.1,
            )
            thread = threading.Thread(target=host.run, daemon=True)
            thread.start()
            try:
                until(
                    lambda: self.stands().state in {DeploymentState.READY, DeploymentState.FAILED}
                )
                assert self.stands().state is DeploymentState.READY, self.stands().problem
                yield
            finally:
                host.ask_to_stop()
                thread.join(30)

    def ask(self, customer, method, path, body=None):
        request = Request(
            f"{self.stands().address}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {customer.token}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except HTTPError as refusal:
            return refusal.code, refusal.read()

    def exports(self, customer, table, format):
        """How an export ends."""
        status, told = self.ask(customer, "POST", BULK, {"datasetId": table, "format": format})
        assert status == 202, told
        place = f"{BULK}/{json.loads(told)['jobId']}"
        ends = {"completed", "failed"}
        return until(
            lambda: (
                (shown := json.loads(self.ask(customer, "GET", place)[1])["status"]) in ends
                and shown
            ),
            60,
        )

    def metric(self, line):
        text = self.ask(CUSTOMERS[0], "GET", "/metrics")[1].decode()
        found = [one for one in text.splitlines() if one.startswith(line)]
        return float(found[0].rpartition(" ")[2]) if found else 0.0


def until(fact, seconds=60.0):
    end = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return found


CUSTOMERS = traffic.customers(60, seed=1)
WIDE = next(one for one in CUSTOMERS if one.wide)


@pytest.fixture
def ground(database, clock, tmp_path):
    made = Ground(database, clock, tmp_path)
    made.prepare(tmp_path / "streams")
    return made


def test_wide_tables_break_parquet_alone_until_its_memory_is_raised(ground):
    with ground.running():
        traffic.bring_in(ground.place, CUSTOMERS)
        assert ground.ask(WIDE, "POST", BULK, {"datasetId": WIDE.orders, "format": "csv"})[0] == 404
        ground.do(flags.roll_out, FLAG, Decimal(100), reason="everybody")
        until(lambda: ground.ask(WIDE, "GET", f"{BULK}/none")[1].count(b"no export"))

        ends = {one: ground.exports(WIDE, WIDE.wide, one) for one in traffic.FORMATS}
        assert ends == {"csv": "completed", "json": "completed", "parquet": "failed"}
        assert ground.exports(WIDE, WIDE.orders, "parquet") == "completed"
        assert ground.metric('export_job_errors_total{format="parquet"}') == 1
        assert ground.metric('export_job_errors_total{format="csv"}') == 0
        assert "OutOfMemory" in (ground.place / "output.log").read_text()

        ground.do(service.set_parameter, NAME, "parquet_memory_megabytes", 512, why="wide", key="k")
        until(lambda: "512" in (ground.place / "parameters.json").read_text(), 10)

        assert ground.exports(WIDE, WIDE.wide, "parquet") == "completed"


@pytest.fixture
def clock():
    """Organisation time that goes by as fast as the world's."""
    return ScaledClock(origin=datetime(2026, 4, 7, tzinfo=UTC), started=datetime.now(UTC), scale=1)


def begun(ground):
    """A release of the plan that contracts begin with, reaching a part of the customers; its id."""
    ada, emil = (ground.company.adds(one, "release:*", "flags:*") for one in ("ida", "emil"))
    rows = stages.plan_rows((40.0, 60.0, 100.0), LASTS, CRITERIA)
    plan = Rollout(
        flag=FLAG,
        service=NAME,
        log=f"{NAME}/access.jsonl",
        stages=stages.stages(rows),
        criteria=stages.criteria(rows),
    )
    id = ReleaseId("REL-2026-001")
    drafted = {"title": "Exports", "contract": "", "context": None, "plan": plan}
    ground.do(releases.draft, id=id, **drafted, by=ada)
    ground.do(releases.approve, id, "reviewed", by=emil)
    ground.do(releases.begin, id)
    return id


def test_a_fault_under_real_traffic_turns_the_feature_off_by_itself_within_half_a_minute(
    ground,
):
    jobs = Runner(
        units=ground.units, system=ground.database.system, organisation=ground.organisation
    )
    jobs.drain(tolerate=True)  # what the world's repository was to be brought in from is nowhere
    with ground.running():
        id = begun(ground)
        since, known = ground.do(_world_time), ground.do(flags.snapshot)

        def is_reached(user):
            return flags.given(known.flags[FLAG], known.segments, user, since) == "on"

        run = subprocess.Popen(
            [sys.executable, EXAMPLE / "traffic.py", ground.place, "--customers=120", "--rate=60"]
        )
        try:
            until(lambda: _report(ground).get("exporting", 0) > 10)
            until(lambda: sum(n for k, n in _report(ground)["exports"].items() if "comp" in k) > 5)
            assert not [one for one in _report(ground)["statuses"] if one.startswith("5")]

            ground.do(
                service.set_parameter, NAME, "drill_storage_failing", 0.6, why="a drill", key="k"
            )
            until(lambda: _report(ground)["statuses"].get("503", 0) > 0)
            began, fault_at = time.monotonic(), ground.clock.now()
            until(lambda: jobs.drain() and not ground.do(flags.flag, FLAG).is_on)
            off_after = time.monotonic() - began
            until(lambda: _report(ground)["exporting"] == 0, 120)  # each has to come by once more
            obeyed_after = time.monotonic() - began
        finally:
            run.terminate()
            run.wait(40)
        print(f"off after {off_after:.1f} s, and no customer had it after {obeyed_after:.1f} s")
        assert off_after < MOST
        assert ground.do(releases.get, id).status is ReleaseStatus.ROLLED_BACK
        last = ground.do(releases.history, id)[-1]
        assert last.reasons[0].startswith("errors against the others: worse")
        assert last.at - fault_at < timedelta(seconds=MOST)
        seen = access_log.observe(ground.place / "access.jsonl", since, is_reached, [""])[""]
        assert sum(one.errors for one in seen.cohort) > 5
        assert sum(one.errors for one in seen.control) == 0


def _world_time(ctx):
    from headrace.capabilities.releases import store

    return store.world_time(ctx.db)


def _report(ground):
    try:
        return json.loads((ground.place / "traffic.json").read_text())
    except FileNotFoundError:
        return {}
