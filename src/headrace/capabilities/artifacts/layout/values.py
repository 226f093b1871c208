"""One value: how text becomes what its kind holds."""

import math
import re
from collections.abc import Iterable, Mapping

from headrace.capabilities.artifacts.layout.parts import BLOCKS, LISTS, Field, Kind
from headrace.capabilities.artifacts.layout.plain_text import NOTHING, line, split_list, text

_REMARK = re.compile(r"(.+?)\s*\((.*)\)", re.DOTALL)
_EXACT = 1e15
"""Below this every whole float is told exactly by its digits."""
_WORDS = {"yes": True, "true": True, "no": False, "false": False}
_INTEGER = re.compile(r"-?\d{1,15}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?(e[-+]?\d{1,3})?", re.ASCII | re.IGNORECASE)


def normal_fields(
    fields: Iterable[Field], values: Mapping[str, object], *, cell: bool = False
) -> dict[str, object]:
    """`values` with each in its kind's form, in declared order; empty ones are left out.

    In a table's `cell` the items of a list stand on one line each.
    """
    known = {field.name: field for field in fields}
    values = _with_remarks(known, values)
    result: dict[str, object] = {}
    for name, field in known.items():
        value = normal_value(field, values.get(name), cell=cell)
        if value is not None:
            result[name] = value
    return result | {str(name): value for name, value in values.items() if name not in known}


def normal_value(field: Field, value: object, *, cell: bool = False) -> object:
    """`value` as its kind holds it, None when there is nothing; what it cannot read stays."""
    if field.kind in LISTS:
        return _normal_list(field, value, cell=cell)
    if isinstance(value, bool) and field.kind is not Kind.BOOLEAN:
        value = "yes" if value else "no"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _normal_number(field, value)
    if not isinstance(value, str):
        return value
    if field.kind in BLOCKS:
        return text(value).strip() or None
    word = line(value)
    return None if word.casefold() in NOTHING - {"none"} else _typed(field, word)


def _typed(field: Field, word: str) -> object:
    match field.kind:
        case Kind.CHOICE:
            return chosen(field, word)
        case Kind.BOOLEAN:
            return _WORDS.get(word.casefold(), word)
        case Kind.INTEGER if _INTEGER.fullmatch(word):
            return int(word)
        case Kind.NUMBER if _NUMBER.fullmatch(word):
            return _plain(float(word)) if math.isfinite(float(word)) else word
    return word


def _normal_number(field: Field, value: float) -> object:
    word = str(_plain(value)) if field.kind in (Kind.INTEGER, Kind.NUMBER) else str(value)
    return _typed(field, word)


def _plain(value: float) -> float:
    return int(value) if abs(value) < _EXACT and value == int(value) else value


def chosen(field: Field, word: str) -> str:
    """The declared spelling of `word`, or `word` itself when no choice is meant."""
    words = {choice.casefold(): choice for choice in field.choices}
    words |= {other.casefold(): choice for other, choice in field.synonyms.items()}
    return words.get(word.casefold(), words.get(word.casefold().replace(" ", "-"), word))


def _normal_list(field: Field, value: object, *, cell: bool) -> object:
    if isinstance(value, str):
        value = split_list(value)
    if not isinstance(value, list):
        return value
    one_line = cell or field.kind is Kind.CHOICES
    items: list[object] = []
    for item in value:
        words = (line(item) if one_line else text(item).strip()) if isinstance(item, str) else item
        if words not in ("", None):
            items.append(chosen(field, words) if isinstance(words, str) else words)
    return items or None


def _with_remarks(known: Mapping[str, Field], values: Mapping[str, object]) -> dict[str, object]:
    result = dict(values)
    for name, field in known.items():
        value = values.get(name)
        found = _REMARK.fullmatch(value.strip()) if isinstance(value, str) else None
        if field.remark and found and not values.get(field.remark):
            plain = _typed(field, line(found[1]))
            if _is_meant(field, plain):
                result |= {name: plain, field.remark: found[2]}
    return result


def _is_meant(field: Field, value: object) -> bool:
    return value in field.choices if field.choices else not isinstance(value, str)
