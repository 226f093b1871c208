"""The governed lifecycle as a value stream: one declaration for mechanisms that know no phase."""

from headrace.capabilities.streams.model import Stream
from headrace.packs.enterprise import build, discover, operate, outcome, requests, ship

LIFECYCLE = Stream(
    name="enterprise",
    title="Governed lifecycle: signal to outcome",
    kinds=("organisation", "mission"),
    modules=(*discover.MODULES, *build.MODULES, *ship.MODULES, *operate.MODULES, *outcome.MODULES),
)

REQUEST = Stream(
    name="enterprise-request",
    title="Governed lifecycle of a mission that a person opened",
    kinds=("organisation", "mission"),
    modules=(*requests.MODULES, *ship.MODULES, *outcome.MODULES),
)
"""The same way without scan, digest and validation: the person who opens it answers for the need."""
