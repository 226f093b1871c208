"""Ship: from merged, judged work to a release that went out in stages, was validated and is operated."""

from headrace.packs.enterprise.ship import assets, hearing
from headrace.packs.enterprise.ship.modules import MODULES

SUBSCRIPTIONS = hearing.SUBSCRIPTIONS

DECLARES: tuple[object, ...] = (*assets.SKILLS,)
"""Words of the rooms that ship brings: skills."""

__all__ = ["DECLARES", "MODULES", "SUBSCRIPTIONS"]
