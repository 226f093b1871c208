"""The one declaration of what governance offers."""

from headrace.capabilities.governance import (
    exception_operations,
    flows,
    hearing,
    operations,
    service,
)
from headrace.capabilities.governance.model import (
    Answered,
    ExceptionExpired,
    ExceptionExpiring,
    ExceptionGranted,
    GateAsked,
    GateDecided,
    GateDelegated,
    GateSuperseded,
    Halted,
    Judged,
    QuestionAsked,
    Resumed,
    Trend,
)
from headrace.capabilities.people.model import PeopleOnly
from headrace.kernel.capability import Capability, Check, Permission
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(kind="gate", operation="gate.list", value="{id}", title="{title} · {state}"),
    Listing(
        kind="open-gate",
        operation="gate.list",
        input={"state": "open"},
        value="{id}",
        title="{title}",
    ),
    Listing(kind="inbox-item", operation="inbox.list", value="{id}", title="{asked}"),
    Listing(kind="policy", operation="policy.list", value="{key}", title="{title}", is_closed=True),
    Listing(kind="exception", operation="exception.list", value="{exception}", title="{rule}"),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="governance",
    operations=(*operations.OPERATIONS, *exception_operations.OPERATIONS),
    flows=(flows.EXCEPTION_DUE,),
    checks=(
        Check(question="claim", name="governance.kill_switch", run=service.claim_objections),
        Check(question="record.merge", name="governance.gates", run=service.merge_objections),
        Check(question="record.exemption", name="governance.exceptions", run=service.exemptions),
    ),
    events=(
        Judged,
        QuestionAsked,
        Answered,
        Trend,
        GateAsked,
        GateDecided,
        GateDelegated,
        GateSuperseded,
        Halted,
        Resumed,
        ExceptionGranted,
        ExceptionExpiring,
        ExceptionExpired,
    ),
    subscriptions=hearing.SUBSCRIPTIONS,
    permissions=(
        Permission(name=operations.READ, summary="See policies, verdicts, gates and questions"),
        Permission(name=operations.DECIDE, summary="Decide gates and answer questions of your own"),
        Permission(name=service.DELEGATE, summary="Hand on gates that wait for others"),
        Permission(name=operations.JUDGE, summary="Hand in evaluation reports"),
        Permission(
            name=exception_operations.REVOKE, summary="End exceptions from rules before their time"
        ),
        Permission(name=operations.HALT, summary="Stop all agents"),
        Permission(name=operations.RESUME, summary="Let the agents go on after a halt"),
    ),
    migrations="headrace.capabilities.governance.migrations",
    declares=(
        *LISTINGS,
        PeopleOnly(permission=operations.DECIDE),
        PeopleOnly(permission=service.DELEGATE),
        PeopleOnly(permission=operations.RESUME),
        PeopleOnly(permission=exception_operations.REVOKE),
    ),
)
