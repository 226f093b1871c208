"""The one declaration of what control offers."""

from headrace.capabilities.control import operations
from headrace.kernel.capability import Capability

CAPABILITY = Capability(
    name="control", operations=operations.OPERATIONS, permissions=operations.PERMISSIONS
)
