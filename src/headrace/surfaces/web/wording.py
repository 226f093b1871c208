"""Wording: times, numbers, states and addresses as the pages write them."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import quote, urlencode

from markupsafe import Markup


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

_TONES = {
    Tone.RUNNING: "queued waiting working active planning opening merging in-progress in_progress",
    Tone.WAITING: "proposed open in_review in-review escalate paused draft",
    Tone.GOOD: "done approved effective merged completed pass approve",
    Tone.BAD: "failed rejected fail blocked revised revise conflicted",
}
_OF_WORD = {word: tone for tone, text in _TONES.items() for word in text.split()}


def tone(state: str) -> Tone:
    """How a state is coloured; one that is not known is settled, so that it alarms nobody."""
    return _OF_WORD.get(state.lower(), Tone.SETTLED)


def shape(state: str) -> str:
    """The sign beside a state's word."""
    return SHAPES[tone(state)]


def spoken(state: str) -> str:
    """A state as a word: `in_progress` is `in progress`."""
    return state.replace("_", " ").replace("-", " ")


def moment(at: datetime | None) -> Markup:
    """A moment of organisation time, UTC, exact for machines."""
    if at is None:
        return Markup("—")
    utc = at.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.isoformat(), f"{utc:%Y-%m-%d %H:%M:%S} UTC", f"{utc:%d %b %Y %H:%M}"
    )


def span(length: timedelta) -> str:
    """A length of time in its two largest units: `3 h 12 m`."""
    minutes = max(0, int(length.total_seconds())) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} m" if hours else f"{minutes} m"


def number(value: int | None) -> str:
    """An integer in groups of three."""
    return "—" if value is None else f"{value:,}"


def money(micro_usd: int | None) -> str:
    """Millionths of a dollar as dollars, with four significant digits at most."""
    if micro_usd is None:
        return "—"
    dollars = micro_usd / 1_000_000
    return f"${dollars:,.2f}" if dollars >= 1 or dollars == 0 else f"${dollars:.4f}"


def short(hash: str | None) -> str:
    """The first twelve digits of a hash."""
    return (hash or "—")[:12]


def artifact_address(reference: str) -> str:
    """The page of `type/slug`, or of its version `type/slug@2`."""
    place, _, version = reference.partition("@")
    query = "?" + urlencode({"version": version.partition("#")[0]}) if version else ""
    return f"/artifacts/{quote(place)}{query}"


def context_address(context: str) -> str | None:
    """The page of a context, where it has one."""
    kind, _, slug = context.partition(":")
    return f"/missions/{quote(slug, safe='')}" if kind == "mission" else None


def lineage_address(lineage: str) -> str | None:
    """The page of the thing that a journal's line is about, where it has one."""
    kind, _, name = lineage.partition(":")
    if kind == "artifact":
        return artifact_address(name)
    if kind == "change":
        return f"/changes/{quote(name, safe='')}"
    if kind in {"mission", "context"}:
        return context_address(lineage if kind == "mission" else name)
    return None
