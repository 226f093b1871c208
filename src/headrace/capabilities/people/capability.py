"""The one declaration of what people offers."""

from headrace.capabilities.people import model
from headrace.capabilities.people.operations import GRANT, MANAGE, OPERATIONS, PERMISSIONS, TOKEN
from headrace.kernel.capability import Capability

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
    declares=tuple(model.PeopleOnly(permission=name) for name in (MANAGE, GRANT, TOKEN)),
)
