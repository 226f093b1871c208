"""A run that is killed anywhere and taken up again comes to the same end, does nothing twice and pays all."""

import json
import shutil
import sys
from datetime import timedelta

import pytest

from flows import Crash, Crashed, When, every_crash
from headrace.capabilities.agents import acts, desk, service
from headrace.capabilities.agents.brains import fake_agent
from headrace.capabilities.agents.brains.external_agent import ExternalAgent
from headrace.capabilities.agents.desk import Desk
from headrace.capabilities.agents.model import Instrument, Skill, Workspace
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.workflows import store as workflows
from headrace.capabilities.workflows.steps import DurableSteps

IMPLEMENT = """\
    role: coding-agent
    task: implement
    turns:
      - calls:
          - {tool: read_file, arguments: {path: src/api/routes.py}}
          - {tool: search, arguments: {pattern: "class +Export"}}
          - {tool: file_signal, arguments: {title: T, category: technical, urgency: monitor, observation: O}}
      - calls:
          - {tool: write_file, arguments: {path: src/api/export.py, content: "NAME = 'export'\\n"}}
          - {tool: edit_file, arguments: {path: src/api/routes.py, old: "[]", new: "[[]]"}}
          - {tool: edit_file, arguments: {path: src/auth/guard.py, old: "False", new: "True"}}
          - {tool: delete_file, arguments: {path: src/api/model.py}}
          - {tool: run_check, arguments: {check: compiles}}
      - calls:
          - {tool: edit_file, arguments: {path: src/api/export.py, old: "export", new: "exports"}}
          - {tool: submit, arguments: {summary: "{{ results.run_check.status }}"}}
"""
STEPS = 17
"""begin, prepare, say, look, signal, say, 5 calls, say, edit, submit, commit, put away, end."""

CHANGED = ("src/api/export.py", "src/api/model.py", "src/api/routes.py")


def came_to_the_same_end(company, run: str, branch: str = "exec/export/api") -> None:
    result = company.do(service.result, run)
    assert (result.state, result.error) == ("succeeded", "")
    assert result.submitted == {"summary": "passed"}
    assert result.changed_paths == CHANGED
    assert company.show("src/api/export.py", branch) == "NAME = 'exports'"
    assert company.show("src/api/routes.py", branch) == "ROUTES = [[]]"
    assert company.git("rev-list", "--count", f"main..{branch}") == "1"
    assert [refusal.target for refusal in result.refusals] == ["src/auth/guard.py"]
    assert len(company.run(run).card.tools) > 0
    for kind in ("agents.run_ended", "agents.observation_made", "agents.refused"):
        assert len([e for e in company.events(kind) if e["run"] == run]) == 1, kind
    assert company.worktrees == []


def everything_is_paid_for(company) -> None:
    """The ledger is what the provider would have seen, and each lost call at what was held for it."""
    log = company.settings.call_log
    calls = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    attempts = company.rows("SELECT state, most_tokens FROM agents_attempt WHERE organisation = :o")
    lost = [a["most_tokens"] for a in attempts if a["state"] == "lost"]
    booked = company.rows(
        "SELECT tokens_in + tokens_out AS tokens, lost FROM budgets_entry WHERE organisation = :o"
    )
    answered = sum(e["tokens"] for e in booked if not e["lost"])
    turns = company.rows(
        "SELECT input_tokens + output_tokens AS tokens FROM agents_turn WHERE organisation = :o"
    )
    assert not [a for a in attempts if a["state"] == "asked"]
    assert answered == sum(turn["tokens"] for turn in turns)
    assert sum(e["tokens"] for e in booked if e["lost"]) == sum(lost)
    assert len(calls) <= len(attempts)
    seen = sum(call["input_tokens"] + call["output_tokens"] for call in calls)
    assert seen <= answered + sum(lost)
    assert company.do(budgets.open_reservations) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "crash", every_crash("agents.run", STEPS), ids=lambda c: f"{c.when} step {c.step}"
)
def test_killed_between_any_two_steps_it_comes_to_the_same_end(company, crash):
    company.play(IMPLEMENT)
    run = company.claim()

    crashed = company.runner.drain(crash=crash).crashed
    company.runner.drain()

    assert crashed
    came_to_the_same_end(company, run)
    everything_is_paid_for(company)
    assert len(company.settings.call_log.read_text().splitlines()) == 3


class Killer:
    """Ends the process at the n-th unit of work inside an act, before it or after its commit."""

    def __init__(self, monkeypatch, at: int, when: When) -> None:
        self.left, self.when, self.struck = at, when, False
        whole = Desk.do

        def do(this, verb, *args, **kwargs):
            if verb is desk.stop_wanted:
                return whole(this, verb, *args, **kwargs)  # the watch has a thread of its own
            self.left -= 1
            if self.left == 0 and self.when is When.BEFORE:
                self._strike()
            result = whole(this, verb, *args, **kwargs)
            if self.left == 0 and self.when is When.AFTER:
                self._strike()
            return result

        monkeypatch.setattr(Desk, "do", do)

    def _strike(self) -> None:
        self.struck = True
        raise Crashed


@pytest.mark.slow
@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("part", range(4))
def test_killed_at_any_unit_of_work_within_an_act_it_comes_to_the_same_end(
    company, monkeypatch, when, part
):
    company.play(IMPLEMENT)
    struck = True
    at = part + 1
    while struck:
        branch = f"exec/export/{at}"
        place = Workspace(repository="product", branch=branch, paths=("src/api/",))
        run = company.claim(f"k{at}", workspace=place)
        with monkeypatch.context() as patch:
            killer = Killer(patch, at, when)
            company.runner.drain()
        company.runner.drain()
        came_to_the_same_end(company, run, branch)
        struck, at = killer.struck, at + 4
    assert at > 40  # there were that many places to be killed at
    everything_is_paid_for(company)


@pytest.mark.parametrize("number", range(1, 5))
def test_killed_between_writing_a_file_and_telling_it_the_change_is_not_made_twice(
    company, monkeypatch, number
):
    company.play(IMPLEMENT)
    run = company.claim()
    put, left = acts.files.put, [number]

    def killed(root, path, content):
        put(root, path, content)
        left[0] -= 1
        if left[0] == 0:
            raise Crashed

    with monkeypatch.context() as patch:
        patch.setattr(acts.files, "put", killed)
        company.runner.drain()
    company.runner.drain()

    came_to_the_same_end(company, run)


@pytest.mark.parametrize("step", range(4, 16))
def test_a_worktree_that_is_lost_is_made_again_with_all_that_was_written(company, step):
    company.play(IMPLEMENT)
    run = company.claim()
    company.runner.drain(crash=Crash(flow="agents.run", step=step))
    (folder,) = company.worktrees
    shutil.rmtree(folder)

    company.runner.drain()

    came_to_the_same_end(company, run)


def test_a_call_in_flight_at_a_crash_is_made_again_and_the_lost_one_charged_as_reserved(
    company, monkeypatch
):
    company.play(IMPLEMENT)
    run = company.claim()
    said, left = service.said, [2]

    def killed(ctx, *args):
        left[0] -= 1
        if left[0] == 0:
            raise Crashed
        return said(ctx, *args)

    with monkeypatch.context() as patch:
        patch.setattr(acts.service, "said", killed)
        company.runner.drain()
    company.runner.drain()

    came_to_the_same_end(company, run)
    assert company.run(run).lost_calls == 1
    assert len(company.settings.call_log.read_text().splitlines()) == 4
    everything_is_paid_for(company)


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("step", range(1, 6))
def test_an_outside_agent_that_is_killed_begins_again_in_a_clean_worktree(company, step, when):
    argv = (sys.executable, fake_agent.__file__, "{prompt_file}", "{message_file}")
    company.open(external=ExternalAgent(argv=argv, at_most=timedelta(seconds=60)))
    run = company.claim(facts={"what": "it\nwrite src/api/x.py 1\nmessage Done.\n"})

    crashed = company.runner.drain(crash=Crash(flow="agents.run", step=step, when=when)).crashed
    company.runner.drain()

    assert crashed
    result = company.do(service.result, run)
    assert (result.state, result.changed_paths) == ("succeeded", ("src/api/x.py",))
    assert company.git("rev-list", "--count", "main..exec/export/api") == "1"
    assert result.lost_calls == 0


def test_an_outside_agent_lost_in_a_crash_is_charged_all_that_its_run_held(company, monkeypatch):
    argv = (sys.executable, fake_agent.__file__, "{prompt_file}", "{message_file}")
    company.open(external=ExternalAgent(argv=argv, at_most=timedelta(seconds=60)))
    run = company.claim(facts={"what": "it\nwrite src/api/x.py 1\nmessage Done.\n"})

    def killed(ctx, *args):
        raise Crashed

    with monkeypatch.context() as patch:
        patch.setattr(service, "said", killed)
        company.runner.drain()
    company.runner.drain()

    assert company.do(service.result, run).state == "succeeded"
    assert company.do(budgets.spent).tokens == 200_000


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("step", range(1, 4))
def test_a_skill_that_is_killed_has_its_effect_once(company, step, when):
    def count(ctx, task):
        ctx.db.exec_driver_sql(
            "UPDATE agents_employee SET superseded_by = superseded_by || 'x' WHERE handle = 'writer'"
        )
        return {"done": True}

    company.open(Skill(name="note", run=count))
    run = company.claim(role="writer", task="note", workspace=None)

    crashed = company.runner.drain(crash=Crash(flow="agents.run", step=step, when=when)).crashed
    company.runner.drain()

    assert crashed
    assert company.do(service.result, run).submitted == {"done": True}
    assert company.do(service.employee, "writer").superseded_by == "x"


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("step", range(1, 7))
def test_an_instrument_that_is_killed_hands_in_once(company, step, when):
    company.open(Instrument(name="measure", run=lambda bench, task: {"files": len(bench.files())}))
    place = Workspace(repository="product", branch="main")
    run = company.claim(role="judge", task="measure", workspace=place)

    crashed = company.runner.drain(crash=Crash(flow="agents.run", step=step, when=when)).crashed
    company.runner.drain()

    assert crashed
    assert company.do(service.result, run).state == "succeeded"
    assert len(company.events("agents.run_ended")) == 1
    assert "run/" not in company.git("branch", "--list")


def test_the_steps_of_the_real_engine_carry_a_run_as_well(company):
    company.play(IMPLEMENT)
    run = company.claim()
    with company.database.system.begin() as db:
        workflows.enter(db, "exe-test", "here", 1)
    noted: dict[int, object] = {}

    def checkpoint(name, work):
        number = len(noted)
        noted[number] = work()
        return noted[number]

    steps = DurableSteps(
        units=company.units,
        organisation=company.organisation,
        flow="agents.run",
        key=run,
        executor="exe-test",
        checkpoint=checkpoint,
        on_fenced=lambda fault: pytest.fail(str(fault)),
    )
    company.units.house.flow("agents.run").run(steps, run=run)

    came_to_the_same_end(company, run)
    assert "exports" not in json.dumps(list(noted.values()))  # no content reaches the engine
