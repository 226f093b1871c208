"""The verbs of control."""

from headrace.capabilities.control.service.tracing import trace
from headrace.capabilities.control.service.why import why

__all__ = ["trace", "why"]
