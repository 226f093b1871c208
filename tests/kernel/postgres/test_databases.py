"""Copies of a prepared database: the same rights, the same rows, a life of their own."""

import threading
from datetime import timedelta

import psycopg
import pytest
from psycopg import errors

from headrace.kernel import postgres
from headrace.kernel.postgres import databases
from headrace.kernel.postgres.model import DatabaseMissing, DatabaseRefused


@pytest.fixture
def prepared(addresses, connect, suffix):
    """A database with one table that the app may read."""
    with connect(addresses.owner) as connection:
        connection.execute(
            f"CREATE TABLE seed AS SELECT 42 AS number;GRANT SELECT ON seed TO headrace_app{suffix}"
        )
    return addresses


def test_a_copy_has_rows_and_rights_and_is_safe_to_serve_from(server, prepared, connect, suffix):
    copy = postgres.create_database(server.admin_url, f"copy{suffix}", like=prepared)

    with connect(copy.app) as connection:
        assert connection.execute("SELECT number FROM seed").fetchone() == (42,)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("CREATE TEMPORARY TABLE forbidden ()")
    assert postgres.faults(copy) == ()


def test_a_copy_lives_its_own_life(server, prepared, connect, suffix):
    copy = postgres.create_database(server.admin_url, f"copy{suffix}", like=prepared)

    with connect(copy.owner) as connection:
        connection.execute("DROP TABLE seed")

    with connect(prepared.app) as connection:
        assert connection.execute("SELECT number FROM seed").fetchone() == (42,)


def test_a_copy_is_closed_to_strangers(server, prepared, credentials, connect, suffix):
    postgres.create_database(server.admin_url, f"copy{suffix}", like=prepared)
    other = postgres.bootstrap(
        server.admin_url, credentials, f"other{suffix}", suffix=f"{suffix}_2"
    )

    with pytest.raises(psycopg.OperationalError, match="CONNECT privilege"):
        connect(databases.at_database(other, f"copy{suffix}").app)


def test_copying_waits_until_nobody_is_connected(server, prepared, connect, suffix, eventually):
    guest = connect(prepared.app)
    copies = []

    def copy():
        made = postgres.create_database(server.admin_url, f"copy{suffix}", like=prepared)
        copies.append(made)

    copier = threading.Thread(target=copy)
    copier.start()
    with connect(server.admin_url) as watcher:
        eventually(lambda: creating(watcher))
    assert not copies
    guest.close()
    copier.join()

    assert postgres.faults(copies[0]) == ()


def creating(watcher):
    return watcher.execute(
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE DATABASE%' AND state = 'active'"
    ).fetchone()


@pytest.mark.slow  # PostgreSQL itself waits 5 s for guests before it refuses
def test_a_guest_who_stays_is_told_of(server, prepared, connect, suffix, monkeypatch):
    monkeypatch.setattr(databases, "_TEMPLATE_PATIENCE", timedelta(0))

    with connect(prepared.app), pytest.raises(DatabaseRefused, match="Close those connections"):
        postgres.create_database(server.admin_url, f"copy{suffix}", like=prepared)


def test_a_name_in_use_is_refused(server, prepared, suffix):
    with pytest.raises(DatabaseRefused, match="already"):
        postgres.create_database(server.admin_url, f"db{suffix}", like=prepared)


def test_a_missing_original_is_named(server, prepared, suffix):
    missing = databases.at_database(prepared, f"missing{suffix}")

    with pytest.raises(DatabaseMissing, match="bootstrap"):
        postgres.create_database(server.admin_url, f"copy{suffix}", like=missing)


def test_dropping_ends_connections_and_can_be_repeated(server, prepared, connect, suffix):
    with connect(prepared.app) as guest:
        postgres.drop_database(server.admin_url, f"db{suffix}")
        postgres.drop_database(server.admin_url, f"db{suffix}")

        with pytest.raises(psycopg.OperationalError):
            guest.execute("SELECT 1")


@pytest.mark.parametrize("name", ["postgres", "template0", "template1"])
def test_what_belongs_to_the_server_is_not_dropped(server, name):
    with pytest.raises(DatabaseRefused, match="part of the server"):
        postgres.drop_database(server.admin_url, name)
