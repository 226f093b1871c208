"""The whole way: from an approved brief to merged, judged code, a decision record and a fleet report.

It plays the example: real worktrees, the service's own tests, evaluators that run tools.
"""

from datetime import timedelta

import pytest

from headrace.capabilities.agents import service as agents
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import InboxItem, ItemKind, Subject
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus, TaskStatus
from headrace.capabilities.record.model import ChangeState
from headrace.capabilities.streams.model import RunState

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]

STREAMS = ("api-implementation", "data-processing", "ui-integration", "documentation")
NIGHT = timedelta(hours=14)


def after_a_night(item: InboxItem) -> str | None:
    """People approve at once; an evaluator's question they answer after fourteen hours."""
    if item.kind is ItemKind.QUESTION:
        return "allow: keep it bounded, and record it" if item.waiting >= NIGHT else None
    return "approve"


def verdicts(world, change: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in world.do(governance.judgements_of, Subject(kind="change", id=change)):
        found.setdefault(one.policy, []).append(one.verdict.value)
    return found


def test_an_approved_brief_becomes_merged_and_judged_code_with_its_decision_and_report(world):
    world.approve_brief()
    world.settle(after_a_night, patience=20)

    runs = {element: world.one("implement", element) for element in STREAMS}
    changes = {element: world.change(run) for element, run in runs.items()}
    assert {run.state for run in runs.values()} == {RunState.DONE}
    assert {change.state for change in changes.values()} == {ChangeState.MERGED}

    _four_streams_overlapped(world)
    _every_verdict_is_by_somebody_else(world, changes)
    _the_documentation_failed_first_and_was_repaired(world, changes["documentation"])
    _the_fan_out_waited_for_a_person(world, changes["api-implementation"])
    _a_write_outside_the_paths_was_refused(world)
    _the_product_has_the_feature(world)
    _the_decision_is_recorded(world)
    _the_report_names_the_wait(world)
    _all_is_accounted_and_linked(world)


def _four_streams_overlapped(world):
    began = [run.started_at for run in world.runs("implement") if run.attempt == 1]
    merged = [run.ended_at for run in world.runs("implement") if run.state is RunState.DONE]
    assert max(began) < min(merged)
    tasks = world.do(missions.all_tasks, "bulk-data-export")
    assert {task.status for task in tasks} == {TaskStatus.COMPLETED}
    assert all(task.change for task in tasks)
    assert world.do(missions.get, "bulk-data-export").status is MissionStatus.ACTIVE


def _every_verdict_is_by_somebody_else(world, changes):
    for change in changes.values():
        judged = world.do(governance.judgements_of, Subject(kind="change", id=change.id))
        assert {one.policy for one in judged} == set(change.policies)
        assert change.author not in {one.evaluator for one in judged}
        assert {check.policy for check in change.self_evaluation} >= set(change.policies)


def _the_documentation_failed_first_and_was_repaired(world, change):
    assert verdicts(world, change.id) == {"content": ["FAIL", "PASS"]}
    attempts = [run for run in world.runs("implement") if run.element == "documentation"]
    assert [run.state for run in attempts] == [RunState.REVISED, RunState.DONE]
    assert any("key in the address" in finding for finding in attempts[1].findings)
    assert change.revision == 2
    first, second = (
        world.effective(f"quality-evaluation/bulk-data-export-documentation-content-{number}")
        for number in (1, 2)
    )
    assert first.content["fields"]["verdict"] == "FAIL"
    assert second.content["fields"]["verdict"] == "PASS"
    assert "api_key" not in world.product("show", "main:docs/guides/bulk-export/index.md")


def _the_fan_out_waited_for_a_person(world, change):
    assert verdicts(world, change.id)["architecture"] == ["ESCALATE", "PASS"]
    (asked,) = world.do(governance.questions_of, Subject(kind="change", id=change.id))
    assert asked.to == ("@tech-lead",)
    assert asked.answered_at - asked.asked_at >= NIGHT
    report = world.effective(
        "quality-evaluation/bulk-data-export-api-implementation-architecture-1"
    )
    (escalation,) = report.content["sections"]["escalations"]
    assert escalation["who"] == "@tech-lead"
    assert escalation["novelty"] > 0.7


def _a_write_outside_the_paths_was_refused(world):
    run = world.one("implement", "ui-integration")
    refused = world.do(agents.refusals, run.agent_run)
    (act,) = refused
    assert not act.target.startswith(("src/ui/components/export/", "tests/ui/export/"))


def _the_product_has_the_feature(world):
    listed = world.product("ls-tree", "-r", "--name-only", "main").splitlines()
    for path in (
        "src/api/v2/export/routes.py",
        "src/services/export/fanout.py",
        "src/data/export/parquet_format.py",
        "src/ui/components/export/panel.html",
        "docs/guides/bulk-export/index.md",
    ):
        assert path in listed
    branches = world.product("branch", "--format=%(refname:short)").splitlines()
    assert {f"exec/bulk-data-export/{stream}" for stream in STREAMS} <= set(branches)


def _the_decision_is_recorded(world):
    run = world.one("decide", "api-implementation")
    assert run.state is RunState.DONE
    (ref,) = run.outputs
    version = world.do(artifacts.get_version, ref)
    assert world.do(artifacts.get, ref.artifact).reference.startswith("DR-2026-")
    assert len(version.content["sections"]["alternatives"]) >= 1
    assert version.content["sections"]["review"]["date"] > "2026-03-16"
    assert "keep it bounded, and record it" in version.content["sections"]["decision"]
    assert verdicts(world, run.change) == {"architecture": ["PASS"]}


def _the_report_names_the_wait(world):
    sections = world.effective("fleet-report/bulk-data-export").content["sections"]
    first = sections["bottlenecks"][0]
    assert first["stream"] == "api-implementation"
    assert first["cause"] == "ESCALATE: architecture, answered by @a-tech-lead"
    assert float(first["waited"].removesuffix(" hours")) >= 14
    assert "novel patterns" in sections["recommendations"][0]["recommendation"]
    measures = {row["metric"]: row["value"] for row in sections["throughput"]}
    assert measures["Change requests merged"] == "4"
    assert measures["Attempts sent back"] == "1"
    page = world.read("work/missions/bulk-data-export/FLEET-REPORT.md")
    assert "ESCALATE: architecture, answered by @a-tech-lead" in page


def _all_is_accounted_and_linked(world):
    spent = world.do(budgets.spent)
    listed = world.do(budgets.entries, limit=1_000)
    assert spent.micro_usd == sum(entry.use.micro_usd for entry in listed) > 0
    sections = world.effective("fleet-report/bulk-data-export").content["sections"]
    costs = {row["item"]: row for row in sections["cost"]}
    assert costs["the fleet"]["tokens"] == sum(costs[stream]["tokens"] for stream in STREAMS)
    design = world.effective("technical-design/bulk-data-export")
    sources = {link.target.artifact for link in world.do(artifacts.links, design.ref)}
    assert sources == {
        "mission-brief/bulk-data-export",
        "outcome-contract/bulk-data-export",
        "fleet-config/bulk-data-export",
    }
    signals = world.do(artifacts.listing, type="signal", limit=50)
    assert any("cancellation" in one.slug for one in signals)
