"""Renders templates: the pages and the components of the design system."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).parent
environment = Environment(
    loader=FileSystemLoader([HERE / "pages", HERE / "components"]),
    autoescape=True,
    undefined=StrictUndefined,
)


def render(template: str, **values: Any) -> Markup:  # noqa: ANN401 -- a template takes any value
    """The template filled in; a value that it needs and does not get is an error."""
    return Markup(environment.get_template(template).render(**values))  # noqa: S704 -- escaped above
