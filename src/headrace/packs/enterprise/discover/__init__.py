"""Discover: from the world's records to signals, digests, validated opportunities and briefs."""

from headrace.packs.enterprise.discover.hearing import SUBSCRIPTIONS
from headrace.packs.enterprise.discover.issues import INTAKE
from headrace.packs.enterprise.discover.modules import MODULES
from headrace.packs.enterprise.discover.operations import OPERATIONS

DECLARES: tuple[object, ...] = (INTAKE,)
"""Words of the rooms that discover brings: what issues become that people open in a tracker."""

__all__ = ["DECLARES", "MODULES", "OPERATIONS", "SUBSCRIPTIONS"]
