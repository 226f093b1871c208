"""Wording: times, numbers, states and addresses as the pages write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from urllib.parse import quote, urlencode

from babel.dates import get_month_names
from markupsafe import Markup

from headrace.surfaces.web.language import Speaker, said


class Tone(StrEnum):
    """The colour and shape of a state; its word is always beside them."""

    RUNNING = "running"
    WAITING = "waiting"  # for a person
    GOOD = "good"
    BAD = "bad"
    SETTLED = "settled"


SHAPES = {
    Tone.RUNNING: "◐",
    Tone.WAITING: "◆",
    Tone.GOOD: "✓",
    Tone.BAD: "✕",
    Tone.SETTLED: "○",
}

WORDS = {
    Tone.RUNNING: (
        said("queued"), said("waiting"), said("working"), said("active"), said("planning"),
        said("opening"), said("merging"), said("in progress"), said("rising"), said("pending"),
        said("deploying"), said("here"), said("begin"), said("soak"),
        said("acting"), said("watching"), said("running"), said("acknowledged"), said("sev3"),
        said("wanted"), said("starting"), said("measuring"), said("restarted"),
    ),
    Tone.WAITING: (
        said("open"), said("in review"), said("escalate"), said("paused"), said("proposed"),
        said("draft"), said("not judged yet"), said("ask"), said("ticket"), said("unknown"),
        said("settled"), said("never evaluated"), said("unused"), said("expired"),
        said("unowned"), said("unmet"), said("waits for a person"),
        said("asked"), said("called"), said("call"), said("not measured yet"), said("sev2"),
        said("significant"), said("limited"), said("partially met"), said("watch"), said("at risk"),
    ),
    Tone.GOOD: (
        said("done"), said("approved"), said("effective"), said("merged"), said("completed"),
        said("pass"), said("approve"), said("ready"), said("succeeded"), said("proceed"),
        said("allow"), said("pass with notes"), said("deployed"), said("passed"),
        said("promote"), said("finish"), said("healthy"), said("on"), said("met"),
        said("resolved"), said("mitigated"), said("helped"), said("measured"), said("answered"),
        said("outcome"), said("exceeded"), said("on track"),
    ),
    Tone.BAD: (
        said("failed"), said("rejected"), said("fail"), said("blocked"), said("revised"),
        said("revise"), said("conflicted"), said("refused"), said("refuse"), said("reject"),
        said("rolled back"), said("roll back"), said("taken back"), said("worse"),
        said("exhausted"), said("burning"), said("page"), said("killed"),
        said("missed"), said("in vain"), said("broken"), said("sev1"), said("deadline"),
        said("not met"), said("critical"), said("off track"),
    ),
    Tone.SETTLED: (
        said("held"), said("superseded"), said("withdrawn"), said("closed"), said("cancelled"),
        said("archive"), said("monitor"), said("defer"), said("retired"), said("inactive"),
        said("person"), said("vacant"), said("agent"), said("service"), said("to come"), said("hold"),
        said("not reached"), said("sev4"), said("told"), said("notice"), said("dropped"),
        said("sign"), said("severity"), said("status"), said("diagnosis"), said("plan"),
        said("deed"), said("word"), said("none"),
        said("skipped"), said("stopped"), said("parameter set"),
        said("inconclusive"), said("off"), said("archived"), said("not applicable"),
    ),
}  # fmt: skip
"""Every state that a badge knows, by how it is shown."""

OTHERS = (
    said("steering"), said("strategy"), said("orchestration"), said("execution"), said("quality"),
    said("other"), said("high"), said("medium"), said("low"), said("input"),
    said("added"), said("modified"), said("removed"), said("renamed"), said("deleted"),
    said("organisation"), said("stream"), said("always"), said("day"), said("week"), said("month"),
    said("immediate"), said("next cycle"), said("release"), said("experiment"),
    said("operational"), said("permission"), said("create"), said("edit"), said("rollout"),
    said("switch"), said("revive"), said("kill"), said("acknowledge"), said("mitigate"),
    said("resolve"), said("deployment"), said("flag"), said("parameter"), said("share"),
    said("usual"), said("due"), said("trigger"), said("effect key"), said("hash"),
    said("runbook"), said("subject"), said("dimension"), said("improving"), said("stable"),
    said("declining"), said("close"), said("follow up"), said("pivot"), said("extend"),
    said("maintain"), said("accelerate"), said("scale down"), said("sunset"), said("file"), said("date"),
    said("environment"), said("home"), said("default"),
)  # fmt: skip
"""Words of the data that pages say in the reader's language where they are plain English."""

_OF_WORD = {word: tone for tone, words in WORDS.items() for word in words}


def tone(state: str) -> Tone:
    """How a state is coloured; one that is not known is settled, so that it alarms nobody."""
    return _OF_WORD.get(spoken(state), Tone.SETTLED)


_URGENT = (Tone.BAD, Tone.WAITING, Tone.RUNNING, Tone.SETTLED, Tone.GOOD)


def urgency(state: str) -> int:
    """The place of a state among others of one thing: what asks for somebody is first, what is good last."""
    return _URGENT.index(tone(state))


def shape(state: str) -> str:
    """The sign beside a state's word."""
    return SHAPES[tone(state)]


def spoken(state: str) -> str:
    """A state as a word: `in_progress` is `in progress`."""
    return state.replace("_", " ").replace("-", " ").lower()


@cache
def _months(code: str) -> Mapping[int, str]:
    """The short names of months in a language, by their numbers."""
    return get_month_names("abbreviated", locale=code)


@dataclass(frozen=True)
class Clockwork:
    """Moments and lengths of time as one language writes them."""

    speaker: Speaker

    def moment(self, at: datetime | None) -> Markup:
        """A moment of organisation time, UTC, exact for machines and on hover."""
        if at is None:
            return Markup("—")
        utc = at.astimezone(UTC)
        day, clock = utc.date(), f"{utc.hour:02}:{utc.minute:02}"
        if self.speaker.code == "ko":
            told = f"{day.year}년 {day.month}월 {day.day}일 {clock}"
        else:
            told = f"{day.day} {_months(self.speaker.code)[day.month]} {day.year} {clock}"
        return Markup(  # noqa: S704 - made of figures and the names of months; lists hold hundreds
            f'<time datetime="{utc.isoformat()}" title="{day} {clock}:{utc.second:02} UTC">{told}</time>'
        )

    def span(self, length: timedelta) -> str:
        """A length of time in its two largest units: `3 h 12 m`."""
        seconds = max(0, int(length.total_seconds()))
        if 0 < seconds < 60:
            return self.speaker.say("{} s").format(seconds)
        minutes = seconds // 60
        days, rest = divmod(minutes, 24 * 60)
        hours, minutes = divmod(rest, 60)
        if days:
            return self.speaker.say("{} d {} h").format(days, hours)
        if hours:
            return self.speaker.say("{} h {} m").format(hours, minutes)
        return self.speaker.say("{} m").format(minutes)

    def seconds(self, length: float) -> str:
        """Real seconds: `42 s`, and from two minutes on as a span."""
        if length < 120:
            return self.speaker.say("{} s").format(round(length))
        return self.span(timedelta(seconds=length))

    def between(self, start: datetime | None, end: datetime | None) -> str:
        """How long from one moment to the other; a dash while one of them has not come."""
        return self.span(end - start) if start and end else "—"


LENGTHS = (said("{} d {} h"), said("{} h {} m"), said("{} m"), said("{} s"))


def number(value: int | None) -> str:
    """An integer in groups of three."""
    return "—" if value is None else f"{value:,}"


def percent(share: float | None, digits: int = 3) -> str:
    """A share as `99.95 %`, with so many decimals at most; more than all and less than nothing too."""
    if share is None:
        return "—"
    told = f"{share * 100:,.{digits}f}"
    told = told.rstrip("0").rstrip(".") if "." in told else told
    return f"{'0' if told == '-0' else told.replace('-', '−')} %"


def money(micro_usd: int | None) -> str:
    """Millionths of a dollar as dollars, with four significant digits at most."""
    if micro_usd is None:
        return "—"
    dollars = micro_usd / 1_000_000
    return f"${dollars:,.2f}" if dollars >= 1 or dollars == 0 else f"${dollars:.4f}"


def short(hash: str | None) -> str:
    """The first twelve digits of a hash."""
    return (hash or "—")[:12]


def identity(text: str) -> str:
    """What answered a run: a model's name whole, of a hash the beginning."""
    return text[:24]


def artifact_address(reference: str) -> str:
    """The page of `type/slug`, or of its version `type/slug@2`."""
    place, _, version = reference.partition("@")
    query = "?" + urlencode({"version": version.partition("#")[0]}) if version else ""
    return f"/artifacts/{quote(place)}{query}"


def context_address(context: str) -> str | None:
    """The page of a context, where it has one."""
    kind, _, slug = context.partition(":")
    return f"/missions/{quote(slug, safe='')}" if kind == "mission" else None


def item_address(item: str) -> str:
    """Where an item of the inbox is decided."""
    return f"/inbox/{quote(item, safe='')}"


_PLACES = {
    "release": "/releases/",
    "flag": "/flags/",
    "deployment": "/deployments/",
    "agent-run": "/runs/",
    "incident": "/incidents/",
}
"""Where the things of other lineages have their pages."""


def lineage_address(lineage: str) -> str | None:
    """The page of the thing that a journal's line is about, where it has one."""
    kind, _, name = lineage.partition(":")
    if kind == "artifact":
        return artifact_address(name)
    if kind == "change":
        return f"/changes/{quote(name, safe='')}"
    if kind in {"mission", "context"}:
        return context_address(lineage if kind == "mission" else name)
    if kind in {"gate", "question"}:
        return item_address(name)
    return _PLACES[kind] + quote(name, safe="") if kind in _PLACES else None
