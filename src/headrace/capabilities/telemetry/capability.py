"""The one declaration of what telemetry offers."""

from headrace.capabilities.telemetry import flows, service
from headrace.kernel.capability import Capability, Subscription

CAPABILITY = Capability(
    name="telemetry",
    flows=(flows.EXPORT,),
    subscriptions=(
        Subscription(name="telemetry.told", events=service.HEARD, run=service.on_event),
    ),
    migrations="headrace.capabilities.telemetry.migrations",
)
