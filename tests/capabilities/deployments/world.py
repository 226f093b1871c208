"""An organisation with a product in a real repository, and a host's word on what runs of it."""

from datetime import UTC, datetime

from capabilities.people.company import Company
from headrace.app import HOUSE
from headrace.capabilities.deployments import service
from headrace.capabilities.deployments.model import Deployments, Parameter, ServiceSpec
from headrace.capabilities.record import service as record
from headrace.capabilities.record.git import repository as git
from headrace.capabilities.record.git.commits import commit_files
from headrace.capabilities.record.git.model import CommitNote, Person
from headrace.capabilities.record.model import Places
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability
from headrace.kernel.house import House
from headrace.kernel.unit import Units

NAME, PRODUCT, HOST = "records", "customer-records", "machine-1"
COMMIT, OTHER = "a" * 40, "b" * 40
SPEC = ServiceSpec(
    command=("python", "serve.py", "{port}"),
    health="/healthz",
    metrics="/metrics",
    parameters=(Parameter(name="memory", default=256, low=128, high=1024, unit="MB"),),
)
_WHO = Person(name="Northwind", email="engineering@northwind.example")


class World:
    """Short words for what is asked of services, and for what a host says of them."""

    def __init__(self, database, clock, folder):
        self.database, self.clock, self.folder = database, clock, folder
        machine = Capability(
            name="place",
            declares=(
                Deployments(folder=folder / "deployments"),
                Places(repositories=folder / "repositories", worktrees=folder / "worktrees"),
            ),
        )
        house = House((*HOUSE.capabilities, machine))
        self.units = Units(
            engine=database.app,
            house=house,
            clock=clock,
            tenancy=database.tenancy,
            jobs=JobWriter(house, database.app),
        )
        self.company = Company(self.units)
        self.organisation = self.company.system.organisation
        self.do(record.add_repository, slug=PRODUCT, source="/nowhere")

    def do(self, verb, *args, by=None, **named):
        return self.units.run(by or self.company.system, verb, *args, **named)

    def deploys(self, commit=COMMIT, key="first", name=NAME):
        return self.do(service.deploy, name, repository=PRODUCT, commit=commit, key=key)

    def stands(self, name=NAME):
        return self.do(service.get, name)

    def hosted(self, generation=1, address="http://127.0.0.1:4000", spec=SPEC):
        self.do(service.hold, HOST)
        self.do(service.starting, HOST, NAME, generation, spec)
        commit = self.stands().commit
        return self.do(service.ready, HOST, NAME, generation, commit=commit, address=address)

    def events(self, type):
        return self.company.events(type)

    def commits(self, files, message="The service"):
        """A commit with these files on the product's main branch; its id."""
        with self.units.open(self.company.system) as ctx:
            place = record.location(ctx, record.repository(ctx, PRODUCT))
        made = git.open_existing(place) if place.exists() else git.create(place)
        base = git.find_head(made, "main")
        note = CommitNote(
            message=message, author=_WHO, committer=_WHO, when=datetime(2026, 3, 1, tzinfo=UTC)
        )
        encoded = {path: text and text.encode() for path, text in files.items()}
        return str(commit_files(made, "main", encoded, note, base=base))
