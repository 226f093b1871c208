"""The verbs of deployments."""

from headrace.capabilities.deployments.service.hosting import (
    LEASE,
    died,
    failed,
    hold,
    let_go,
    ready,
    starting,
)
from headrace.capabilities.deployments.service.orders import (
    deploy,
    find,
    folder,
    get,
    listing,
    restart,
    set_parameter,
    stop,
)

__all__ = [
    "LEASE",
    "deploy",
    "died",
    "failed",
    "find",
    "folder",
    "get",
    "hold",
    "let_go",
    "listing",
    "ready",
    "restart",
    "set_parameter",
    "starting",
    "stop",
]
