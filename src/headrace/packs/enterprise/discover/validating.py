"""A validation's content: its author's words, and what plain rules found whatever they wrote. Pure."""

from collections.abc import Mapping, Sequence

from headrace.kernel.json import Json
from headrace.packs.enterprise.discover.contents import Content, at, told

GRADES = ("passed", "concern", "open", "failed")
"""The verdicts from best to worst: what nobody has evidence for is worse than a known concern."""

_COMPUTED = {
    "scoping": ("divisions", "scoping", ("division",)),
    "conflict": ("conflicts", "conflict_rows", ("mission", "path")),
    "resources": ("capacity", "capacity", ("division",)),
}
"""For a check: its table, the facts that fill it, and what tells its rows apart."""


def content(submitted: Content, facts: Content) -> Content:
    """The memo: no check is better than the rules found it, and no conflict that they found is left out."""
    written = at(submitted, "sections")
    sections = dict(written) if isinstance(written, Mapping) else {}
    checks = facts.get("checks")
    found = checks if isinstance(checks, Mapping) else {}
    for name in found:
        check = sections.get(name)
        if isinstance(check, Mapping):
            sections[name] = _check(name, check, facts)
    answers = _answers(told({"of": sections}, "of", "answers"), facts)
    if answers:
        sections["answers"] = answers
    return {**submitted, "sections": sections}


def _check(name: str, written: Content, facts: Content) -> Content:
    verdict = worse(told(written, "verdict"), told(facts, "checks", name))
    made: dict[str, Json] = {**written, "verdict": verdict}
    if name in _COMPUTED:
        table, source, key = _COMPUTED[name]
        rows = _merged(_rows(facts.get(source)), _rows(written.get(table)), key)
        if rows:
            made[table] = rows
    return made


def worse(written: str, computed: str) -> str:
    """The worse of two verdicts; a word that is none stays, for the type's own check to refuse."""
    if written not in GRADES or computed not in GRADES:
        return written
    return max(written, computed, key=GRADES.index)


def _merged(
    computed: Sequence[Content], written: Sequence[Content], key: Sequence[str]
) -> list[Json]:
    """The computed rows with the words written about them, then rows that only the author knows of."""
    by_key = {_key(row, key): row for row in written}
    known = {_key(row, key) for row in computed}
    return [
        *({**by_key.get(_key(row, key), {}), **row} for row in computed),
        *(row for row in written if _key(row, key) not in known),
    ]


def _key(row: Content, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(told(row, name) for name in names)


def _rows(found: Json) -> Sequence[Content]:
    if not isinstance(found, Sequence) or isinstance(found, str):
        return ()
    return [row for row in found if isinstance(row, Mapping)]


def _answers(written: str, facts: Content) -> str:
    """The answers to a reviewer's comments; comments that nobody has answered are told as such."""
    asked = facts.get("feedback")
    if written or not isinstance(asked, Sequence) or isinstance(asked, str):
        return written
    return "\n".join(f"- {comment} (not answered)" for comment in asked)
