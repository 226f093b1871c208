"""Rights: teams with their members, who holds which right and why, invitations and tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from headrace.surfaces.web.answers import (
    Grant,
    Grants,
    Invitation,
    Invitations,
    Permission,
    Permissions,
    Principal,
    Team,
    Token,
    Tokens,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, named
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages.acts import Act, allowed
from headrace.surfaces.web.pages.people import teams

_PAGE = 50
_ALL = 200

_GRANT = Act(operation="grant.add", word=said("Grant a right"))
_REVOKE = Act(operation="grant.revoke", word=said("Revoke"))
_TEAM = Act(operation="team.add", word=said("Add a team"))
_JOIN = Act(operation="team.join", word=said("Add a member"))
_LEAVE = Act(operation="team.leave", word=said("Take out"))
_INVITE = Act(operation="invitation.issue", word=said("Invite"))
_UNINVITE = Act(operation="invitation.revoke", word=said("Revoke"))
_TOKEN = Act(operation="token.issue", word=said("Make a token"))
_UNTOKEN = Act(operation="token.revoke", word=said("Revoke"))


@dataclass(frozen=True, kw_only=True)
class Held:
    """What one holder was granted, of the part of the list that is shown."""

    holder: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True, kw_only=True)
class RightsPage:
    """`grants` are those of `holder`, a principal or a team, or everybody's; `reach` are the teams
    through which the holder has more. `tokens` are the holder's, where the reader may see them;
    `acts` are the operations that the reader may run here."""

    holder: str | None
    is_known: bool
    is_team: bool
    reach: tuple[Team, ...]
    grants: tuple[Grant, ...]
    holders: tuple[Held, ...]
    next: str | None
    teams: tuple[Team, ...]
    invitations: tuple[Invitation, ...]
    tokens: tuple[Token, ...]
    permissions: tuple[Permission, ...]
    acts: Mapping[str, Act]


def show(asked: Asked) -> RightsPage:
    """The rights of everybody, or of one holder."""
    client, holder = asked.client, (asked.word("holder") or "").removeprefix("@") or None
    everybody = client.everybody()
    every = teams(client)
    is_known = holder is None or _is_known(holder, everybody, every)
    page = _grants(client, holder if is_known else None, asked.word("after"))
    names = {one.id: one.name or one.handle for one in everybody}
    grants = tuple(replace(one, granted_by=named(names, one.granted_by)) for one in page.items)
    return RightsPage(
        holder=holder,
        is_known=is_known,
        is_team=any(one.handle == holder for one in every),
        reach=tuple(one for one in every if holder in one.members),
        grants=grants,
        holders=_held(grants),
        next=page.next,
        teams=every,
        invitations=_invitations(client),
        tokens=_tokens(client, holder, everybody),
        permissions=client.ask(Permissions, "permission.list").items,
        acts={one.operation: one for one in allowed(client, _ACTS)},
    )


_ACTS = (_GRANT, _REVOKE, _TEAM, _JOIN, _LEAVE, _INVITE, _UNINVITE, _TOKEN, _UNTOKEN)


def _held(grants: tuple[Grant, ...]) -> tuple[Held, ...]:
    names = dict.fromkeys(one.holder for one in grants)
    return tuple(
        Held(holder=name, grants=tuple(one for one in grants if one.holder == name))
        for name in names
    )


def _is_known(holder: str, everybody: tuple[Principal, ...], every: tuple[Team, ...]) -> bool:
    return holder in {*(one.handle for one in everybody), *(one.handle for one in every)}


def _grants(client: Client, holder: str | None, after: str | None) -> Grants:
    return client.ask(Grants, "grant.list", holder=holder, after=after, limit=_PAGE)


def _invitations(client: Client) -> tuple[Invitation, ...]:
    found = client.ask_if_allowed(Invitations, "invitation.list", limit=_ALL)
    return tuple(one for one in found.items if one.usable) if found else ()


def _tokens(
    client: Client, holder: str | None, everybody: tuple[Principal, ...]
) -> tuple[Token, ...]:
    """A principal's usable tokens; a team has none, and whoever may not see them is shown none."""
    if holder is None or holder not in {one.handle for one in everybody}:
        return ()
    found = client.ask_if_allowed(Tokens, "token.list", owner=holder, limit=_ALL)
    return tuple(one for one in found.items if one.usable) if found else ()
