"""The durable flow of telemetry: what waits is claimed, sent, and forgotten once it was taken."""

from headrace.capabilities.telemetry import service
from headrace.capabilities.telemetry.model import Sent
from headrace.kernel.flow import Flow, Queue, Steps


def export(steps: Steps, *, batch: str) -> None:
    """Tell the collector what waits. A repetition tells it again under the same ids."""
    if not steps.verb(service.claim, batch):
        return
    done = steps.act("send", lambda _: _send(steps, batch), Sent)
    steps.verb(service.sent, batch, taken=done.taken)


def _send(steps: Steps, batch: str) -> Sent:
    from headrace.capabilities.telemetry.otlp import send  # heavy, and most machines never tell

    return send(steps.look(service.spans, batch))


EXPORT = Flow(name=service.FLOW, run=export, queue=Queue.INTERACTIVE, on_failure=service.broken)
