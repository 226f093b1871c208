"""The durable flows of health."""

from headrace.capabilities.health import service
from headrace.kernel.flow import Flow, Queue, Steps


def tidy(steps: Steps, *, period: str) -> None:
    """Put old samples together and forget the oldest."""
    steps.verb(service.tidy)


TIDY = Flow(name="health.tidy", run=tidy, queue=Queue.RECORD)
