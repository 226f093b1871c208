"""The life of an agent in the enterprise: each state by the seat that approves it, none is skipped."""

import pytest

from headrace.capabilities.agents.cards import Lifecycle
from headrace.capabilities.agents.model import StateRefused
from headrace.capabilities.people import service as people
from headrace.kernel.errors import HeadraceError
from headrace.packs.enterprise.roles import catalogue

APPROVERS = {
    "approved": "chief-technology-officer",
    "implementing": "fleet-manager",
    "active": "fleet-manager",
    "deprecated": "steering-lead",
    "retired": "steering-lead",
}
SEATS = sorted(set(APPROVERS.values()))
LIFE = ("approved", "implementing", "active", "deprecated", "retired")


@pytest.fixture
def office(company):
    """The company with the seats that decide about agents, and somebody on each."""
    for seat in SEATS:
        company._team(seat)
        company.do(people.grant, f"a-{seat}", "agent:*")
    company.ask("agent.hire", by="fleet-manager", role="coding-agent", handle="newcomer")
    company.jobs()
    return company


def enter(office, state: str, by: str, successor: str = ""):
    return office.ask("agent.advance", by=by, agent="newcomer", to=state, superseded_by=successor)[
        "agent"
    ]["state"]


def test_the_seats_are_those_of_the_enterprise():
    assert dict(catalogue().organisation.approvers) == APPROVERS


def test_each_state_is_entered_by_its_approver_alone_and_in_its_order(office):
    for place, state in enumerate(LIFE):
        successor = "doc-generation-agent" if state == "deprecated" else ""
        for seat in SEATS:
            if seat != APPROVERS[state]:
                with pytest.raises(StateRefused, match=f"is for {APPROVERS[state]} to approve"):
                    enter(office, state, seat, successor)
        for later in LIFE[place + 1 :]:
            if (later, state) == ("retired", state) and state != "deprecated":
                continue  # what was never at work may be given up
            with pytest.raises(StateRefused):
                enter(office, later, APPROVERS[later], "doc-generation-agent")
        if state == "deprecated":
            with pytest.raises(StateRefused, match="names the role that takes over"):
                enter(office, state, APPROVERS[state])
            with pytest.raises(StateRefused, match="No role 'nobody'"):
                enter(office, state, APPROVERS[state], "nobody")
        assert enter(office, state, APPROVERS[state], successor) == state

    shown = office.ask("agent.show", agent="newcomer")
    assert shown["agent"]["state"] == "retired"
    told = office.events("agents.state_changed")
    assert [one["state"] for one in told] == list(LIFE)
    assert [one["superseded_by"] for one in told][-2:] == ["doc-generation-agent"] * 2


@pytest.mark.parametrize("state", LIFE)
def test_nothing_leads_out_of_retirement(office, state):
    enter(office, "retired", "steering-lead")

    with pytest.raises(StateRefused, match="goes to nothing"):
        enter(office, state, APPROVERS[state], "doc-generation-agent")


def test_a_state_that_is_none_is_refused(office):
    with pytest.raises(HeadraceError):
        enter(office, "promoted", "fleet-manager")
    assert Lifecycle(office.ask("agent.show", agent="newcomer")["agent"]["state"]) == "proposed"
