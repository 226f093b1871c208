"""An organisation that releases: a flag, a service that writes its access log, what other rooms say."""

import json
import random
from datetime import UTC, datetime, timedelta

from capabilities.people.company import Company
from flows import Runner
from headrace.app import HOUSE
from headrace.capabilities.deployments.model import Deployments
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Definition, Segment
from headrace.capabilities.record.model import Places
from headrace.capabilities.releases import service
from headrace.capabilities.releases.model import (
    ALARM_QUESTION,
    APPROVE_QUESTION,
    BEGIN_QUESTION,
    PROMOTE_QUESTION,
    Criterion,
    Measure,
    ReleaseId,
    Rollout,
    Stage,
)
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability, Check
from headrace.kernel.house import House
from headrace.kernel.unit import Units

FLAG = "bulk_export"
ID = ReleaseId("REL-2026-001")
PLAN = Rollout(
    flag=FLAG,
    log="customer-records/access.jsonl",
    stages=(
        Stage(name="canary", percent=20, also=("early",), lasts=timedelta(hours=24)),
        Stage(name="half", percent=50, lasts=timedelta(hours=24)),
        Stage(name="everyone", percent=100, lasts=timedelta(hours=1)),
    ),
    criteria=(
        Criterion(name="errors", measure=Measure.ERRORS, worse_by=0.01, at_most=0.05),
        Criterion(name="p95", measure=Measure.LATENCY, worse_by=0.25, at_most=2.0),
    ),
)


class World:
    """An organisation, a flag, a service that writes its log, and what other rooms say."""

    def __init__(self, database, clock, folder):
        self.clock, self.folder = clock, folder
        self.alarms, self.against, self.unready = [], [], []
        asked = Capability(
            name="asked",
            declares=(
                Deployments(folder=folder),
                Places(repositories=folder / "repositories", worktrees=folder / "worktrees"),
            ),
            checks=(
                Check(name="asked.alarm", question=ALARM_QUESTION, run=lambda *_: self.alarms),
                Check(
                    name="asked.approve",
                    question=APPROVE_QUESTION,
                    run=lambda *_: self.unready,
                ),
                Check(
                    name="asked.begin",
                    question=BEGIN_QUESTION,
                    run=lambda *_: self.unready,
                ),
                Check(name="asked.budget", question=PROMOTE_QUESTION, run=lambda *_: self.against),
            ),
        )
        house = House((*HOUSE.capabilities, asked))
        self.units = Units(
            engine=database.app,
            house=house,
            clock=clock,
            tenancy=database.tenancy,
            jobs=JobWriter(house, database.app),
        )
        self.company = Company(self.units)
        self.runner = Runner(
            units=self.units,
            system=database.system,
            organisation=self.company.system.organisation,
        )
        self.ada = self.company.adds("ada", "release:*", "flags:*")
        self.emil = self.company.adds("emil", "release:*", "flags:*")
        self.do(flags.put_segment, Segment(key="early", included=frozenset({"acme"})))
        self.do(flags.create, FLAG, Definition(owner="ada"))

    def do(self, verb, *args, by=None, **named):
        return self.units.run(by or self.company.system, verb, *args, **named)

    def draft(self, plan=PLAN, **named):
        return self.do(
            service.draft,
            id=ID,
            title="Bulk export",
            contract="release-contract/bulk@1",
            context=None,
            plan=plan,
            by=self.ada,
            **named,
        )

    def begun(self, plan=PLAN):
        self.draft(plan)
        self.do(service.approve, ID, "reviewed", by=self.emil)
        return self.do(service.begin, ID, by=self.emil)

    def is_reached(self, user):
        return bool(self.do(flags.evaluate, FLAG, {"targetingKey": user}).value)

    def traffic(self, *, users=1500, bad=0.0, slower=1.0, tail=0.0, seed=1):
        """Requests as the service logs them; those whom the flag reaches fail and wait as told.

        `tail` is a share of their requests that takes ten times as long.
        """
        chance = random.Random(seed)
        seen = self.do(flags.snapshot)
        log = self.folder / self.company.system.organisation / PLAN.log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as file:
            for number in range(users):
                user = f"user-{number}"
                given = flags.given(seen.flags[FLAG], seen.segments, user, datetime.now(UTC))
                for _ in range(4):
                    failed = chance.random() < (bad if given == "on" else 0.001)
                    seconds = 0.1 * chance.lognormvariate(0, 0.3)
                    if given == "on" and tail and chance.random() < tail:
                        seconds *= 10
                    line = {
                        "at": datetime.now(UTC).isoformat(),
                        "user": user,
                        "route": "/export",
                        "status": 503 if failed else 200,
                        "seconds": seconds * (slower if given == "on" else 1.0),
                    }
                    file.write(json.dumps(line) + "\n")

    def pass_time(self, hours):
        """Let organisation time go by, some hours at a time, and everything that is due happen."""
        while hours > 0:
            self.clock.advance(timedelta(hours=min(hours, 6)))
            hours -= 6
            self.runner.drain()

    def release(self):
        return self.do(service.get, ID)

    def moves(self):
        return [(one.move, one.stage) for one in self.do(service.history, ID)]
