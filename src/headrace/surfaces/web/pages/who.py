"""Who reads: on this machine, the operator chooses in whose name the pages are shown."""

from dataclasses import dataclass, replace

from headrace.surfaces.web.answers import Organisation, Organisations, Principal
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client


@dataclass(frozen=True, kw_only=True)
class House:
    """An organisation and the people who may be chosen there."""

    organisation: Organisation
    people: tuple[Principal, ...]


@dataclass(frozen=True, kw_only=True)
class WhoPage:
    houses: tuple[House, ...]


def show(asked: Asked) -> WhoPage:
    """Every organisation of this installation with its active people."""
    client = asked.client.as_operator()
    return WhoPage(houses=tuple(_house(client, one) for one in organisations(client)))


def organisations(client: Client) -> tuple[Organisation, ...]:
    """Every organisation of this installation; only the operator may ask."""
    found: list[Organisation] = []
    after: str | None = ""
    while after is not None:
        page = client.ask(Organisations, "organisation.list", after=after, limit=200)
        found.extend(page.items)
        after = page.next
    return tuple(found)


def _house(client: Client, organisation: Organisation) -> House:
    there = Client(
        client.reception, replace(client.credentials, organisation=organisation.slug, stand_in=None)
    )
    people = tuple(one for one in there.everybody() if one.kind == "person" and one.active)
    return House(organisation=organisation, people=people)
