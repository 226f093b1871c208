"""Runs a demonstration from its scenario to its end, or to where it stands still, and says which."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.markup import escape

from headrace.app.demo.asking import Asking
from headrace.app.demo.driver import Driver, Office, PatientOffice, Script
from headrace.app.demo.handles import Handles
from headrace.app.demo.happenings import Happenings
from headrace.app.demo.pace import Pacer
from headrace.app.demo.progress import Progress
from headrace.app.demo.scenario import Scenario, load, with_fault
from headrace.app.demo.services import Services
from headrace.app.demo.stage import MARK, Stage, set_up, take_up
from headrace.app.demo.staged_world import StagedWorld
from headrace.app.demo.table import Part, tell_end, tell_more
from headrace.app.occupation import occupied, the_only_player
from headrace.app.server import worker_command
from headrace.capabilities.workflows.supervisor import Supervisor
from headrace.kernel.json import Json

# The chain stands still when nobody works and nothing has happened for both of these:
STILL = 20.0  # real seconds, and
STILL_TIME = timedelta(hours=36)  # organisation time, in which what waits for a date comes
SLOWEST = 900.0  # real seconds without any event after which even those who work count for nothing


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a demonstration is run."""

    folder: Path
    home: Path
    workers: int = 1
    scale: float | None = None
    asking: Asking | None = None  # who decides; default: as the scenario records it
    until: str = ""  # the module whose run ends it; default: the scenario's
    fault: str = ""  # what goes wrong on purpose; one that the scenario names
    go_on: bool = False  # with what a demonstration before has left in this home


def run_demo(options: Options, console: Console) -> int:
    """Play a scenario; the exit code: 0 when it came to its end."""
    scenario = _scenario(options)
    console.print(f"[bold]{scenario.title}[/]")
    with occupied(options.home, alone=not options.go_on) as held:
        began = time.monotonic()
        prepare = take_up if options.go_on else set_up
        stage = prepare(scenario, options.folder, options.home, scale=options.scale)
        parts = [Part(name="set-up", seconds=time.monotonic() - began)]
        held.share()
        with the_only_player(options.home / MARK):
            return _played(scenario, options, console, stage, parts)


def _played(
    scenario: Scenario, options: Options, console: Console, stage: Stage, parts: list[Part]
) -> int:
    """Play on a stage that is set up, and tell its end."""
    _say_how(console, scenario, options, stage)
    supervisor = Supervisor(
        worker_command(),
        count=options.workers,
        system=stage.installation.database.system,
        environment=stage.environment,
        replace_environment=True,
    )
    decide = options.asking or Script(scenario, stage.installation.clock)
    people = [person.handle for person in scenario.people]
    driver = (
        Driver(stage.office, people, decide, decide.is_due, decide.settled)
        if isinstance(decide, Script)
        else Driver(stage.office, people, decide)
    )
    office = PatientOffice(stage.office, lambda text: console.print(f"[yellow]{text}[/]"))
    stage = replace(stage, office=office)
    services = Services(stage, options.folder, scenario.services)
    act = services.happen(office.happen)
    happenings = Happenings(scenario.happenings, options.folder, stage.clock, act)
    pacer = Pacer(stage.clock, scenario.clock.paces, StagedWorld(stage, decide, happenings))
    before = _at_work(office)
    supervisor.start()
    services.start()
    try:
        # Time must not leap away while nobody is there to do what is due.
        _until(lambda: bool(_at_work(office) - before), "a worker was at work", 120.0)
        began = time.monotonic()
        telling = Progress(console, Handles(office).of)
        if options.go_on:
            telling.position = _caught_up(office, happenings)
            services.go_on()
        else:
            _set_going(scenario, office, telling)
        paced = pacer if options.scale is None else None
        play = _Play(stage, driver, telling, happenings, services, paced, options.asking)
        reached = _reaches(play, scenario)
    except EOFError:
        console.print("\n[yellow]Nobody answers any more; it ends here.[/]")
        reached = False
    finally:
        parts.append(Part(name="the way", seconds=time.monotonic() - began))
        if options.asking is not None:
            options.asking.close()
        driver.stop()
        services.stop()
        supervisor.stop()
        pacer.settle()
    tell_end(console, stage.office, parts, driver.refused)
    _say_end(console, scenario, stage, reached=reached)
    stage.installation.database.dispose()
    return 0 if reached else 1


def _scenario(options: Options) -> Scenario:
    scenario = load(options.folder)
    if options.fault:
        scenario = with_fault(scenario, options.fault)
    if options.until:
        scenario = replace(scenario, ends_with=(options.until,), ends_after=())
    return scenario


def _say_how(console: Console, scenario: Scenario, options: Options, stage: Stage) -> None:
    paces = scenario.clock.paces
    time_runs = (
        f"runs {options.scale:,.0f} times as fast as the world"
        if options.scale
        else (
            f"runs {paces.working:,.0f} to {paces.watching:,.0f} times as fast as the world and leaps from "
            "date to date"
        )
    )
    how, whose = "Unattended", "people's decisions are recorded"
    if options.asking is not None:
        how, whose = "Interactive", "you decide in everybody's name"
    console.print(
        f"[dim]{how}: agents answer from recordings, {whose}, and "
        f"organisation time {time_runs}, from "
        f"{stage.clock.now():%d %B %Y}. Home: {stage.installation.home}[/]",
        soft_wrap=True,
    )


def _set_going(scenario: Scenario, office: Office, progress: Progress) -> None:
    """Bring in what the world tells, and start what is started by hand."""
    _until(lambda: bool(_contexts(office)), "the organisation's context was opened")
    _tell(office, progress)
    for source in scenario.take:
        office.perform("signal.take", {"source": source})
    for begin in scenario.begin:
        office.perform("run.start", {"context": begin.context, "module": begin.module})


def _caught_up(office: Office, happenings: Happenings) -> int:
    """The position up to which everything is told already, when a demonstration goes on."""
    position = 0
    while events := _after(office, position):
        happenings.hear(events)
        position = int(events[-1]["position"])
    happenings.let_happen()  # it has been told before; doing it again changes nothing
    return position


@dataclass(frozen=True)
class _Play:
    """What is at work while a scenario is played."""

    stage: Stage
    driver: Driver
    progress: Progress
    happenings: Happenings
    services: Services
    pacer: Pacer | None
    asking: Asking | None

    def look(self) -> bool:
        """Tell what has happened, let happen what is due, set the pace; whether anything moved."""
        events = _tell(self.stage.office, self.progress)
        self.happenings.hear(events)
        self.services.hear(events)
        stirred = bool(events)
        for one in self.happenings.let_happen():
            self.progress.say(f"[bold]   world[/]  {escape(one.says)}")
            stirred = True
        if self.pacer is not None:
            self.pacer.look(stirred=stirred)
            self.services.watch(is_watched=self.pacer.is_watching)
        # However long the answer took, it is a move.
        return stirred or (
            self.asking is not None and _has_asked(self.asking, self.driver, self.progress)
        )


def _reaches(play: _Play, scenario: Scenario) -> bool:
    """Whether the scenario came to its end before everything stood still."""
    office = play.stage.office
    play.driver.start()
    still = max(STILL, STILL_TIME.total_seconds() / play.stage.clock.scale)
    moved = time.monotonic()
    if _is_at_its_end(office, scenario):
        return True
    while not _stands_still(office, time.monotonic() - moved, still):
        time.sleep(0.15)
        if play.look():
            moved = time.monotonic()
            if _is_at_its_end(office, scenario):
                time.sleep(1.0)
                _tell(office, play.progress)
                return True
        moved = max(moved, office.last_away)  # nothing can happen while the database is away
    return False


def _stands_still(office: Office, seconds: float, still: float) -> bool:
    """Whether so many seconds without an event mean that nothing comes any more."""
    return seconds >= SLOWEST or (seconds >= still and not _somebody_works(office))


def _has_asked(asking: Asking, driver: Driver, progress: Progress) -> bool:
    """Ask about what waits, once the decision before was taken or its refusal told."""
    while driver.refused:
        progress.say(f"[red]not taken[/]  {escape(driver.refused.pop(0))}")
    return asking.ask_next()


def _at_work(office: Office) -> set[str]:
    """The workers that hold a lease."""
    found = cast(Mapping[str, Any], office.perform("workflow.executors", {}))["items"]
    return {one["id"] for one in found if not one["expired"]}


def _somebody_works(office: Office) -> bool:
    asked: dict[str, Json] = {"state": "working", "limit": 1}
    return bool(cast(Mapping[str, Any], office.perform("run.list", asked))["items"])


def _contexts(office: Office) -> list[Mapping[str, Any]]:
    return list(cast(Mapping[str, Any], office.perform("context.list", {}))["items"])


def _until(fact: Any, what: str, seconds: float = 60.0) -> None:  # noqa: ANN401 - a question
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            raise TimeoutError(f"{seconds:.0f} s passed and not: {what}")
        time.sleep(0.1)


def _tell(office: Office, progress: Progress) -> list[dict[str, Any]]:
    """Tell what has happened since, and give it."""
    events = _after(office, progress.position)
    progress.tell(events)
    return events


def _after(office: Office, position: int) -> list[dict[str, Any]]:
    asked: dict[str, Json] = {"after": position, "limit": 500}
    return list(cast(Mapping[str, Any], office.perform("journal.follow", asked))["items"])


def _is_at_its_end(office: Office, scenario: Scenario) -> bool:
    return all(_is_done(office, one) for one in scenario.ends_with) and all(
        _has_happened(office, one) for one in scenario.ends_after
    )


def _has_happened(office: Office, type: str) -> bool:
    asked: dict[str, Json] = {"type": type, "limit": 1}
    return bool(cast(Mapping[str, Any], office.perform("journal.list", asked))["items"])


def _is_done(office: Office, module: str) -> bool:
    asked = {"module": module, "state": "done"}
    return bool(cast(Mapping[str, Any], office.perform("run.list", asked))["items"])


def _say_end(console: Console, scenario: Scenario, stage: Stage, *, reached: bool) -> None:
    if reached:
        console.print(f"[green]The chain came to its end here: {', '.join(scenario.ends_with)}.[/]")
    else:
        console.print("[red]The chain stands still.[/] What is open:")
        for one in _open_runs(stage.office):
            console.print(f"  {one['module']} {one['element']}: {one['state']} {one['reasons']}")
        for parked in cast(Mapping[str, Any], stage.office.perform("journal.parked", {}))["items"]:
            console.print(f"  parked: {parked}", markup=False)
    tell_more(console, stage.installation.home)


def _open_runs(office: Office) -> list[Mapping[str, Any]]:
    found = cast(Mapping[str, Any], office.perform("run.list", {"limit": 200}))["items"]
    return [one for one in found if one["state"] not in {"done", "revised"}]
