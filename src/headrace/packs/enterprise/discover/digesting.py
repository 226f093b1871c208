"""A digest's content: the writer's words, and the counted figures whatever the writer wrote. Pure."""

from collections.abc import Mapping, Sequence

from headrace.capabilities.artifacts.layout import slug
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover.contents import Content, at, items, told

PRIORITIES = ("P1", "P2", "P3")
_THEME_WORDS = ("name", "pattern", "action")
_ALERT_WORDS = ("name", "description", "action", "urgency")


def content(submitted: Content, facts: Content, *, interim: bool) -> Content:
    """The digest: counts, themes, alerts, anomalies and stale signals are those of the facts.

    A theme or an alert keeps the words of the one that was written about the same signals. What was
    written about no counted one is left out: no alert stands below three signals.
    """
    sections = at(submitted, "sections")
    return {
        **submitted,
        "title": f"Week {told(facts, 'period', 'week')}{', interim' if interim else ''}",
        "fields": {
            "week": told(facts, "period", "week"),
            "period_start": told(facts, "period", "begin"),
            "period_end": told(facts, "period", "end"),
            "interim": interim,
        },
        "sections": {
            **(sections if isinstance(sections, Mapping) else {}),
            "summary": at(facts, "counts"),
            "themes": _themes(submitted, facts),
            "pattern_alerts": _alerts(submitted, facts),
            "anomalies": _anomalies(submitted, facts),
            "actions": _actions(submitted, facts),
            "stale": [told(one, "signal") for one in _listed(facts, "stale_signals")],
        },
    }


def _themes(submitted: Content, facts: Content) -> list[Json]:
    written = items(submitted, "themes")
    taken: set[str] = set()
    return [
        {**one, **_words(one, _written_about(one, written), _THEME_WORDS, taken)}
        for one in _listed(facts, "themes")
    ]


def _alerts(submitted: Content, facts: Content) -> list[Json]:
    written = items(submitted, "pattern_alerts")
    taken: set[str] = set()
    return [_alert(one, _written_about(one, written), taken) for one in _listed(facts, "alerts")]


def _alert(one: Content, written: Content, taken: set[str]) -> Json:
    names = at(one, "titles")
    titles = "; ".join(str(name) for name in names) if isinstance(names, list) else ""
    plain: Content = {
        "name": told(one, "name").title(),
        "description": f"{told(one, 'signals_involved')} signals within four weeks: {titles}.",
        "action": f"Weigh what is new in {led_to}, which answers them"
        if (led_to := told(one, "led_to"))
        else "Validate the opportunity",
        "urgency": told(one, "urgency") or "medium",
    }
    return {
        "topic": told(one, "name"),
        "signals_involved": one["signals_involved"],
        "signals": one["signals"],
        "first_signal": one["first_signal"],
        "latest_signal": one["latest_signal"],
        **plain,
        **_words(plain, written, _ALERT_WORDS, taken),
    }


def _words(own: Content, written: Content, names: Sequence[str], taken: set[str]) -> Content:
    """The written words that there are; a name that another one bears already stays away."""
    words = {name: written[name] for name in names if written.get(name)}
    if slug(str(words.get("name", ""))) in taken:
        del words["name"]
    taken.add(slug(str(words.get("name") or told(own, "name"))))
    return words


def _written_about(counted: Content, written: Sequence[Content]) -> Content:
    """What was written about most of the same signals, or under the same name; nothing if none was."""
    own = _signals(counted)
    best = max(written, key=lambda one: len(own & _signals(one)), default={})
    if own & _signals(best):
        return best
    name = slug(told(counted, "name"))
    return next((one for one in written if slug(told(one, "name")) == name), {})


def _signals(one: Content) -> set[str]:
    """The signals that a theme's rows or an alert's list name."""
    listed = one.get("signals")
    found = listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ()
    return {told(row, "signal") if isinstance(row, Mapping) else str(row) for row in found}


def _anomalies(submitted: Content, facts: Content) -> list[Json]:
    said = {told(one, "metric"): told(one, "observation") for one in items(submitted, "anomalies")}
    return [
        {**one, **({"observation": said[name]} if said.get(name) else {})}
        for one in _listed(facts, "anomalies")
        for name in (told(one, "metric"),)
    ]


def _actions(submitted: Content, facts: Content) -> list[Json]:
    """What was recommended, most urgent first; each fresh alert has its action, written or not."""
    written = list(items(submitted, "actions"))
    named = {name for one in written for name in _signals(one)}
    lacking: list[Content] = [
        {
            "priority": "P1",
            "action": f"Validate the opportunity behind {told(one, 'name')}",
            "owner": "Strategy Owner",
            "signals": one["signals"],
        }
        for one in _listed(facts, "alerts")
        if one.get("fresh") is not False and not named & _signals(one)
    ]
    ranked: list[Content] = sorted([*lacking, *written], key=_rank)
    return list(ranked)


def _rank(action: Content) -> int:
    name = told(action, "priority")
    return PRIORITIES.index(name) if name in PRIORITIES else len(PRIORITIES)


def _listed(facts: Content, name: str) -> tuple[Content, ...]:
    found = facts.get(name)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return ()
    return tuple(one for one in found if isinstance(one, Mapping))
