"""The kill switch: one word stops every claim, and only a person takes it back."""

import pytest

from headrace.capabilities.governance import service
from headrace.capabilities.governance.model import HaltStands, NoteMissing


def objections(firm):
    """What the house has against a claim."""

    def ask(ctx):
        checks = {check.name: check for check in ctx.house.checks("claim")}
        return tuple(checks["governance.kill_switch"].run(ctx, "a claim"))

    return firm.system(ask)


def test_a_halt_is_told_to_every_claim_with_who_and_why(firm):
    assert objections(firm) == ()

    firm.does("manager", service.halt, "the exports leak")

    (told,) = objections(firm)
    assert told.startswith("@manager halted all agents at 2026-03-16 09:00 UTC: the exports leak")
    assert "headrace switch resume" in told


def test_a_person_lets_the_agents_go_on(firm):
    firm.does("manager", service.halt, "look")

    firm.does("tech-lead", service.resume, "it was a false alarm")

    assert firm.system(service.halted) is None
    assert [e["note"] for e in firm.told("resumed")] == ["it was a false alarm"]


def test_an_agent_may_halt_and_never_resumes(firm):
    firm.does("security-review", service.halt, "a secret is in the log")

    with pytest.raises(HaltStands, match="Only a person"):
        firm.does("security-review", service.resume, "all good")
    assert firm.system(service.halted).reason == "a secret is in the log"


def test_halting_twice_keeps_the_first_reason_and_resuming_twice_does_nothing(firm):
    firm.does("manager", service.halt, "first")
    firm.does("tech-lead", service.halt, "second")
    assert firm.system(service.halted).reason == "first"

    for _ in range(2):
        firm.does("manager", service.resume, "done")

    assert [len(firm.told(kind)) for kind in ("halted", "resumed")] == [1, 1]


@pytest.mark.parametrize("verb", [service.halt, service.resume])
def test_both_say_why(firm, verb):
    with pytest.raises(NoteMissing):
        firm.does("manager", verb, " ")


def test_one_organisation_does_not_halt_another(firm, units):
    from capabilities.people.company import Company

    firm.does("manager", service.halt, "look")

    assert Company(units, "other").as_system(service.halted) is None
