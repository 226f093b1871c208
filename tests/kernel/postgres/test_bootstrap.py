"""Bootstrap: three roles that can do their work and nothing more, however often it is run."""

import json
import stat

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import errors

from headrace.kernel import postgres
from headrace.kernel.postgres.model import (
    AdminTooWeak,
    DatabaseRefused,
    InvalidAddress,
    InvalidName,
    PasswordUnknown,
    RolesRefused,
    ServerUnreachable,
)

BOOTSTRAP_WHEN_TOLD = """
import sys
from pathlib import Path
from headrace.kernel import postgres
print("ready", flush=True)
sys.stdin.readline()
made = postgres.bootstrap(sys.argv[1], Path(sys.argv[2]), sys.argv[3], suffix=sys.argv[4])
print(made.owner, made.app, made.system, flush=True)
"""

BOOTSTRAP_REPEATEDLY = """
import sys
from pathlib import Path
from headrace.kernel import postgres
print("ready", flush=True)
for _ in range(20):
    postgres.bootstrap(sys.argv[1], Path(sys.argv[2]), sys.argv[3], suffix=sys.argv[4])
"""


def test_the_addresses_work_with_the_library_they_are_written_for(addresses):
    for address in (addresses.owner, addresses.app, addresses.system):
        engine = sa.create_engine(address)
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT current_user")).scalar_one() in address
        engine.dispose()


def test_the_owner_owns_the_database_and_schema_public(addresses, connect, suffix):
    with connect(addresses.owner) as connection:
        row = connection.execute(
            "SELECT pg_get_userbyid(datdba), pg_get_userbyid(nspowner) "
            "FROM pg_database, pg_namespace "
            "WHERE datname = current_database() AND nspname = 'public'"
        ).fetchone()
        connection.execute("CREATE TABLE made (); CREATE SCHEMA engine")

    assert row == (f"headrace_owner{suffix}", f"headrace_owner{suffix}")


@pytest.mark.parametrize("duty", ["app", "system"])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE forbidden ()",
        "CREATE TEMPORARY TABLE forbidden ()",
        "CREATE SCHEMA forbidden",
        "CREATE FUNCTION forbidden() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE DATABASE forbidden",
        "CREATE ROLE forbidden",
        "CREATE EXTENSION plpgsql",
    ],
)
def test_the_serving_roles_create_nothing(addresses, connect, duty, statement):
    with (
        connect(getattr(addresses, duty)) as connection,
        pytest.raises((errors.InsufficientPrivilege, errors.DuplicateObject)) as refused,
    ):
        connection.execute(statement)
    assert isinstance(refused.value, errors.InsufficientPrivilege) or "plpgsql" in statement


@pytest.mark.parametrize("duty", ["app", "system"])
@pytest.mark.parametrize("target", ["headrace_owner{0}", "headrace_{1}{0}", "postgres"])
def test_the_serving_roles_become_nobody_else(addresses, connect, suffix, duty, target):
    other = {"app": "system", "system": "app"}[duty]
    with (
        connect(getattr(addresses, duty)) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(f"SET ROLE {target.format(suffix, other)}")


def test_row_security_binds_the_app_and_owner_and_not_the_system(addresses, connect, suffix):
    with connect(addresses.owner) as connection:
        connection.execute(
            "CREATE TABLE secret AS SELECT 1 AS number;"
            "ALTER TABLE secret ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
            f"GRANT SELECT ON secret TO headrace_app{suffix}, headrace_system{suffix}"
        )

    seen = {}
    for duty in ("owner", "app", "system"):
        with connect(getattr(addresses, duty)) as connection:
            seen[duty] = connection.execute("SELECT count(*) FROM secret").fetchone()[0]
    assert seen == {"owner": 0, "app": 0, "system": 1}


def test_serving_roles_do_not_idle_in_a_transaction_on_any_server(addresses, connect):
    for address in (addresses.app, addresses.system):
        with connect(address) as connection:
            row = connection.execute(
                "SELECT setting, source FROM pg_settings "
                "WHERE name = 'idle_in_transaction_session_timeout'"
            ).fetchone()
        assert row == ("15000", "database user")


def test_bootstrapping_again_changes_nothing(server, addresses, credentials, suffix):
    again = postgres.bootstrap(server.admin_url, credentials, f"db{suffix}", suffix=suffix)

    assert again == addresses


def test_processes_that_bootstrap_at_once_get_the_same(server, credentials, suffix, process):
    words = [server.admin_url, credentials, f"db{suffix}", suffix]
    children = [process(BOOTSTRAP_WHEN_TOLD, *words) for _ in range(3)]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()

    said = {child.stdout.readline() for child in children}

    assert len(said) == 1
    assert len(said.pop().split()) == 3


def test_bootstrapping_again_never_locks_out_who_is_served(
    server, addresses, credentials, suffix, connect, process
):
    words = [server.admin_url, credentials, f"db{suffix}", suffix]
    child = process(BOOTSTRAP_REPEATEDLY, *words)
    assert child.stdout.readline() == "ready\n"

    while child.poll() is None:
        with connect(addresses.app) as connection:
            assert connection.execute("SELECT to_regclass('public.absent')").fetchone() == (None,)

    assert child.returncode == 0


def test_databases_of_one_server_are_closed_to_each_others_roles(
    server, addresses, credentials, suffix, connect
):
    other = postgres.bootstrap(
        server.admin_url, credentials, f"other{suffix}", suffix=f"{suffix}_2"
    )

    assert set(json.loads(credentials.read_text())) == {
        f"headrace_{duty}{suffix}{more}"
        for duty in ("owner", "app", "system")
        for more in ("", "_2")
    }
    for foreign in (f"db{suffix}", "postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="CONNECT privilege"):
            connect(other.app.replace(f"other{suffix}", foreign))


def test_the_extension_vector_is_ready(addresses, connect):
    assert postgres.vector_version(addresses.app)
    with connect(addresses.app) as connection:
        row = connection.execute("SELECT '[0,3]'::vector <-> '[4,0]'::vector").fetchone()
    assert row == (5.0,)


def test_credentials_are_private(addresses, credentials):
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600


def test_a_password_reaches_the_server_only_as_a_verifier(server, credentials, suffix):
    loud = f"{server.admin_url}?options=-c%20log_statement%3Dall"

    made = postgres.bootstrap(loud, credentials, f"db{suffix}", suffix=suffix)

    logs = "".join(log.read_text() for log in server.directory.logs.iterdir())
    assert f'CREATE ROLE "headrace_app{suffix}"' in logs
    assert not [word for word in json.loads(credentials.read_text()).values() if word in logs]
    assert "options" not in made.app


def test_lost_credentials_are_told_with_the_remedy(server, addresses, credentials, suffix):
    credentials.unlink()

    with pytest.raises(PasswordUnknown, match="reset_passwords") as refused:
        postgres.bootstrap(server.admin_url, credentials, f"db{suffix}", suffix=suffix)

    assert len(refused.value.details["roles"]) == 3
    assert not credentials.exists()


def test_passwords_can_be_set_anew(server, addresses, credentials, suffix, connect):
    credentials.unlink()

    fresh = postgres.bootstrap(
        server.admin_url, credentials, f"db{suffix}", suffix=suffix, reset_passwords=True
    )

    assert fresh != addresses
    connect(fresh.app).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(addresses.app)


def test_credentials_of_another_server_are_noticed_at_once(server, addresses, credentials, suffix):
    held = json.loads(credentials.read_text())
    credentials.write_text(json.dumps(dict.fromkeys(held, "of-another-server")))

    with pytest.raises(PasswordUnknown, match=str(credentials)) as refused:
        postgres.bootstrap(server.admin_url, credentials, f"db{suffix}", suffix=suffix)

    assert "of-another-server" not in str(refused.value)


def test_damaged_credentials_are_not_overwritten(server, credentials, suffix):
    credentials.write_text("{torn")

    with pytest.raises(PasswordUnknown, match="cannot be read"):
        postgres.bootstrap(server.admin_url, credentials, f"db{suffix}", suffix=suffix)

    assert credentials.read_text() == "{torn"


@pytest.fixture
def weak_admin(server, suffix, connect):
    """Make an admin who is no superuser; gives his address."""
    name = f"operator{suffix}"

    def make(attributes):
        with connect(server.admin_url) as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'operator' {attributes}")
            connection.execute(f"GRANT CONNECT ON DATABASE postgres TO {name}")
        url = sa.make_url(server.admin_url).set(username=name, password="operator")
        return url.render_as_string(hide_password=False)

    yield make
    with connect(server.admin_url) as connection:
        # Databases first: they depend on the roles that the operator granted himself.
        postgres.drop_database(server.admin_url, f"db{suffix}")
        connection.execute(f"DROP OWNED BY {name}")
        connection.execute(f"DROP ROLE {name}")


def test_an_admin_who_is_no_superuser_can_bootstrap(weak_admin, credentials, suffix):
    admin = weak_admin("CREATEROLE CREATEDB BYPASSRLS")

    first = postgres.bootstrap(admin, credentials, f"db{suffix}", suffix=suffix)

    assert postgres.bootstrap(admin, credentials, f"db{suffix}", suffix=suffix) == first
    assert postgres.faults(first) == ()


def test_an_admin_who_is_too_weak_learns_all_reasons(weak_admin, credentials, suffix):
    with pytest.raises(AdminTooWeak, match="superuser") as refused:
        postgres.bootstrap(weak_admin(""), credentials, f"db{suffix}", suffix=suffix)

    assert len(refused.value.details["reasons"]) == 3
    assert not credentials.exists()


def test_roles_that_are_more_than_they_may_be_are_refused(
    server, addresses, credentials, suffix, connect
):
    app, owner = f"headrace_app{suffix}", f"headrace_owner{suffix}"
    with connect(server.admin_url) as connection:
        connection.execute(f"ALTER ROLE {app} SUPERUSER BYPASSRLS; GRANT {owner} TO {app}")

    with pytest.raises(RolesRefused) as refused:
        postgres.bootstrap(server.admin_url, credentials, f"db{suffix}", suffix=suffix)

    for statement in (
        f'ALTER ROLE "{app}" NOSUPERUSER',
        f'ALTER ROLE "{app}" NOBYPASSRLS',
        f'REVOKE "{owner}" FROM "{app}"',
    ):
        assert statement in refused.value.message
        with connect(server.admin_url) as connection:
            connection.execute(statement)
    postgres.bootstrap(server.admin_url, credentials, f"db{suffix}", suffix=suffix)


def test_a_system_role_that_lost_its_view_gets_it_back(
    server, addresses, credentials, suffix, connect
):
    with connect(server.admin_url) as connection:
        connection.execute(f"ALTER ROLE headrace_system{suffix} NOBYPASSRLS")
    assert len(postgres.faults(addresses)) == 1

    postgres.bootstrap(server.admin_url, credentials, f"db{suffix}", suffix=suffix)

    assert postgres.faults(addresses) == ()


def test_a_database_that_the_admin_made_is_taken_over(server, credentials, suffix, connect):
    with connect(server.admin_url) as connection:
        connection.execute(f"CREATE DATABASE db{suffix}")

    made = postgres.bootstrap(server.admin_url, credentials, f"db{suffix}", suffix=suffix)

    assert postgres.faults(made) == ()
    with connect(made.owner) as connection:
        connection.execute("CREATE TABLE made ()")


def test_a_database_of_somebody_else_is_left_alone(server, addresses, credentials, suffix):
    with pytest.raises(DatabaseRefused, match=f"belongs to headrace_owner{suffix}"):
        postgres.bootstrap(server.admin_url, credentials, f"db{suffix}", suffix=f"{suffix}_thief")


def test_a_database_of_another_encoding_is_refused(server, credentials, suffix, connect):
    with connect(server.admin_url) as connection:
        connection.execute(
            f"CREATE DATABASE db{suffix} TEMPLATE template0 ENCODING 'LATIN1' "
            "LOCALE_PROVIDER libc LOCALE 'C'"
        )

    with pytest.raises(DatabaseRefused, match="LATIN1"):
        postgres.bootstrap(server.admin_url, credentials, f"db{suffix}", suffix=suffix)


def test_names_that_postgresql_would_cut_are_refused(server, credentials):
    with pytest.raises(InvalidName, match="63"):
        postgres.bootstrap(server.admin_url, credentials, "db", suffix="_" + "x" * 60)


def test_odd_names_are_names_and_not_code(server, credentials, suffix):
    odd = f'd"; DROP ROLE x; --{suffix}'

    made = postgres.bootstrap(server.admin_url, credentials, odd, suffix=suffix)

    assert sa.make_url(made.app).database == odd
    assert postgres.faults(made) == ()


def test_a_server_that_is_not_there_is_told_without_the_password(credentials):
    with pytest.raises(ServerUnreachable, match="Check that the server runs") as refused:
        postgres.bootstrap("postgresql://ada:hush@127.0.0.1:1/postgres", credentials)

    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("no address at all", id="no address"),
        pytest.param("mysql://ada:hush@127.0.0.1/x", id="another database"),
        pytest.param("postgresql://ada:hu@sh:x@127.0.0.1:port/x", id="unquoted password"),
    ],
)
def test_addresses_that_cannot_be_read_are_refused(address, credentials):
    with pytest.raises(InvalidAddress, match="Write") as refused:
        postgres.bootstrap(address, credentials)

    assert "hu" not in str(refused.value)


def test_three_supplied_addresses_are_taken_as_they_are():
    given = {duty: f"postgresql://{duty}:p@db/x?sslmode=require" for duty in ("owner", "app")}

    taken = postgres.supplied(**given, system="postgresql+psycopg://system:p@db/x")

    assert taken.owner == "postgresql+psycopg://owner:p@db/x?sslmode=require"
    assert taken.system == "postgresql+psycopg://system:p@db/x"


def test_supplying_no_address_leaves_the_work_to_bootstrap():
    assert postgres.supplied(owner=None, app="", system=None) is None


def test_supplying_some_addresses_names_the_missing():
    with pytest.raises(InvalidAddress, match="missing: owner, system"):
        postgres.supplied(app="postgresql://app:p@db/x")


def test_addresses_that_are_all_the_same_are_faulty(addresses, suffix):
    everything = postgres.Addresses(
        owner=addresses.owner, app=addresses.owner, system=addresses.owner
    )

    found = " ".join(postgres.faults(everything))

    assert "three different roles" in found
    assert "can create in schema public" in found
    assert "sees no organisation's rows" in found


def test_a_faulty_superuser_in_the_apps_place_is_found(server, addresses):
    unsafe = postgres.Addresses(
        owner=addresses.owner, app=server.admin_url, system=addresses.system
    )

    found = " ".join(postgres.faults(unsafe))

    assert "postgres is a superuser" in found
    assert "postgres bypasses row-level security" in found
