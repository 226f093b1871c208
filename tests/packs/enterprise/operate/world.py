"""An organisation that operates the example's service with the example's own runbook and words."""

from datetime import timedelta
from pathlib import Path

from capabilities.deployments.world import NAME
from capabilities.operate.world import World
from flows import Runner
from headrace.capabilities.agents.configuration import BrainSettings
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.deployments.model import Parameter
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Decision
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability
from headrace.kernel.house import House
from headrace.kernel.unit import Units
from headrace.packs.enterprise.operate.operations import RunbookDocument, propose_runbook

EXAMPLE = Path(__file__).parents[4] / "examples" / "bulk-export"
DOCUMENT = (EXAMPLE / "operate" / "runbook.yaml").read_text().replace("customer-records", NAME)
DOCUMENT = DOCUMENT.replace("exports-by-format", "exports").replace(
    "bulk_export_enabled", "bulk_export"
)
MEMORY = Parameter(name="parquet_memory_megabytes", default=128, low=64, high=1024, unit="MB")
ERROR = "export failed: Out of Memory Error: failed to allocate 262144 bytes"
LOOK = timedelta(seconds=6)


class Operating(World):
    """Short words for what the pack adds: documents, agents who write, people who approve."""

    def __init__(
        self, database, clock, folder, recordings=EXAMPLE / "recordings" / "operate", declared=()
    ):
        super().__init__(database, clock, folder)
        brains = Capability(
            name="brains",
            declares=(
                BrainSettings(
                    outputs=folder / "outputs",
                    recordings_folder=recordings,
                    priced_as="anthropic:claude-sonnet-4-5",
                ),
                *declared,
            ),
        )
        house = House((*self.units.house.capabilities, brains))
        self.units = Units(
            engine=database.app,
            house=house,
            clock=clock,
            tenancy=database.tenancy,
            jobs=JobWriter(house, database.app),
        )
        self.company.units = self.units
        self.runner = Runner(
            units=self.units, system=database.system, organisation=self.organisation
        )
        self.dana = self.company.adds("dana", "governance:*", "runbook:*")
        self.do(people.add_team, handle="division-leads")
        self.do(people.join_team, "division-leads", "dana")
        self.runner.drain(tolerate=True)

    def proposes(self, document=DOCUMENT, slug="export-service"):
        made = self.do(propose_runbook, RunbookDocument(slug=slug, document=document))
        self.runner.drain()
        return made

    def decide(self, by, decision=Decision.APPROVE, note=""):
        """This person decides everything that waits for them."""
        for item in self.do(governance.inbox, by.principal, by=by):
            if item.kind == "gate":
                self.do(governance.decide, item.id, decision, note=note, by=by)
        self.runner.drain()

    def breaks(self):
        """Wide tables: most exports of Parquet run out of memory, and the log says so."""
        self.logs(well=28, failed=2, error=ERROR)
        self.parquet_breaks()
        self.judged()

    def recovers_by_measure(self):
        self.is_well()
        self.passes(LOOK)
        self.judged(later=timedelta(seconds=50))

    def effective(self, id):
        return self.do(artifacts.effective, ArtifactId(id))

    def signals(self):
        found = self.do(artifacts.listing, type="signal")
        return {one.path: self.do(artifacts.effective, one.id) for one in found}

    def postmortem(self):
        (found,) = self.do(artifacts.listing, type="postmortem")
        return found

    def runs(self, module):
        return self.do(streams.runs, context=ContextId("organisation"), module=module)

    def change(self, id):
        return self.do(record.change, id)
