"""Texts with places for facts: a closed Jinja2 in which an absent fact is an error that names it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TypeAlias, cast

from jinja2 import StrictUndefined, TemplateError, TemplateRuntimeError, UndefinedError, nodes
from jinja2.sandbox import SandboxedEnvironment
from pydantic import JsonValue

from headrace.kernel.errors import Invalid

Names: TypeAlias = Mapping[str, JsonValue]

SOLE_EXPRESSION = re.compile(r"\s*\{\{(?P<expression>(?:(?!\}\}|\{\{).)*)\}\}\s*", re.DOTALL)
"""A text that is one expression and nothing else: as an argument it keeps the expression's type."""

CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "KRW": "₩"}
SHORT_UNITS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))


class TemplateInvalid(Invalid):
    """A template cannot be read, or does with a fact what the fact's type does not allow."""

    code = "agents.template_invalid"


class FactAbsent(Invalid):
    """A template names something that is not there; `details["fact"]` is its full name."""

    code = "agents.fact_absent"


class _Absence(UndefinedError):
    def __init__(self, message: str, holder: object = None, name: str | int = "") -> None:
        super().__init__(message)
        self.holder = holder
        self.name = name


class _Absent(StrictUndefined):
    """Any use of what is not there raises, and remembers where it was looked for."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: object = None,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = UndefinedError,
    ) -> None:
        raised = partial(_Absence, holder=obj, name=name or "")
        # Jinja only ever calls it with the message, which a partial answers as well as a class.
        super().__init__(hint, obj, name, cast(type[TemplateRuntimeError], raised))


class _Environment(SandboxedEnvironment):
    """Facts are data: `facts.items` is the fact of that name, never a method of the mapping."""

    def getattr(self, obj: object, attribute: str) -> object:
        if isinstance(obj, Mapping):
            return self.getitem(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: object, argument: object) -> object:
        if isinstance(obj, Mapping):
            return obj[argument] if argument in obj else self.undefined(obj=obj, name=str(argument))
        return super().getitem(obj, argument)


def number(value: float | Decimal, digits: int | None = None) -> str:
    """1234567 as "1,234,567"; `digits` fixes the places after the point."""
    text = (
        f"{Decimal(str(value)):,.{digits}f}" if digits is not None else f"{Decimal(str(value)):,}"
    )
    return text.rstrip("0").rstrip(".") if digits is None and "." in text else text


def money(value: float, currency: str = "USD", short: bool = False) -> str:
    """2400000 as "$2,400,000", or "$2.4M" when short. `value` is in whole units of the currency."""
    sign = CURRENCY_SIGNS.get(currency, f"{currency} ")
    for unit, letter in SHORT_UNITS if short else ():
        if abs(value) >= unit:
            return f"{sign}{number(round(value / unit, 1))}{letter}"
    return f"{sign}{number(value)}"


def percent(share: float, digits: int = 1) -> str:
    """0.942 as "94.2%". The value is a share of one."""
    return f"{number(round(Decimal(str(share)) * 100, digits))}%"


def day(value: str | date, form: str = "%Y-%m-%d") -> str:
    """A date or an instant, as ISO text or value, in the form asked for."""
    return _instant(value).strftime(form)


def week(value: str | date) -> str:
    """The ISO week of a date: 2026-03-20 as "2026-W12"."""
    year, number_of_week, _ = _instant(value).isocalendar()
    return f"{year}-W{number_of_week:02}"


def _instant(value: str | date) -> date:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _environment() -> _Environment:
    environment = _Environment(undefined=_Absent, keep_trailing_newline=True, trim_blocks=True)
    environment.filters |= {
        "number": number,
        "money": money,
        "percent": percent,
        "date": day,
        "week": week,
    }
    return environment


ENVIRONMENT = _environment()
"""Read only after it is made: filters and rules, no state of a rendering."""


def render(text: str, names: Names) -> str:
    """`text` with its places filled. Raises FactAbsent or TemplateInvalid."""
    try:
        return ENVIRONMENT.from_string(text).render(names)
    except _Absence as absence:
        fact = _full_name(names, absence)
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise TemplateInvalid(f"The template cannot be filled: {error}") from None
    raise FactAbsent(f"There is no {fact}.", fact=fact)


def value(text: str, names: Names) -> JsonValue:
    """As `render`, but a text that is one expression alone keeps the type of what it names."""
    sole = SOLE_EXPRESSION.fullmatch(text)
    if sole is None:
        return render(text, names)
    try:
        found = ENVIRONMENT.compile_expression(sole["expression"], undefined_to_none=False)(names)
        if isinstance(found, _Absent):
            str(found)  # raises, with the place where it was looked for
        return _data(found)
    except _Absence as absence:
        fact = _full_name(names, absence)
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise TemplateInvalid(f"The template cannot be filled: {error}") from None
    raise FactAbsent(f"There is no {fact}.", fact=fact)


def syntax_fault(text: str) -> str:
    """Why `text` is no template, or nothing."""
    try:
        ENVIRONMENT.from_string(text)
    except TemplateError as error:
        return str(error)
    return ""


def facts_named(text: str) -> frozenset[str]:
    """The first names after `facts.` in a template: what it needs or asks for."""
    tree = ENVIRONMENT.parse(text)
    named = {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "facts"
    }
    return frozenset(named)


def _data(found: object) -> JsonValue:
    """What an expression gave, as plain data; lazy sequences are read to their end."""
    if found is None or isinstance(found, str | bool | int | float):
        return found
    if isinstance(found, Mapping):
        return {str(key): _data(item) for key, item in found.items()}
    if isinstance(found, Iterable):
        return [_data(item) for item in found]
    return str(found)


def _full_name(names: Names, absence: _Absence) -> str:
    """The absent thing's name from the top: where its holder stands, found by identity."""
    if isinstance(absence.holder, list):
        return f"{_path_of(names, absence.holder)}[{absence.name}]"
    prefix = _path_of(names, absence.holder) if isinstance(absence.holder, Mapping) else ""
    return f"{prefix}.{absence.name}" if prefix else f"{absence.name}"


def _path_of(inside: JsonValue | Names, holder: object, path: str = "") -> str:
    if inside is holder:
        return path
    below: Iterable[tuple[str, JsonValue]] = ()
    if isinstance(inside, Mapping):
        below = ((f"{path}.{key}" if path else str(key), item) for key, item in inside.items())
    elif isinstance(inside, list):
        below = ((f"{path}[{index}]", item) for index, item in enumerate(inside))
    for name, item in below:
        found = _path_of(item, holder, name)
        if found:
            return found
    return ""
