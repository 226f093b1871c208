"""Requests: the short way, for a mission that a person opens instead of a digest's alert."""

from headrace.packs.enterprise.requests.modules import MODULES
from headrace.packs.enterprise.requests.operations import OPERATIONS, PERMISSIONS

__all__ = ["MODULES", "OPERATIONS", "PERMISSIONS"]
