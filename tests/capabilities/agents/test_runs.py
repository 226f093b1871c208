"""Runs from claim to end, on a real worktree: what they do, hold, cost, and when they end."""

import json
import subprocess
import threading
from datetime import timedelta

import pytest

from capabilities.agents.plays import IMPLEMENT, SUBMIT
from flows import Crash, When
from headrace.capabilities.agents import service
from headrace.capabilities.agents.model import (
    RoleUnknown,
    RunOver,
    Workspace,
)
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import WHOLE, Cap, Scope
from headrace.capabilities.governance import service as governance
from headrace.capabilities.workflows import service as workflows
from headrace.kernel.capability import Check
from headrace.kernel.errors import Refusal
from headrace.kernel.json import digest


def test_a_recorded_agent_writes_runs_a_check_and_its_work_is_committed(company):
    company.play(IMPLEMENT)

    result = company.work()

    assert (result.state, result.error) == ("succeeded", "")
    assert result.submitted["summary"] == "The export is there, passed."
    assert result.changed_paths == ("src/api/export.py", "src/api/model.py", "src/api/routes.py")
    assert company.git("rev-parse", "exec/export/api") == result.head
    assert company.show("src/api/export.py") == "NAME = 'export'"
    assert company.show("src/api/routes.py") == "ROUTES = ['export']"
    assert company.worktrees == []


def test_the_commit_is_by_the_agent_and_names_the_run_and_its_recipe(company):
    company.play(IMPLEMENT)

    result = company.work()

    told = company.git("log", "-1", "--format=%an <%ae>%n%B", "exec/export/api")
    assert told.startswith("Coding Agent <coding-agent@headrace.invalid>\napi: implement")
    assert f"Agent-Run: {result.run}" in told
    assert f"Recipe: {result.recipe}" in told


def test_the_end_of_a_run_is_told_once_with_its_subject(company):
    company.play(SUBMIT)

    result = company.work()

    (ended,) = company.events("agents.run_ended")
    assert ended == {
        "type": "agents.run_ended",
        "run": result.run,
        "subject": "run:run_1",
        "principal": company.do(service.run, result.run).principal,
        "role": "coding-agent",
        "state": "succeeded",
        "error": "",
        "result_hash": digest(dict(result.submitted)),
        "head": None,
    }


def test_a_run_that_changes_no_file_has_no_head(company):
    company.play(SUBMIT)

    result = company.work()

    assert (result.head, result.changed_paths) == (None, ())
    assert result.base == company.git("rev-parse", "main")


def test_one_key_claims_one_run_however_often_it_is_asked(company):
    company.play(SUBMIT)

    first, second = company.claim(), company.claim()

    assert first == second
    assert len(company.do(service.runs)) == 1


def test_claims_of_one_key_at_the_same_time_make_one_run(company):
    company.play(SUBMIT)
    found = []

    def claim() -> None:
        found.append(company.claim("same"))

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 6
    assert len(set(found)) == 1


def test_the_next_attempt_goes_on_from_the_branch_and_is_told_the_findings(company):
    company.play(IMPLEMENT.replace("task: implement", "task: implement\n    when: {attempt: 1}"))
    company.record(
        "two",
        """\
        role: coding-agent
        task: implement
        when: {attempt: 2}
        turns:
          - text: "I answer: {{ facts.findings[0] }}"
            calls:
              - {tool: edit_file, arguments: {path: src/api/export.py, old: export, new: bulk}}
              - {tool: submit, arguments: {summary: "{{ facts.findings | join(', ') }}"}}
        """,
    )
    first = company.work("k1")

    second = company.work("k2", attempt=2, findings=("the name is wrong",))

    assert second.error == ""
    assert second.base == first.head
    assert second.changed_paths == ("src/api/export.py",)
    assert second.submitted["summary"] == "the name is wrong"
    assert company.show("src/api/export.py") == "NAME = 'bulk'"


def test_a_result_has_the_form_of_its_artifact_type(company):
    company.play(
        """\
        role: writer
        task: draft
        turns:
          - calls:
              - tool: submit
                arguments:
                  title: T
                  fields: {topic: exports}
                  sections: {summary: "{{ facts.what }}"}
        """
    )

    good = company.work(
        role="writer", task="draft", workspace=None, output_types=("note",), facts={"what": "All."}
    )

    assert (good.state, good.error) == ("succeeded", "")
    assert good.submitted == {
        "title": "T",
        "fields": {"topic": "exports"},
        "sections": {"summary": "All."},
    }


def test_a_task_without_any_configured_brain_becomes_a_plain_draft_that_says_so(company):
    result = company.work(
        role="writer",
        task="draft",
        workspace=None,
        output_types=("note",),
        facts={"what": "the export", "topic": "exports", "title": "Exports"},
    )

    assert (result.state, result.brain) == ("succeeded", "plain")
    assert result.submitted["fields"] == {"topic": "exports"}
    assert "Draft from facts" in result.submitted["sections"]["summary"]
    assert (result.usage.input_tokens, result.usage.cost_micro_usd) == (0, 0)


def test_work_that_no_draft_can_stand_for_is_refused_with_the_remedy(company):
    refusal = company.claim(role="writer", task="draft", workspace=None)

    assert isinstance(refusal, Refusal)
    assert "configure a model" in str(refusal)


def test_a_skill_that_no_pack_declares_is_named_in_the_refusal(company):
    refusal = company.claim(role="judge", task="measure", workspace=None)

    assert "the card wants the skill measure" in str(refusal)


def test_two_runs_at_once_work_in_worktrees_of_their_own(company):
    company.play(IMPLEMENT)
    other = Workspace(repository="product", branch="exec/export/ui", paths=("src/api/",))
    runs = [company.claim("a"), company.claim("b", element="ui", workspace=other)]
    jobs = company.runner.waiting()
    threads = [threading.Thread(target=company.runner.run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    results = [company.do(service.result, run) for run in runs]
    assert [result.error for result in results] == ["", ""]
    assert company.show("src/api/export.py", "exec/export/ui") == "NAME = 'export'"
    assert company.git("rev-parse", "exec/export/api") == results[0].head != results[1].head


def test_the_kill_switch_refuses_claims_and_stops_what_was_claimed_before(company):
    company.play(SUBMIT)
    claimed = company.claim("before")
    company.do(governance.halt, "it smells of smoke", by="ada")

    refusal = company.claim("after")
    company.runner.drain()

    assert "it smells of smoke" in str(refusal)
    result = company.do(service.result, claimed)
    assert (result.state, result.error) == (
        "cancelled",
        "all agents were halted: it smells of smoke",
    )


def test_every_check_of_the_question_claim_is_asked_and_all_reasons_are_told(company):
    company.play(SUBMIT)
    company.open(
        checks=(
            Check(question="claim", name="test.one", run=lambda ctx, order: (f"no {order.task}",)),
            Check(question="claim", name="test.two", run=lambda ctx, order: ("not on Mondays",)),
        )
    )

    refusal = company.claim(data_class="restricted")

    assert refusal.reasons == (
        "no implement",
        "not on Mondays",
        "the facts are restricted, which coding-agent may not see",
    )


def test_over_its_budget_nothing_starts_and_nothing_is_held(company):
    company.play(SUBMIT)
    mission = Scope.parse("mission:export")
    company.do(budgets.set_cap, mission, Cap(tokens=100_000))

    refusal = company.claim(scopes=(mission,))

    assert "mission:export has 100,000 tokens left" in str(refusal)
    assert company.do(service.runs) == []
    assert company.do(budgets.open_reservations) == []


def test_what_a_run_may_use_is_held_while_it_works_and_given_back_at_its_end(company):
    company.play(IMPLEMENT)
    company.claim()
    held = company.do(budgets.standing, scope=WHOLE)[0].reserved

    company.runner.drain()

    assert (held.tokens, held.micro_usd) == (200_000, 2_000_000)
    (budget,) = company.do(budgets.standing, scope=WHOLE)
    assert budget.reserved.tokens == 0
    assert 0 < budget.spent.tokens < 200_000


def test_the_ledger_holds_what_the_call_log_holds(company):
    company.play(IMPLEMENT)

    result = company.work()

    calls = [json.loads(line) for line in company.settings.call_log.read_text().splitlines()]
    assert company.do(budgets.spent).tokens == sum(
        c["input_tokens"] + c["output_tokens"] for c in calls
    )
    assert result.usage.input_tokens == sum(c["input_tokens"] for c in calls)
    assert len(calls) == 3


def test_a_run_ends_before_a_turn_that_could_break_its_limits(company):
    turns = "".join("      - {calls: [{tool: list_files, arguments: {}}]}\n" for _ in range(20))
    company.play(f"    role: coding-agent\n    task: implement\n    turns:\n{turns}")

    result = company.work()

    assert result.state == "failed"
    assert "it has had its 12 turns" in result.error
    assert len(company.settings.call_log.read_text().splitlines()) == 12


def test_a_run_that_worked_too_long_ends_before_its_next_turn(company):
    company.play(IMPLEMENT, longest_run=timedelta(0))

    result = company.work()

    assert result.state == "failed"
    assert "longer than 0:00:00" in result.error


def test_a_brain_that_hands_in_nothing_fails_its_run(company):
    company.play(
        "    role: coding-agent\n    task: implement\n    turns:\n" + "      - {text: Hm.}\n" * 5
    )

    result = company.work()

    assert (result.state, result.error) == ("failed", "It fell silent and handed nothing in.")


def test_a_prompt_without_its_fact_fails_the_run_and_names_the_fact(company):
    company.play(SUBMIT)

    result = company.work(facts={})

    assert (result.state, result.error) == ("failed", "There is no facts.what.")


def test_a_run_of_which_nothing_has_begun_is_cancelled_at_once(company):
    company.play(SUBMIT)
    run = company.claim()

    company.do(service.cancel, run, "not needed", by="ada")
    company.runner.drain()

    result = company.do(service.result, run)
    assert (result.state, result.error) == ("cancelled", "not needed")
    assert len(company.events("agents.run_ended")) == 1
    with pytest.raises(RunOver):
        company.do(service.cancel, run)


def test_a_cancel_breaks_off_the_call_in_flight(company):
    company.play(IMPLEMENT, latency=timedelta(seconds=120))
    run = company.claim()
    working = threading.Thread(target=company.runner.drain)
    working.start()
    while company.rows("SELECT 1 FROM agents_attempt WHERE organisation = :o") == []:
        pass

    company.do(service.cancel, run, "too slow", by="ada")
    working.join(timeout=30)

    assert not working.is_alive()
    result = company.do(service.result, run)
    assert result.state == "cancelled"
    assert "too slow" in result.error
    assert company.worktrees == []


def test_the_kill_switch_breaks_off_the_call_in_flight(company):
    company.play(IMPLEMENT, latency=timedelta(seconds=120))
    run = company.claim()
    working = threading.Thread(target=company.runner.drain)
    working.start()
    while company.rows("SELECT 1 FROM agents_attempt WHERE organisation = :o") == []:
        pass

    company.do(governance.halt, "it smells of smoke", by="ada")
    working.join(timeout=30)

    assert not working.is_alive()
    assert company.do(service.result, run).state == "cancelled"


def test_a_job_that_is_cancelled_ends_its_run_between_turns(company):
    company.play(IMPLEMENT)
    run = company.claim()
    company.do(workflows.cancel, "agents.run", run)

    company.runner.drain()

    assert company.do(service.result, run).state == "cancelled"


def test_a_task_that_the_role_does_not_have_is_a_fault_of_the_caller(company):
    with pytest.raises(RoleUnknown):
        company.claim(task="dance")


def test_a_branch_that_leads_nowhere_fails_the_run_with_its_name(company):
    company.play(SUBMIT)

    result = company.work(
        workspace=Workspace(repository="product", branch="exec/x/y", base="gone", paths=("src/",))
    )

    assert result.state == "failed"
    assert "no branch 'gone'" in result.error


def test_a_sparse_worktree_holds_its_paths_and_the_product_s_description(company):
    company.play(IMPLEMENT.replace("src/api/model.py", "src/api/model.py"))
    place = Workspace(
        repository="product", branch="exec/export/api", paths=("src/api/",), sparse=("src/api/",)
    )

    result = company.work(workspace=place)

    assert (result.state, result.error) == ("succeeded", "")
    assert "src/auth/guard.py" in company.git("ls-tree", "-r", "--name-only", "exec/export/api")


def test_what_checks_leave_behind_is_told_and_not_committed(company):
    company.play(
        """\
        role: coding-agent
        task: implement
        turns:
          - calls:
              - {tool: write_file, arguments: {path: src/api/x.py, content: "X = 1\\n"}}
              - {tool: run_check, arguments: {check: litter}}
              - {tool: submit, arguments: {summary: done}}
        """
    )

    result = company.work()

    assert result.changed_paths == ("src/api/x.py",)
    assert result.left_out == ("litter.txt", "src/auth/guard.py")


def test_a_worktree_that_a_broken_run_left_behind_makes_way_for_the_next(company):
    company.play(SUBMIT)
    run = company.claim("first")
    company.runner.drain(crash=Crash(flow="agents.run", step=3, when=When.BEFORE))
    company.do(service.broken, "a defect", run=run)
    assert len(company.worktrees) == 1

    result = company.work("second")

    assert (result.state, result.error) == ("succeeded", "")


def test_signals_and_questions_are_told_with_who_asks(company):
    company.play(
        """\
        role: coding-agent
        task: implement
        turns:
          - calls:
              - tool: file_signal
                arguments:
                  title: Cancelling is missing
                  category: technical
                  urgency: monitor
                  observation: Jobs cannot be cancelled.
              - {tool: ask, arguments: {to: lead, question: May I?, because: it is novel}}
              - {tool: ask, arguments: {to: stranger, question: May I?, because: it is novel}}
              - {tool: submit, arguments: {summary: done}}
        """
    )

    result = company.work()

    (seen,) = company.events("agents.observation_made")
    assert (seen["title"], seen["layer"], seen["number"]) == (
        "Cancelling is missing",
        "execution",
        1,
    )
    assert seen["principal"] == result.principal
    (asked,) = company.events("agents.question_asked")
    assert (asked["to"], asked["tier"]) == ("lead", 2)


def test_git_is_left_as_any_git_reads_it(company):
    company.play(IMPLEMENT)
    company.work()

    checked = subprocess.run(
        ["git", "fsck", "--strict"], cwd=company.repository, capture_output=True, check=False
    )

    assert checked.returncode == 0
