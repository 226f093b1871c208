"""Words: organisations, whoever acts in them, what each holds, and the tokens that sign programs in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType

from headrace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from headrace.kernel.events import Event
from headrace.kernel.form import Secret
from headrace.kernel.ids import OrganisationId, PrincipalId

TeamId = NewType("TeamId", str)
GrantId = NewType("GrantId", str)
TokenId = NewType("TokenId", str)


class PrincipalKind(StrEnum):
    """What sort of worker acts. It never changes."""

    PERSON = "person"
    AGENT = "agent"
    SERVICE = "service"


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """A tenant: whatever happens in one is invisible in every other."""

    id: OrganisationId
    slug: str
    name: str
    founded_at: datetime  # organisation time, aware, UTC


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Whoever may act, under a handle such as `vp-product` (written without the @)."""

    id: PrincipalId
    kind: PrincipalKind
    handle: str
    name: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class Team:
    """Principals under one handle; what is granted to the team is held by each member."""

    id: TeamId
    handle: str
    name: str
    members: tuple[str, ...]  # handles, sorted


@dataclass(frozen=True, kw_only=True)
class Right:
    """What a grant gives: the permissions of a pattern, on some subjects, until some day.

    `pattern` names a permission part by part; `*` stands for any one part, and at the end for
    all that follow: `record:approve`, `record:*`, `*:view`, `*`. `subject` is a pattern of the same
    form over what is acted upon (`module:cost`); None means every subject.
    """

    pattern: str
    subject: str | None = None
    expires_at: datetime | None = None  # organisation time; None: until revoked


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A right given to one holder, a principal or a team."""

    id: GrantId
    holder: str  # handle
    right: Right
    reason: str
    granted_by: PrincipalId
    granted_at: datetime


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All that the gate asks about a principal: who it is, and what it holds, itself or by a team."""

    principal: Principal
    rights: tuple[Right, ...]


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token as it may be shown again: never its secret. Its times are real, not organisation time."""

    id: TokenId
    owner: str  # handle
    scopes: tuple[str, ...] | None  # permission patterns; None: the owner's full right
    note: str
    issued_at: datetime
    expires_at: datetime
    usable: bool  # neither expired nor revoked
    last_used_at: datetime | None  # to the minute


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A fresh token. `secret` is shown this once; only its hash is kept."""

    id: TokenId
    owner: str  # handle
    secret: Secret  # "hr_<id>_<secret>": what goes behind `Authorization: Bearer`
    expires_at: datetime  # real time


@dataclass(frozen=True, kw_only=True)
class PeopleOnly:
    """A right that no agent ever holds, whatever is granted; a room lists it among its `declares`."""

    permission: str


OPERATOR = "operator"
"""First part of the permissions that only the operator of this installation has; no grant gives them."""

SELF = "people:self"
"""The one permission that every active principal has without a grant: to learn about itself."""

GRANT = "people:grant"
"""The permission of those who decide about rights; a refusal names its holders."""


@dataclass(frozen=True, kw_only=True)
class OrganisationFounded(Event):
    """An organisation began."""

    type: ClassVar[str] = "people.organisation_founded"
    organisation: OrganisationId
    slug: str

    @property
    def lineage(self) -> str:
        return f"organisation:{self.organisation}"


@dataclass(frozen=True, kw_only=True)
class PrincipalEvent(Event):
    """What happens to a principal."""

    principal: PrincipalId

    @property
    def lineage(self) -> str:
        return f"principal:{self.principal}"


@dataclass(frozen=True, kw_only=True)
class PrincipalAdded(PrincipalEvent):
    """Somebody may act from now on, once granted a right."""

    type: ClassVar[str] = "people.principal_added"
    kind: PrincipalKind
    handle: str


@dataclass(frozen=True, kw_only=True)
class PrincipalDeactivated(PrincipalEvent):
    """Somebody may not act any more; what they did stays theirs."""

    type: ClassVar[str] = "people.principal_deactivated"


@dataclass(frozen=True, kw_only=True)
class PrincipalActivated(PrincipalEvent):
    """Somebody may act again, with the rights still granted."""

    type: ClassVar[str] = "people.principal_activated"


@dataclass(frozen=True, kw_only=True)
class StoodIn(PrincipalEvent):
    """The operator of this machine acted as this principal; the operation that follows is in its name."""

    type: ClassVar[str] = "people.stood_in"
    operation: str


@dataclass(frozen=True, kw_only=True)
class TokenIssued(PrincipalEvent):
    """A way to sign in as this principal exists."""

    type: ClassVar[str] = "people.token_issued"
    token: TokenId
    scopes: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(PrincipalEvent):
    """A token opens nothing any more."""

    type: ClassVar[str] = "people.token_revoked"
    token: TokenId


@dataclass(frozen=True, kw_only=True)
class CallRefused(PrincipalEvent):
    """The gate refused a call of this principal."""

    type: ClassVar[str] = "people.call_refused"
    operation: str
    code: str


@dataclass(frozen=True, kw_only=True)
class TeamEvent(Event):
    """What happens to a team."""

    team: TeamId

    @property
    def lineage(self) -> str:
        return f"team:{self.team}"


@dataclass(frozen=True, kw_only=True)
class TeamAdded(TeamEvent):
    """A team exists."""

    type: ClassVar[str] = "people.team_added"
    handle: str


@dataclass(frozen=True, kw_only=True)
class TeamJoined(TeamEvent):
    """A principal holds what the team holds."""

    type: ClassVar[str] = "people.team_joined"
    principal: PrincipalId


@dataclass(frozen=True, kw_only=True)
class TeamLeft(TeamEvent):
    """A principal no longer holds what the team holds."""

    type: ClassVar[str] = "people.team_left"
    principal: PrincipalId


@dataclass(frozen=True, kw_only=True)
class GrantEvent(Event):
    """What happens to the rights of a holder, a principal or a team."""

    grant: GrantId
    holder: PrincipalId | TeamId
    pattern: str
    subject: str | None

    @property
    def lineage(self) -> str:
        return f"rights:{self.holder}"


@dataclass(frozen=True, kw_only=True)
class Granted(GrantEvent):
    """A holder got a right, or a new reason or end for one that stood."""

    type: ClassVar[str] = "people.granted"
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class GrantRevoked(GrantEvent):
    """A holder lost a right."""

    type: ClassVar[str] = "people.grant_revoked"


class OrganisationNotFound(NotFound):
    """No organisation of this slug."""

    code = "people.organisation_not_found"


class PrincipalNotFound(NotFound):
    """Nobody of this id or handle in the organisation."""

    code = "people.principal_not_found"


class TeamNotFound(NotFound):
    """No team of this handle in the organisation."""

    code = "people.team_not_found"


class GrantNotFound(NotFound):
    """No grant of this id in the organisation."""

    code = "people.grant_not_found"


class TokenNotFound(NotFound):
    """No token of this id in the organisation."""

    code = "people.token_not_found"


class HandleTaken(Conflict):
    """The handle, or slug, names somebody else."""

    code = "people.handle_taken"


class Malformed(Invalid):
    """A handle, slug or pattern is not written as these are."""

    code = "people.malformed"


class RightMissing(NotAllowed):
    """The gate's refusal: `reasons` says why, `granters` who can help."""

    code = "people.right_missing"


class EscalationBlocked(NotAllowed):
    """Nobody gives, takes or signs in with more than they hold themselves."""

    code = "people.escalation_blocked"
