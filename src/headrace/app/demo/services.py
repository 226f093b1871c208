"""Services of a demonstration: the host that runs them, what is deployed, and the traffic they get."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from headrace.app.demo.scenario import Happening, Served
from headrace.app.demo.stage import Stage
from headrace.app.server import HOST_PATIENCE, host_command
from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.record import git
from headrace.capabilities.record import service as record
from headrace.capabilities.workflows.supervisor import Supervisor
from headrace.kernel.context import Ctx, system_actor
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import Json

_TRAFFIC_SECONDS = 4 * 3600
_PATIENCE = 30.0
_UNWATCHED = 0.05
"""The part of its traffic that a service gets while nobody looks at how its users fare."""


class Services:
    """One host, and for each service that has some, one process of traffic. Nothing outlives `stop`."""

    def __init__(self, stage: Stage, folder: Path, served: Sequence[Served]) -> None:
        self._stage, self._folder = stage, folder
        self._served = {one.service: one for one in served}
        self._traffic: dict[str, subprocess.Popen[bytes]] = {}
        self._profiles: dict[str, str] = {}
        self._part = 1.0
        self._host = Supervisor(
            host_command(),
            count=1,
            system=stage.installation.database.system,
            environment=stage.environment,
            replace_environment=True,
            what="Host",
        )

    def start(self) -> None:
        """Start the host, if the scenario serves anything."""
        if self._served:
            self._host.start()

    def stop(self) -> None:
        """End traffic and services."""
        for process in self._traffic.values():
            process.send_signal(signal.SIGTERM)
        for process in self._traffic.values():
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._traffic.clear()
        if self._served:
            self._host.stop(HOST_PATIENCE)

    def hear(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Let traffic begin when a service is ready for the first time."""
        for event in events:
            if event["type"] == "deployments.ready":
                self._let_come(str(event["payload"]["service"]))

    def go_on(self) -> None:
        """Traffic for what was deployed in a demonstration before."""
        for name in self._served:
            if self._do(deployments.find, name) is not None:
                self._let_come(name)

    def happen(
        self, act: Callable[[Happening, Mapping[str, Json], str], None]
    ) -> Callable[[Happening, Mapping[str, Json], str], None]:
        """What the world does by itself, with what it does to services before."""

        def happen(one: Happening, input: Mapping[str, Json], key: str) -> None:
            if one.deploys:
                self.deploy(one.deploys, key)
            if one.traffic:
                for name in self._served:
                    self.turn(name, profile=one.traffic)
            act(one, input, key)

        return happen

    def deploy(self, name: str, key: str) -> None:
        """Deploy the newest commit of the main branch of a service's product."""
        served = self._served[name]
        commit = self._do(_newest, served.repository)
        self._stage.office.perform(
            "deployment.deploy",
            {"service": name, "repository": served.repository, "commit": commit, "key": key},
        )

    def turn(self, name: str, *, profile: str) -> None:
        """Let traffic do something else from now on."""
        self._profiles[name] = profile
        self._want(name)

    def watch(self, *, is_watched: bool) -> None:
        """Let all of the traffic come while it is looked at, and a part of it else."""
        part = 1.0 if is_watched else _UNWATCHED
        if part != self._part:
            self._part = part
            for name in self._traffic:
                self._want(name)

    def _want(self, name: str) -> None:
        wanted: dict[str, Json] = {"rate": self._served[name].rate * self._part}
        if profile := self._profiles.get(name):
            wanted["profile"] = profile
        control = self._control(name)
        draft = control.with_suffix(".draft")
        draft.write_text(json.dumps(wanted), encoding="utf-8")
        draft.replace(control)  # whoever reads it sees the old wish or the new one

    def _let_come(self, name: str) -> None:
        served = self._served.get(name)
        if served is None or not served.traffic or name in self._traffic:
            return
        self._want(name)
        place = self._do(deployments.folder) / name
        output = (self._stage.installation.home / f"traffic-{name}.log").open("ab")
        with output:
            self._traffic[name] = subprocess.Popen(
                [
                    *(sys.executable, str(self._folder / served.traffic), str(place)),
                    *("--rate", str(served.rate), "--customers", str(served.customers)),
                    *("--seconds", str(_TRAFFIC_SECONDS), "--control", str(self._control(name))),
                    "--supervised",
                ],
                env={"PATH": self._stage.environment.get("PATH", "")},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl+C is for us; we end it in our order
            )

    def _control(self, name: str) -> Path:
        return self._stage.installation.home / f"traffic-{name}.json"

    def _do(self, verb: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - as the verb
        installation = self._stage.installation
        (organisation,) = installation.organisations()
        return installation.units.run(system_actor(OrganisationId(organisation)), verb, *arguments)


def _newest(ctx: Ctx, repository: str) -> str:
    found = record.repository(ctx, repository)
    return git.head(git.open_existing(record.location(ctx, found)), found.default_branch)
