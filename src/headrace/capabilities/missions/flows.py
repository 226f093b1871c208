"""The durable flows of missions."""

from headrace.capabilities.missions import service
from headrace.kernel.flow import Flow, Queue, Steps


def checkpoint_due(steps: Steps, *, mission: str, checkpoint: str) -> None:
    """A checkpoint's day has come."""
    steps.verb(service.fall_due, mission, checkpoint)


CHECKPOINT_DUE = Flow(name=service.DUE, run=checkpoint_due, queue=Queue.INTERACTIVE)
