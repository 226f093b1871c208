"""Runs by each brain that is no model: skills, instruments, outside agents, people."""

import json
import sys
import threading
from datetime import timedelta

import pytest
from pydantic import SecretStr

from flows import FlowFailed
from headrace.capabilities.agents import service
from headrace.capabilities.agents.brains import fake_agent
from headrace.capabilities.agents.brains.external_agent import ExternalAgent
from headrace.capabilities.agents.model import (
    Instrument,
    NotWaiting,
    PeopleDecide,
    RunOpen,
    Skill,
    SubmissionRefused,
    Workspace,
)
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.governance import service as governance
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind
from headrace.kernel.errors import Conflict


def note(ctx, task):
    return {"title": f"About {task.facts['what']}", "element": task.element}


def refuse(ctx, task):
    ctx.db.exec_driver_sql("DELETE FROM agents_employee WHERE handle = 'nobody'")
    raise Conflict("There is nothing to note yet")


def measure(bench, task):
    checked = bench.check("compiles")
    counted = bench.run(["wc", "-l", "README.md"], at_most=timedelta(seconds=20))
    return {
        "status": checked.status,
        "lines": counted.output.split()[0],
        "reads": bench.read("README.md"),
        "files": len(bench.files()),
    }


def outside(**changes) -> ExternalAgent:
    argv = (sys.executable, fake_agent.__file__, "{prompt_file}", "{message_file}")
    known = {"at_most": timedelta(seconds=60), "grace": timedelta(seconds=2)}
    return ExternalAgent(argv=argv, **{**known, **changes})


def test_a_skill_does_its_task_in_one_unit_of_work_and_costs_nothing(company):
    company.open(Skill(name="note", run=note))

    result = company.work(role="writer", task="note", workspace=None)

    assert (result.state, result.brain) == ("succeeded", "skill")
    assert result.submitted == {"title": "About the export", "element": "api"}
    assert company.do(budgets.spent).tokens == 0


def test_what_a_skill_refuses_ends_the_run_as_failed_with_its_words(company):
    company.open(Skill(name="note", run=refuse))

    result = company.work(role="writer", task="note", workspace=None)

    assert (result.state, result.error) == ("failed", "There is nothing to note yet")


def test_a_skill_that_breaks_fails_its_run_and_gives_back_what_it_held(company):
    def broken(ctx, task):
        raise RuntimeError("a defect")

    company.open(Skill(name="break", run=broken))
    run = company.claim(role="writer", task="break", workspace=None)

    with pytest.raises(FlowFailed):
        company.runner.drain()

    result = company.do(service.result, run)
    assert (result.state, result.error) == ("failed", "RuntimeError: a defect")
    assert company.do(budgets.open_reservations) == []


def test_an_instrument_runs_real_tools_in_a_copy_that_is_thrown_away(company):
    company.open(Instrument(name="measure", run=measure))

    result = company.work(
        role="judge", task="measure", workspace=Workspace(repository="product", branch="main")
    )

    assert (result.state, result.error) == ("succeeded", "")
    assert result.submitted["status"] == "passed"
    assert result.submitted["lines"] == "1"
    assert result.submitted["reads"] == "# The product\n"
    assert company.worktrees == []
    assert "run/" not in company.git("branch", "--list")


def test_an_instrument_works_without_a_workspace_too(company):
    def echo(bench, task):
        return {"said": bench.run(["echo", "hi"], at_most=timedelta(seconds=20)).output}

    company.open(Instrument(name="measure", run=echo))

    result = company.work(role="judge", task="measure", workspace=None)

    assert result.submitted == {"said": "hi\n"}


def test_several_judges_look_at_one_branch_at_the_same_time(company):
    meeting = threading.Barrier(2, timeout=60)

    def together(bench, task):
        meeting.wait()
        return {"files": len(bench.files())}

    company.open(Instrument(name="measure", run=together))
    place = Workspace(repository="product", branch="main")
    runs = [company.claim(k, role="judge", task="measure", workspace=place) for k in ("a", "b")]
    jobs = company.runner.waiting()
    threads = [threading.Thread(target=company.runner.run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [company.do(service.result, run).state for run in runs] == ["succeeded"] * 2


def test_an_outside_agent_works_in_the_worktree_and_its_work_is_committed(company):
    company.open(external=outside())

    result = company.work(
        facts={"what": "it\nwrite src/api/export.py NAME = 1\nmessage The export is there.\n"}
    )

    assert (result.state, result.error, result.brain) == ("succeeded", "", "external")
    assert result.submitted == {"summary": "The export is there."}
    assert result.changed_paths == ("src/api/export.py",)
    assert company.show("src/api/export.py") == "NAME = 1"


def test_new_files_of_an_outside_agent_beyond_its_paths_are_taken_away_and_told(company):
    company.open(external=outside())

    result = company.work(
        facts={"what": "it\nwrite src/api/x.py 1\nwrite src/auth/y.py 2\nmessage Done.\n"}
    )

    assert (result.state, result.changed_paths) == ("succeeded", ("src/api/x.py",))
    assert [refusal.target for refusal in result.refusals] == ["src/auth/y.py"]
    assert [e["target"] for e in company.events("agents.refused")] == ["src/auth/y.py"]


def test_an_outside_agent_that_changes_what_is_not_its_own_is_refused_altogether(company):
    company.open(external=outside())

    result = company.work(
        facts={"what": "it\nwrite src/api/x.py 1\nwrite src/auth/guard.py ALLOW\nmessage Done.\n"}
    )

    assert result.state == "refused"
    assert "src/auth/guard.py" in result.error
    assert result.head is None
    assert company.git("rev-parse", "exec/export/api") == company.git("rev-parse", "main")


def test_the_secrets_of_an_outside_agent_reach_no_row(company):
    company.open(external=outside(environment={"AGENT_KEY": SecretStr("very-secret-key")}))

    result = company.work(facts={"what": "it\nenvironment\nexit 3\n"})

    assert result.state == "failed"
    kept = json.dumps(
        company.rows("SELECT * FROM agents_turn WHERE organisation = :o"), default=str
    )
    assert "very-secret-key" not in kept + result.error


def test_a_task_for_a_person_waits_as_a_row_until_somebody_hands_it_in(company):
    run = company.claim(role="writer", task="decide", workspace=None)
    company.runner.drain()

    assert company.run(run).state == "waiting"
    assert [e["run"] for e in company.events("agents.person_wanted")] == [run]
    with pytest.raises(RunOpen):
        company.do(service.result, run)

    company.do(service.hand_in, run, {"summary": "I decided."}, by="ada")

    result = company.do(service.result, run)
    assert (result.state, result.brain) == ("succeeded", "human")
    assert result.principal == company.people["ada"].principal
    assert result.submitted == {"summary": "I decided."}


def test_a_task_for_a_person_lies_in_the_inbox_of_whoever_may_do_it(company):
    company.person("bob")
    company.do(people.grant, "ada", "agent:do")
    run = company.claim(role="writer", task="decide", workspace=None)
    company.runner.drain()

    def inbox(handle):
        return company.do(governance.inbox, company.people[handle].principal, by=handle)

    (item,) = inbox("ada")
    assert (item.kind, item.id, item.context) == ("task", run, "mission:export")
    assert item.asked.startswith("decide as writer")
    assert f"run-submit {run}" in item.on_yes
    assert company.do(governance.of_source, run) == item
    assert inbox("bob") == ()

    company.do(service.hand_in, run, {"summary": "I decided."}, by="ada")
    assert inbox("ada") == ()


def test_runs_are_listed_by_what_they_belong_to(company):
    run = company.claim(role="writer", task="decide", workspace=None)
    company.claim("k2", role="writer", task="decide", workspace=None, context="mission:other")

    found = company.do(service.runs, context="mission:export")

    assert [one.id for one in found] == [run]


def test_a_person_s_result_of_the_wrong_form_is_refused_with_every_fault(company):
    run = company.claim(role="writer", task="decide", workspace=None, output_types=("note",))
    company.runner.drain()

    with pytest.raises(SubmissionRefused) as refused:
        company.do(service.hand_in, run, {"title": "T"}, by="ada")

    assert len(refused.value.details["faults"]) >= 2


def test_an_agent_cannot_hand_in_what_waits_for_a_person(company):
    company.person("robot", PrincipalKind.AGENT)
    run = company.claim(role="writer", task="decide", workspace=None)
    company.runner.drain()

    with pytest.raises(PeopleDecide):
        company.do(service.hand_in, run, {"summary": "me"}, by="robot")


def test_nothing_is_handed_in_twice(company):
    run = company.claim(role="writer", task="decide", workspace=None)
    company.runner.drain()
    company.do(service.hand_in, run, {"summary": "once"}, by="ada")

    with pytest.raises(NotWaiting):
        company.do(service.hand_in, run, {"summary": "twice"}, by="ada")
