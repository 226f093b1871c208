"""The composition root: the only file that knows everything."""

from headrace.capabilities.workflows.capability import CAPABILITY as WORKFLOWS
from headrace.kernel.capability import Capability
from headrace.kernel.house import House

CAPABILITIES: tuple[Capability, ...] = (WORKFLOWS,)
"""In the order of the house, lowest first."""

HOUSE = House(CAPABILITIES)
