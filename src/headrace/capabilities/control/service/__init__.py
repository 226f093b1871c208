"""The verbs of control."""

from headrace.capabilities.control.service.board import board
from headrace.capabilities.control.service.overview import overview
from headrace.capabilities.control.service.quality import quality
from headrace.capabilities.control.service.tracing import trace
from headrace.capabilities.control.service.why import why

__all__ = ["board", "overview", "quality", "trace", "why"]
