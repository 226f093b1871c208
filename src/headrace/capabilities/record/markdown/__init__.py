"""Work products as Markdown files, and back: pure text work, driven by the declaration of a type."""

from headrace.capabilities.record.markdown.reading import Parsed, parse
from headrace.capabilities.record.markdown.templates import template
from headrace.capabilities.record.markdown.writing import render

__all__ = ["Parsed", "parse", "render", "template"]
