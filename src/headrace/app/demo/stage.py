"""The stage: an installation of the demonstration's own, with the scenario's people, rights and records."""

import os
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from headrace.app.demo.driver import Office
from headrace.app.demo.scenario import Named, Scenario
from headrace.app.installation import CLOCK_FILE, Installation, default_home
from headrace.capabilities.record.git import repository
from headrace.capabilities.record.git.commits import commit_files
from headrace.capabilities.record.git.model import CommitNote, Person
from headrace.kernel.clock import PacedClock, ScaledClock, begin_course
from headrace.kernel.errors import HeadraceError
from headrace.kernel.postgres import DataDirectory, destroy
from headrace.settings import Settings

PRICED_AS = "anthropic:claude-sonnet-4-5"
"""At whose price recorded turns are counted, so that the ledger shows money of a real size."""

_LEFT_BEHIND = frozenset({"__pycache__", ".pytest_cache", ".ruff_cache", ".coverage"})
START_UP = timedelta(seconds=10)
"""Real time for which a clock of one scale stands still, so that workers are there when it begins to run."""

MARK = "demonstration"
"""A file that says: this home was made by a demonstration and may be deleted by the next."""


@dataclass(frozen=True)
class Stage:
    """A made-up organisation in a home of its own, and the environment of its workers."""

    installation: Installation
    office: Office
    environment: Mapping[str, str]
    clock: PacedClock


def demo_home() -> Path:
    """Where demonstrations live unless told otherwise."""
    return default_home() / "demonstration"


def set_up(scenario: Scenario, folder: Path, home: Path, *, scale: float | None = None) -> Stage:
    """Clear the home of the demonstration before, and make everything that the scenario names.

    With a `scale` organisation time runs so fast from the end of the set-up on; without, as in the world
    until somebody sets its pace. Raises HeadraceError when the home holds something that no demonstration
    made.
    """
    _empty(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).write_text(f"{scenario.name}\n", encoding="utf-8")
    begun = ScaledClock(origin=scenario.clock.origin, started=datetime.now(UTC), scale=1.0)
    clock = begin_course(home / CLOCK_FILE, begun)
    own = _own(scenario, folder, home)
    installation = Installation(Settings.model_validate(own))
    installation.migrate()
    office = Office(installation.reception, scenario.organisation)
    _found(scenario, office)
    _bring_in(scenario, folder, home, office)
    if scale is not None:
        begin_course(
            clock.path,
            ScaledClock(origin=clock.now(), started=datetime.now(UTC) + START_UP, scale=scale),
        )
    return Stage(installation, office, _environment(own), clock)


def take_up(scenario: Scenario, folder: Path, home: Path, *, scale: float | None = None) -> Stage:
    """The stage of a demonstration that was left before, at the organisation time of its last event.

    Raises HeadraceError when the home holds no demonstration of this scenario.
    """
    mark = home / MARK
    if not mark.is_file() or mark.read_text(encoding="utf-8").strip() != scenario.name:
        raise HeadraceError(
            f"{home} holds no demonstration of {scenario.name}; play it first, without --continue"
        )
    own = _own(scenario, folder, home)
    installation = Installation(Settings.model_validate(own))
    installation.migrate()
    clock = PacedClock(home / CLOCK_FILE)
    office = Office(installation.reception, scenario.organisation)
    last = _last_event(office) or clock.now()
    clock = begin_course(
        clock.path, ScaledClock(origin=last, started=datetime.now(UTC), scale=scale or 1.0)
    )
    return Stage(installation, office, _environment(own), clock)


def _last_event(office: Office) -> datetime | None:
    found = cast(Mapping[str, Any], office.perform("journal.list", {"limit": 1}))["items"]
    return datetime.fromisoformat(found[0]["at"]) if found else None


def clear(home: Path) -> None:
    """Delete the home of a former demonstration; nothing else is ever deleted."""
    if home.exists():
        _empty(home)
        home.rmdir()


def _empty(home: Path) -> None:
    """Delete what a former demonstration has left in its home, and leave the directory, which may be held."""
    found = list(home.iterdir()) if home.exists() else []
    if not found:
        return
    if not (home / MARK).is_file():
        raise HeadraceError(
            f"{home} was made by no demonstration; it stays as it is. Name another with --home"
        )
    with suppress(HeadraceError):
        destroy(DataDirectory(path=home / "postgres"))
    # The mark goes last: what is half deleted is still known for what it was.
    for one in sorted(found, key=lambda path: path.name == MARK):
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one, onerror=_make_writable)
        else:
            one.unlink(missing_ok=True)


def _make_writable(remove: object, path: str, _: object) -> None:
    """Git keeps its objects read-only; deleting them needs leave."""
    Path(path).chmod(stat.S_IWUSR | stat.S_IRUSR)
    Path(path).unlink()


def _own(scenario: Scenario, folder: Path, home: Path) -> Mapping[str, object]:
    """The settings that a demonstration decides itself; for the others the environment is asked."""
    return {
        "home": home,
        "clock": f"paced:{home / CLOCK_FILE}",
        "organisation": scenario.organisation,
        "recordings": folder / scenario.recordings,
        "recordings_priced_as": PRICED_AS,
        "call_log": home / "calls.jsonl",
    }


def _environment(own: Mapping[str, object]) -> Mapping[str, str]:
    """What the workers are told, so that they serve this home as the demonstration itself does."""
    return {**os.environ, **{f"HEADRACE_{name.upper()}": str(value) for name, value in own.items()}}


def _found(scenario: Scenario, office: Office) -> None:
    office.perform(
        "organisation.create",
        {"slug": scenario.organisation, "name": scenario.organisation_name},
        nowhere=True,
    )
    for person in scenario.people:
        office.perform("person.add", {"handle": person.handle, "name": person.name})
        _grant(office, person)
    for team in scenario.teams:
        office.perform("team.add", {"handle": team.handle, "name": team.name})
        for member in team.members:
            office.perform("team.join", {"team": team.handle, "member": member})
        _grant(office, team)
    office.perform(
        "budget.set",
        {
            "scope": "organisation",
            "tokens": scenario.budget.tokens,
            "usd": str(scenario.budget.usd),
        },
    )


def _grant(office: Office, to: Named) -> None:
    for right in to.rights:
        office.perform("grant.add", {"holder": to.handle, "right": right})


def _bring_in(scenario: Scenario, folder: Path, home: Path, office: Office) -> None:
    for product in scenario.products:
        source = _as_repository(folder / product.source, home / "brought" / f"{product.slug}.git")
        office.perform("repository.add", {"name": product.slug, "source": str(source)})
    for records in scenario.sources:
        text = (folder / records.file).read_text(encoding="utf-8")
        office.perform("source.load", {"source": records.source, "text": text})


def _as_repository(folder: Path, place: Path) -> Path:
    """A bare Git repository that holds a folder's files as its first commit: what a user would bring."""
    made = repository.create(place)
    author = Person(name="Northwind engineering", email="engineering@northwind.example")
    note = CommitNote(
        message="The service as it stands",
        author=author,
        committer=author,
        when=datetime(2026, 3, 1, tzinfo=UTC),
    )
    files = {str(file.relative_to(folder)): file.read_bytes() for file in _files(folder)}
    commit_files(made, "main", files, note, base=None)
    return place


def _files(folder: Path) -> list[Path]:
    """The folder's files without what tools leave behind."""
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not _LEFT_BEHIND & set(file.relative_to(folder).parts)
    ]
