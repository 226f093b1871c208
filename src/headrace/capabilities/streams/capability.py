"""The one declaration of what streams offer."""

from datetime import timedelta

from headrace.capabilities.governance.service import BLOCKS
from headrace.capabilities.people.model import PeopleOnly
from headrace.capabilities.streams import flows, hearing, operations, service, waiting
from headrace.capabilities.streams.model import (
    ContextOpened,
    RunLetOn,
    RunMade,
    RunMoved,
    WorkWanted,
)
from headrace.kernel.capability import Capability, Check, Permission, Schedule
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(kind="run", operation="run.list", value="{id}", title="{context} · {module} · {state}"),
    Listing(
        kind="module",
        operation="context.ready",
        within=("context",),
        value="{module}",
        title="{element}",
    ),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="streams",
    operations=operations.OPERATIONS,
    events=(ContextOpened, RunMade, RunMoved, RunLetOn, WorkWanted),
    checks=(
        Check(question=BLOCKS, name="streams.waiting", run=service.blocked),
        Check(question="record.replace", name="streams.working", run=service.at_work),
    ),
    subscriptions=hearing.SUBSCRIPTIONS,
    flows=flows.FLOWS,
    schedules=(Schedule(name="streams.periods", flow="streams.periods", every=timedelta(hours=6)),),
    permissions=(
        Permission(name="stream:read", summary="See streams, contexts, what is ready, and runs"),
        Permission(name="run:start", summary="Start a module by hand; this spends"),
        Permission(name="run:cancel", summary="Stop a run"),
        Permission(name="run:let-on", summary="Let a run have one attempt more; this spends"),
    ),
    declares=(*LISTINGS, PeopleOnly(permission="run:let-on"), waiting.source("run:let-on")),
    migrations="headrace.capabilities.streams.migrations",
)
