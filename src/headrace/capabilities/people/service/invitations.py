"""Invitations: how a person comes to sign in. Nobody signs up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from headrace.capabilities.people import store
from headrace.capabilities.people.model import (
    EscalationBlocked,
    Invitation,
    InvitationId,
    InvitationIssued,
    InvitationNotFound,
    InvitationRevoked,
    IssuedInvitation,
    Principal,
    PrincipalKind,
    RightMissing,
)
from headrace.capabilities.people.service.accounts import login_of
from headrace.capabilities.people.service.gate import is_system, may_pass_on
from headrace.capabilities.people.service.principals import by_handle, handles
from headrace.capabilities.people.service.secrets import fresh, hash_of
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid

PATH = "/join/"


def issue_invitation(
    ctx: Ctx, person: str, *, login: str = "", lasts: timedelta = timedelta(days=7)
) -> IssuedInvitation:
    """A one-time way in for an active person; earlier ones of the same person end.

    Whoever takes it up is that person, so the inviter must hold all that the person holds. One for
    somebody who can sign in already sets the password anew: only the operator issues it.
    Raises PrincipalNotFound, Invalid, Malformed (login), EscalationBlocked. Records InvitationIssued.
    """
    whose = by_handle(ctx, person)
    _may_invite(ctx, whose)
    id = InvitationId(ctx.new_id("inv"))
    secret = fresh(ctx)
    named = login_of(login) if login.strip() else ""
    expires_at = store.invite(
        ctx.db,
        ctx.organisation,
        whose.id,
        id=id,
        secret_hash=hash_of(secret),
        login=named,
        invited_by=ctx.principal,
        lasts=lasts,
    )
    ctx.record(InvitationIssued(principal=whose.id, invitation=id))
    return IssuedInvitation(
        id=id, person=whose.handle, login=named, path=PATH + secret, expires_at=expires_at
    )


def _may_invite(ctx: Ctx, whose: Principal) -> None:
    if whose.kind is not PrincipalKind.PERSON:
        raise Invalid(f"@{whose.handle} is no person; agents and services have tokens")
    if not whose.active:
        raise RightMissing(f"@{whose.handle} is deactivated; activate them first")
    if is_system(ctx):
        return
    if store.account_of(ctx.db, ctx.organisation, whose.id) is not None:
        raise EscalationBlocked(
            f"@{whose.handle} signs in already. A new password is set by that person, or by the "
            "operator on the machine itself: `headrace invitation issue`"
        )
    standing = store.standing(ctx.db, ctx.organisation, whose.id)
    may_pass_on(ctx, standing.rights if standing else ())


def invitations(ctx: Ctx, *, after: str = "", limit: int = 50) -> Sequence[Invitation]:
    """Invitations of the organisation, oldest first, used ones too."""
    names = handles(ctx)
    found = store.invitations(ctx.db, ctx.organisation, after=after, limit=limit)
    return [replace(one, person=names.get(whose, whose)) for one, whose in found]


def revoke_invitation(ctx: Ctx, id: InvitationId) -> None:
    """The invitation opens nothing from now on. Repeats do nothing. Raises InvitationNotFound.
    Records InvitationRevoked."""
    found = store.invitation(ctx.db, ctx.organisation, id)
    if found is None:
        raise InvitationNotFound(f"No invitation {id!r}; `headrace invitation list` shows them")
    if store.close_invitation(ctx.db, id):
        ctx.record(InvitationRevoked(principal=found[1], invitation=id))
