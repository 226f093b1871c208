"""The one declaration of what workflows offers."""

from headrace.capabilities.workflows import operations
from headrace.kernel.capability import Capability, Permission

CAPABILITY = Capability(
    name="workflows",
    operations=operations.OPERATIONS,
    permissions=(
        Permission(name="workflow:read", summary="See jobs and the processes that run them"),
        Permission(name="workflow:cancel", summary="Ask a job to stop"),
    ),
    migrations="headrace.capabilities.workflows.migrations",
)
