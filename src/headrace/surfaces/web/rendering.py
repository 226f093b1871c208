"""Rendering: a page's context through its template. Templates only show."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from headrace.surfaces.web import wording
from headrace.surfaces.web.markdown import render as markdown

NAV = (
    ("inbox", "/", "Inbox"),
    ("missions", "/missions", "Missions"),
    ("artifacts", "/artifacts", "Artifacts"),
    ("changes", "/changes", "Changes"),
    ("journal", "/journal", "Journal"),
)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands around every page. `seal` goes into its forms; `waiting` counts the inbox."""

    nav: str
    organisation: str | None
    person: str | None
    seal: str
    waiting: int | None
    data: str  # address of the page's data


@dataclass(frozen=True, kw_only=True)
class ErrorPage:
    """What went wrong, in words that say what to do."""

    status: int
    title: str
    message: str
    code: str


@cache
def environment() -> Environment:
    """Everything is escaped, and a name that is not there is a defect."""
    made = Environment(
        loader=PackageLoader("headrace.surfaces.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "markdown": markdown,
        "tone": wording.tone,
        "shape": wording.shape,
        "spoken": wording.spoken,
        "moment": wording.moment,
        "span": wording.span,
        "number": wording.number,
        "money": wording.money,
        "short": wording.short,
        "artifact_address": wording.artifact_address,
        "context_address": wording.context_address,
        "lineage_address": wording.lineage_address,
    }
    made.globals["NAV"] = NAV
    return made


def render(template: str, context: object, frame: Frame) -> str:
    """The page as HTML."""
    return environment().get_template(template).render(**values(context), frame=frame)


def values(context: object) -> Mapping[str, object]:
    """A context's fields by name."""
    return {one.name: getattr(context, one.name) for one in fields(context)}  # type: ignore[arg-type]  # a dataclass
