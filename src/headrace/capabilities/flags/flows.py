"""The durable flows of flags."""

from headrace.capabilities.flags import service
from headrace.kernel.flow import Flow, Queue, Steps


def review(steps: Steps, *, period: str) -> None:
    """Once a day: tell of flags that have become stale."""
    steps.verb(service.review)


REVIEW = Flow(name="flags.review", run=review, queue=Queue.RECORD)
