"""A small organisation with a mission, a brief and a gate, and a browser on its pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from capabilities.people.company import Company
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import Bullets, Each, Field, Prose
from headrace.capabilities.artifacts.model import ArtifactType, Draft, Made
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Proposal, Subject
from headrace.capabilities.missions import service as missions
from headrace.capabilities.people import service as people
from headrace.capabilities.people.web import HousePorter
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Stream
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability
from headrace.kernel.context import Actor
from headrace.kernel.house import House
from headrace.kernel.ids import PrincipalId
from headrace.kernel.unit import Units
from headrace.surfaces.web.porter import Caller
from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, served
from surfaces.web.gatehouse import PASSWORD, a_site

NOTE_TYPE = ArtifactType(
    name="toy-note",
    title="Toy Note",
    path="toy/{slug}.md",
    sections=(
        Prose(name="text"),
        Bullets(name="points"),
        Each(name="parts", fields=(Field(name="owns"),)),
    ),
)


@dataclass
class Firm:
    """Acme, with short words for what is put before its people."""

    company: Company

    def asks(self, number: int = 1, **fields):
        """A gate for the VP on a plan; asking again with another hash supersedes it."""
        given = {
            "subject": Subject(kind="plan", id=f"hire-{number}"),
            "hash": "hash-one",
            "title": f"Hire employee {number}",
            "approvers": (("vp-product",),),
            "authors": (PrincipalId("prn_somebody"),),
            "members": {"card": "aaaa"},
            "why": "Two missions wait for a writer",
            "on_yes": "the employee starts",
            "on_no": "nothing happens",
        }
        (gate,) = self.company.as_system(governance.ask, Proposal(**{**given, **fields}))
        return gate

    def state_of(self, gate) -> str:
        return str(self.company.as_system(governance.gate, gate.id).state)

    def notes(self, slug: str = "export", **content):
        sections = {"text": "Customers take their data with them.", **content.pop("sections", {})}
        draft = Draft(
            type="toy-note",
            slug=slug,
            context="mission:export",
            content={"title": "A note", "sections": sections, **content},
            made=Made(by=PrincipalId("prn_writer"), brain="model"),
        )
        return self.company.as_system(artifacts.propose, draft)

    def begins_mission(self, title: str = "Bulk Data Export"):
        stream = next(iter(self.company.units.house.declared(Stream))).name
        self.company.as_system(
            streams.open_context, stream=stream, kind="organisation", slug="", title="Acme"
        )
        self.company.as_system(
            streams.open_context,
            stream=stream,
            kind="mission",
            slug="export",
            title=title,
            parent="organisation",
        )
        self.company.as_system(
            missions.open_mission, slug="export", context="mission:export", title=title
        )


class Browser(httpx2.Client):
    """A browser: it keeps cookies, tells its origin when it sends a form, and reads seals."""

    def sees(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def seal(self, path: str = "/who") -> str:
        return re.search(r'name="seal" value="([0-9a-f]+)"', self.sees(path))[1]

    def sends(
        self, path: str, *, origin: str | None = None, **form: str | list[str]
    ) -> httpx2.Response:
        headers = {"Origin": origin or str(self.base_url).rstrip("/")}
        return self.post(path, data=form, headers=headers)

    def confirms(self, path: str, **form: str | list[str]) -> httpx2.Response:
        """Sends a form, looks at the panel that asks, and agrees to what it shows."""
        asked = self.sends(path, **form)
        token = re.search(r'name="the-confirmation" value="([^"]+)"', asked.text)[1]
        return self.sends(path, **form, **{"the-confirmation": token, "step": "confirmed"})

    def becomes(self, handle: str, organisation: str = "acme") -> None:
        answer = self.sends("/who", seal=self.seal(), who=f"{organisation}/{handle}")
        assert answer.status_code == 303, answer.text


def patient() -> httpx2.HTTPTransport:
    """Knocks again at a server that is about to listen."""
    return httpx2.HTTPTransport(retries=5)


@pytest.fixture
def units(database, house, clock) -> Units:
    composed = House((*house.capabilities, Capability(name="toy", declares=(NOTE_TYPE,))))
    return Units(
        engine=database.app,
        house=composed,
        clock=clock,
        tenancy=database.tenancy,
        jobs=JobWriter(composed, database.app),
    )


@pytest.fixture
def firm(acme) -> Firm:
    acme.adds("vp-product", "*")
    acme.adds("ada")
    return Firm(acme)


@pytest.fixture
def browser(units) -> Iterator[Browser]:
    pages = create_pages(a_reception(units), trust_loopback=True)
    with (
        served(pages) as address,
        Browser(base_url=address, timeout=20, transport=patient()) as made,
    ):
        yield made


@pytest.fixture
def gatehouse(units) -> Iterator[str]:
    with a_site(units) as address:
        yield address


@pytest.fixture
def window(gatehouse):
    """Browsers that know nothing of each other."""
    opened: list[Browser] = []

    def another() -> Browser:
        made = Browser(base_url=gatehouse, timeout=20, transport=patient())
        opened.append(made)
        return made

    yield another
    for one in opened:
        one.close()


@pytest.fixture
def ada(acme) -> Actor:
    made = acme.adds("ada", "people:*", "governance:read", "journal:view")
    path = acme.as_system(people.issue_invitation, "ada", login="ada@example.test").path
    porter = HousePorter(acme.units)
    caller = Caller(address="192.0.2.1", agent="setup", device=None, browser="0" * 32)
    porter.sign_out(porter.accept(path.removeprefix("/join/"), "", PASSWORD, caller).secret)
    return made
