"""What a field declares beside its type, and that all that the house declares of it fits together."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import Field

from headrace.kernel.capability import Capability, Http, Operation, OperationKind
from headrace.kernel.form import input_fields
from headrace.kernel.house import House, Miscomposed
from headrace.kernel.inputs import Listing, Names, OneOf, Unit
from headrace.kernel.json import schema


@dataclass(frozen=True, kw_only=True)
class Booking:
    room: Annotated[str, Names("room"), Field(description="Which one.", examples=["attic"])]
    guests: Annotated[tuple[str, ...], Names("guest")] = ()
    host: Annotated[str | None, Names("guest")] = None
    hours: Annotated[float, Unit("hours"), Field(gt=0)] = 2
    price: Annotated[Decimal | None, Unit("USD"), Field(title="Dollars")] = None
    day: date | None = None
    begins_at: datetime | None = None
    mood: Annotated[str, OneOf(("calm", "loud"))] = "calm"


def fields():
    operation = Operation(
        name="room.book",
        permission="room:book",
        input=Booking,
        output=Booking,
        run=lambda _ctx, _input: None,
        http=Http(method="POST", path="/rooms/{room}"),
    )
    return {one.name: one for one in input_fields(operation)}


def test_a_field_tells_what_it_names_and_counts_and_an_example():
    known = fields()

    named = {name: one.names for name, one in known.items() if one.names}
    assert named == {"room": "room", "guests": "guest", "host": "guest"}
    assert (known["hours"].unit, known["price"].unit) == ("hours", "USD")
    assert known["room"].example == "attic"
    assert (known["day"].format, known["begins_at"].format) == ("date", "date-time")


def test_a_number_that_keeps_its_digits_is_a_number_and_words_that_are_taken_are_choices():
    known = fields()

    assert known["price"].kind == "number"
    assert known["mood"].choices == ("calm", "loud")
    assert (known["price"].title, known["begins_at"].title) == ("Dollars", "Begins at")


def test_a_listing_writes_value_and_title_of_each_item_and_passes_over_what_has_none():
    listing = Listing(
        kind="room", operation="room.list", value="room:{id}", title="{about.name} · {state}"
    )
    items = [
        {"id": "attic", "about": {"name": "The Attic"}, "state": "free"},
        {"id": "cellar", "about": None, "state": "free"},
        {"id": None},
        {"id": "{state}", "about": {"name": "{id}"}, "state": "odd"},
        "no item",
    ]

    assert list(listing.offered({"items": items})) == [
        ("room:attic", "The Attic · free"),
        ("room:cellar", "free"),
        ("room:{state}", "{id} · odd"),
    ]
    assert not list(listing.offered({"items": "text"}))
    assert not list(listing.offered(None))


def test_a_house_whose_listing_asks_nothing_that_is_there_does_not_start():
    lost = Listing(kind="room", operation="room.list", value="{id}")

    with pytest.raises(Miscomposed, match=re.escape("'room' of 'rooms' is listed by no query")):
        House((Capability(name="rooms", declares=(lost,)),))


def test_whatever_an_input_of_the_house_names_is_listed(house):
    listed = {one.kind for one in house.declared(Listing)}
    named = {field.names for one in house.operations.values() for field in input_fields(one)} - {
        None
    }

    assert named == listed


def test_every_listing_asks_a_query_for_what_is_in_its_answer(house):
    for listing in house.declared(Listing):
        operation = house.operations[listing.operation]
        taken = {one.name for one in input_fields(operation)}
        item = _at(schema(operation.output), listing.each)["items"]

        assert operation.kind is OperationKind.QUERY
        assert {*listing.input, *listing.within, *filter(None, [listing.words])} <= taken
        for place in re.findall(r"\{([a-z_.]+)\}", listing.value + listing.title):
            _at({**_real(item, whole := schema(operation.output)), "$defs": whole["$defs"]}, place)


def test_every_field_that_a_form_needs_says_what_it_is(house):
    silent = [
        f"{one.name}: {field.name}"
        for one in house.operations.values()
        for field in input_fields(one)
        if field.required and not (field.help or field.names or field.choices)
    ]

    assert not silent


def _at(whole, place):
    """The schema of what lies at a place of a value; fails where there is none."""
    part = whole
    for name in place.split("."):
        part = _real(_real(part, whole)["properties"][name], whole)
    return part


def _real(part, whole):
    """What a reference, or an "or null", stands for."""
    if "$ref" in part:
        return whole["$defs"][part["$ref"].rpartition("/")[2]]
    kinds = [one for one in part.get("anyOf", ()) if one.get("type") != "null"]
    return _real(kinds[0], whole) if len(kinds) == 1 else part
