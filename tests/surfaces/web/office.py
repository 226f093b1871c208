"""An organisation of the whole house whose agents really work: recorded answers that take their time."""

import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

from capabilities.agents.conftest import FILES, MEMO, NOTE, STRUCTURE, a_card, a_task_card, git
from capabilities.agents.conftest import Company as Agents
from headrace.app import CAPABILITIES
from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.cards import Catalogue
from headrace.capabilities.agents.model import Workspace
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import Places
from headrace.capabilities.streams.model import Stream
from headrace.capabilities.workflows.engine import JobWriter
from headrace.capabilities.workflows.worker import Worker
from headrace.kernel.capability import Capability
from headrace.kernel.house import House
from headrace.kernel.unit import Units

CODER = a_card()
WRITER = a_card(id="writer", name="Writer", tasks=(a_task_card(name="draft"),))
PATIENCE = 60.0  # real seconds

TURNS = """\
    role: coding-agent
    task: implement
    turns:
      - text: I look first.
        calls:
          - {tool: list_files, arguments: {path: src/api}}
      - text: I read.
        calls:
          - {tool: read_file, arguments: {path: src/api/routes.py}}
      - text: I write.
        calls:
          - {tool: write_file, arguments: {path: src/api/export.py, content: "NAME = 1\\n"}}
      - text: I look again.
        calls:
          - {tool: read_file, arguments: {path: src/api/export.py}}
      - text: I hand it in.
        calls:
          - {tool: submit, arguments: {summary: The export is there.}}
"""


class Office(Agents):
    """Agents of the company's tests in a house with every room."""

    def open(self, *declared: object, checks=(), **settings) -> None:
        self.declared += declared
        self.checks += checks
        self.settings = type(self.settings)(**{**vars(self.settings), **settings})
        catalogue = Catalogue(organisation=STRUCTURE, cards=(CODER, WRITER))
        stream = Stream(name="plain", title="Plain", kinds=("mission",), modules=())
        places = Places(
            repositories=self.folder / "repositories", worktrees=self.folder / "worktrees"
        )
        pack = Capability(
            name="test-pack",
            declares=(NOTE, MEMO, catalogue, stream, places, self.settings, *self.declared),
            checks=tuple(self.checks),
        )
        house = House((*[one for one in CAPABILITIES if one.name != "enterprise"], pack))
        self.units = Units(
            engine=self.database.app,
            house=house,
            clock=self.clock,
            tenancy=self.database.tenancy,
            jobs=JobWriter(house, self.database.app),
        )
        self.runner = self.fresh_runner()

    @property
    def slug(self) -> str:
        return self.organisation.replace("_", "-")

    def settle(self) -> None:
        """Found it, hire from both cards, and take a product in."""
        source = self.folder / "source"
        for path, text in FILES.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_text(text)
        git(source, "init", "--quiet")
        git(source, "add", "--all")
        git(source, "commit", "--quiet", "-m", "begin")
        self.do(people.found_organisation, slug=self.slug, name="Acme")
        self.do(agents.staff, (CODER, WRITER))
        self.do(record.add_repository, slug="product", source=str(source))
        self.runner.drain()

    def begins(self, element: str = "api"):
        """A run of a coding agent in a place of its own."""
        return self.claim(
            element,
            element=element,
            workspace=Workspace(
                repository="product", branch=f"exec/export/{element}", paths=("src/api/",)
            ),
        )

    def takes_its_time(self, latency: timedelta) -> None:
        """Let every turn of a run take this long."""
        self.play(TURNS, latency=latency)

    def visitor(self, handle: str, *rights: str):
        actor = self.person(handle)
        for right in rights:
            self.do(people.grant, handle, right)
        return actor

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The real engine, while something is looked at. It begins in a thread of its own, as the
        driver of browsers keeps an event loop in the tests' own."""
        with ThreadPoolExecutor(max_workers=1) as apart:
            worker = apart.submit(self._worker).result()
            try:
                yield
            finally:
                apart.submit(worker.stop).result()

    def _worker(self) -> Worker:
        made = Worker(
            units=self.units,
            system=self.database.system,
            organisations=lambda: [self.organisation],
            leave=sys.exit,
        )
        made.start()
        return made


def until(true) -> None:
    """Wait for what the worker does; a poll, as there is nothing to be woken by."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "the worker did not get there"
        threading.Event().wait(0.05)
