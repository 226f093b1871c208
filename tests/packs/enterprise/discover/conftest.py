"""An organisation in which signals come in: its people, its agents with recordings, no product yet."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from headrace.app.house import compose
from headrace.capabilities.intake import service as intake
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId
from headrace.kernel.edge import Edge, Request
from headrace.kernel.house import House
from packs.enterprise.build.conftest import EXAMPLE, World, git, small_product

TEAMS = ("steering", "vp-product", "mission-lead")
ORGANISATION = ContextId("organisation")


class Company(World):
    """People who decide, agents who play their recordings, and the door for everybody."""

    def found(self) -> None:
        self.do(people.found_organisation, slug="northwind", name="Northwind")
        for team in TEAMS:
            self._team(team)
        self.do(people.grant, "a-steering", "*")
        self.jobs()

    def ask(self, operation: str, by: str = "steering", **input):
        """What an operation answers, asked through the door that people and agents use."""
        edge = Edge(units=self.units, gate=people.authorise)
        return edge.perform(Request(actor=self.people[by], operation=operation, input=input))

    def file(self, title: str = "Exports asked for", **changes) -> str:
        """A filed signal, in the record."""
        known = {"observation": "Nine tickets say so.", "topic": title, "system": f"of {title}"}
        filed = self.ask("signal.file", title=title, **{**known, **changes})
        self.jobs()
        return filed["signal"]

    def signal(self, id: str):
        return self.do(intake.get, id)

    def load(self, source: str, text: str) -> None:
        self.ask("source.load", source=source, text=text)

    def record(self, name: str, text: str) -> None:
        """Another recording in place of one of the example's and its variants, or beside them."""
        for variant in self.recordings.glob(f"{name.removesuffix('.yaml')}-*.yaml"):
            variant.unlink()
        (self.recordings / name).write_text(text)

    def files(self) -> list[str]:
        place = self.do(record.location, self.do(record.repository, "organisation"))
        return git(place, "ls-tree", "-r", "--name-only", "main").splitlines()

    def digests(self):
        return self.do(streams.runs, context=ORGANISATION, module="digest", limit=100)

    def events(self, type: str) -> list[dict]:
        with self.units.open(self.system) as ctx:
            rows = ctx.db.execute(
                sa.text(
                    "SELECT payload FROM journal_event WHERE type = :type "
                    "ORDER BY recorded_at, lineage, number"
                ),
                {"type": type},
            )
            return list(rows.scalars())


@pytest.fixture
def company(database, clock, organisation, system, tmp_path) -> Company:
    folder = tmp_path / "recordings"
    shutil.copytree(EXAMPLE / "recordings" / "discover", folder)
    made = Company(
        folder=tmp_path,
        database=database,
        clock=clock,
        organisation=organisation,
        system=system,
        recordings=folder,
        product_folder=Path(),
    )
    made.found()
    return made


@pytest.fixture(scope="session")
def house() -> House:
    return compose()


__all__ = ["small_product"]
