"""A card, a workspace and the authority that follows from them, for tests of tools and paths."""

from headrace.capabilities.agents.authority import Authority, places_of
from headrace.capabilities.agents.cards import (
    Cadence,
    DataClass,
    Lifecycle,
    ModelTier,
    Paths,
    RoleCard,
)
from headrace.capabilities.agents.model import Workspace

CARD = RoleCard(
    id="coding-agent",
    name="Coding Agent",
    duty="Writes code.",
    layer="execution",
    loop="build",
    division="Engineering",
    reports_to="lead",
    status=Lifecycle.ACTIVE,
    pool="coding",
    tasks=(),
    reads_first=(),
    produces=(),
    never=(),
    tools=("write_file",),
    paths=Paths(reads=("*",), writes=("{paths}",)),
    data_classes=(DataClass.INTERNAL,),
    escalates_to=(),
    model_tier=ModelTier.STANDARD,
    cadence=Cadence.ON_EVENT,
)
PLACE = Workspace(repository="product", branch="b", paths=("src/api/", "docs/*.md", "setup.cfg"))


def an_authority(card=CARD, workspace=PLACE, classified=()) -> Authority:
    places = places_of(workspace, "mission:export")
    return Authority(card=card, workspace=workspace, places=places, classified=classified)
