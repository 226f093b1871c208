"""Teams: whoever joins holds what the team holds."""

from collections.abc import Sequence

from headrace.capabilities.people import rules, store
from headrace.capabilities.people.model import (
    Team,
    TeamAdded,
    TeamId,
    TeamJoined,
    TeamLeft,
    TeamNotFound,
)
from headrace.capabilities.people.service.gate import may_pass_on
from headrace.capabilities.people.service.principals import by_handle, free_handle
from headrace.kernel.context import Ctx


def add_team(ctx: Ctx, *, handle: str, name: str = "") -> Team:
    """A team without members. Raises Malformed (handle), HandleTaken. Records TeamAdded."""
    handle = free_handle(ctx, handle)
    made = Team(id=TeamId(ctx.new_id("team")), handle=handle, name=name or handle, members=())
    store.add_team(ctx.db, ctx.organisation, made)
    ctx.record(TeamAdded(team=made.id, handle=handle))
    return made


def team(ctx: Ctx, handle: str) -> Team:
    """The team with its members. Raises TeamNotFound."""
    found = store.team_by_handle(ctx.db, ctx.organisation, rules.bare(handle))
    if found is None:
        raise TeamNotFound(
            f"No team @{rules.bare(handle)}; `headrace team list` shows them all",
            team=rules.bare(handle),
        )
    return found


def teams(ctx: Ctx, *, after: str = "", limit: int = 50) -> Sequence[Team]:
    """Teams by handle, those that follow `after`."""
    return store.teams(ctx.db, ctx.organisation, after=after, limit=limit)


def join_team(ctx: Ctx, team_handle: str, member: str) -> Team:
    """The team with the member in it. Repeats do nothing.

    Raises TeamNotFound, PrincipalNotFound, and EscalationBlocked when the team holds more than
    the actor. Records TeamJoined.
    """
    joined, principal = team(ctx, team_handle), by_handle(ctx, member)
    may_pass_on(ctx, store.team_rights(ctx.db, ctx.organisation, joined.id))
    if store.join(ctx.db, ctx.organisation, joined.id, principal.id, ctx.now):
        ctx.record(TeamJoined(team=joined.id, principal=principal.id))
    return team(ctx, team_handle)


def leave_team(ctx: Ctx, team_handle: str, member: str) -> Team:
    """The team without the member. Repeats do nothing.

    Raises TeamNotFound, PrincipalNotFound, and EscalationBlocked when the team holds more than
    the actor. Records TeamLeft.
    """
    left, principal = team(ctx, team_handle), by_handle(ctx, member)
    may_pass_on(ctx, store.team_rights(ctx.db, ctx.organisation, left.id))
    if store.leave(ctx.db, ctx.organisation, left.id, principal.id):
        ctx.record(TeamLeft(team=left.id, principal=principal.id))
    return team(ctx, team_handle)
