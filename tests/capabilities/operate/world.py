"""An organisation that operates a service: its figures, its logs, its runbooks and its people."""

import json
from datetime import UTC, datetime, timedelta

from capabilities.deployments.world import HOST, NAME, SPEC
from capabilities.deployments.world import World as Deployed
from flows import Runner
from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.deployments.model import Parameter, ServiceSpec
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Definition
from headrace.capabilities.health import service as health
from headrace.capabilities.health.model import (
    Burning,
    Figure,
    Recovered,
    SeriesKind,
    Severity,
    Source,
    SourceKind,
    Watch,
)
from headrace.capabilities.operate import service
from headrace.capabilities.operate.model import (
    Deed,
    Match,
    Remedy,
    Runbook,
    Step,
)
from headrace.capabilities.people import service as people

FLAG, PARQUET = "bulk_export", "format=parquet"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
MEMORY = Parameter(name="parquet_memory", default=128, low=64, high=2048, unit="MB")
DRILL = Parameter(name="slowness", default=0, low=0, high=10, drill=True)
SERVED = ServiceSpec(
    command=SPEC.command, health="/healthz", metrics="/metrics", parameters=(MEMORY, DRILL)
)
RAISE = Step(
    deed=Deed.SET_PARAMETER,
    subject="parquet_memory",
    change="*4",
    low=128,
    high=1024,
    affects=PARQUET,
)


def remedy(name="A", *steps, automatic=True, within=timedelta(minutes=15), **named):
    return Remedy(name=name, automatic=automatic, steps=steps or (RAISE,), within=within, **named)


ANY = Match()
KILL = remedy("C", Step(deed=Deed.KILL_FLAG, subject=FLAG))
SWITCH = remedy("B", Step(deed=Deed.ROLL_BACK))


def runbook(*remedies, name="export", matches=(ANY,), version="runbook/export@1"):
    return Runbook(
        name=name,
        version=version,
        service=NAME,
        title="Exports fail",
        matches=tuple(matches),
        remedies=remedies or (remedy(),),
    )


class World(Deployed):
    """Short words for what a service does, what health tells of it, and what people say."""

    def __init__(self, database, clock, folder):
        super().__init__(database, clock, folder)
        self.emil = self.company.adds("emil", "incident:*", "governance:*")
        self.xena = self.company.adds("xena", "incident:*", "governance:*")
        for team, member in (
            ("on-call", "emil"),
            ("policy-author", "xena"),
            ("engineering-manager", "xena"),
            ("vp-product", "xena"),
        ):
            self.do(people.add_team, handle=team)
            self.do(people.join_team, team, member)
        self.runner = Runner(
            units=self.units, system=database.system, organisation=self.organisation
        )
        self.do(flags.create, FLAG, Definition(owner="emil"))
        self.runner.drain(tolerate=True)
        self.counts = {}
        self.heard = 0

    def serves(self, parameters=(MEMORY, DRILL)):
        self.deploys()
        spec = ServiceSpec(command=SPEC.command, health="/healthz", parameters=tuple(parameters))
        self.hosted(spec=spec)

    def serves_now(self, *parameters):
        """The commit that comes next takes other parameters."""
        generation = self.do(deployments.restart, NAME, why="new bounds", key="again").generation
        spec = ServiceSpec(command=SPEC.command, health="/healthz", parameters=parameters)
        self.do(deployments.hold, HOST)
        self.do(deployments.starting, HOST, NAME, generation, spec)

    # -- figures --

    def measured(self):
        """A watch by format, and an hour in which everything was well."""
        page = Source(
            name=NAME,
            service=NAME,
            kind=SourceKind.ENDPOINT,
            url="http://127.0.0.1:9/metrics",
            every=timedelta(minutes=1),
        )
        self.do(health.put_source, page)
        self.do(
            health.put_watch,
            Watch(
                name="exports",
                service=NAME,
                bad=health.selector('exports_total{outcome="failed"}'),
                total=health.selector("exports_total"),
                by=("format",),
                window=timedelta(seconds=60),
                baseline=timedelta(hours=1),
            ),
        )
        now = datetime.now(UTC)
        self._read(now - timedelta(minutes=62))
        for minute in range(60, 2, -1):
            self.counted({("csv", "done"): 21, ("parquet", "done"): 4}, at=now - minute * MINUTE)

    def counted(self, more, at=None):
        """So many exports more, by format and outcome."""
        for key, amount in more.items():
            self.counts[key] = self.counts.get(key, 0) + amount
        self._read(at or datetime.now(UTC))

    def _read(self, at):
        figures = [
            Figure(
                name="exports_total",
                labels={"format": format, "outcome": outcome},
                kind=SeriesKind.COUNTER,
                value=float(count),
            )
            for (format, outcome), count in self.counts.items()
        ]
        self.do(health.ingest, NAME, figures, at)

    def parquet_breaks(self, *, requests=40, all=250):
        """Most of Parquet's exports fail, which are 16 % of all."""
        at = datetime.now(UTC) - timedelta(seconds=20)
        failed = round(requests * 0.9)
        self.counted(
            {
                ("parquet", "failed"): failed,
                ("parquet", "done"): requests - failed,
                ("csv", "done"): all - requests,
            },
            at=at,
        )

    def is_well(self):
        """Enough exports since just now to be sure, all of them good."""
        self.counted({("parquet", "done"): 200, ("csv", "done"): 800})

    judge = staticmethod(health.judge)

    def judged(self, later=timedelta(0)):
        self.do(health.judge, at=datetime.now(UTC) + later)
        self.runner.drain()

    # -- what health would tell --

    def burns(self, target="availability", severity=Severity.PAGE, left=0.5):
        with self.units.open(self.company.system) as ctx:
            ctx.record(
                Burning(
                    subject=f"target:{target}",
                    service=NAME,
                    target=target,
                    severity=severity,
                    factor=14.4,
                    over_long=20.0,
                    over_short=20.0,
                    budget_left=left,
                )
            )
        self.runner.drain()

    def recovers(self, subject="target:availability", dimension=""):
        with self.units.open(self.company.system) as ctx:
            ctx.record(Recovered(subject=subject, service=NAME, dimension=dimension))
        self.runner.drain()

    # -- logs --

    def logs(self, *, well=0, failed=0, error="", at=None):
        """Requests of as many customers, as the service writes them down."""
        folder = self.folder / "deployments" / self.organisation / NAME
        folder.mkdir(parents=True, exist_ok=True)
        moment = (at or datetime.now(UTC)).isoformat()
        with (folder / "access.jsonl").open("a") as file:
            for number in range(well + failed):
                line = {
                    "at": moment,
                    "user": f"customer-{number}",
                    "route": "/exports",
                    "status": 500 if number < failed else 200,
                    "seconds": 0.1,
                }
                file.write(json.dumps(line) + "\n")
        if error:
            with (folder / "output.log").open("a") as file:
                line = {"at": moment, "level": "error", "message": error, "user": "customer-0"}
                file.write(json.dumps(line) + "\n")

    # -- looking --

    def adopts(self, *books):
        for one in books:
            self.do(service.adopt, one)

    def incident(self):
        (found,) = self.do(service.listing)
        return found

    def timeline(self):
        return self.do(service.timeline, self.incident().id)

    def kinds(self):
        return [one.kind for one in self.timeline()]

    def plans(self):
        return self.do(service.plans, self.incident().id)

    def acts(self):
        return [act for plan in self.plans() for act in self.do(service.acts, plan.id)]

    def calls(self):
        return self.do(service.calls, self.incident().id)

    def memory(self):
        return self.stands().parameters["parquet_memory"]

    def passes(self, time):
        self.clock.advance(time)
        self.runner.drain()
