"""The doctor: looks at an installation, says what is not well and what to do about it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from headrace.app.installation import Installation
from headrace.kernel.errors import HeadraceError
from headrace.kernel.postgres import faults

_SHARE_OF_CONNECTIONS = 0.8
_ROOM_BYTES = 2 * 1024**3


@dataclass(frozen=True, kw_only=True)
class Symptom:
    """One thing looked at: well or not, and the remedy where there is one."""

    name: str
    well: bool
    says: str


def examine(installation: Installation) -> int:
    """Print what is well and what is not; the exit code: 0 when all is well, 1 otherwise."""
    found = [symptom for check in CHECKS for symptom in _guarded(check, installation)]
    for symptom in found:
        print(f"{'ok  ' if symptom.well else 'FAIL'}  {symptom.name}: {symptom.says}")
    return 0 if all(symptom.well for symptom in found) else 1


def _guarded(
    check: Callable[[Installation], Iterator[Symptom]], installation: Installation
) -> list[Symptom]:
    try:
        return list(check(installation))
    except HeadraceError as fault:
        return [Symptom(name=check.__name__.strip("_"), well=False, says=fault.message)]


def _git(_: Installation) -> Iterator[Symptom]:
    found = shutil.which("git")
    says = found or "not found; install git"
    yield Symptom(name="git", well=found is not None, says=says)


def _python(_: Installation) -> Iterator[Symptom]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Symptom(name="python", well=sys.version_info >= (3, 11), says=version)


def _home(installation: Installation) -> Iterator[Symptom]:
    home = installation.home
    free = shutil.disk_usage(next(p for p in (home, *home.parents) if p.exists())).free
    says = f"{home}, {free / 1024**3:.1f} GiB free"
    yield Symptom(name="home", well=free > _ROOM_BYTES, says=says)


def _database(installation: Installation) -> Iterator[Symptom]:
    database = installation.database
    unsafe = faults(database.addresses)
    yield Symptom(name="roles", well=not unsafe, says="; ".join(unsafe) or "each can what it must")
    used, most = database.connections()
    well = used < most * _SHARE_OF_CONNECTIONS
    yield Symptom(name="connections", well=well, says=f"{used} of {most} in use")


def _schema(installation: Installation) -> Iterator[Symptom]:
    installation.database.check(installation.house)
    yield Symptom(name="schema", well=True, says="up to date")


def _declarations(installation: Installation) -> Iterator[Symptom]:
    installation.check_declarations()
    yield Symptom(name="declarations", well=True, says="every role card can be read")


CHECKS = (_python, _git, _home, _declarations, _database, _schema)
