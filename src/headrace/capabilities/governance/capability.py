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
        PeopleOnly(permission=operations.DECIDE),
        PeopleOnly(permission=service.DELEGATE),
        PeopleOnly(permission=operations.RESUME),
        PeopleOnly(permission=exception_operations.REVOKE),
    ),
)
