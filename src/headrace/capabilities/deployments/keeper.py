"""Keeps one service: brings what runs on this machine to what its row wants, one small step a look.

The row is the only thing that is believed: everything here can be lost and found again. A new
generation is started beside the one that serves, which ends when the new one answers.
"""

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from headrace.capabilities.deployments import rules, service
from headrace.capabilities.deployments.model import (
    ACCESS_LOG,
    ADDRESS,
    COMMITS,
    DATA,
    MANIFEST,
    OUTPUT,
    PARAMETERS,
    Deployment,
    DeploymentState,
    ServiceSpec,
)
from headrace.capabilities.deployments.tools.checkout import check_out, forget_others
from headrace.capabilities.deployments.tools.files import keep_bounded, tail, write_whole
from headrace.capabilities.deployments.tools.manifest import spec_of
from headrace.capabilities.deployments.tools.probing import free_port, is_healthy
from headrace.capabilities.deployments.tools.process import Process, start
from headrace.capabilities.people.model import TokenId
from headrace.capabilities.record import service as record
from headrace.kernel.context import Ctx, system_actor
from headrace.kernel.errors import HeadraceError
from headrace.kernel.ids import OrganisationId, new_id
from headrace.kernel.unit import Units

P = ParamSpec("P")
T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_ABOUT = "about.json"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What a host knows of its machine: who it is, what tools there are, where flags are asked for."""

    host: str
    search_path: str
    flag_url: str


@dataclass(frozen=True, kw_only=True)
class About:
    """What is written down of a run before it begins, so that it can be found after a crash."""

    generation: int
    commit: str
    address: str
    health: str
    flag_url: str
    token: str  # the id of the pass that it asks flags with; the secret is nowhere


@dataclass(frozen=True, kw_only=True)
class Run:
    """A process of the service, and what it is a process of."""

    process: Process
    about: About
    give_up: float = 0.0  # on the monotonic clock: when it should have answered

    def answers(self) -> bool:
        """Whether it can take requests now."""
        return is_healthy(f"{self.about.address}{self.about.health}")


@dataclass
class Keeper:
    """Everything that a host does for one service."""

    units: Units
    organisation: OrganisationId
    name: str
    machine: Machine
    serving: Run | None = None
    coming: Run | None = None
    deaths: list[datetime] = field(default_factory=list)
    not_before: float = 0.0  # on the monotonic clock: the pause after a death
    given_up: int = 0  # the newest generation that does not come to run
    former: tuple[int, str] | None = None  # what served and died, where what is wanted has failed
    written: Mapping[str, float] | None = None
    has_looked: bool = False

    def __post_init__(self) -> None:
        folder = self._do(service.folder)
        self.folder = folder / self.name

    def look(self) -> None:
        """One look: adopt, start, watch, switch, end; whatever the row asks for now."""
        row = self._do(service.get, self.name)
        if row.host != self.machine.host:
            return
        if not self.has_looked:
            self._find_what_runs(row)
            self.has_looked = True
        if row.state is DeploymentState.STOPPED:
            self.end()
            return
        self._apply_parameters(row)
        row = self._watch(row)
        self._come(row)
        keep_bounded(self.folder / ACCESS_LOG, self.folder / OUTPUT)

    def end(self) -> None:
        """Nothing of the service runs any more."""
        for run in (self.coming, self.serving):
            if run is not None:
                self._end(run)
        self.coming = self.serving = None
        self.written = None
        (self.folder / ADDRESS).unlink(missing_ok=True)

    # What was there before this host.

    def _find_what_runs(self, row: Deployment) -> None:
        """Adopt the process that serves, if it can go on; end every other that a former host left."""
        for folder in sorted((self.folder / "runs").glob("*")):
            run = _found(folder)
            if run is None or not run.process.lives():
                _forget(folder)
            elif self._may_go_on(run, row):
                self.serving = run
            else:
                self._end(run)
        if row.serving and self.serving is None:
            self.former = (row.serving_generation, row.serving)
            self._died(row.serving_generation, "it was gone when its host came")

    def _may_go_on(self, run: Run, row: Deployment) -> bool:
        return (
            row.state is not DeploymentState.STOPPED
            and run.about.generation == row.serving_generation
            and run.about.address == row.address
            and run.about.flag_url == self.machine.flag_url
            and run.answers()
        )

    # What runs.

    def _watch(self, row: Deployment) -> Deployment:
        """Notice the death of what serves; the row as it is afterwards."""
        run = self.serving
        if run is None or run.process.lives():
            return row
        why = run.process.how_it_ended()
        self.serving = None
        self.former = (run.about.generation, run.about.commit)
        self._end(run)
        return self._died(run.about.generation, why) or row

    def _died(self, generation: int, why: str) -> Deployment | None:
        """Tell of a death, and decide whether it is started again."""
        (self.folder / ADDRESS).unlink(missing_ok=True)
        if self._pause_after_death() is None:
            told = f"{why}; {rules.MOST_DEATHS} deaths within {rules.WITHIN}"
            self._fail(generation, told, deaths=rules.MOST_DEATHS)
            return None
        return self._do(service.died, self.machine.host, self.name, generation, why=why)

    def _pause_after_death(self) -> rules.Again | None:
        """How long nothing is started now; None when there were too many deaths."""
        now = datetime.now(UTC)
        self.deaths.append(now)
        again = rules.after_death(self.deaths, now)
        if again is not None:
            self.not_before = time.monotonic() + again.pause.total_seconds()
        return again

    # What is to run.

    def _come(self, row: Deployment) -> None:
        """Bring what is to serve one step nearer."""
        generation, commit = self._target(row)
        if self.coming is not None and self.coming.about.generation != generation:
            self._end(self.coming)  # while it started, another was wanted
            self.coming = None
        if self.coming is not None:
            self._await(self.coming)
        elif generation and not self._serves(generation) and time.monotonic() >= self.not_before:
            self._begin(row, generation, commit)

    def _target(self, row: Deployment) -> tuple[int, str]:
        """The generation that is to serve, and its commit: the wanted one, or what served before it."""
        if row.state is not DeploymentState.FAILED and self.given_up < row.generation:
            return row.generation, row.commit
        if self.former is not None and self.former[0] < row.generation:
            return self.former
        return 0, ""

    def _serves(self, generation: int) -> bool:
        return self.serving is not None and self.serving.about.generation == generation

    def _begin(self, row: Deployment, generation: int, commit: str) -> None:
        """Check the commit out, and start a process of it."""
        try:
            place = self._do(_place_of, row.repository)
            files = check_out(place, commit, self.folder / COMMITS / commit)
            spec = spec_of((files / MANIFEST).read_bytes())
            wanted = generation == row.generation
            told = self._tell_starting(generation, spec) if wanted else row
            if told is not None:
                self._write_parameters(told)
                self.coming = self._started(generation, commit, spec, files)
        except HeadraceError as refusal:
            self._fail(generation, refusal.message)
        except FileNotFoundError:
            self._fail(generation, f"{commit[:12]} has no {MANIFEST}")
        except OSError as fault:
            self._fail(generation, f"it cannot be started: {fault}")

    def _tell_starting(self, generation: int, spec: ServiceSpec) -> Deployment | None:
        return self._do(service.starting, self.machine.host, self.name, generation, spec)

    def _started(self, generation: int, commit: str, spec: ServiceSpec, files: Path) -> Run:
        port = free_port()
        issued = self._do(service.pass_for, self.name)
        about = About(
            generation=generation,
            commit=commit,
            address=f"http://127.0.0.1:{port}",
            health=spec.health,
            flag_url=self.machine.flag_url,
            token=issued.id,
        )
        places = self._places(about, port, issued.secret)
        run = self.folder / "runs" / new_id("run")
        write_whole(run / _ABOUT, json.dumps(vars(about)))
        process = start(
            [word.format(**places) for word in spec.command],
            run=run,
            folder=files,
            environment=self._environment(spec, places),
            output=self.folder / OUTPUT,
        )
        within = spec.start_within.total_seconds()
        return Run(process=process, about=about, give_up=time.monotonic() + within)

    def _places(self, about: About, port: int, secret: str) -> Mapping[str, str]:
        """What the braces of a manifest stand for."""
        data = self.folder / DATA
        data.mkdir(parents=True, exist_ok=True)
        return {
            "port": str(port),
            "address": about.address,
            "data": str(data),
            "access_log": str(self.folder / ACCESS_LOG),
            "parameters": str(self.folder / PARAMETERS),
            "flag_url": about.flag_url,
            "flag_token": secret,
        }

    def _environment(self, spec: ServiceSpec, places: Mapping[str, str]) -> Mapping[str, str]:
        """Nothing of ours but what a program needs to start; the rest is what the product asks for."""
        return {
            "PATH": self.machine.search_path,
            "HOME": places["data"],
            "LANG": "C.UTF-8",
            **{name: value.format(**places) for name, value in spec.environment.items()},
        }

    def _await(self, run: Run) -> None:
        """Switch to what comes when it answers; give it up when it ended or takes too long."""
        generation = run.about.generation
        if not run.process.lives():
            self._came_to_nothing(run, f"before it answered, {run.process.how_it_ended()}")
        elif run.answers():
            self._switch(run)
        elif time.monotonic() > run.give_up:
            self._came_to_nothing(run, f"{run.about.health} did not answer in time")
        else:
            _LOG.debug("Generation %d of %s does not answer yet", generation, self.name)

    def _switch(self, run: Run) -> None:
        """From now on this one serves, and the former one ends."""
        about, before = run.about, self.serving
        told = self._do(
            service.ready,
            self.machine.host,
            self.name,
            about.generation,
            commit=about.commit,
            address=about.address,
        )
        self.coming = None
        if told is None:
            self._end(run)
            return
        self.serving, self.former = run, None
        write_whole(self.folder / ADDRESS, f"{about.address}\n")
        if before is not None:
            self._end(before)
            self.deaths.clear()  # those were another generation's
        forget_others(self.folder / COMMITS, {about.commit, told.commit})

    def _came_to_nothing(self, run: Run, why: str) -> None:
        """A first start that fails is told at once; one after a death has the tries of a death."""
        self.coming = None
        self._end(run)
        served_before = bool(self.deaths) and self.serving is None
        if not served_before or self._pause_after_death() is None:
            self._fail(run.about.generation, why)

    def _fail(self, generation: int, why: str, *, deaths: int = 0) -> None:
        """It does not come to run: nobody tries again until something else is wanted."""
        self.given_up = max(self.given_up, generation)
        if self.former is not None and self.former[0] == generation:
            self.former = None
        self._do(
            service.failed,
            self.machine.host,
            self.name,
            generation,
            why=why,
            tail=tail(self.folder / OUTPUT),
            deaths=deaths,
        )

    # Means.

    def _apply_parameters(self, row: Deployment) -> None:
        if row.spec is not None and self.written != row.parameters:
            self._write_parameters(row)

    def _write_parameters(self, row: Deployment) -> None:
        values = {
            name: int(value) if float(value).is_integer() else value
            for name, value in row.parameters.items()
        }
        write_whole(self.folder / PARAMETERS, f"{json.dumps(values, indent=1, sort_keys=True)}\n")
        self.written = row.parameters

    def _end(self, run: Run) -> None:
        run.process.end()
        _forget(run.process.run)
        self._do(service.take_back, TokenId(run.about.token))

    def _do(self, verb: Callable[Concatenate[Ctx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.units.run(system_actor(self.organisation), verb, *args, **kwargs)


def _place_of(ctx: Ctx, repository: str) -> Path:
    return record.location(ctx, record.repository(ctx, repository))


def _found(folder: Path) -> Run | None:
    """The run of a folder that a former host left, or None when it was never begun."""
    try:
        about = About(**json.loads((folder / _ABOUT).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return Run(process=Process(run=folder), about=about)


def _forget(run: Path) -> None:
    for file in run.glob("*") if run.is_dir() else ():
        file.unlink(missing_ok=True)
    if run.is_dir():
        os.rmdir(run)
