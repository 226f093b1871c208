"""The one declaration of what agents offers."""

from headrace.capabilities.agents import flows, model, operations, waiting
from headrace.capabilities.people.model import PeopleOnly
from headrace.kernel.capability import Capability
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(kind="agent", operation="agent.list", value="{handle}", title="{name} · {state}"),
    Listing(kind="role", operation="agent.roles", value="{id}", title="{name}", is_closed=True),
    Listing(
        kind="agent-run",
        operation="agent.runs",
        value="{run}",
        title="{role} · {subject} · {state}",
    ),
    Listing(kind="budget-scope", operation="agent.list", value="agent:{handle}", title="{name}"),
)
"""How what is named here is listed, so that a door can offer it."""

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
        *LISTINGS,
        *(PeopleOnly(permission=name) for name in operations.KEPT_FROM_AGENTS),
        waiting.source(operations.DO),
    ),
)
