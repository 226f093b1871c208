"""Ship: from merged, judged work to a release that went out in stages, was validated and is operated."""

from headrace.packs.enterprise.ship import (
    assets,
    handovers,
    hearing,
    logbook,
    releasing,
    reviewing,
    running,
    unsettled,
    validating,
)
from headrace.packs.enterprise.ship.modules import MODULES

SUBSCRIPTIONS = hearing.SUBSCRIPTIONS
OPERATIONS = handovers.OPERATIONS
CHECKS = (*releasing.CHECKS, *unsettled.CHECKS)

DECLARES: tuple[object, ...] = (
    *assets.SKILLS,
    *releasing.SKILLS,
    *running.INSTRUMENTS,
    *validating.INSTRUMENTS,
    *releasing.CONSEQUENCES,
    *logbook.PROJECTIONS,
    *reviewing.READERS,
)
"""Words of the rooms that ship brings: skills, instruments, what an approval decides besides, pages."""

__all__ = ["CHECKS", "DECLARES", "MODULES", "OPERATIONS", "SUBSCRIPTIONS"]
