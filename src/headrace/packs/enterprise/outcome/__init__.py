"""Outcome: what a mission promised is measured on its days, reported, and moves its venture."""

from headrace.packs.enterprise.outcome import contract, evolution, hearing, measuring, stalls
from headrace.packs.enterprise.outcome.modules import MODULES

SUBSCRIPTIONS = (*hearing.SUBSCRIPTIONS, *evolution.SUBSCRIPTIONS)

FLOWS = (measuring.MEASURE, stalls.LOOK)

SCHEDULES = (stalls.DAILY,)

OPERATIONS, PERMISSIONS = evolution.OPERATIONS, evolution.PERMISSIONS

CHECKS = evolution.CHECKS

DECLARES: tuple[object, ...] = (contract.PROJECTION,)

__all__ = [
    "CHECKS",
    "DECLARES",
    "FLOWS",
    "MODULES",
    "OPERATIONS",
    "PERMISSIONS",
    "SCHEDULES",
    "SUBSCRIPTIONS",
]
