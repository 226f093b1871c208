"""The verbs of deployments."""

from headrace.capabilities.deployments.service.answering import answers
from headrace.capabilities.deployments.service.hosting import (
    LEASE,
    died,
    failed,
    hold,
    let_go,
    pass_for,
    ready,
    starting,
    take_back,
)
from headrace.capabilities.deployments.service.orders import (
    checkout,
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
    "answers",
    "checkout",
    "deploy",
    "died",
    "failed",
    "find",
    "folder",
    "get",
    "hold",
    "let_go",
    "listing",
    "pass_for",
    "ready",
    "restart",
    "set_parameter",
    "starting",
    "stop",
    "take_back",
]
