"""A mission on the small product whose streams are worked on; what is shipped is real."""

import pytest

from packs.enterprise.build.conftest import World, small, small_product  # noqa: F401 - fixtures
from packs.enterprise.build.test_stream import FLEET, begin

NAMED = FLEET.replace(
    "                policies: [security]\n",
    """\
                policies: [security]
                objective: People are greeted and let go
                assets:
                  - {asset: Farewell, type: code, paths: [src/]}
""",
)
"""A fleet whose stream names what it delivers."""


@pytest.fixture
def merged(small) -> World:  # noqa: F811 - the fixture above
    """The small mission with its one stream merged, its entry proposed, everything decided but that."""
    begin(small, fleet=NAMED)
    small.settle(lambda item: None if "Asset registry" in item.asked else "approve")
    return small
