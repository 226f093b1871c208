"""What each operation of people does; the docstrings are the help text at every door."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from headrace.capabilities.people import service
from headrace.capabilities.people.model import (
    Grant,
    IssuedInvitation,
    IssuedToken,
    Organisation,
    Principal,
    Team,
)
from headrace.capabilities.people.operations.forms import (
    GrantListing,
    Grants,
    Invitations,
    Named,
    Names,
    NewGrant,
    NewInvitation,
    NewOrganisation,
    NewPrincipal,
    NewTeam,
    NewToken,
    Nothing,
    One,
    OneGrant,
    OneInvitation,
    OneToken,
    Organisations,
    Paging,
    People,
    PeopleListing,
    Permissions,
    Seat,
    Teams,
    TokenListing,
    Tokens,
)
from headrace.kernel.context import Ctx

T = TypeVar("T")


def create_organisation(ctx: Ctx, new: NewOrganisation) -> Organisation:
    """Found an organisation, with its first person if one is named.

    Only the operator may, on the machine itself.
    """
    founded = service.found_organisation(ctx, slug=new.slug, name=new.name)
    if new.founder:
        first = service.add_principal(ctx, handle=new.founder)
        service.grant(ctx, first.handle, "*", reason="founder")
    return founded


def list_organisations(ctx: Ctx, page: Paging) -> Organisations:
    """List the organisations of this installation, by slug."""
    found = service.organisations(ctx, after=page.after, limit=page.limit + 1)
    items, more = _page(found, page.limit)
    return Organisations(items=items, next=items[-1].slug if more else None)


def add_person(ctx: Ctx, new: NewPrincipal) -> Principal:
    """Add a person, an agent or a service. It holds no right until one is granted."""
    return service.add_principal(ctx, handle=new.handle, name=new.name, kind=new.kind)


def list_people(ctx: Ctx, page: PeopleListing) -> People:
    """List everybody who may act here, by handle."""
    found = service.principals(ctx, kind=page.kind, after=page.after, limit=page.limit + 1)
    items, more = _page(found, page.limit)
    return People(items=items, next=items[-1].handle if more else None)


def list_names(ctx: Ctx, page: Paging) -> Names:
    """List what to call everybody here, by handle. Whoever acts here may know it."""
    found = service.principals(ctx, after=page.after, limit=page.limit + 1)
    items, more = _page(found, page.limit)
    named = tuple(
        Named(id=one.id, kind=one.kind, handle=one.handle, name=one.name, active=one.active)
        for one in items
    )
    return Names(items=named, next=items[-1].handle if more else None)


def issue_invitation(ctx: Ctx, new: NewInvitation) -> IssuedInvitation:
    """Invite a person to sign in to the console. The path is shown this once.

    Put it behind the console's address and hand it to the person: whoever opens it first sets the
    password. You must hold all that the person holds. For somebody who signs in already only the
    operator can issue one; it sets the password anew.
    """
    return service.issue_invitation(
        ctx, new.person, login=new.login, lasts=timedelta(days=new.days)
    )


def list_invitations(ctx: Ctx, page: Paging) -> Invitations:
    """List invitations without their secrets, oldest first."""
    found = service.invitations(ctx, after=page.after, limit=page.limit + 1)
    items, more = _page(found, page.limit)
    return Invitations(items=items, next=items[-1].id if more else None)


def revoke_invitation(ctx: Ctx, one: OneInvitation) -> None:
    """Make an invitation useless from now on."""
    service.revoke_invitation(ctx, one.invitation)


def deactivate_person(ctx: Ctx, one: One) -> Principal:
    """Let somebody do nothing from now on; their tokens stop at once, their deeds stay theirs."""
    return service.deactivate(ctx, one.person)


def activate_person(ctx: Ctx, one: One) -> Principal:
    """Let somebody who was deactivated act again, with the rights still granted."""
    return service.activate(ctx, one.person)


def add_team(ctx: Ctx, new: NewTeam) -> Team:
    """Add a team. What is granted to a team, each member holds."""
    return service.add_team(ctx, handle=new.handle, name=new.name)


def list_teams(ctx: Ctx, page: Paging) -> Teams:
    """List the teams and who is in them, by handle."""
    found = service.teams(ctx, after=page.after, limit=page.limit + 1)
    items, more = _page(found, page.limit)
    return Teams(items=items, next=items[-1].handle if more else None)


def join_team(ctx: Ctx, seat: Seat) -> Team:
    """Put somebody into a team. You must hold all that the team holds."""
    return service.join_team(ctx, seat.team, seat.member)


def leave_team(ctx: Ctx, seat: Seat) -> Team:
    """Take somebody out of a team. You must hold all that the team holds."""
    return service.leave_team(ctx, seat.team, seat.member)


def add_grant(ctx: Ctx, new: NewGrant) -> Grant:
    """Grant a right to a principal or a team: one that you hold, and not to yourself."""
    return service.grant(
        ctx,
        new.holder,
        new.right,
        subject=new.subject,
        reason=new.reason,
        expires_at=new.until,
    )


def list_grants(ctx: Ctx, page: GrantListing) -> Grants:
    """List who holds which right, and since when, oldest first."""
    found = service.grants(ctx, holder=page.holder, after=page.after, limit=page.limit + 1)
    items, more = _page(found, page.limit)
    return Grants(items=items, next=items[-1].id if more else None)


def revoke_grant(ctx: Ctx, one: OneGrant) -> Grant:
    """Take a right back; it is gone with the next call."""
    return service.revoke(ctx, one.grant)


def issue_token(ctx: Ctx, new: NewToken) -> IssuedToken:
    """Make a token that signs in its owner. Its secret is shown this once."""
    return service.issue_token(
        ctx, new.owner, scopes=new.scopes, lifetime=timedelta(days=new.days), note=new.note
    )


def list_tokens(ctx: Ctx, page: TokenListing) -> Tokens:
    """List tokens without their secrets, oldest first."""
    found = service.tokens(ctx, page.owner, after=page.after, limit=page.limit + 1)
    items, more = _page(found, page.limit)
    return Tokens(items=items, next=items[-1].id if more else None)


def revoke_token(ctx: Ctx, one: OneToken) -> None:
    """Make a token useless from now on."""
    service.revoke_token(ctx, one.token)


def list_permissions(ctx: Ctx, _nothing: Nothing) -> Permissions:
    """List every right that can be granted, with what it means."""
    return Permissions(items=tuple(service.declared_permissions(ctx)), next=None)


def whoami(ctx: Ctx, _nothing: Nothing) -> service.Identity:
    """Show who you are here and what you may do."""
    return service.whoami(ctx)


def _page(found: Sequence[T], limit: int) -> tuple[tuple[T, ...], bool]:
    """The first `limit` items, and whether more follow."""
    return tuple(found[:limit]), len(found) > limit
