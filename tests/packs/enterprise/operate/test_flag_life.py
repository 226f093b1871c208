"""A flag that has done its work: proposed for removal, removed by a coding agent, merged and archived."""

import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from capabilities.releases.world import PLAN
from headrace.capabilities.agents import service as agents
from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.deployments.keeper import Keeper, Machine
from headrace.capabilities.deployments.model import DeploymentState
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Definition
from headrace.capabilities.governance import service as governance
from headrace.capabilities.people import service as people
from headrace.capabilities.record.model import ChangeState
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import ReleaseId
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import RunState
from packs.enterprise.build.conftest import CONTEXT, SMALL, committed, small, small_product  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FLAG, SERVICE = "bulk_export", "customer-records"
MACHINE = Machine(
    host="here",
    search_path=f"{Path(sys.executable).parent}:/usr/bin:/bin",
    flag_url="http://127.0.0.1:9",
)
SERVED = """\
serve:
  command: [python, serve.py, "{port}"]
  health: /healthz
"""
SERVE = """\
import inspect, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, "src")
from greeting import hello


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(inspect.signature(hello)).encode())

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""
FLAGGED = """\
def hello(on: bool) -> str:
    \"\"\"A greeting.\"\"\"
    if on:
        return "hello"
    return "soon"
"""
TEST = "from greeting import hello\n\n\ndef test_hello():\n    assert hello(True) == 'hello'\n"
CLEAN_UP = """\
role: feature-flag-agent
task: clean-up
turns:
  - calls:
      - tool: submit
        arguments:
          summary: "{{ facts.flag }} can go: {{ facts.share }}, and nothing went wrong since."
"""
WORK = """\
role: coding-agent
task: implement
turns:
  - calls:
      - tool: write_file
        arguments:
          path: src/greeting.py
          content: |
            def hello() -> str:
                \"\"\"A greeting.\"\"\"
                return "hello"
      - tool: write_file
        arguments:
          path: tests/test_greeting.py
          content: |
            from greeting import hello


            def test_hello():
                assert hello() == "hello"
      - tool: write_file
        arguments: {path: CODEOWNERS, content: "* @nobody"}
  - calls:
      - tool: submit
        arguments:
          summary: Takes {{ facts.flag }} out; what everybody has stays.
          tasks: "{{ facts.tasks }}"
          self_evaluation:
            - {policy: security, verdict: PASS, because: nothing is asked any more}
            - {policy: architecture, verdict: PASS, because: less code than before}
"""


@pytest.fixture
def world(small, tmp_path):  # noqa: F811 - the fixture of the neighbour
    folder = tmp_path / "flagged"
    files = {**SMALL, "src/greeting.py": FLAGGED, "tests/test_greeting.py": TEST}
    manifest = ".headrace/product.yaml"
    files[manifest] = files[manifest].replace("[security]", "[security, architecture]") + SERVED
    files["serve.py"] = SERVE
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    small.use(folder)
    for name, text in (("clean-up", CLEAN_UP), ("work", WORK)):
        (small.recordings / f"{name}.yaml").write_text(text)
    small.found()
    released(small)
    return small


def released(world):
    """The flag is everybody's, by a release of the mission."""
    world.do(flags.create, FLAG, Definition(owner="a-tech-lead"))
    id = ReleaseId("REL-2026-001")
    plan = replace(PLAN, service=SERVICE, stages=(PLAN.stages[-1],))
    draft = {"id": id, "title": "Bulk export", "contract": "", "context": CONTEXT, "plan": plan}
    world.do(releases.draft, **draft)
    world.do(releases.approve, id, "reviewed", by="engineering-manager")
    world.do(releases.begin, id)
    world.do(releases.promote, id, "watched long enough")
    world.jobs()


def grows_stale(world):
    world.clock.advance(timedelta(days=22))
    world.do(flags.review)
    world.jobs()


@contextmanager
def kept(world):
    """The product as it stands is deployed, and a host keeps it; gives what one look of the host does."""
    tip = world.product("rev-parse", "main").strip()
    world.do(deployments.deploy, SERVICE, repository=SERVICE, commit=tip, key="first")
    world.do(deployments.hold, MACHINE.host)
    keeper = Keeper(world.units, world.organisation, SERVICE, MACHINE)
    try:
        yield keeper.look
    finally:
        runs = [one for one in (keeper.serving, keeper.coming) if one is not None]
        keeper.end()
        for one in runs:
            if one.process.child is not None:
                one.process.child.wait(10)


def comes_to_run(world, look):
    """What answers once the commit that is wanted serves; its words over HTTP."""
    end = time.monotonic() + 30
    while (found := world.do(deployments.get, SERVICE)).state is not DeploymentState.READY:
        assert time.monotonic() < end, found.problem
        look()
        time.sleep(0.05)
    return urlopen(found.address, timeout=5).read().decode()


def gates(world, kind="flag-removal"):
    return [one for one in world.do(governance.gates) if one.subject.kind == kind]


def only_the_first(word):
    """Yes to the first thing that is asked in these words; what comes later waits."""
    given = []

    def decide(item):
        if word in item.asked and not given:
            given.append(item.id)
        return "approve" if item.id in given else None

    return decide


def test_after_three_weeks_its_removal_is_proposed_to_a_person(world):
    grows_stale(world)

    (gate,) = gates(world)
    assert gate.approvers == ("@engineering-manager",)
    assert f"`{FLAG}`, 100 % have on for 22 days" in gate.summary
    assert "Incidents since: none" in gate.summary
    assert not world.runs("flag-removal")


def test_it_is_proposed_once_and_not_at_all_before(world):
    world.clock.advance(timedelta(days=20))
    world.do(flags.review)
    world.jobs()
    assert gates(world) == []

    grows_stale(world)
    world.do(flags.review)
    world.jobs()
    assert len(gates(world)) == 1


def test_a_no_leaves_the_flag_and_the_code(world):
    grows_stale(world)
    world.decide(lambda _: "reject: we switch it off at night")
    world.jobs()

    assert not world.runs("flag-removal")
    assert world.do(flags.flag, FLAG).archived_at is None


def test_a_coding_agent_takes_it_out_it_is_judged_merged_and_the_flag_archived(world):
    grows_stale(world)
    world.settle(patience=30)

    (run,) = world.runs("flag-removal")
    change = world.change(run)
    worker = world.do(agents.run, run.agent_run)
    maker = world.do(people.principal, worker.principal).handle
    judgements = [one for one in world.do(governance.judgements) if one.subject.id == change.id]
    assert run.state is RunState.DONE, [
        *[(one.policy, one.verdict, one.summary) for one in judgements],
        *[(g.title, g.state, g.approvers) for g in world.do(governance.gates)],
        *[(r.module, r.state, r.reasons) for r in world.do(streams.runs) if r.reasons],
    ]
    assert change.state is ChangeState.MERGED
    assert maker == "coding-agent"
    assert [one.target for one in world.do(agents.refusals, run.agent_run)] == ["CODEOWNERS"]
    assert {one.policy for one in judgements} == {"security", "architecture"}
    assert "if on" not in world.product("show", "main:src/greeting.py")
    assert world.do(flags.flag, FLAG).archived_at is not None


def test_after_the_removal_the_service_is_deployed_again_and_asks_no_flag(world):
    with kept(world) as look:
        assert comes_to_run(world, look) == "(on: bool) -> str"
        grows_stale(world)
        world.settle(patience=30)

        change = world.change(world.one("flag-removal", "bulk-export"))
        wanted = world.do(deployments.get, SERVICE)
        assert (wanted.commit, wanted.generation) == (change.commit, 2)
        assert comes_to_run(world, look) == "() -> str"
        assert world.do(deployments.get, SERVICE).serving == change.commit


def test_without_the_owners_yes_nothing_is_merged_and_the_flag_stays(world):
    grows_stale(world)
    world.settle(only_the_first("Remove the flag bulk_export"), patience=1)

    (run,) = world.runs("flag-removal")
    assert world.change(run).state is ChangeState.OPEN
    assert world.do(flags.flag, FLAG).archived_at is None
