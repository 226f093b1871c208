"""One execution stream on a small product: changes of one line in what an agent said change the end."""

import shutil

import pytest

from headrace.capabilities.agents import service as agents
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.coding import service as coding
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import InboxItem, ItemKind, Subject, Verdict
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus, TaskStatus
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeState
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import RunState

pytestmark = pytest.mark.slow

FLEET = """\
role: mission-orchestrator
task: fleet
turns:
  - calls:
      - tool: submit
        arguments:
          title: "{{ facts.mission }}"
          sections:
            streams:
              - name: greeting
                pool: coding-agent-fleet
                division: Core Services
                exclusive: true
                paths: [src/, tests/]
                policies: [security]
            tasks:
              - {task: Say goodbye, stream: greeting, criteria: ["{{ facts.criteria[0].id }}"]}
            monitoring: {quality_threshold: 0.8, escalation: Engineering Manager}
"""

WORK = """\
role: coding-agent
task: implement
when: {attempt: 1}
turns:
  - calls:
      - tool: write_file
        arguments:
          path: src/farewell.py
          content: |
            def goodbye() -> str:
                return "goodbye"
      - tool: write_file
        arguments:
          path: tests/test_farewell.py
          content: |
            from farewell import goodbye


            def test_goodbye_is_said():
                \"\"\"AC-1\"\"\"
                assert goodbye() == "goodbye"
  - calls:
      - tool: submit
        arguments:
          summary: Says goodbye.
          self_evaluation: [{policy: security, verdict: PASS, because: it takes no input}]
          tasks: "{{ facts.tasks }}"
"""

AGAIN = """\
role: coding-agent
task: implement
when: {attempt: 2}
turns:
  - text: "It came back: {{ facts.findings[0].message }}"
    calls:
      - tool: edit_file
        arguments: {path: src/farewell.py, old: adieu, new: goodbye}
  - calls:
      - tool: submit
        arguments:
          summary: Says goodbye in English.
          self_evaluation: [{policy: security, verdict: PASS, because: it takes no input}]
          tasks: "{{ facts.tasks }}"
"""

DESIGN = """\
role: technical-design-agent
task: design
turns:
  - calls:
      - tool: submit
        arguments:
          title: "{{ facts.mission }}"
          fields: {}
          sections:
            context: A farewell beside the greeting.
            interface_contracts:
              - {from: greeting, to: manners, interface: function, contract: "`goodbye`"}
            behaviours:
              - name: Goodbye
                given: somebody
                when: they leave
                then: goodbye is said
                criterion: "{{ facts.criteria[0].id }}"
                test: tests/test_farewell.py::test_goodbye_is_said
            threats:
              - threat: none that is known
                category: Tampering
                likelihood: low
                impact: low
                mitigation: nothing is stored
            performance_budgets: [{component: goodbye, metric: latency, budget: < 1 ms}]
            observability:
              metrics: [{metric: farewells, meaning: how many were said}]
"""

REPORT = """\
role: fleet-performance-monitor
task: report
turns:
  - calls:
      - tool: submit
        arguments:
          title: "{{ facts.mission }}"
          fields:
            scope: the whole
            period_start: "{{ facts.period.start }}"
            period_end: "{{ facts.period.end }}"
          sections:
            composition: [{stream: made up, pool: none}]
            throughput: [{metric: Invented, value: "a million"}]
            recommendations: "{{ facts.recommendations }}"
"""


def begin(world, **changed: str) -> None:
    """The mission begins, with these recordings in place of the usual ones."""
    recorded = {
        "fleet": FLEET,
        "design": DESIGN,
        "work": WORK,
        "again": AGAIN,
        "report": REPORT,
        **changed,
    }
    for name, text in recorded.items():
        (world.recordings / f"{name}.yaml").write_text(text)
    world.found()
    world.approve_brief(contract=world.contract("Goodbye is said"), design_required=False)


def judged(world, change: str) -> list[Verdict]:
    found = world.do(governance.judgements_of, Subject(kind="change", id=change))
    return [one.verdict for one in found]


def nobody(item: InboxItem) -> str | None:
    """Nobody decides about the work itself; it is planned and designed."""
    planned = ("fleet configuration", "technical design")
    return "approve" if any(word in item.asked.casefold() for word in planned) else None


def test_one_stream_needs_no_design_and_ends_merged_judged_and_reported(small):
    begin(small)
    small.settle()

    run = small.one("implement", "greeting")
    assert run.state is RunState.DONE, run.reasons
    assert not small.runs("design")
    assert judged(small, run.change) == [Verdict.PASS]
    assert small.product("show", "main:src/farewell.py").startswith("def goodbye()")
    (task,) = small.do(missions.all_tasks, "bulk-data-export")
    assert (task.status, task.change) == (TaskStatus.COMPLETED, run.change)


def test_a_report_keeps_to_the_figures_that_were_counted(small):
    begin(small)
    small.settle()

    sections = small.effective("fleet-report/bulk-data-export").content["sections"]
    assert [row["stream"] for row in sections["composition"]] == ["greeting"]
    assert {"Invented"} & {row["metric"] for row in sections["throughput"]} == set()
    assert sections["throughput"][0]["metric"] == "Change requests merged"


def test_without_the_owners_approval_the_change_stays_open_and_nothing_follows(small):
    begin(small)
    small.settle(nobody)

    run = small.one("implement", "greeting")
    assert run.state is RunState.PROPOSED
    assert small.change(run).state is ChangeState.OPEN
    assert judged(small, run.change) == [Verdict.PASS]
    assert not small.runs("report")
    assert small.do(missions.get, "bulk-data-export").status is MissionStatus.ACTIVE


def test_work_outside_the_paths_is_refused_and_without_any_other_the_stream_fails(small):
    work = WORK.replace("path: src/farewell.py", "path: docs/farewell.md").replace(
        "path: tests/test_farewell.py", "path: setup.py"
    )
    begin(small, work=work)
    small.settle()

    run = small.one("implement", "greeting")
    assert run.state is RunState.FAILED
    assert "without a change of any file" in run.reasons[0]
    refused = small.do(agents.refusals, run.agent_run)
    assert [act.target for act in refused] == ["docs/farewell.md", "setup.py"]
    assert [one.title for one in small.do(record.changes)] == [
        "Fleet configuration: Bulk Data Export"
    ]


def test_a_failing_test_sends_the_work_back_and_the_repair_goes_on_in_the_same_change(small):
    begin(small, work=WORK.replace('return "goodbye"', 'return "adieu"'))
    small.settle()

    first, second = small.runs("implement")
    assert (first.state, second.state) == (RunState.REVISED, RunState.DONE)
    assert first.change == second.change
    assert judged(small, first.change) == [Verdict.FAIL, Verdict.PASS]
    assert small.change(second).revision == 2
    assert small.product("show", "main:src/farewell.py").count("goodbye") == 2


def test_work_that_names_a_task_of_nobody_is_refused(small):
    begin(small, work=WORK.replace('tasks: "{{ facts.tasks }}"', "tasks: [TASK-999]"))
    small.settle()

    run = small.one("implement", "greeting")
    assert run.state is RunState.FAILED
    assert run.reasons == ("TASK-999 is no task of greeting; its tasks are TASK-001",)


def test_work_that_names_no_task_cannot_be_traced_and_fails(small):
    begin(small, work=WORK.replace('tasks: "{{ facts.tasks }}"', "tasks: []"))
    small.settle(nobody)

    first = small.runs("implement")[0]
    assert judged(small, first.change)[0] is Verdict.FAIL
    assert any("names no task" in finding for finding in first.reasons)


def test_a_policy_without_an_evaluator_is_told_and_holds_the_change(small):
    begin(small)
    small.do(agents.pause, "security-policy-enforcer")
    small.settle()

    run = small.one("implement", "greeting")
    evaluation = small.one("evaluate-security", run.change)
    assert run.state is RunState.PROPOSED
    assert evaluation.state is RunState.WAITING
    assert "@security-policy-enforcer is paused" in evaluation.reasons[0]
    assert small.change(run).state is ChangeState.OPEN


def test_a_person_who_rejects_a_change_ends_its_stream(small):
    begin(small)
    small.settle(
        lambda item: "approve" if "fleet" in item.asked.casefold() else "reject: we buy it instead"
    )

    run = small.one("implement", "greeting")
    assert run.state is RunState.REJECTED
    assert run.reasons == ("@a-tech-lead: we buy it instead",)
    assert small.change(run).state is ChangeState.CLOSED


def test_a_policy_that_fails_three_times_in_a_row_becomes_a_signal(small):
    failing = WORK.replace('return "goodbye"', 'return "adieu"')
    again = AGAIN.replace("old: adieu, new: goodbye", "old: adieu, new: ciao")
    third = again.replace("{attempt: 2}", "{attempt: 3}").replace(
        "old: adieu, new: ciao", "old: ciao, new: servus"
    )
    begin(small, work=failing, again=again, third=third)
    small.settle(nobody)

    assert [run.state for run in small.runs("implement")][:3] == [RunState.REVISED] * 3
    (signal,) = small.do(artifacts.listing, type="signal")
    version = small.effective(signal.id)
    assert version.title.startswith("security failed 3 times in a row")
    assert version.content["sections"]["source"]["system"] == "Quality evaluation"


TWO_STREAMS = FLEET.replace(
    "            tasks:\n",
    """\
              - name: manners
                pool: coding-agent-fleet
                division: Core Services
                exclusive: true
                paths: [docs/]
                policies: [security]
            tasks:
              - {task: Bow, stream: manners, criteria: [it looks nice]}
""",
).replace(
    "            monitoring:",
    """\
            dependencies:
              - {from: manners, to: greeting, type: KIND}
            monitoring:""",
)


def test_a_stream_that_another_blocks_waits_until_that_one_is_done(small):
    begin(small, fleet=TWO_STREAMS.replace("KIND", "blocks"))
    small.settle(nobody)
    (run,) = small.runs("implement")
    (held,) = [
        one
        for one in small.do(streams.readiness, run.context)
        if one.module == "implement" and one.element == "manners"
    ]
    assert held.reasons == ("greeting, until it is done",)

    small.settle(until=lambda: len(small.runs("implement")) == 2)
    assert small.one("implement", "greeting").state is RunState.DONE


def test_a_stream_that_another_informs_begins_at_once(small):
    begin(small, fleet=TWO_STREAMS.replace("KIND", "informs"))
    small.settle(nobody)

    assert {run.element for run in small.runs("implement")} == {"greeting", "manners"}


def test_streams_that_wait_for_each_other_are_no_fleet(small):
    both = TWO_STREAMS.replace(
        "type: KIND}",
        "type: blocks}\n              - {from: greeting, to: manners, type: blocks}",
    )
    begin(small, fleet=both)
    small.jobs()

    assert "streams wait for each other" in small.one("fleet").reasons[0]


BOTH_POLICIES = FLEET.replace("policies: [security]", "policies: [security, architecture]")


def test_evaluators_of_one_head_judge_apart_and_name_the_one_run_they_rest_on(small):
    begin(small, fleet=BOTH_POLICIES)
    small.settle()

    run = small.one("implement", "greeting")
    change = small.change(run)
    (measured,) = small.do(coding.check_runs, "customer-records", str(change.head))
    reports = [
        small.do(artifacts.get_version, one.outputs[0])
        for policy in ("security", "architecture")
        for one in small.runs(f"evaluate-{policy}")
    ]
    assert len(reports) == 2
    assert len({one.content["fields"]["evaluator"] for one in reports}) == 2
    when = f"{measured.run.ended_at:%Y-%m-%d %H:%M} UTC"
    for report in reports:
        scope = report.content["sections"]["scope"]
        assert f"Check tests: passed on {when}, run {measured.run.id}." in scope


def with_a_check_that_judges_in_part(world) -> None:
    """The product has one check more, which lacks a tool on this machine."""
    folder = world.folder / "gappy"
    shutil.copytree(world.product_folder, folder, ignore=shutil.ignore_patterns(".git"))
    with (folder / ".headrace/product.yaml").open("a") as file:
        file.write(
            "  links:\n"
            "    run: [sh, -c, \"echo 'node: not evaluated, it is not installed'; exit 3\"]\n"
            "    not-evaluated: 3\n"
            "    evaluates: [security]\n"
        )
    world.use(folder)


def test_what_a_machine_cannot_judge_is_a_persons_question_and_never_a_pass(small):
    with_a_check_that_judges_in_part(small)
    begin(small)
    small.settle(nobody)

    run = small.one("implement", "greeting")
    assert judged(small, run.change) == [Verdict.ESCALATE]
    (asked,) = small.do(governance.questions_of, Subject(kind="change", id=run.change))
    assert "The check links could not judge everything" in asked.question
    assert "node: not evaluated" in asked.recommendation
    assert asked.to == ("@security-lead",)

    small.settle()
    assert judged(small, run.change) == [Verdict.ESCALATE, Verdict.PASS_WITH_NOTES]
    assert small.one("implement", "greeting").state is RunState.DONE
    assert not small.runs("decide")


def test_a_person_who_refuses_a_question_sends_the_work_back(small):
    with_a_check_that_judges_in_part(small)
    begin(small)
    small.settle(nobody)
    small.settle(
        lambda item: "refuse: install it first" if item.kind is ItemKind.QUESTION else None,
        until=lambda: len(small.runs("implement")) > 1,
    )

    first = small.runs("implement")[0]
    assert judged(small, first.change)[:2] == [Verdict.ESCALATE, Verdict.FAIL]
    assert first.state is RunState.REVISED
