"""Telemetry of real work: what a collector sees of a mission, however often its workers died."""

import subprocess
import sys
from datetime import timedelta

import pytest
import sqlalchemy as sa

from capabilities.telemetry.collector import Collector, collecting
from flows import Crash, When
from headrace.capabilities.agents import service as agents
from headrace.capabilities.telemetry.model import Telemetry
from headrace.settings import telemetry_wanted
from packs.enterprise.build.conftest import World
from packs.enterprise.build.test_judged import STRAYING, begin

INTERNAL, CLIENT = 1, 3  # as OTLP numbers the kinds of spans
OK, ERROR = 1, 2


@pytest.fixture
def collector(monkeypatch):
    with collecting() as made:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", made.address)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=northwind")
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
        yield made


@pytest.fixture
def told(small, collector) -> World:
    """A world that tells a collector what happens in it."""
    small.declared = (Telemetry(wanted=True),)
    small.open()
    return small


def above(collector: Collector, span) -> object:
    return collector.unique[span.parent]


def events(span, name: str) -> list[dict[str, object]]:
    return [attributes for event, attributes in span.events if event == name]


def test_a_mission_is_seen_with_parents_and_governance(told, collector):
    begin(told, work=STRAYING)
    told.settle()

    run = told.one("implement", "greeting")
    (work,) = [one for one in collector.named("agent.run")
               if one.attributes["agentic.session.id"] == run.agent_run]  # fmt: skip
    assert (work.kind, work.status, work.parent) == (INTERNAL, OK, "")
    assert work.attributes["gen_ai.agent.name"] == "coding-agent"
    assert work.attributes["agentic.layer"] == "execution"
    assert work.attributes["agentic.loop"] == "build"
    assert work.attributes["agentic.mission.id"] == "MISSION-2026-015"
    assert events(work, "agent.instructions.loaded") == [{"agentic.layer": "execution"}]
    refused = events(work, "governance.decision")
    assert [one["governance.decision"] for one in refused] == ["reject"] * 4

    steps = told.do(agents.steps, run.agent_run)
    calls = [one for one in collector.named("tool.execute") if one.trace == work.trace]
    assert len(calls) == len(steps)
    for call in calls:
        turn = above(collector, call)
        assert turn.attributes["gen_ai.operation.name"] == "chat"
        assert above(collector, turn) == work
        assert work.began <= turn.began <= turn.ended <= call.began <= call.ended <= work.ended
    failed = [one for one in calls if one.status == ERROR]
    assert [one.attributes["error.type"] for one in failed] == ["beyond_authority"] * 4
    assert [events(one, "tool.error")[0]["tool.name"] for one in failed] == [
        "write_file", "edit_file", "write_file", "delete_file",
    ]  # fmt: skip

    verdicts = collector.named("quality.evaluate")
    assert verdicts
    for verdict in verdicts:
        judge = above(collector, verdict)
        assert (judge.name, judge.trace) == ("agent.run", verdict.trace)
        assert verdict.attributes["quality.verdict"] == "pass"
        (decision,) = events(verdict, "governance.decision")
        assert decision["governance.decision"] == "approve"
        assert decision["governance.pr.number"] > 0

    moves = [(one.attributes["mission.status.from"], one.attributes["mission.status.to"])
             for one in collector.named("mission.transition")]  # fmt: skip
    assert ("proposed", "approved") in moves
    assert len({one.trace for one in collector.named("mission.transition")}) == 1
    merges = [one for one in collector.named("git.operation")
              if one.attributes["git.operation"] == "merge"]  # fmt: skip
    assert run.change in {f"CR-{one.attributes['git.pr.number']}" for one in merges}
    people = [events(one, "governance.decision") for one in collector.named("git.operation")
              if one.attributes["git.operation"] == "pr_comment"]  # fmt: skip
    assert [{"approve"}] * len(people) == [
        {d["governance.decision"] for d in one} for one in people
    ]


def test_who_tells_is_named_by_opentelemetrys_own_variables(told, collector):
    begin(told)
    told.jobs()

    (resource,) = {tuple(sorted(one.resource.items())) for one in collector.spans}
    named = dict(resource)
    assert named["service.name"] == "headrace"
    assert named["service.version"]
    assert named["deployment.environment.name"] == "test"
    assert {one["x-tenant"] for one in collector.headers} == {"northwind"}


def test_nothing_that_was_said_written_or_read_is_told(told, collector):
    begin(told, work=STRAYING)
    told.settle()

    sent = b"".join(collector.raw)
    assert b"write_file" in sent  # names of tools are told
    for private in (b"farewell.md", b"Goodbye", b"setup.py", b"CODEOWNERS", b"mine", b"nobody"):
        assert private not in sent, private


@pytest.mark.parametrize("when", list(When))
@pytest.mark.parametrize("step", [2, 4])
def test_a_run_that_two_processes_did_is_one_run(told, collector, step, when):
    begin(told)
    assert told.jobs(crash=Crash(flow="agents.run", step=step, when=when)).crashed

    told.settle()

    ids = [one.id for one in collector.spans]
    assert len(ids) == len(set(ids))
    done = {one.attributes["agentic.session.id"]: one for one in collector.named("agent.run")}
    assert done
    for run, span in done.items():
        steps = told.do(agents.steps, run)
        below = {span.id, *(one.id for one in collector.spans if one.parent == span.id)}
        mine = [one for one in collector.named("tool.execute") if one.parent in below]
        assert len(mine) == len(steps), run


def test_what_is_told_twice_has_the_same_ids(told, collector):
    begin(told)
    crash = Crash(flow="telemetry.export", step=2, when=When.AFTER)
    assert told.jobs(crash=crash).crashed
    first = list(collector.spans)
    assert first

    told.settle()

    again = collector.spans[len(first) : 2 * len(first)]
    assert again == first


def test_while_the_collector_is_away_it_waits_as_rows(told, collector, clock):
    collector.away = True
    begin(told)
    told.jobs()
    asked = collector.requests
    waiting = told.units.run(told.system, _waiting)
    assert waiting
    assert not collector.spans

    told.jobs()
    assert collector.requests == asked  # nobody asks again at once
    collector.away = False
    clock.advance(timedelta(minutes=1))
    told.jobs()

    assert told.units.run(told.system, _waiting) == 0
    assert collector.named("mission.transition")


def test_without_a_collector_nothing_is_kept_and_nothing_is_loaded(small):
    begin(small)
    small.jobs()

    assert small.units.run(small.system, _waiting) == 0
    loaded = "import headrace.app.main, headrace.app.house, sys; print('opentelemetry.sdk' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("environment", "is_wanted"),
    [
        pytest.param({}, False, id="nothing is set"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://here:4318"}, True, id="a collector"),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://here/v1/traces"}, True, id="of traces"
        ),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://here", "OTEL_SDK_DISABLED": "TRUE"},
            False,
            id="turned off",
        ),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://here", "OTEL_TRACES_EXPORTER": "none"},
            False,
            id="no exporter of traces",
        ),
    ],
)
def test_it_is_on_when_a_collector_is_named_and_not_turned_off(environment, is_wanted):
    assert telemetry_wanted(environment) is is_wanted


def _waiting(ctx) -> int:
    found: int = ctx.db.execute(sa.text("SELECT count(*) FROM telemetry_waiting")).scalar_one()
    return found
