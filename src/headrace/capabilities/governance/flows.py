"""The durable flows of governance."""

from headrace.capabilities.governance import service
from headrace.kernel.flow import Flow, Queue, Steps


def exception_due(steps: Steps, *, exception: str) -> None:
    """Something of an exception is to be told."""
    steps.verb(service.exception_due, exception)


EXCEPTION_DUE = Flow(name=service.DUE, run=exception_due, queue=Queue.INTERACTIVE)
