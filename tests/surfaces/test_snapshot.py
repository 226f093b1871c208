"""A snapshot answers all its queries from one instant, as each caller may ask them, and writes nothing."""

import pytest
import sqlalchemy as sa

from headrace.capabilities.people.model import RightMissing
from headrace.kernel.access import Call, Credentials
from headrace.kernel.errors import Invalid

OPERATOR = Credentials(organisation="acme", trusted=True)


def handles(reception, credentials=OPERATOR):
    call = Call(operation="person.list", input={}, credentials=credentials)
    return [one["handle"] for one in reception.perform(call)["items"]]


def test_what_changes_meanwhile_is_not_seen(acme, reception):
    acme.adds("ada")
    with reception.snapshot() as instant:
        before = handles(instant)
        acme.adds("bob")

        assert handles(instant) == before
    assert handles(reception) == [*before, "bob"]


def test_each_caller_is_asked_for_the_right_though_only_once(acme, reception):
    acme.adds("ada")
    ada = Credentials(organisation="acme", stand_in="ada", trusted=True)
    with reception.snapshot() as instant:
        handles(instant)
        for _ in range(2):
            with pytest.raises(RightMissing):
                handles(instant, ada)


def test_a_command_is_refused_and_what_would_write_is_refused_by_the_database(
    acme, reception, units
):
    call = Call(operation="team.add", input={"handle": "x", "name": "X"}, credentials=OPERATOR)
    with reception.snapshot() as instant, pytest.raises(Invalid, match="more than read"):
        instant.perform(call)

    read_only = pytest.raises(sa.exc.InternalError, match="read-only")
    with read_only, units.snapshot() as inside, inside.open(acme.system) as ctx:
        ctx.db.execute(sa.text("DELETE FROM journal_lineage"))


def test_organisations_within_one_snapshot_stay_apart(acme, reception, units):
    other = type(acme)(units, slug="globex")
    other.adds("gus")
    acme.adds("ada")
    globex = Credentials(organisation="globex", trusted=True)

    with reception.snapshot() as instant:
        seen = [handles(instant), handles(instant, globex), handles(instant)]

    assert "gus" not in seen[0]
    assert "ada" not in seen[1]
    assert seen[2] == seen[0]


@pytest.mark.parametrize(("tentative", "events"), [(False, 1), (True, 0)])
def test_a_part_that_a_page_leaves_out_is_no_refused_call(acme, reception, tentative, events):
    acme.adds("ada")
    ada = Credentials(organisation="acme", stand_in="ada", trusted=True)
    call = Call(operation="person.list", input={}, credentials=ada, tentative=tentative)

    with reception.snapshot() as instant, pytest.raises(RightMissing):
        instant.perform(call)

    assert len(acme.events("people.call_refused")) == events
