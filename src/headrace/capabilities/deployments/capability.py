"""The one declaration of what deployments offer."""

from headrace.capabilities.deployments import operations
from headrace.capabilities.deployments.model import (
    DeploymentFailed,
    DeploymentReady,
    DeploymentStopped,
    DeploymentWanted,
    ParameterSet,
    RestartsSpent,
    ServiceRestarted,
)
from headrace.kernel.capability import Capability, Permission

CAPABILITY = Capability(
    name="deployments",
    operations=operations.OPERATIONS,
    events=(
        DeploymentWanted,
        DeploymentReady,
        DeploymentFailed,
        DeploymentStopped,
        ParameterSet,
        ServiceRestarted,
        RestartsSpent,
    ),
    permissions=(
        Permission(name=operations.READ, summary="See what runs where, and its parameters"),
        Permission(name=operations.DEPLOY, summary="Deploy and stop services"),
        Permission(name=operations.OPERATE, summary="Restart services and change their parameters"),
    ),
    migrations="headrace.capabilities.deployments.migrations",
)
