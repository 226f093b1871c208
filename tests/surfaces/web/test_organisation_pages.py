"""The organisation's pages: an agent's quality over time, forecasts of budgets, settings of the machine."""

import re
from datetime import timedelta

import pytest

from headrace.app import compose
from headrace.capabilities.agents.model import RunState
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import WHOLE, Cap, Period, Scope
from headrace.capabilities.control.model import SettingLine, SettingLines
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import (
    Criterion,
    Finding,
    Policy,
    Report,
    Severity,
    Subject,
    Verdict,
)
from headrace.capabilities.missions import service as missions
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import Proposal
from headrace.capabilities.streams import service as streams
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.unit import Units
from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, served
from surfaces.web.conftest import Browser, patient
from surfaces.web.gatehouse import a_site, signs_in
from surfaces.web.office import Office

TESTED = Criterion(id="tested", text="It has a test.")
MEND = Finding(
    severity=Severity.CRITICAL,
    clause="tested",
    what="No test",
    evidence="src/api/export.py",
    remediation="Write one",
)


@pytest.fixture
def office(database, clock, organisation, system, tmp_path):
    made = Office(
        folder=tmp_path, database=database, clock=clock, organisation=organisation, system=system
    )
    made.open(
        Policy(key="architecture", title="Architecture", criteria=(TESTED,), evaluator="judge")
    )
    made.settle()
    made.takes_its_time(timedelta(0))
    made.visitor("vp", "agent:*", "budgets:*", "mission:read")
    return made


@pytest.fixture
def visitor(office):
    pages = create_pages(a_reception(office.units), trust_loopback=True)
    with (
        served(pages) as address,
        Browser(base_url=address, timeout=20, transport=patient()) as made,
    ):
        made.becomes("vp", office.slug)
        yield made


def judged(office, *verdicts: Verdict) -> None:
    """A change request of the coding agent, judged by somebody else, once for each verdict."""
    judge = office.person(f"judge-{len(office.people)}", PrincipalKind.AGENT)
    (run,) = [office.run(row["id"]) for row in office.rows("SELECT id FROM agents_run")]
    branch = f"exec/{len(office.people)}"
    change = office.do(
        record.open_change,
        Proposal(
            title="The export",
            context="mission:export",
            repository="product",
            author=run.principal,
            branch=branch,
            head=run.head,
            policies=("architecture",),
        ),
    )
    office.runner.drain()
    head = office.do(record.change, change.id).head
    for verdict in verdicts:
        report = Report(
            subject=Subject(kind="change", id=change.id),
            hash=head,
            policy="architecture",
            verdict=verdict,
            summary="as it is",
            findings=(MEND,) if verdict is Verdict.FAIL else (),
        )
        office.do(governance.judge, report, evaluator=judge.principal)


def test_an_agent_shows_week_by_week_how_often_its_work_passed(office, visitor, clock):
    office.begins()
    office.runner.drain()
    judged(office, Verdict.FAIL, Verdict.PASS)
    clock.advance(timedelta(weeks=1))
    judged(office, Verdict.PASS_WITH_NOTES)

    data = visitor.get("/agents/coding-agent.json").json()
    text = visitor.sees("/agents/coding-agent")

    newest, first = data["weeks"]
    assert [(one["passed"], one["judged"]) for one in (first, newest)] == [(1, 2), (1, 1)]
    assert first["week"]["runs"] == {RunState.SUCCEEDED: 1}
    assert first["week"]["micro_usd"] > 0
    assert [dot["told"] for dot in data["course"]["curves"][0]["dots"]] == ["50 %", "100 %"]
    assert 'class="course"' in text
    assert "Nothing of its work was judged yet" in visitor.sees("/agents/writer")


def test_a_budget_tells_when_it_runs_out_at_the_pace_of_its_scope(office, visitor, clock):
    office.begins()
    office.runner.drain()
    clock.advance(timedelta(days=1))
    spent = office.do(budgets.spent)
    office.do(budgets.set_cap, WHOLE, Cap(micro_usd=spent.micro_usd * 3), Period.ALWAYS)
    told = office.do(budgets.forecasts, WHOLE)

    data = visitor.get("/budgets.json").json()
    (line,) = data["capped"]

    assert line["runs_out_at"] is not None
    assert line["micro_usd_per_day"] == told[0].micro_usd_per_day > 0
    assert '<span class="state-waiting">runs out' in visitor.sees("/budgets")
    office.do(budgets.set_cap, WHOLE, Cap(micro_usd=spent.micro_usd * 900), Period.ALWAYS)
    assert "<span>runs out" in visitor.sees("/budgets")


def test_what_went_for_each_model_and_agent_is_told_with_what_went_lately(office, visitor, clock):
    office.begins()
    office.runner.drain()
    now = visitor.get("/budgets.json?by=agent").json()
    clock.advance(timedelta(days=8))
    later = visitor.get("/budgets.json?by=agent").json()

    (total,) = now["totals"]
    assert now["outlooks"][total["key"]]["lately"]["micro_usd"] == total["micro_usd"]
    assert now["outlooks"][total["key"]]["expected_at_end"]["micro_usd"] > total["micro_usd"]
    assert later["totals"] == now["totals"]
    assert later["outlooks"][total["key"]]["lately"]["micro_usd"] == 0
    assert "In the last 7 days" in visitor.sees("/budgets?by=model")


@pytest.fixture
def machine(acme, database, clock) -> Units:
    """A machine with two settings, one of them a secret."""
    port = SettingLine(
        name="HEADRACE_PORT", value="9100", source="default", is_secret=False, meaning="Port."
    )
    key = SettingLine(
        name="HEADRACE_KEY", value="set", source="environment", is_secret=True, meaning="Key."
    )
    house = compose(SettingLines(items=(port, key)))
    return Units(
        engine=database.app,
        house=house,
        clock=clock,
        tenancy=database.tenancy,
        jobs=JobWriter(house, database.app),
    )


def test_whoever_sits_at_the_machine_sees_its_settings_and_no_secret(machine):
    with (
        served(create_pages(a_reception(machine), trust_loopback=True)) as address,
        Browser(base_url=address, timeout=20, transport=patient()) as browser,
    ):
        text = browser.sees("/settings")

    assert "HEADRACE_PORT" in text
    assert "9100" in text
    assert "a secret is set" in text


def test_whoever_signs_in_from_elsewhere_sees_no_setting_whatever_rights_they_hold(machine, ada):
    with (
        a_site(machine) as address,
        Browser(base_url=address, timeout=20, transport=patient()) as browser,
    ):
        signs_in(browser)
        text = browser.sees("/settings")

    assert "HEADRACE_PORT" not in text
    assert "Only whoever operates this machine sees them" in text


def test_an_agent_names_the_seat_that_it_reports_to(office, visitor):
    page = visitor.get("/agents/coding-agent.json").json()

    assert page["superior"] == {"name": "Lead", "address": "/people"}
    assert ">Lead<" in visitor.sees("/agents/coding-agent")
    assert ">Lead<" in visitor.sees("/agents?view=chart")


def test_what_is_held_for_a_run_at_work_stands_beside_what_was_spent(office, visitor):
    office.begins()

    (row,) = visitor.get("/budgets.json?by=agent").json()["outlooks"].values()
    text = visitor.sees("/budgets?by=agent")

    assert row["reserved"]["tokens"] > 0
    assert re.search(r'data-label="Reserved" class="n">\$[0-9.]+<', text)


def test_a_mission_tells_how_its_changes_were_judged_and_what_it_may_still_spend(office, visitor):
    office.begins()
    office.runner.drain()
    judged(office, Verdict.FAIL, Verdict.PASS)
    office.do(streams.open_context, stream="plain", kind="mission", slug="export", title="Export")
    office.do(missions.open_mission, slug="export", context="mission:export", title="Export")
    cap = Cap(micro_usd=2_000_000)
    office.do(budgets.set_cap, Scope.parse("mission:export"), cap, Period.ALWAYS)
    for right in ("governance:read", "record:read", "stream:read", "artifact:read"):
        office.do(people.grant, "vp", right)

    text = visitor.sees("/missions/export?tab=evaluations")
    judged_now = visitor.get("/missions/export.json?tab=evaluations").json()["judged"]
    money = visitor.sees("/missions/export?tab=cost")

    told = [(one["judgement"]["verdict"], one["title"], one["change"]) for one in judged_now]
    assert told == [("PASS", "Architecture", "The export"), ("FAIL", "Architecture", "The export")]
    assert "as it is" in text
    assert "1 finding" in text
    assert "Its budget" in money
    assert "$2.00" in money
