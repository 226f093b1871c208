"""Inputs: an operation's declared fields as controls of a form, and what was sent read back as its input.

A field that names a thing of the house is offered those that there are. Which query lists them the
rooms declare (`kernel/inputs.py`); it is asked as the reader, so that whoever may not list has a field
to write into and sees nothing, and whatever is not offered can be written all the same.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from headrace.kernel.access import Call
from headrace.kernel.capability import Operation
from headrace.kernel.errors import HeadraceError, Invalid
from headrace.kernel.form import InputField, input_fields
from headrace.kernel.inputs import Listing
from headrace.kernel.json import Json
from headrace.surfaces.web.advice import Piece, pieces
from headrace.surfaces.web.client import Client

_LONG = {"note", "reason", "rationale", "text", "description", "observation", "summary", "why"}
_LONG |= {"document", "current", "proposed", "rollback", "evidence"}
_PAGE = 50  # asked of a list at once
_LONGEST = 200  # of the words that a list is narrowed by
_MOST = 200  # offered of a list that comes whole
_CONTROLS = {"date": "date", "date-time": "moment"}
_TRUTH = ("true", "false")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What may be picked: the value that is sent, and what people call it, where that is more."""

    value: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a field may be picked from; nothing else is meant where it `is_closed`. It `may_change`
    while the form is filled in: with what is written in the field, or in one that it lies within."""

    choices: tuple[Choice, ...] = ()
    is_closed: bool = False
    may_change: bool = False


@dataclass(frozen=True, kw_only=True)
class Input:
    """A field of the form.

    `control` is "text", "long", "number", "date", "moment", "choice" (one of a closed set), "pick" (one
    that is offered, or written), "several" (any of those that are offered, or written one on each
    line), "lines" or "json". `others` are the values of "several" that are not offered, `chosen` is
    what people call the value. What is offered in the form follows what is written in one that `asks`.
    """

    name: str
    label: str
    control: str
    help: tuple[Piece, ...]
    required: bool
    value: str
    choices: tuple[Choice, ...]
    others: tuple[str, ...]
    chosen: str
    asks: bool
    unit: str
    example: str


def fields_of(client: Client, operation: Operation, form: Mapping[str, str]) -> tuple[Input, ...]:
    """The fields with what was given and what is offered: those that are needed come first."""
    fields = sorted(input_fields(operation), key=lambda one: not one.required)
    within = {
        name for one in fields for listing in listings(client, one) for name in listing.within
    }
    return tuple(
        _input(
            one,
            form.get(one.name, ""),
            offered(client, one, form),
            asks=one.name in within,
            operations=client.reception.house.operations,
        )
        for one in fields
    )


def read(operation: Operation, form: Mapping[str, str]) -> dict[str, Json]:
    """The operation's input as a form gives it; an empty field counts as left out. Raises Invalid."""
    found: dict[str, Json] = {}
    for field in input_fields(operation):
        text = form.get(field.name, "").strip()
        if text:
            found[field.name] = _value(field, text)
    return found


def listings(client: Client, field: InputField) -> Sequence[Listing]:
    """How what the field names is listed; nothing for a field that names nothing."""
    declared = client.reception.house.declared(Listing) if field.names else ()
    return [one for one in declared if one.kind == field.names]


def offered(client: Client, field: InputField, form: Mapping[str, str]) -> Offer:
    """What this reader may pick from, in the order of the lists; never all of a long one."""
    known = listings(client, field)
    words = form.get(field.name, "").strip() if field.kind == "string" else ""
    found = {
        value: Choice(value=value, title=title if title != value else "")
        for listing in known
        for value, title in _narrowed(client, listing, form, words)
    }
    return Offer(
        choices=tuple(found.values())[:_MOST],
        is_closed=bool(found) and all(one.is_closed for one in known),
        may_change=any(one.within or one.words for one in known),
    )


def _narrowed(
    client: Client, listing: Listing, form: Mapping[str, str], words: str
) -> Sequence[tuple[str, str]]:
    """What is listed of the words already written; of words that fit nothing, what there is."""
    if listing.words and words:
        narrow = {listing.words: words[:_LONGEST]}
        if found := _listed(client, listing, form, narrow):
            return found
    return _listed(client, listing, form, {})


def _listed(
    client: Client, listing: Listing, form: Mapping[str, str], narrow: Mapping[str, str]
) -> Sequence[tuple[str, str]]:
    """What a listing answers to this reader; nothing where it cannot, for then there is nothing to
    offer: a list may not be read, or what it lies within is not there."""
    within = {name: form.get(name, "").strip() for name in listing.within}
    operation = client.reception.house.operations[listing.operation]
    if not all(within.values()):
        return ()
    limit = {"limit": _PAGE} if any(one.name == "limit" for one in input_fields(operation)) else {}
    call = Call(
        operation=listing.operation,
        input={**limit, **listing.input, **within, **narrow},
        credentials=client.credentials,
        tentative=True,
    )
    try:
        answer = client.reception.perform(call)
    except HeadraceError:
        return ()
    return tuple(listing.offered(answer))


def _input(
    field: InputField,
    value: str,
    offer: Offer,
    *,
    asks: bool,
    operations: Mapping[str, Operation],
) -> Input:
    default = field.default
    given = value or ("" if default in (None, "", [], {}) else _text(default))
    control = _offering(_control(field), offer)
    choices = offer.choices or tuple(Choice(value=one, title="") for one in _closed(field))
    known = {one.value: one.title for one in choices}
    if control == "choice" and given and given not in known:
        choices = (*choices, Choice(value=given, title=""))
    return Input(
        name=field.name,
        label=field.title,
        control=control,
        help=pieces(field.help, operations),
        required=field.required,
        value=_local(given) if control == "moment" else given,
        choices=choices,
        others=tuple(one for one in given.splitlines() if one.strip() and one not in known),
        chosen=known.get(given, ""),
        asks=asks or (control == "pick" and offer.may_change),
        unit=field.unit,
        example="" if choices else field.example,
    )


def _offering(control: str, offer: Offer) -> str:
    """The control of a field for which something is offered, or may be once another is filled in."""
    if not offer.choices:
        return "pick" if offer.may_change and control == "text" else control
    if control == "lines":
        return "several"
    return "choice" if offer.is_closed else "pick"


def _closed(field: InputField) -> Sequence[str]:
    return _TRUTH if field.kind == "boolean" else field.choices or ()


def _control(field: InputField) -> str:
    if _closed(field):
        return "choice"
    if field.kind in {"integer", "number"}:
        return "number"
    if field.kind == "string":
        return _CONTROLS.get(field.format, "long" if field.name in _LONG else "text")
    return "lines" if field.kind == "array" and field.simple_items else "json"


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _value(field: InputField, text: str) -> Json:
    control = _control(field)
    if field.kind == "boolean":
        return text == "true"
    if control == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if control == "moment":
        return _moment(field, text)
    if control not in {"number", "json"}:
        return text
    try:
        value: Json = json.loads(text)
    except ValueError:
        wanted = "a number" if control == "number" else "JSON"
        raise Invalid(f"{field.title} is to be {wanted}") from None
    return value


def _moment(field: InputField, text: str) -> str:
    """A moment with its offset; one without is meant in UTC, as the forms say beside it."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{field.title} is to be a moment: 2026-03-16T09:00") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def _local(text: str) -> str:
    """A moment as a browser's field takes it: in UTC, without its offset; what is none stays."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() if at.tzinfo else text
