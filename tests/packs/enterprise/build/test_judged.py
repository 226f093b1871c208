"""How a stream's work is held to what was promised: its paths, behaviours, criteria, checks and policies."""

import pytest
import sqlalchemy as sa

from headrace.capabilities.agents import service as agents
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Subject, Verdict
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeState, FindingKind
from headrace.capabilities.streams.model import RunState
from packs.enterprise.build.test_stream import (
    BOTH_POLICIES,
    FLEET,
    TWO_STREAMS,
    WORK,
    begin,
    judged,
    nobody,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STRAYING = WORK.replace(
    "  - calls:\n      - tool: submit\n",
    """\
  - calls:
      - tool: write_file
        arguments: {path: docs/farewell.md, content: mine}
      - tool: edit_file
        arguments: {path: CODEOWNERS, old: "@tech-lead", new: "@nobody"}
      - tool: write_file
        arguments: {path: src/../setup.py, content: mine}
      - tool: delete_file
        arguments: {path: .headrace/product.yaml}
  - calls:
      - tool: submit
""",
)
BOTH_JUDGED = WORK.replace(
    "self_evaluation: [",
    "self_evaluation: [{policy: architecture, verdict: PASS, because: it is known}, ",
)
UNTESTED = WORK.replace("test_goodbye_is_said", "test_something_else").replace("AC-1", "nothing")
TESTED = """\
role: coding-agent
task: implement
when: {attempt: 2}
turns:
  - calls:
      - tool: edit_file
        arguments:
          path: tests/test_farewell.py
          old: test_something_else
          new: test_goodbye_is_said
  - calls:
      - tool: submit
        arguments:
          summary: Names the test as the design does.
          self_evaluation: [{policy: security, verdict: PASS, because: it is tested now}]
          tasks: "{{ facts.tasks }}"
"""
DESIGNED = TWO_STREAMS.replace("KIND", "informs")
"""Two streams, so that a design says first which test shows which behaviour."""


def journal(world, type: str, **payload: str) -> list[dict]:
    """The payloads of the events of a type, in their order."""
    asked = sa.text(
        "SELECT payload FROM journal_event WHERE organisation = :o AND type = :t ORDER BY position"
    )
    with world.units.open(world.system) as ctx:
        found = ctx.db.execute(asked, {"o": world.organisation, "t": type}).scalars().all()
    return [one for one in found if payload.items() <= one.items()]


def reports(world, change: str) -> list[dict]:
    """The contents of the filed reports about a change, in their order."""
    found = [
        version.content
        for one in world.do(artifacts.listing, type="quality-evaluation")
        for version in [world.effective(one.id)]
        if version.content["fields"]["output"] == change
    ]
    return sorted(found, key=lambda one: one["fields"]["attempt"])


def test_a_write_outside_the_paths_of_a_stream_is_blocked_and_logged(small):
    begin(small, work=STRAYING)
    small.settle()

    run = small.one("implement", "greeting")
    change = small.change(run)
    tried = ["docs/farewell.md", "CODEOWNERS", "src/../setup.py", ".headrace/product.yaml"]
    assert [one.target for one in small.do(agents.refusals, run.agent_run)] == tried
    logged = journal(small, "agents.refused", run=str(run.agent_run))
    assert [one["target"] for one in logged] == tried
    assert {one["role"] for one in logged} == {"coding-agent"}
    assert set(change.paths) == {"src/farewell.py", "tests/test_farewell.py"}
    assert change.state is ChangeState.MERGED
    assert small.product("show", "main:CODEOWNERS") == "* @tech-lead\n"
    assert "setup.py" not in small.product("ls-tree", "-r", "--name-only", "main")


def test_a_behaviour_of_the_design_is_shown_by_its_test_or_the_work_comes_back(small):
    begin(small, fleet=DESIGNED, work=UNTESTED, again=TESTED)
    small.settle(nobody)

    change = small.runs("implement")[0].change
    failed, passed = reports(small, change)
    assert judged(small, change) == [Verdict.FAIL, Verdict.PASS]
    told = {one["clause"]: one for one in failed["sections"]["findings"]}
    behaviour = told["security: behaviours-tested"]
    assert behaviour["finding"] == "The behaviour 'Goodbye' is not shown by a test"
    assert "no test tests/test_farewell.py::test_goodbye_is_said ran" in behaviour["evidence"]
    (criterion,) = passed["sections"]["criteria"]  # the one that the scenario serves
    assert criterion["criterion"] == "AC-1: Goodbye is said"
    assert criterion["result"] == "met"


def test_each_criterion_is_judged_with_what_shows_it_and_an_unmet_one_is_a_finding(small):
    unmet = WORK.replace("AC-1", "nothing").replace("test_goodbye_is_said", "test_it")
    again = TESTED.replace("test_something_else", "nothing").replace("test_goodbye_is_said", "AC-1")
    begin(small, work=unmet, again=again)
    small.settle(nobody)

    failed, passed = reports(small, small.runs("implement")[0].change)
    assert failed["fields"]["verdict"] == "FAIL"
    assert failed["sections"]["criteria"] == [
        {
            "criterion": "AC-1: Goodbye is said",
            "result": "not-met",
            "evidence": "nothing shows it",
        }
    ]
    (finding,) = failed["sections"]["findings"]
    assert finding["finding"] == "The acceptance criterion AC-1 is not met"
    assert finding["clause"] == "security: acceptance-criteria"
    (met,) = passed["sections"]["criteria"]
    assert met["result"] == "met"
    assert met["evidence"] == "tests.test_farewell::test_it passed"


def test_the_self_evaluation_of_each_policy_stands_in_the_change_before_anybody_judges(small):
    begin(small, fleet=BOTH_POLICIES, work=BOTH_JUDGED)
    for evaluator in ("security-policy-enforcer", "architecture-review"):
        small.do(agents.pause, evaluator)
    small.settle(nobody)

    change = small.change(small.one("implement", "greeting"))
    assert judged(small, change.id) == []
    said = {one.policy: (one.verdict, one.note) for one in change.self_evaluation}
    assert said == {
        "architecture": ("PASS", "it is known"),
        "security": ("PASS", "it takes no input"),
    }
    assert "## Self-evaluation" in change.body
    assert "- security: PASS (it takes no input)" in change.body
    assert not small.do(record.findings, subject=change.id)


def test_a_policy_that_its_maker_says_nothing_about_is_a_finding(small):
    begin(small, fleet=BOTH_POLICIES)
    small.settle(nobody)

    change = small.change(small.one("implement", "greeting"))
    (finding,) = small.do(record.findings, subject=change.id)
    assert finding.kind is FindingKind.NO_SELF_EVALUATION
    assert "has not judged the own work under architecture" in finding.message


def test_red_checks_are_a_fail_of_every_policy_and_no_approval_helps(small):
    begin(small, fleet=BOTH_POLICIES, work=BOTH_JUDGED.replace('return "goodbye"', 'return "no"'))
    (small.recordings / "again.yaml").unlink()  # nobody repairs it
    small.settle()

    first = small.runs("implement")[0]
    change = small.change(first)
    found = small.do(governance.judgements_of, Subject(kind="change", id=change.id))
    assert {one.policy: one.verdict for one in found} == {
        "security": Verdict.FAIL,
        "architecture": Verdict.FAIL,
    }
    for report in reports(small, change.id):
        assert any(
            one["finding"] == "The check tests is red" for one in report["sections"]["findings"]
        )
        assert "The product's own checks are red." in report["sections"]["policies"][0]["notes"]
    assert change.state is not ChangeState.MERGED
    assert small.product("ls-tree", "--name-only", "main", "src/") == "src/greeting.py\n"


EVALUATORS = {
    "security": "security-policy-enforcer",
    "architecture": "architecture-review",
    "observability": "observability-compliance",
}


def test_the_policies_of_a_stream_choose_who_judges_it(small):
    begin(small, fleet=FLEET.replace("[security]", "[security, architecture, observability]"))
    small.settle(nobody)

    change = small.one("implement", "greeting").change
    began = journal(small, "streams.run_moved", element=change, state="working")
    assert {one["module"] for one in began} == {f"evaluate-{key}" for key in EVALUATORS}
    for report in reports(small, change):
        (policy,) = report["sections"]["policies"]
        assert report["fields"]["evaluator"] == EVALUATORS[policy["policy"]]


def test_the_gap_of_a_policy_that_nobody_evaluates_is_flagged_and_holds_the_change(small):
    begin(small, fleet=FLEET.replace("[security]", "[security, observability]"))
    small.do(agents.pause, "observability-compliance")
    small.settle(until=lambda: bool(small.runs("evaluate-observability")))
    small.decide()
    small.jobs()

    run = small.one("implement", "greeting")
    change = small.change(run)
    subject = Subject(kind="change", id=change.id)
    standing = small.do(governance.assess, subject, str(change.head), change.policies)
    assert standing.unjudged == ("observability",)
    assert standing.without_evaluator == (
        "observability: whoever is hired as observability-compliance is paused",
    )
    waiting = small.one("evaluate-observability", change.id)
    assert waiting.state is RunState.WAITING
    assert change.state is ChangeState.OPEN


def test_work_without_a_task_is_a_finding_of_the_record_and_of_the_report(small):
    begin(small, work=WORK.replace('tasks: "{{ facts.tasks }}"', "tasks: []"))
    (small.recordings / "again.yaml").unlink()
    small.settle()

    change = small.change(small.runs("implement")[0])
    (noted,) = small.do(record.findings, subject=change.id)
    assert noted.kind is FindingKind.UNTRACEABLE
    (report,) = reports(small, change.id)
    assert "task" not in report["fields"]
    (finding,) = report["sections"]["findings"]
    assert (finding["severity"], finding["clause"]) == ("major", "security: task-named")
    assert report["fields"]["verdict"] == "FAIL"
    assert change.state is not ChangeState.MERGED
