"""Rendering: a page's context through its template. Templates only show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache, lru_cache
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from headrace.surfaces.web import wording
from headrace.surfaces.web.advice import Piece
from headrace.surfaces.web.answers import View
from headrace.surfaces.web.assets import Assets
from headrace.surfaces.web.language import ENGLISH, LANGUAGES, Language, Speaker
from headrace.surfaces.web.markdown import render as markdown
from headrace.surfaces.web.markdown import sections
from headrace.surfaces.web.navigation import Place
from headrace.surfaces.web.porter import Membership
from headrace.surfaces.web.toasts import Toast

_PHRASES = 4096  # kept ready in a language; the pages have about a thousand


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands around every page. `seal` goes into its forms; `waiting` counts the inbox; `follows`
    is where the page hears that something moved, `every` the seconds after which it looks anyway;
    `back` is its own address; `memberships` are the organisations that whoever signed in may switch
    to. `views` are the lists that the reader keeps of this page, `may_keep` whether it can be kept.
    `now` is the organisation's time, from which times are told."""

    nav: str
    places: tuple[Place, ...]
    organisation: str | None
    organisation_name: str
    person: str | None
    seal: str
    waiting: int | None
    data: str
    back: str
    follows: str
    every: int
    views: tuple[View, ...]
    may_keep: bool
    language: str
    languages: tuple[Language, ...]
    theme: str
    assets: Assets
    toast: Toast | None
    memberships: tuple[Membership, ...]
    is_signed_in: bool
    now: datetime | None


@dataclass(frozen=True, kw_only=True)
class ErrorPage:
    """What went wrong, in words that say what to do, with links to where it is done; `listed` is the
    place that lists what there is of the kind asked for."""

    status: int
    title: str
    message: tuple[Piece, ...]
    code: str
    is_reading: bool
    listed: Place | None


@cache
def environment(language: str = ENGLISH.code) -> Environment:
    """Everything is escaped, and a name that is not there is a defect."""
    made = Environment(
        loader=PackageLoader("headrace.surfaces.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    speaker = Speaker(language)
    made.install_gettext_callables(speaker.say, speaker.count, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    made.globals["_"] = _sayer(speaker)
    made.filters |= _filters(speaker)
    made.globals["LANGUAGES"] = LANGUAGES
    return made


def _sayer(speaker: Speaker) -> Callable[..., Markup]:
    """What a template's `_` does, for a list says the same words in every row: those that nothing is put
    into are made ready once. What is put into others is escaped."""

    @lru_cache(maxsize=_PHRASES)
    def ready(words: str) -> Markup:
        return Markup(speaker.say(words))  # noqa: S704 - the pages' own words

    @lru_cache(maxsize=_PHRASES)
    def plain(words: str) -> Markup:
        return ready(words) % {}

    def say(words: str, /, **given: object) -> Markup:
        return ready(words) % given if given else plain(words)

    return say


def _filters(speaker: Speaker) -> dict[str, object]:
    clockwork = wording.Clockwork(speaker)
    return {
        "markdown": markdown,
        "sections": sections,
        "tone": wording.tone,
        "shape": wording.shape,
        "spoken": lambda state: speaker.say(wording.spoken(state)),
        "moment": clockwork.moment,
        "span": clockwork.span,
        "between": clockwork.between,
        "seconds": clockwork.seconds,
        "number": wording.number,
        "percent": wording.percent,
        "money": wording.money,
        "short": wording.short,
        "identity": wording.identity,
        "say": speaker.say,
        "summary": speaker.summary,
        "part": lambda text: quote(text, safe=""),
        "artifact_address": wording.artifact_address,
        "context_address": wording.context_address,
        "lineage_address": wording.lineage_address,
        "item_address": wording.item_address,
    }


def render(template: str, context: object, frame: Frame) -> str:
    """The page as HTML."""
    page = environment(frame.language).get_template(template)
    return page.render(**values(context), frame=frame)


def values(context: object) -> Mapping[str, object]:
    """A context's fields by name."""
    return {one.name: getattr(context, one.name) for one in fields(context)}  # type: ignore[arg-type]  # a dataclass
