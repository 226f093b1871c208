"""The durable flows of budgets."""

from headrace.capabilities.budgets import service
from headrace.kernel.flow import Flow, Queue, Steps


def renew(steps: Steps, *, period: str) -> None:
    """Once a day: wake what waits for a new day, week or month."""
    steps.verb(service.renew)


RENEW = Flow(name="budgets.renew", run=renew, queue=Queue.SAFETY)
