"""Hiring: employees from cards, their states with an approver for each, pausing, and who may decide."""

from dataclasses import replace

import pytest

from capabilities.agents.conftest import CODER
from headrace.capabilities.agents import service
from headrace.capabilities.agents.capability import CAPABILITY as AGENTS
from headrace.capabilities.agents.cards import Lifecycle
from headrace.capabilities.agents.model import (
    EmployeeNotFound,
    NotEmployable,
    PeopleDecide,
    RoleUnknown,
    Skill,
    StateRefused,
)
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind, RightMissing
from headrace.kernel.context import system_actor
from headrace.kernel.edge import Edge, Request
from headrace.kernel.errors import Refusal
from headrace.kernel.ids import OrganisationId, new_id


def test_the_founding_hires_one_employee_for_each_active_card(company):
    found = company.do(service.employees)

    assert [(one.handle, one.state) for one in found] == [
        ("coding-agent", "active"),
        ("judge", "active"),
        ("writer", "active"),
    ]
    who = company.do(people.principal, found[0].principal)
    assert (who.kind, who.name) == ("agent", "Coding Agent")


def test_staffing_again_hires_nobody_twice_and_takes_over_changed_cards(company):
    before = company.do(service.employee, "coding-agent")
    changed = replace(CODER, duty="Writes better code.")

    company.do(service.staff, (changed,))
    company.do(service.staff, (changed,))

    after = company.do(service.employee, "coding-agent")
    assert after.id == before.id
    assert after.card.duty == "Writes better code."
    assert len(company.events("agents.renewed")) == 1
    assert len(company.do(service.employees)) == 3


def test_a_card_is_pinned_until_the_employee_is_renewed(company):
    run = company.claim(role="writer", task="decide", workspace=None)
    changed = replace(company.do(service.employee, "writer").card, duty="Other.")
    company.do(service.staff, (changed,))

    assert company.run(run).card.duty == "Writes code."
    assert company.do(service.renew, "writer", by="lead").card.duty == "Writes code."


def test_who_is_hired_by_a_person_works_only_after_each_state_was_approved(company):
    company.open(Skill(name="note", run=lambda ctx, task: {"done": True}))
    company.do(service.pause, "writer", by="lead")
    made = company.do(service.hire, "writer", "second-writer", by="lead")
    assert made.state == "proposed"
    refusal = company.claim(role="writer", task="note", workspace=None)
    assert set(refusal.reasons) == {
        "@writer is paused; `headrace agent resume writer` lets it work again",
        "@second-writer is proposed, and only active agents work",
    }

    company.do(service.advance, "second-writer", Lifecycle.APPROVED, by="cto")
    company.do(service.advance, "second-writer", Lifecycle.IMPLEMENTING, by="ada")
    company.do(service.advance, "second-writer", Lifecycle.ACTIVE, by="lead")

    result = company.work("k2", role="writer", task="note", workspace=None)
    assert result.principal == made.principal
    assert [e["state"] for e in company.events("agents.state_changed")] == [
        "approved",
        "implementing",
        "active",
    ]


def test_a_state_is_approved_by_the_seat_that_the_catalogue_names(company):
    company.do(service.hire, "writer", "second", by="ada")

    with pytest.raises(StateRefused, match="is for cto to approve, not for @ada"):
        company.do(service.advance, "second", Lifecycle.APPROVED, by="ada")


def test_no_state_is_skipped_and_every_reason_is_told(company):
    company.do(service.hire, "writer", "second", by="ada")

    with pytest.raises(StateRefused) as refused:
        company.do(service.advance, "second", Lifecycle.DEPRECATED, by="ada")

    assert len(refused.value.details["reasons"]) == 3


def test_a_deprecated_employee_names_its_successor_and_takes_nothing_new(company):
    company.do(service.advance, "writer", Lifecycle.DEPRECATED, superseded_by="judge", by="cto")

    refusal = company.claim(role="writer", task="decide", workspace=None)

    assert str(refusal) == "@writer is deprecated, and only active agents work; judge takes over"
    with pytest.raises(StateRefused, match="names the role that takes over"):
        company.do(service.advance, "judge", Lifecycle.DEPRECATED, by="cto")


def test_an_employee_with_open_work_does_not_retire(company):
    run = company.claim(role="writer", task="decide", workspace=None)
    company.do(service.advance, "writer", Lifecycle.DEPRECATED, superseded_by="judge", by="cto")

    with pytest.raises(StateRefused, match="1 open run"):
        company.do(service.advance, "writer", Lifecycle.RETIRED)

    company.do(service.cancel, run)
    company.do(service.advance, "writer", Lifecycle.RETIRED)
    assert not company.do(people.by_handle, "writer").active


def test_only_active_roles_are_hired(company):
    with pytest.raises(NotEmployable, match="Hire coding-agent instead"):
        company.do(service.hire, "old-hand", by="lead")
    with pytest.raises(RoleUnknown):
        company.do(service.hire, "nobody", by="lead")
    with pytest.raises(EmployeeNotFound):
        company.do(service.employee, "nobody")


def test_nobody_hired_is_a_reason_with_a_remedy(company):
    refusal = company.claim(role="old-hand")

    assert isinstance(refusal, Refusal)
    assert "`headrace agent hire old-hand`" in str(refusal)


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        (service.hire, ("writer",)),
        (service.pause, ("writer",)),
        (service.resume, ("writer",)),
        (service.renew, ("writer",)),
        (service.advance, ("writer", Lifecycle.DEPRECATED)),
        (service.staff, ((CODER,),)),
    ],
)
def test_agents_never_decide_about_agents(company, verb, arguments):
    company.person("robot", PrincipalKind.AGENT)

    with pytest.raises(PeopleDecide):
        company.do(verb, *arguments, by="robot")


def test_whoever_has_least_to_do_takes_the_task(company):
    company.do(service.hire, "writer", "second")
    for state in (Lifecycle.APPROVED, Lifecycle.IMPLEMENTING, Lifecycle.ACTIVE):
        company.do(service.advance, "second", state)

    runs = [company.claim(f"k{n}", role="writer", task="decide", workspace=None) for n in range(4)]

    employees = [company.run(run).employee for run in runs]
    assert employees[0] == employees[2] != employees[1] == employees[3]


class Door:
    """The edge with the real gate, as the doors call it."""

    def __init__(self, company):
        self.company = company
        self.edge = Edge(units=company.units, gate=people.authorise)

    def __call__(self, operation, by=None, **input):
        actor = self.company.people[by] if by else self.company.system
        return self.edge.perform(Request(actor=actor, operation=operation, input=input))


@pytest.fixture
def door(company) -> Door:
    return Door(company)


def test_agents_are_listed_and_shown_with_their_cards(door):
    page = door("agent.list", limit=2)
    shown = door("agent.show", agent="judge")

    assert [line["handle"] for line in page["items"]] == ["coding-agent", "judge"]
    assert door("agent.list", limit=2, after=page["next"])["next"] is None
    assert shown["card_is_current"] is True
    assert shown["card"]["evaluates"] == ["architecture"]
    assert [role["id"] for role in door("agent.roles")["items"]] == [
        "coding-agent", "judge", "writer", "old-hand",
    ]  # fmt: skip


def test_an_agent_is_hired_paused_and_retired_through_the_door(door, company):
    company.do(people.grant, "lead", "agent:*")

    made = door("agent.hire", by="lead", role="writer", handle="second")
    paused = door("agent.pause", by="lead", agent="second")
    resumed = door("agent.resume", by="lead", agent="second")
    retired = door("agent.retire", agent="second")

    assert made["agent"]["state"] == "proposed"
    assert (paused["agent"]["paused"], resumed["agent"]["paused"]) == (True, False)
    assert retired["agent"]["state"] == "retired"


def test_an_agent_never_holds_the_right_to_hire_whatever_is_granted(door, company):
    company.person("robot", PrincipalKind.AGENT)
    company.do(people.grant, "robot", "agent:*")

    with pytest.raises(RightMissing):
        door("agent.hire", by="robot", role="writer")
    with pytest.raises(RightMissing):
        door("agent.run-submit", by="robot", run="x", result={})


def test_runs_are_listed_shown_cancelled_and_handed_in_through_the_door(door, company):
    company.do(people.grant, "lead", "agent:*")
    runs = [company.claim(f"k{n}", role="writer", task="decide", workspace=None) for n in range(2)]
    company.runner.drain()

    page = door("agent.runs", state="waiting", limit=1)
    door("agent.run-submit", by="lead", run=runs[0], result={"summary": "Decided."})
    cancelled = door("agent.run-cancel", by="lead", run=runs[1], reason="late")
    shown = door("agent.run-show", run=runs[0])

    assert page["items"][0]["run"] == page["next"] == runs[1]
    assert (shown["line"]["state"], shown["submitted"]) == ("succeeded", {"summary": "Decided."})
    assert shown["facts"] == {"what": "the export"}
    assert (cancelled["line"]["state"], cancelled["line"]["error"]) == ("cancelled", "late")


def test_another_organisation_sees_no_run_and_no_employee(company):
    company.claim(role="writer", task="decide", workspace=None)
    stranger = system_actor(OrganisationId(new_id("org")))

    assert company.units.run(stranger, service.runs) == []
    assert company.units.run(stranger, service.employees) == []


def test_every_event_of_the_room_is_declared():
    declared = {event.type for event in AGENTS.events}

    assert {"agents.run_ended", "agents.refused", "agents.observation_made"} <= declared
    assert all(kind.startswith("agents.") for kind in declared)
