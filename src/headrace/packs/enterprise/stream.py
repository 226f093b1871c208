"""The governed lifecycle as a value stream: one declaration for mechanisms that know no phase."""

from headrace.capabilities.streams.model import Stream
from headrace.packs.enterprise import build, discover

LIFECYCLE = Stream(
    name="enterprise",
    title="Governed lifecycle: signal to outcome",
    kinds=("organisation", "mission"),
    modules=(*discover.MODULES, *build.MODULES),
)
