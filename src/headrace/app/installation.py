"""An installation: one home on one machine, with its database, its clock and its ways in."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from headrace.app.house import compose
from headrace.app.telling_settings import told
from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.brains.external_agent import ExternalAgent
from headrace.capabilities.agents.brains.settings import ModelConfig
from headrace.capabilities.agents.configuration import BrainSettings, search_path
from headrace.capabilities.deployments.model import Deployments
from headrace.capabilities.people import service as people
from headrace.capabilities.people.entrance import Entrance
from headrace.capabilities.people.model import SessionLife
from headrace.capabilities.record.model import BackendKind, Places, WorkBackend
from headrace.capabilities.streams import service as streams
from headrace.capabilities.telemetry.model import Telemetry
from headrace.capabilities.workflows.jobs import JobWriter
from headrace.kernel.access import Reception
from headrace.kernel.clock import Clock, PacedClock, parse_clock
from headrace.kernel.context import system_actor
from headrace.kernel.database import Database, Embedded, Given, Location, Outside
from headrace.kernel.edge import Edge
from headrace.kernel.errors import Invalid
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId
from headrace.kernel.postgres import DataDirectory, supplied
from headrace.kernel.rehearsal import Rehearsal
from headrace.kernel.unit import Units
from headrace.settings import Settings, telemetry_wanted

if TYPE_CHECKING:
    from headrace.capabilities.health.collector import Collector
    from headrace.capabilities.workflows.worker import Worker

CLOCK_FILE = "clock"
"""In a home: the organisation time of a demonstration, for whoever looks at it afterwards."""


def default_home() -> Path:
    """`/var/lib/headrace` for root, whose database runs as another user; else the user's data folder."""
    if os.geteuid() == 0:
        return Path("/var/lib/headrace")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "headrace"


@dataclass(frozen=True)
class Installation:
    """Everything that a process of this machine needs; made when it is first asked for."""

    settings: Settings

    @cached_property
    def home(self) -> Path:
        return (self.settings.home or default_home()).resolve()

    @cached_property
    def house(self) -> House:
        made = compose(
            Places(repositories=self.home / "repositories", worktrees=self.home / "worktrees"),
            self.brains,
            self.deployments,
            self.work_backend,
            Telemetry(wanted=telemetry_wanted(os.environ)),
            told(self.settings, home=self.home, from_home=self._from_home()),
        )
        streams.check(made)
        return made

    def _from_home(self) -> Mapping[str, Path]:
        """Settings that a file of the home decides while nothing is set for them."""
        own = self.home / CLOCK_FILE
        return {"clock": own} if own.is_file() else {}

    @cached_property
    def work_backend(self) -> WorkBackend:
        """Where operational work products are kept. Raises Invalid for a tracker without a repository."""
        settings = self.settings
        overrides = {
            type: BackendKind(kind) for type, kind in settings.work_backend_overrides.items()
        }
        made = WorkBackend(
            kind=BackendKind(settings.work_backend),
            address=settings.issues_url,
            repository=settings.issues_repository,
            token=settings.issues_token,
            overrides=overrides,
            people=settings.issues_people,
            intake_label=settings.issues_intake_label,
        )
        if BackendKind.GITHUB_ISSUES in {made.kind, *overrides.values()} and not made.repository:
            raise Invalid("Say with HEADRACE_ISSUES_REPOSITORY=owner/name where issues are kept")
        return made

    @cached_property
    def deployments(self) -> Deployments:
        """Where services of products keep their files on this machine."""
        return Deployments(folder=self.home / "deployments")

    @cached_property
    def brains(self) -> BrainSettings:
        """What agents think with here: recordings in a demonstration, a model, or neither."""
        settings = self.settings
        model = None
        if settings.model:
            model = ModelConfig(
                model=settings.model, key=settings.model_key, base_url=settings.model_url or None
            )
        return BrainSettings(
            outputs=self.home / "outputs",
            recordings_folder=settings.recordings,
            priced_as=settings.recordings_priced_as or None,
            call_log=settings.call_log,
            model=model,
            external=self.coding_agent,
            search_path=search_path(settings.search_path),
            halt_within=timedelta(seconds=settings.halt_seconds),
        )

    @cached_property
    def coding_agent(self) -> ExternalAgent | None:
        """The operator's own coding agent, where one is named. Raises Invalid when its words do not end."""
        settings = self.settings
        try:
            words = tuple(shlex.split(settings.external_agent))
        except ValueError as fault:
            raise Invalid(f"HEADRACE_EXTERNAL_AGENT cannot be read as words: {fault}") from None
        if not words:
            return None
        return ExternalAgent(
            argv=words,
            environment=settings.external_agent_environment,
            home=settings.external_agent_home,
            at_most=timedelta(minutes=settings.external_agent_minutes),
        )

    @cached_property
    def clock(self) -> Clock:
        """As set; else the home's own, where a demonstration left one; else the world's."""
        own = self.home / CLOCK_FILE
        if "clock" not in self.settings.model_fields_set and own.is_file():
            return PacedClock(own)
        return parse_clock(self.settings.clock)

    @cached_property
    def location(self) -> Location:
        """Where the database is, by what the settings name."""
        settings = self.settings
        given = supplied(
            owner=_secret(settings.database_owner_url),
            app=_secret(settings.database_app_url),
            system=_secret(settings.database_system_url),
        )
        if given is not None:
            return Given(addresses=given)
        if settings.database_url is not None:
            return Outside(
                admin_url=settings.database_url.get_secret_value(),
                credentials=self.home / "database-credentials",
                name=settings.database_name,
            )
        return Embedded(
            directory=DataDirectory(path=self.home / "postgres"), name=settings.database_name
        )

    @cached_property
    def database(self) -> Database:
        return Database(self.location)

    @cached_property
    def units(self) -> Units:
        return Units(
            engine=self.database.app,
            house=self.house,
            clock=self.clock,
            tenancy=self.database.tenancy,
            jobs=JobWriter(self.house, self.database.app),
        )

    @cached_property
    def session_life(self) -> SessionLife:
        """How long whoever signed in stays so."""
        return SessionLife(
            idle=timedelta(minutes=self.settings.session_idle_minutes),
            longest=timedelta(hours=self.settings.session_hours),
        )

    @cached_property
    def entrance(self) -> Entrance:
        """Who admits callers, at every door."""
        return Entrance(self.units, self.session_life)

    @cached_property
    def reception(self) -> Reception:
        """The way in that every door uses."""
        entrance = self.entrance
        return Reception(
            edge=Edge(units=self.units, gate=people.authorise),
            admit=entrance.admit,
            admit_over=entrance.over,
            rehearsal=Rehearsal(units=self.units, gate=people.authorise),
            refused=entrance.refused,
        )

    def migrate(self) -> None:
        """Bring the tables up to date; the house's own, then those of the workflow engine."""
        from headrace.capabilities.workflows.engine import prepare

        self.check_declarations()
        self.database.migrate(self.house, prepare)

    def check_declarations(self) -> None:
        """Read what packs declare in files. Raises DeclarationsInvalid with every fault of them.

        Commands read it when they need it; whoever starts a server or a worker hears of it before.
        """
        agents.check_roles(self.house)

    def worker(self) -> "Worker":
        """A worker for this process. One per process."""
        from headrace.capabilities.workflows.worker import Timing, Worker

        self.check_declarations()
        return Worker(
            units=self.units,
            system=self.database.system,
            organisations=self.organisations,
            timing=Timing(
                beat=timedelta(seconds=self.settings.beat_seconds),
                lease=timedelta(seconds=self.settings.lease_seconds),
            ),
        )

    def collector(self) -> "Collector":
        """What reads the figures of services for this process. One per process."""
        from headrace.capabilities.health.collector import Collector

        return Collector(self.units, self.organisations)

    def organisations(self) -> Sequence[OrganisationId]:
        """Every organisation of this installation, by slug."""
        found: list[OrganisationId] = []
        after = ""
        while page := self.units.run(NOWHERE, people.organisations, after=after, limit=500):
            found.extend(one.id for one in page)
            after = page[-1].slug
        return found


NOWHERE = system_actor(OrganisationId(""))
"""Sees no organisation's rows; for what is asked across all of them."""


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value is not None else None
