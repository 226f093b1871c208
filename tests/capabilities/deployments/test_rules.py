"""Which orders are sound, which values a parameter may have, and how often a service is started again."""

from datetime import UTC, datetime, timedelta

import pytest

from capabilities.deployments.world import COMMIT, SPEC
from headrace.capabilities.deployments import rules

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("service", "commit", "faults"),
    [
        ("records", COMMIT, 0),
        ("../records", COMMIT, 1),
        ("", COMMIT, 1),
        ("Records", "main", 2),
        ("records-", "a" * 39, 2),
    ],
    ids=["sound", "a path", "no name", "capitals and a branch", "too short"],
)
def test_every_fault_of_an_order_is_told(service, commit, faults):
    assert len(rules.malformed(service, commit)) == faults


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("memory", 128, None),
        ("memory", 1024, None),
        ("memory", 127.9, "from 128 to 1024 MB"),
        ("memory", float("nan"), "from 128 to 1024 MB"),
        ("speed", 1, "no parameter 'speed': memory"),
    ],
)
def test_a_value_stays_within_its_bounds(name, value, told):
    found = rules.refusal(SPEC, name, value)

    assert found is None if told is None else told in found


@pytest.mark.parametrize(
    ("held", "kept"),
    [({}, 256), ({"memory": 512}, 512), ({"memory": 2000}, 256), ({"other": 1}, 256)],
    ids=["new", "changed before", "bounds that became tighter", "another's"],
)
def test_a_later_commit_keeps_what_still_fits(held, kept):
    assert rules.parameters(SPEC, held) == {"memory": kept}


def test_pauses_double_until_deaths_are_too_many():
    deaths = [NOW + timedelta(seconds=n) for n in range(rules.MOST_DEATHS)]

    pauses = [rules.after_death(deaths[: n + 1], deaths[n]) for n in range(len(deaths))]

    assert [one and one.pause.total_seconds() for one in pauses] == [0.2, 0.4, 0.8, 1.6, None]


def test_deaths_of_long_ago_are_forgiven():
    old = [NOW - rules.WITHIN * 2] * 20

    assert rules.after_death([*old, NOW], NOW) == rules.Again(pause=rules.FIRST_PAUSE)
