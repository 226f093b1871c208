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
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(
        kind="service",
        operation="deployment.list",
        value="{service}",
        title="{repository} · {state}",
    ),
    Listing(
        kind="parameter",
        operation="deployment.show",
        within=("service",),
        each="parameters",
        value="{parameter.name}",
        title="{parameter.meaning}",
    ),
)
"""How what is named here is listed, so that a door can offer it."""

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
    declares=LISTINGS,
)
