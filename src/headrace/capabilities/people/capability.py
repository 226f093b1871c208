"""The one declaration of what people offers."""

from headrace.capabilities.people import model
from headrace.capabilities.people.operations import GRANT, MANAGE, OPERATIONS, PERMISSIONS, TOKEN
from headrace.kernel.capability import Capability
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(kind="principal", operation="person.names", value="{handle}", title="{name}"),
    Listing(
        kind="person",
        operation="person.list",
        input={"kind": "person"},
        value="{handle}",
        title="{name}",
    ),
    Listing(kind="team", operation="team.list", value="{handle}", title="{name}"),
    Listing(kind="holder", operation="team.list", value="{handle}", title="{name}"),
    Listing(kind="holder", operation="person.names", value="{handle}", title="{name}"),
    Listing(kind="right", operation="permission.list", value="{name}", title="{summary}"),
    Listing(kind="grant", operation="grant.list", value="{id}", title="{holder} · {right}"),
    Listing(kind="token", operation="token.list", value="{id}", title="{owner} · {note}"),
    Listing(kind="invitation", operation="invitation.list", value="{id}", title="{person}"),
    Listing(kind="view", operation="view.list", value="{name}", title="{address}"),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="people",
    operations=OPERATIONS,
    permissions=PERMISSIONS,
    migrations="headrace.capabilities.people.migrations",
    events=(
        model.OrganisationFounded,
        model.PrincipalAdded,
        model.PrincipalDeactivated,
        model.PrincipalActivated,
        model.StoodIn,
        model.CallRefused,
        model.TokenIssued,
        model.TokenRevoked,
        model.TeamAdded,
        model.TeamJoined,
        model.TeamLeft,
        model.Granted,
        model.GrantRevoked,
        model.SignedIn,
        model.SignInsFailed,
        model.SignedOut,
        model.PasswordSet,
        model.IdentityLinked,
        model.InvitationIssued,
        model.InvitationAccepted,
        model.InvitationRevoked,
    ),
    declares=(*LISTINGS, *(model.PeopleOnly(permission=name) for name in (MANAGE, GRANT, TOKEN))),
)
