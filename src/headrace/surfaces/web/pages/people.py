"""People and teams of the organisation."""

from dataclasses import dataclass

from headrace.surfaces.web.answers import Principal, Team, Teams
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client


@dataclass(frozen=True, kw_only=True)
class PeoplePage:
    """`teams` with their members' handles."""

    people: tuple[Principal, ...]
    services: tuple[Principal, ...]
    teams: tuple[Team, ...]


def show(asked: Asked) -> PeoplePage:
    """Everybody who may act, agents left out: they have a page of their own."""
    everybody = asked.client.everybody()
    return PeoplePage(
        people=tuple(one for one in everybody if one.kind == "person"),
        services=tuple(one for one in everybody if one.kind == "service"),
        teams=teams(asked.client),
    )


def teams(client: Client) -> tuple[Team, ...]:
    """Every team of the organisation, by handle."""
    found: list[Team] = []
    after: str | None = ""
    while after is not None:
        page = client.ask(Teams, "team.list", after=after, limit=200)
        found.extend(page.items)
        after = page.next
    return tuple(found)
