"""The one declaration of what agents offers."""

from headrace.capabilities.agents import flows, model, operations, waiting
from headrace.capabilities.people.model import PeopleOnly
from headrace.kernel.capability import Capability

CAPABILITY = Capability(
    name="agents",
    operations=operations.OPERATIONS,
    permissions=operations.PERMISSIONS,
    flows=(flows.RUN,),
    migrations="headrace.capabilities.agents.migrations",
    events=(
        model.Hired,
        model.StateChanged,
        model.Paused,
        model.Resumed,
        model.Renewed,
        model.RunClaimed,
        model.PersonWanted,
        model.RunStalled,
        model.RunEnded,
        model.Refused,
        model.ObservationMade,
        model.QuestionAsked,
    ),
    declares=(
        *(PeopleOnly(permission=name) for name in operations.KEPT_FROM_AGENTS),
        waiting.source(operations.DO),
    ),
)
