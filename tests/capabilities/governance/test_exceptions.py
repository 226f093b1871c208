"""Exceptions from rules: what they relax, for whom, from which day to which."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from capabilities.governance.test_changes import Product, product  # noqa: F401 - a fixture
from flows import Runner
from headrace.capabilities.governance import exempting, service
from headrace.capabilities.governance.model import (
    ExceptionUnknown,
    Finding,
    NoteMissing,
    RuleException,
    Severity,
    Verdict,
)
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeState, Objection

FAIL = Finding(
    severity=Severity.MAJOR,
    clause="must",
    what="wrong",
    evidence="seen",
    remediation="mend it",
)
WEEK = RuleException(
    id="EXC-2026-001",
    version="governance-exception/a-week@1",
    rule="architecture",
    scope=("mission:bulk-data-export",),
    starts=date(2026, 3, 16),
    expires=date(2026, 3, 22),
    owner="Tech Lead",
)


def failed(product: Product, *findings: Finding):  # noqa: F811 - the fixture's name
    change = product.opens("README.md", policies=("architecture",))
    product.judges(change, Verdict.FAIL, findings=findings or (FAIL,))
    return change


def against(product: Product, change) -> tuple[str, ...]:  # noqa: F811
    return product.firm.system(record.reasons_against, product.state(change))


def lets(product: Product, change) -> bool:  # noqa: F811
    return not against(product, change)


def test_a_failed_policy_stands_until_an_exception_was_merged(product, firm):  # noqa: F811
    change = failed(product)
    assert not lets(product, change)

    firm.system(service.grant, WEEK)

    assert lets(product, change)


@pytest.mark.parametrize(
    "other",
    [
        {"rule": "security"},
        {"scope": ("mission:another",)},
        {"scope": ("src/",)},
        {"starts": date(2026, 3, 17)},
        {"expires": date(2026, 3, 15)},
    ],
    ids=["another rule", "another mission", "other paths", "not begun", "over"],
)
def test_an_exception_relaxes_nothing_beyond_its_rule_scope_and_days(product, firm, other):  # noqa: F811
    change = failed(product)

    firm.system(service.grant, replace(WEEK, **other))

    assert not lets(product, change)


@pytest.mark.parametrize("scope", ["CR-1", "/README.md", "*.md /src/"])
def test_a_scope_may_name_the_change_or_all_of_its_paths(product, firm, scope):  # noqa: F811
    change = failed(product)
    named = ("CR-1",) if scope == "CR-1" else tuple(word for word in scope.split() if "/" in word)

    firm.system(service.grant, replace(WEEK, scope=named))

    assert lets(product, change) is (scope != "*.md /src/")


def test_when_its_last_day_is_over_the_rule_is_back_by_itself(product, firm, clock):  # noqa: F811
    change = failed(product)
    firm.system(service.grant, WEEK)
    clock.advance(timedelta(days=6, hours=14))
    assert lets(product, change)

    clock.advance(timedelta(hours=1, minutes=1))

    assert not lets(product, change)


def test_what_is_let_through_is_recorded_with_the_exception(product, firm):  # noqa: F811
    change = failed(product)
    firm.system(service.grant, WEEK)

    firm.system(service.advance, change.id)

    merging = product.state(change)
    assert merging.state is ChangeState.MERGING
    assert merging.decision.exceptions == ("EXC-2026-001",)
    with firm.units.open(firm.company.system) as ctx:
        told = ctx.db.exec_driver_sql(
            "SELECT payload FROM journal_event WHERE type = 'record.let_through'"
        ).scalars()
        (payload,) = list(told)
    assert (payload["exception"], payload["rule"]) == ("EXC-2026-001", "architecture")
    assert "failed" in payload["reason"]


def test_an_exception_from_a_clause_covers_what_failed_for_that_clause_alone(product, firm):  # noqa: F811
    change = failed(product)

    firm.system(service.grant, replace(WEEK, rule="architecture/must"))

    assert lets(product, change)
    both = Objection(
        "it failed", rule="architecture", clauses=frozenset({"architecture/must", "architecture/x"})
    )
    state = product.state(change)
    granted = [replace(WEEK, rule="architecture/must")]
    assert exempting.taking_away(granted, state, both, date(2026, 3, 16), record.protected) == []


def test_a_revoked_exception_relaxes_nothing_more(product, firm):  # noqa: F811
    change = failed(product)
    firm.system(service.grant, WEEK)
    with pytest.raises(NoteMissing):
        firm.system(service.revoke, WEEK.id, " ")

    firm.system(service.revoke, WEEK.id, "It did harm")

    assert not lets(product, change)
    with pytest.raises(ExceptionUnknown):
        firm.system(service.revoke, "EXC-2026-009", "why not")


def test_its_end_is_told_before_it_comes_and_when_it_has_come(firm, clock, database):
    firm.system(service.grant, WEEK)
    jobs = Runner(
        units=firm.units, system=database.system, organisation=firm.company.system.organisation
    )

    seen = []
    for _ in range(9):
        clock.advance(timedelta(days=1))
        jobs.drain(tolerate=True)  # the record cannot be founded here
        seen.append((len(firm.told("exception_expiring")), len(firm.told("exception_expired"))))

    assert seen[0] == (0, 0)
    assert (1, 0) in seen
    assert seen[-1] == (1, 1)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"rule": "governance.gates"}, "nobody is excepted"),
        ({"rule": "nonsense"}, "no policy, clause"),
        ({"scope": ()}, "names no context"),
        ({"scope": ("/",)}, "is everything"),
        ({"expires": date(2026, 3, 1)}, "before it starts"),
    ],
)
def test_what_can_be_no_exception_is_told(firm, changed, fault):
    assert any(
        fault in one for one in firm.system(service.exception_faults, replace(WEEK, **changed))
    )


def test_a_sound_exception_has_no_fault(firm):
    assert list(firm.system(service.exception_faults, WEEK)) == []


def test_a_scope_is_read_from_what_people_write():
    text = "All of `mission:export`, CR-12 and src/data/export/ until the replica is there."

    assert exempting.scope_of(text) == ("mission:export", "CR-12", "src/data/export/")
