"""From an alert to an approved mission: validated, held and validated again, described, approved once."""

from datetime import timedelta

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.governance.model import InboxItem
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus, Standing
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeState
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, RunState

MISSION = "bulk-data-export"
CONTEXT = ContextId(f"mission:{MISSION}")

DIVISIONS = """\
division,role,contribution,paths,active_missions,available,reason
Core Services,primary,API,src/api/;src/jobs/,1,yes,ends this week
Data Foundation,supporting,converters,src/data/,2,no,until May
"""
BELIEFS = "belief\nCustomer success drives growth\n"
ACCOUNTS = "account_id,segment,status,arr_usd,renewal_state\nA,enterprise,active,100000,none\n"
REQUESTS = (
    "request_id,account_id,asked_on,tag,formats,dataset_records\nR1,A,2026-03-10,export,csv,10\n"
)
BASELINES = "metric,baseline,limit,unit\nExisting API p99 latency,180,200,ms\n"

AGAIN = """\
role: discovery-agent
task: validate
when: {attempt: 2}
turns:
  - text: "I was told: {{ facts.feedback[0] }}"
    calls:
      - tool: submit
        arguments:
          title: "Opportunity Validation: {{ facts.alert.name }}"
          fields: {}
          sections:
            fit: {verdict: passed, evidence: the belief}
            size: {verdict: passed, size: small, evidence: one endpoint}
            scoping: {verdict: passed, evidence: one division leads, divisions: "{{ facts.scoping }}"}
            conflict: {verdict: passed, evidence: none that I know of}
            resources: {verdict: passed, evidence: all are free}
            recommendation: {recommended: defer, rationale: "{{ facts.feedback[0] }}"}
"""
"""A second memo that glosses over conflicts and capacity, and takes up the comment."""


def alert(company) -> None:
    """Three related signals come in, and their digest waits for approval."""
    for source, text in (
        ("divisions", DIVISIONS),
        ("beliefs", BELIEFS),
        ("crm_accounts", ACCOUNTS),
        ("crm_requests", REQUESTS),
        ("baselines", BASELINES),
    ):
        company.load(source, text)
    for system in ("CRM", "Notes", "Gateway"):
        company.file(
            f"Export, says {system}", topic="bulk export", system=system, impact="high",
            divisions=["Core Services", "Data Foundation"],
        )  # fmt: skip
    company.clock.advance(timedelta(weeks=1))
    company.do(streams.periods)
    company.settle(lambda _: None)


def answering(**words: str):
    """Approves what is about none of the words, and says to those what is told here, once each."""
    left = dict(words)

    def answer(item: InboxItem) -> str | None:
        for word in list(left):
            if word in item.asked.casefold():
                return left.pop(word) or None
        return "approve"

    return answer


def only(*words: str):
    def answer(item: InboxItem) -> str | None:
        return "approve" if any(word in item.asked.casefold() for word in words) else None

    return answer


def at_work(company, slug: str, *paths: str) -> None:
    """Another mission that works in these folders."""
    context = company.do(
        streams.open_context, stream="enterprise", kind="mission", slug=slug, title=slug
    )
    company.do(missions.open_mission, slug=slug, context=context.id, title=slug)
    company.do(missions.take_paths, slug, paths, design_required=False)
    ready = Standing(by_person=True, fleet_approved=True)
    for status in (MissionStatus.APPROVED, MissionStatus.PLANNING):
        company.do(missions.move, slug, status, ready, "so")


def test_five_checks_are_recorded_with_the_conflicts_that_there_are(company):
    alert(company)
    at_work(company, "login", "src/api/auth/")
    at_work(company, "reports", "src/reports/")
    company.settle(only("digest"))

    (run,) = company.do(streams.runs, context=CONTEXT, module="validate")
    assert run.state is RunState.PROPOSED
    (ref,) = run.outputs
    sections = company.do(artifacts.get_version, ref).content["sections"]
    checks = ("fit", "size", "scoping", "conflict", "resources")
    assert [sections[one]["verdict"] for one in checks] == [
        "passed", "passed", "passed", "concern", "concern",
    ]  # fmt: skip
    assert all(sections[one]["evidence"] for one in checks)
    assert sections["conflict"]["conflicts"] == [
        {"mission": "login", "path": "src/api/", "kind": "path"}
    ]
    assert [
        (row["division"], row["active_missions"], row["available"])
        for row in sections["resources"]["capacity"]
    ] == [("Core Services", 1, True), ("Data Foundation", 2, False)]
    assert not company.do(streams.runs, context=CONTEXT, module="brief")


def test_a_comment_holds_the_strategy_and_has_it_validated_again_with_it(company):
    company.record("validate-2.yaml", AGAIN)
    alert(company)
    at_work(company, "login", "src/api/")
    comment = "revise: we may partner instead of building"
    company.settle(answering(validation=comment), until=lambda: len(_validations(company)) == 2)
    company.settle(only("nothing"))

    first, second = _validations(company)
    assert second.reasons == ()
    assert (first.state, second.state) == (RunState.REVISED, RunState.PROPOSED)
    assert second.findings == ("@a-vp-product: we may partner instead of building",)
    assert first.change == second.change
    memo = company.do(artifacts.get_version, second.outputs[0])
    assert memo.ref.number == 2
    sections = memo.content["sections"]
    assert "we may partner instead of building" in sections["recommendation"]["rationale"]
    assert "we may partner" in sections["answers"]
    assert (sections["conflict"]["verdict"], sections["resources"]["verdict"]) == (
        "concern", "concern",
    )  # fmt: skip
    assert sections["conflict"]["conflicts"][0]["mission"] == "login"
    assert company.do(missions.get, MISSION).status is MissionStatus.PROPOSED


def _validations(company):
    return company.do(streams.runs, context=CONTEXT, module="validate")


def test_one_approval_of_two_files_approves_the_mission(company, small_product):
    alert(company)
    decided: list[str] = []

    def approve(item: InboxItem) -> str | None:
        decided.append(item.asked)
        return "approve"

    company.do(record.add_repository, slug="customer-records", source=str(small_product))
    company.settle(
        approve, until=lambda: bool(company.do(missions.listing, MissionStatus.APPROVED))
    )

    (run,) = company.do(streams.runs, context=CONTEXT, module="brief")
    change = company.do(record.change, run.change)
    assert change.state is ChangeState.MERGED
    assert change.branch == f"mission/{MISSION}/brief"
    assert [member.ref.artifact for member in change.members] == [
        f"mission-brief/{MISSION}",
        f"outcome-contract/{MISSION}",
    ]
    assert sum("brief" in one.casefold() for one in decided) == 1
    mission = company.do(missions.get, MISSION)
    assert (mission.status, mission.reference) == (MissionStatus.APPROVED, "MISSION-2026-001")
    assert mission.design_required
    folder = f"work/missions/{MISSION}"
    assert {f"{folder}/BRIEF.md", f"{folder}/OUTCOME-CONTRACT.md"} <= set(company.files())
    assert "- **Status:** approved" in company.read(f"{folder}/BRIEF.md")
    _each_is_linked_to_what_it_came_from(company)


def _each_is_linked_to_what_it_came_from(company):
    def sources(artifact: str) -> set[str]:
        version = company.effective(artifact)
        return {link.target.artifact for link in company.do(artifacts.links, version.ref)}

    signals = {
        one["signal"] for one in company.ask("signal.list", since="2026-03-01T00:00:00Z")["items"]
    }
    assert sources("signal-digest/2026-w12") == signals
    assert sources(f"opportunity-validation/{MISSION}") == {"signal-digest/2026-w12"}
    above = {f"opportunity-validation/{MISSION}", "signal-digest/2026-w12"}
    assert sources(f"mission-brief/{MISSION}") == sources(f"outcome-contract/{MISSION}") == above


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        pytest.param("design_required: true", "design_required: true\n              blocked_by: "
                     "[mission:nobody]", "no mission 'mission:nobody'", id="an unknown mission"),
        pytest.param("design_required: true", "design_required: true\n              blocked_by: "
                     "[login]\n              blocks: [login]", "wait for each other", id="a circle"),
        pytest.param("kind: guardrail", "kind: outcome", "only a guardrail is ongoing",
                     id="an outcome without a day"),
        pytest.param('deadline: "{{ facts.deadlines.adoption }}"', 'deadline: "2026-02-30"',
                     "which is no day", id="no day"),
    ],
)  # fmt: skip
def test_a_brief_or_contract_that_nobody_could_follow_is_refused(company, old, new, why):
    file = company.recordings / "brief.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    alert(company)
    at_work(company, "login")
    company.settle(only("digest", "validation"))

    (run,) = company.do(streams.runs, context=CONTEXT, module="brief")
    assert run.state is RunState.FAILED
    assert why in run.reasons[0]
    assert company.do(missions.get, MISSION).status is MissionStatus.PROPOSED


@pytest.mark.parametrize(
    ("touches", "required"),
    [("[novel]", True), ("[regulated]", True), ("[api, data-model]", True), ("[]", False)],
)
def test_a_design_is_required_by_what_a_mission_touches_whatever_its_author_says(
    company, small_product, touches, required
):
    file = company.recordings / "brief.yaml"
    said = f"design_required: false\n              touches: {touches}"
    file.write_text(file.read_text().replace("design_required: true", said))
    alert(company)
    company.do(record.add_repository, slug="customer-records", source=str(small_product))
    company.settle(until=lambda: bool(company.do(missions.listing, MissionStatus.APPROVED)))

    assert company.do(missions.get, MISSION).design_required is required
