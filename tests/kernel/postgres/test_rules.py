"""What roles may be, case by case."""

from dataclasses import replace

import pytest

from headrace.kernel.postgres.rules import AdminFacts, Duty, RoleFacts, admin_faults, role_faults

PLAIN = RoleFacts(
    name="r",
    can_login=True,
    is_superuser=False,
    creates_roles=False,
    creates_databases=False,
    replicates=False,
    bypasses_security=False,
    member_of=(),
)
NOBODY = AdminFacts(
    name="a",
    server_version=180_004,
    is_superuser=False,
    creates_roles=False,
    creates_databases=False,
    bypasses_security=False,
)


@pytest.mark.parametrize("duty", list(Duty))
def test_a_plain_role_is_fit_for_every_duty(duty):
    assert role_faults(PLAIN, duty) == ()


@pytest.mark.parametrize("duty", list(Duty))
@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        pytest.param({"can_login": False}, 'ALTER ROLE "r" LOGIN', id="no login"),
        pytest.param({"is_superuser": True}, "NOSUPERUSER", id="superuser"),
        pytest.param({"creates_roles": True}, "NOCREATEROLE", id="makes roles"),
        pytest.param({"creates_databases": True}, "NOCREATEDB", id="makes databases"),
        pytest.param({"replicates": True}, "NOREPLICATION", id="replicates"),
    ],
)
def test_no_duty_needs_more(duty, change, remedy):
    (fault,) = role_faults(replace(PLAIN, **change), duty)

    assert remedy in fault


@pytest.mark.parametrize(
    ("duty", "count"), [(Duty.OWNER, 1), (Duty.APP, 1), (Duty.SYSTEM, 0)], ids=str
)
def test_only_the_system_bypasses_row_security(duty, count):
    assert len(role_faults(replace(PLAIN, bypasses_security=True), duty)) == count


@pytest.mark.parametrize(
    ("duty", "count"), [(Duty.OWNER, 0), (Duty.APP, 2), (Duty.SYSTEM, 2)], ids=str
)
def test_each_role_that_a_serving_role_can_become_is_told(duty, count):
    assert len(role_faults(replace(PLAIN, member_of=("x", "y")), duty)) == count


@pytest.mark.parametrize(
    ("change", "count"),
    [
        pytest.param({}, 3, id="may do nothing"),
        pytest.param({"creates_roles": True, "creates_databases": True}, 1, id="cannot bypass"),
        pytest.param(
            {"creates_roles": True, "creates_databases": True, "bypasses_security": True},
            0,
            id="has what it gives",
        ),
        pytest.param(
            {
                "creates_roles": True,
                "creates_databases": True,
                "bypasses_security": True,
                "server_version": 150_013,
            },
            1,
            id="before 16 only a superuser gives it",
        ),
        pytest.param({"is_superuser": True}, 0, id="superuser"),
    ],
)
def test_an_admin_needs_what_it_shall_make(change, count):
    admin = replace(NOBODY, **change)

    reasons = admin_faults(admin, lacks_role=True, lacks_database=True, lacks_bypass=True)

    assert len(reasons) == count


def test_an_admin_needs_nothing_when_nothing_is_lacking():
    assert admin_faults(NOBODY, lacks_role=False, lacks_database=False, lacks_bypass=False) == ()
