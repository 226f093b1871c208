"""How a terminal tells why and trace: trees of text, out of the answers as doors give them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_HAND = "made by hand, outside of Headrace: no decision brought it here"
_KINDS = {
    "filing": "filed without approval, as its type allows",
    "projection": "drawn from live rows",
    "founding": "part of the record's first commit",
    "hand": _HAND,
}
_IDENTITY = 24  # characters of a brain's identity: a model's name whole, of a hash the beginning

Answer = Mapping[str, Any]
"""An answer as doors give it: JSON, whose form the operation declares."""

Branch = tuple[int, str]
"""A line of a tree, with its depth."""


def why(answer: Answer) -> Answer:
    """The place, and the tree below it: lines, change, makers, judges, causes."""
    changes = {one["change"]: one for one in answer["changes"]}
    line = f":{answer['line']}" if answer["line"] else ""
    shown: list[Branch] = []
    for origin in answer["origins"]:
        shown += _origin(origin, changes.get(origin["change"]))
    causes = [one for part in answer["causes"] for one in _cause(part, changes)]
    about = [one for part in answer["about"] for one in _cause(part, changes)]
    return {
        "place": f"{answer['repository']}  {answer['path']}{line}",
        "lines": tree(shown),
        **({"about it": tree(about)} if about else {}),
        **({"because of": tree(causes)} if causes else {}),
    }


def trace(answer: Answer) -> Answer:
    """What was traced, where work went on, and the tree of what came of it."""
    items = answer["items"]
    where = "; ".join(
        f"{one['context']}, opened {_day(one['opened_at'])}, now {one['state']}"
        for one in answer["contexts"]
    )
    lines = [(one["depth"], _node(one)) for one in items]
    return {
        "traced": answer["artifact"],
        "title": answer["title"],
        "standing": answer["standing"] or "—",
        "worked on in": where or "—",
        "what came of it": tree(lines) + ("\n… and more than this" if answer["more"] else ""),
    }


def tree(lines: Sequence[Branch]) -> str:
    """Lines below one another, joined by strokes to what they hang on. Depths begin at 0."""
    drawn = []
    for place, (depth, text) in enumerate(lines):
        strokes = "".join(
            "   " if _is_last(lines, place, level) else "│  " for level in range(1, depth)
        )
        joint = "" if depth == 0 else ("└─ " if _is_last(lines, place, depth) else "├─ ")
        drawn.append(f"{strokes}{joint}{text}")
    return "\n".join(drawn)


def _is_last(lines: Sequence[Branch], place: int, level: int) -> bool:
    """Whether nothing of this level follows below the same thing."""
    for depth, _ in lines[place + 1 :]:
        if depth <= level:
            return depth < level
    return True


def _origin(origin: Answer, change: Answer | None) -> Iterable[Branch]:
    many = f" and {origin['lines'] - 1} more" if origin["lines"] > 1 else ""
    yield 0, f"{origin['first']}{many}  {origin['text'].strip()}"
    by = _made(origin["made"]) if origin["made"] else origin["author"]
    yield 1, f"{origin['commit'][:10]}  {_day(origin['written_at'])}  {origin['subject']}  by {by}"
    for version in origin["versions"]:
        yield 1, f"version {version}"
    if change is not None:
        yield from _change(change)
    else:
        yield 1, _KINDS.get(origin["kind"]) or f"change request {origin['change']}"


def _change(change: Answer) -> Iterable[Branch]:
    when = f", {_day(change['ended_at'])}" if change["ended_at"] else ""
    yield 1, f"{change['change']}  {change['title']}  ({change['state']}{when})"
    for made in change["made"]:
        yield 2, f"made by {_made(made)}"
    for task in change["tasks"]:
        yield 2, f"for {task}"
    for one in change["verdicts"]:
        again = "" if one["counts"] else ", judged again since"
        yield 2, f"{one['policy']}: {one['verdict']} by {one['by']}{again}"
    for one in change["answers"]:
        yield 2, f"{one['question']} {one['asked']}"
        if one["answer"]:
            yield 3, f"{one['answer']} by {one['by']}{_said(one['note'])}"
    yield from ((2, _approved(one)) for one in change["approvals"])
    if change["decided_by"]:
        yield 2, f"merge decided by {change['decided_by']}"


def _cause(cause: Answer, changes: Mapping[str, Answer]) -> Iterable[Branch]:
    yield 0, f"{cause['version']}  {cause['type']}: {cause['title']}  ({cause['phase']})"
    change = changes.get(cause["change"])
    yield 1, f"{_day(cause['at'])}  by {_made(cause['made'])}"
    if change is not None:
        yield from ((1, f"{_approved(one)} in {change['change']}") for one in change["approvals"])


def _approved(one: Answer) -> str:
    return f"approved by {one['by']} ({one['where']}, {_day(one['at'])}){_said(one['note'])}"


def _made(maker: Answer) -> str:
    parts = [maker["by"], f"brain {maker['brain']}"]
    if maker["run"]:
        least = "" if maker["priced"] else "at least "
        cost = f"{least}${maker['micro_usd'] / 1_000_000:.2f}"
        parts += [maker["identity"][:_IDENTITY], f"{maker['tokens']} tokens", cost, maker["run"]]
    return ", ".join(part for part in parts if part)


def _node(node: Answer) -> str:
    parts = [
        _day(node["at"]),
        node["id"],
        node["title"]
        if node["title"].startswith(node["type"])
        else f"{node['type']}: {node['title']}",
        f"({node['state']}{', ' + node['nothing'] if node['nothing'] else ''})",
        f"by {node['by']}",
    ]
    if node["change"] and node["change"] != node["id"]:
        parts.append(f"in {node['change']}")
    if node["commit"]:
        parts.append(f"at {node['commit'][:10]}")
    return "  ".join(parts)


def _said(note: str) -> str:
    return f": “{note}”" if note else ""


def _day(moment: str) -> str:
    return moment[:10]
