"""What people offers to REST, CLI and MCP."""

from headrace.capabilities.people import service
from headrace.capabilities.people.model import (
    OPERATOR,
    SELF,
    Grant,
    IssuedInvitation,
    IssuedToken,
    Organisation,
    Principal,
    Team,
)
from headrace.capabilities.people.operations import forms, verbs, views
from headrace.kernel.capability import Effect, Http, Operation, OperationKind, Permission

ORGANISATIONS = f"{OPERATOR}:organisations"
VIEW, MANAGE, GRANT, TOKEN = "people:view", "people:manage", "people:grant", "people:token"


def _query(
    name: str, permission: str, input: type, output: type, run: object, path: str
) -> Operation:
    assert callable(run)
    return Operation(
        name=name,
        permission=permission,
        input=input,
        output=output,
        run=run,
        http=Http(method="GET", path=path),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    )


OPERATIONS = (
    Operation(
        name="organisation.create",
        permission=ORGANISATIONS,
        input=forms.NewOrganisation,
        output=Organisation,
        run=verbs.create_organisation,
        http=Http(method="POST", path="/organisations"),
    ),
    _query(
        "organisation.list",
        ORGANISATIONS,
        forms.Paging,
        forms.Organisations,
        verbs.list_organisations,
        "/organisations",
    ),
    Operation(
        name="person.add",
        permission=MANAGE,
        input=forms.NewPrincipal,
        output=Principal,
        run=verbs.add_person,
        http=Http(method="POST", path="/people"),
    ),
    _query("person.list", VIEW, forms.PeopleListing, forms.People, verbs.list_people, "/people"),
    Operation(
        name="person.deactivate",
        permission=MANAGE,
        input=forms.One,
        output=Principal,
        run=verbs.deactivate_person,
        http=Http(method="POST", path="/people/{person}/deactivate"),
    ),
    Operation(
        name="person.activate",
        permission=MANAGE,
        input=forms.One,
        output=Principal,
        run=verbs.activate_person,
        http=Http(method="POST", path="/people/{person}/activate"),
    ),
    Operation(
        name="team.add",
        permission=MANAGE,
        input=forms.NewTeam,
        output=Team,
        run=verbs.add_team,
        http=Http(method="POST", path="/teams"),
    ),
    _query("team.list", VIEW, forms.Paging, forms.Teams, verbs.list_teams, "/teams"),
    Operation(
        name="team.join",
        permission=MANAGE,
        input=forms.Seat,
        output=Team,
        run=verbs.join_team,
        http=Http(method="PUT", path="/teams/{team}/members/{member}"),
    ),
    Operation(
        name="team.leave",
        permission=MANAGE,
        input=forms.Seat,
        output=Team,
        run=verbs.leave_team,
        http=Http(method="DELETE", path="/teams/{team}/members/{member}"),
    ),
    Operation(
        name="grant.add",
        permission=GRANT,
        input=forms.NewGrant,
        output=Grant,
        run=verbs.add_grant,
        http=Http(method="POST", path="/grants"),
    ),
    _query("grant.list", VIEW, forms.GrantListing, forms.Grants, verbs.list_grants, "/grants"),
    Operation(
        name="grant.revoke",
        permission=GRANT,
        input=forms.OneGrant,
        output=Grant,
        run=verbs.revoke_grant,
        http=Http(method="DELETE", path="/grants/{grant}"),
    ),
    Operation(
        name="token.issue",
        permission=TOKEN,
        input=forms.NewToken,
        output=IssuedToken,
        run=verbs.issue_token,
        http=Http(method="POST", path="/tokens"),
    ),
    _query("token.list", TOKEN, forms.TokenListing, forms.Tokens, verbs.list_tokens, "/tokens"),
    Operation(
        name="token.revoke",
        permission=TOKEN,
        input=forms.OneToken,
        output=type(None),
        run=verbs.revoke_token,
        http=Http(method="DELETE", path="/tokens/{token}"),
    ),
    _query("person.names", SELF, forms.Paging, forms.Names, verbs.list_names, "/names"),
    Operation(
        name="invitation.issue",
        permission=MANAGE,
        input=forms.NewInvitation,
        output=IssuedInvitation,
        run=verbs.issue_invitation,
        http=Http(method="POST", path="/invitations"),
    ),
    _query(
        "invitation.list",
        MANAGE,
        forms.Paging,
        forms.Invitations,
        verbs.list_invitations,
        "/invitations",
    ),
    Operation(
        name="invitation.revoke",
        permission=MANAGE,
        input=forms.OneInvitation,
        output=type(None),
        run=verbs.revoke_invitation,
        http=Http(method="DELETE", path="/invitations/{invitation}"),
    ),
    _query(
        "permission.list",
        VIEW,
        forms.Nothing,
        forms.Permissions,
        verbs.list_permissions,
        "/permissions",
    ),
    _query("whoami", SELF, forms.Nothing, service.Identity, verbs.whoami, "/whoami"),
    *views.OPERATIONS,
)

PERMISSIONS = (
    Permission(name=ORGANISATIONS, summary="Found and list organisations; the operator alone"),
    Permission(name=SELF, summary="Learn who one is and what one may do; everybody has it"),
    Permission(name=VIEW, summary="See people, teams and who holds which right"),
    Permission(name=MANAGE, summary="Add and deactivate people and agents, and make teams"),
    Permission(name=GRANT, summary="Grant and revoke rights, as far as one's own reach"),
    Permission(name=TOKEN, summary="Issue, list and revoke tokens for oneself"),
)
