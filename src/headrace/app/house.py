"""The house as composed: every capability in its order, and what this machine adds to it."""

from headrace.capabilities.agents.capability import CAPABILITY as AGENTS
from headrace.capabilities.artifacts.capability import CAPABILITY as ARTIFACTS
from headrace.capabilities.budgets.capability import CAPABILITY as BUDGETS
from headrace.capabilities.coding.capability import CAPABILITY as CODING
from headrace.capabilities.control.capability import CAPABILITY as CONTROL
from headrace.capabilities.deployments.capability import CAPABILITY as DEPLOYMENTS
from headrace.capabilities.flags.capability import CAPABILITY as FLAGS
from headrace.capabilities.governance.capability import CAPABILITY as GOVERNANCE
from headrace.capabilities.health.capability import CAPABILITY as HEALTH
from headrace.capabilities.intake.capability import CAPABILITY as INTAKE
from headrace.capabilities.missions.capability import CAPABILITY as MISSIONS
from headrace.capabilities.operate.capability import CAPABILITY as OPERATE
from headrace.capabilities.people.capability import CAPABILITY as PEOPLE
from headrace.capabilities.record.capability import CAPABILITY as RECORD
from headrace.capabilities.releases.capability import CAPABILITY as RELEASES
from headrace.capabilities.streams.capability import CAPABILITY as STREAMS
from headrace.capabilities.telemetry.capability import CAPABILITY as TELEMETRY
from headrace.capabilities.workflows.capability import CAPABILITY as WORKFLOWS
from headrace.kernel.capability import Capability
from headrace.kernel.house import House
from headrace.kernel.journal.capability import CAPABILITY as JOURNAL
from headrace.packs.enterprise.capability import CAPABILITY as ENTERPRISE

CAPABILITIES: tuple[Capability, ...] = (
    JOURNAL,
    WORKFLOWS,
    PEOPLE,
    ARTIFACTS,
    RECORD,
    HEALTH,
    FLAGS,
    GOVERNANCE,
    BUDGETS,
    AGENTS,
    STREAMS,
    CODING,
    INTAKE,
    MISSIONS,
    DEPLOYMENTS,
    RELEASES,
    OPERATE,
    TELEMETRY,
    CONTROL,
    ENTERPRISE,
)
"""In the order of the house, lowest first; packs last."""


def compose(*local: object) -> House:
    """The house, with declarations that only this machine can make (places, providers).

    Raises Miscomposed when the declarations contradict each other.
    """
    machine = Capability(name="machine", declares=local)
    return House((*CAPABILITIES, machine))


HOUSE = compose()
"""The house without a machine: what generators of reference and tests of its shape read."""
