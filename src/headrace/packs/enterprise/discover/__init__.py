"""Discover: from the world's records to signals, digests, validated opportunities and briefs."""

from headrace.packs.enterprise.discover.hearing import SUBSCRIPTIONS
from headrace.packs.enterprise.discover.modules import MODULES
from headrace.packs.enterprise.discover.operations import OPERATIONS

__all__ = ["MODULES", "OPERATIONS", "SUBSCRIPTIONS"]
