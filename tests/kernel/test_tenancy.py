"""Organisations do not see each other, whatever SQL the application's role runs."""

import pytest
import sqlalchemy as sa

from headrace.kernel.context import system_actor
from headrace.kernel.database import Database
from headrace.kernel.ids import OrganisationId
from headrace.kernel.unit import Units

ONE, TWO = OrganisationId("org_one"), OrganisationId("org_two")
INSERT = sa.text(
    "INSERT INTO journal_lineage (organisation, lineage, last) VALUES (:organisation, 'a', 1)"
)
COUNT = sa.text("SELECT count(*) FROM journal_lineage")


@pytest.fixture
def two_rows(units: Units) -> Units:
    for organisation in (ONE, TWO):
        with units.open(system_actor(organisation)) as ctx:
            ctx.db.execute(INSERT, {"organisation": organisation})
    return units


def test_a_unit_sees_its_own_organisation_only(two_rows: Units):
    with two_rows.open(system_actor(ONE)) as ctx:
        assert ctx.db.execute(COUNT).scalar_one() == 1


def test_a_row_of_another_organisation_cannot_be_written(two_rows: Units):
    refused = pytest.raises(sa.exc.ProgrammingError, match="row-level security")
    with refused, two_rows.open(system_actor(ONE)) as ctx:
        ctx.db.execute(INSERT, {"organisation": "org_three"})


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("SELECT set_config('headrace.pass', 'org_two', true)", id="a bare name"),
        pytest.param("SELECT set_config('headrace.pass', 'org_two|', true)", id="no signature"),
        pytest.param(
            "SELECT set_config('headrace.pass', 'org_two|' || "
            "split_part(current_setting('headrace.pass'), '|', 2), true)",
            id="the signature of another",
        ),
        pytest.param("SET LOCAL row_security = off", id="security off"),
        pytest.param("RESET ROLE", id="reset role"),
    ],
)
def test_raw_sql_cannot_get_around_it(two_rows: Units, statement: str):
    with two_rows.open(system_actor(ONE)) as ctx:
        ctx.db.execute(sa.text(statement))
        try:
            with ctx.db.begin_nested():
                seen = list(
                    ctx.db.execute(sa.text("SELECT organisation FROM journal_lineage")).scalars()
                )
        except sa.exc.ProgrammingError:
            seen = []  # with row_security off PostgreSQL refuses rather than filters

    assert TWO not in seen


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("SELECT * FROM kernel_secret", id="the secret"),
        pytest.param("ALTER TABLE journal_lineage DISABLE ROW LEVEL SECURITY", id="the guard"),
        pytest.param("DROP POLICY tenant ON journal_lineage", id="the policy"),
        pytest.param("SET ROLE headrace_system", id="the system's role"),
        pytest.param("SET ROLE headrace_owner", id="the owner's role"),
        pytest.param("CREATE TABLE mine (a int)", id="a table of its own"),
    ],
)
def test_the_application_role_may_not_touch(two_rows: Units, statement: str):
    refused = pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner")
    with refused, two_rows.open(system_actor(ONE)) as ctx:
        ctx.db.execute(sa.text(statement))


def test_a_pass_copied_to_another_connection_opens_nothing(two_rows: Units, database: Database):
    with two_rows.open(system_actor(ONE)) as ctx:
        copied = ctx.db.execute(sa.text("SELECT current_setting('headrace.pass')")).scalar_one()
        with database.app.begin() as other:
            other.execute(sa.text("SELECT set_config('headrace.pass', :p, true)"), {"p": copied})
            assert other.execute(COUNT).scalar_one() == 0


def test_without_a_pass_nothing_is_seen(two_rows: Units, database: Database):
    with database.app.begin() as db:
        assert db.execute(COUNT).scalar_one() == 0


def test_every_table_has_a_class_and_every_tenant_table_is_guarded(database: Database):
    with database.system.connect() as db:
        tables = db.execute(
            sa.text(
                "SELECT c.relname, obj_description(c.oid) AS class, c.relrowsecurity AS secured, "
                "c.relforcerowsecurity AS forced, (SELECT a.attname FROM pg_index i JOIN pg_attribute a "
                "ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE i.indrelid = c.oid "
                "AND i.indisprimary) AS first_key FROM pg_class c "
                "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            )
        ).all()

    assert tables
    for table in tables:
        kind = table._mapping["class"]
        assert kind in {"tenant", "shared", "engine"}, table.relname
        if kind == "tenant":
            assert (table.secured, table.forced) == (True, True), table.relname
            assert table.first_key == "organisation", table.relname
