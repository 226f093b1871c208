"""The verbs of people."""

from headrace.capabilities.people.service.gate import (
    allowed,
    authorise,
    holders,
    holds,
    permissions_held,
)
from headrace.capabilities.people.service.identity import (
    Identity,
    record_refusal,
    stand_in,
    whoami,
)
from headrace.capabilities.people.service.organisations import (
    found_organisation,
    organisation,
    organisation_by_slug,
    organisations,
)
from headrace.capabilities.people.service.principals import (
    activate,
    add_principal,
    by_handle,
    deactivate,
    handles,
    principal,
    principals,
    resolve,
)
from headrace.capabilities.people.service.rights import declared_permissions, grant, grants, revoke
from headrace.capabilities.people.service.teams import (
    add_team,
    join_team,
    leave_team,
    team,
    teams,
)
from headrace.capabilities.people.service.tokens import (
    authenticate,
    issue_token,
    revoke_token,
    tokens,
)

__all__ = [
    "Identity",
    "activate",
    "add_principal",
    "add_team",
    "allowed",
    "authenticate",
    "authorise",
    "by_handle",
    "deactivate",
    "declared_permissions",
    "found_organisation",
    "grant",
    "grants",
    "handles",
    "holders",
    "holds",
    "issue_token",
    "join_team",
    "leave_team",
    "organisation",
    "organisation_by_slug",
    "organisations",
    "permissions_held",
    "principal",
    "principals",
    "record_refusal",
    "resolve",
    "revoke",
    "revoke_token",
    "stand_in",
    "team",
    "teams",
    "tokens",
    "whoami",
]
