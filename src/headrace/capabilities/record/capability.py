"""The one declaration of what the record offers."""

from datetime import timedelta

from headrace.capabilities.people.model import OrganisationFounded, PeopleOnly
from headrace.capabilities.record import (
    archive_operations,
    flows,
    issue_operations,
    lock_operations,
    operations,
    service,
)
from headrace.capabilities.record.model import (
    EVENTS,
    IssueTaken,
    IssueWritten,
    Moved,
    Overwritten,
    WorkBackend,
)
from headrace.kernel.capability import Capability, Permission, Schedule, Subscription
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(
        kind="repository", operation="repository.list", value="{slug}", title="{kind} · {state}"
    ),
    Listing(kind="change", operation="change.list", value="{change}", title="{title} · {state}"),
    Listing(kind="lock", operation="lock.list", value="{lock}", title="{target} · @{owner}"),
    Listing(kind="issue", operation="issue.list", value="{artifact}", title="{url}"),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="record",
    operations=(
        *operations.OPERATIONS,
        *lock_operations.OPERATIONS,
        *archive_operations.OPERATIONS,
        *issue_operations.OPERATIONS,
    ),
    events=(*EVENTS, Moved, IssueWritten, IssueTaken, Overwritten),
    subscriptions=(
        Subscription(
            name="record.found",
            events=(OrganisationFounded,),
            run=service.on_organisation_founded,
        ),
    ),
    flows=flows.FLOWS,
    # Organisation time; the verbs keep real minutes between looks, however fast the clock runs.
    schedules=(
        Schedule(name="record.sync", flow="record.sync", every=timedelta(minutes=30)),
        Schedule(
            name="record.look",
            flow="record.look",
            every=timedelta(minutes=5),
            wanted=lambda house: any(one.has_tracker for one in house.declared(WorkBackend)),
        ),
        Schedule(name="record.sweep", flow="record.sweep", every=timedelta(days=7)),
    ),
    permissions=(
        Permission(name=operations.READ, summary="See repositories and change requests"),
        Permission(name=operations.MERGE, summary="Merge a change that everybody has approved"),
        Permission(name=lock_operations.LOCK, summary="Hold protected paths"),
        Permission(name=lock_operations.UNLOCK, summary="Remove locks that have expired"),
        Permission(
            name=archive_operations.ARCHIVE, summary="Archive what is done, and bring it back"
        ),
        Permission(name=operations.CLOSE, summary="Give a change request up"),
        Permission(name=operations.REPOSITORIES, summary="Take in a product's repository"),
        Permission(name=operations.ACCEPT, summary="Accept a rewritten history"),
        Permission(name=operations.SYNC, summary="Have hand-made commits looked at now"),
        Permission(name=operations.REBUILD, summary="Make all rows again from Git"),
    ),
    migrations="headrace.capabilities.record.migrations",
    declares=(
        *LISTINGS,
        PeopleOnly(permission=operations.MERGE),
        PeopleOnly(permission=operations.ACCEPT),
        PeopleOnly(permission=operations.REBUILD),
    ),
)
