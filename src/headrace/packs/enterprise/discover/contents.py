"""Reading contents: where a fact stands in a signal, a digest or a brief. Pure."""

from collections.abc import Mapping, Sequence

from headrace.kernel.json import Json

Content = Mapping[str, Json]


def at(content: Content, *place: str) -> Json:
    """The value at a place of a content (`sections`, `source`, `topic`), or None."""
    found: Json = content
    for part in place:
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def told(content: Content, *place: str) -> str:
    """The text at a place; empty when nothing stands there."""
    found = at(content, *place)
    return "" if found is None else str(found)


def items(content: Content, section: str) -> Sequence[Content]:
    """The rows or items of a section."""
    found = at(content, "sections", section)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return ()
    return tuple(one for one in found if isinstance(one, Mapping))


def signal_content(
    *,
    title: str,
    category: str,
    system: str,
    topic: str,
    confidence: str,
    observation: str,
    urgency: str,
    impact: str,
    recommended: str,
    divisions: Sequence[str] = (),
    supersedes: str = "",
    follow_up: str = "",
    address: str = "",
    impact_reason: str = "",
    related: Sequence[str] = (),
    notes: str = "",
) -> Content:
    """A signal's content from its facts."""
    fields = {"supersedes": supersedes} if supersedes else {}
    return {
        "title": title,
        "fields": fields,
        "sections": {
            "source": {
                "category": category,
                "system": system,
                "topic": topic.casefold().strip(),
                "confidence": confidence,
                **({"address": address} if address else {}),
            },
            "observation": observation,
            "assessment": {
                "urgency": urgency,
                "impact": impact,
                "divisions": list(divisions),
                **({"impact_reason": impact_reason} if impact_reason else {}),
            },
            "disposition": {
                "recommended": recommended,
                **({"follow_up": follow_up} if follow_up else {}),
            },
            **({"related": list(related)} if related else {}),
            **({"notes": notes} if notes else {}),
        },
    }
