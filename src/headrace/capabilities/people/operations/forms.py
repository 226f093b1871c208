"""Forms: what the operations of people take and give."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from headrace.capabilities.people.model import (
    Grant,
    GrantId,
    Invitation,
    InvitationId,
    Organisation,
    Principal,
    PrincipalKind,
    Team,
    Token,
    TokenId,
)
from headrace.kernel.capability import Permission
from headrace.kernel.inputs import Names as Naming
from headrace.kernel.inputs import Unit

After = Annotated[str, Field(description="Show what follows this; the `next` of the page before.")]
Limit = Annotated[int, Field(ge=1, le=200, description="Most items on one page.")]
Handle = Annotated[
    str, Field(min_length=1, description="Handle of a principal, with or without @.")
]
TeamHandle = Annotated[str, Field(min_length=1, description="Handle of a team, with or without @.")]
Name = Annotated[str, Field(max_length=200, description="Name for people to read.")]


@dataclass(frozen=True, kw_only=True)
class NewOrganisation:
    """An organisation and the person who begins it."""

    slug: Annotated[str, Field(description="Short name in addresses: acme.")]
    name: Name = ""
    founder: Annotated[
        str, Field(description="Handle of a first person, who gets every right; empty: nobody.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class Paging:
    """A part of a list."""

    after: After = ""
    limit: Limit = 50


@dataclass(frozen=True, kw_only=True)
class Organisations:
    """A page of organisations; `next` is None on the last."""

    items: tuple[Organisation, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class NewPrincipal:
    """Somebody to be added."""

    handle: Annotated[
        str,
        Field(
            description="Lower-case words and digits with hyphens: vp-product.",
            examples=["vp-product"],
        ),
    ]
    name: Name = ""
    kind: PrincipalKind = PrincipalKind.PERSON


@dataclass(frozen=True, kw_only=True)
class PeopleListing:
    """A part of everybody."""

    kind: PrincipalKind | None = None
    after: After = ""
    limit: Limit = 50


@dataclass(frozen=True, kw_only=True)
class People:
    """A page of principals by handle; `next` is None on the last."""

    items: tuple[Principal, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class One:
    """A principal by its handle."""

    person: Annotated[Handle, Naming("principal")]


@dataclass(frozen=True, kw_only=True)
class NewTeam:
    """A team to be added."""

    handle: Annotated[
        str,
        Field(description="Lower-case words and digits with hyphens: leads.", examples=["leads"]),
    ]
    name: Name = ""


@dataclass(frozen=True, kw_only=True)
class Teams:
    """A page of teams by handle; `next` is None on the last."""

    items: tuple[Team, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A principal's place in a team."""

    team: Annotated[TeamHandle, Naming("team")]
    member: Annotated[Handle, Naming("principal")]


@dataclass(frozen=True, kw_only=True)
class NewGrant:
    """A right to be given."""

    holder: Annotated[
        str, Naming("holder"), Field(min_length=1, description="Handle of a principal or a team.")
    ]
    right: Annotated[
        str,
        Naming("right"),
        Field(description="A permission, or a pattern: record:approve, record:*, *."),
    ]
    subject: Annotated[
        str | None, Field(description="Only on these subjects: module:cost, module:*.")
    ] = None
    reason: Annotated[str, Field(max_length=500, description="Why, for whoever reviews it.")] = ""
    until: Annotated[
        datetime | None, Field(description="When it ends, with its offset from UTC; none: revoked.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class GrantListing:
    """A part of the grants."""

    holder: Annotated[
        str | None, Naming("holder"), Field(description="Only those of this principal or team.")
    ] = None
    after: After = ""
    limit: Limit = 50


@dataclass(frozen=True, kw_only=True)
class Grants:
    """A page of grants, oldest first; `next` is None on the last."""

    items: tuple[Grant, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class OneGrant:
    """A grant by its id."""

    grant: Annotated[GrantId, Naming("grant")]


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """A token to be made."""

    owner: Annotated[
        str | None,
        Naming("principal"),
        Field(description="Handle of whom it signs in; none: yourself."),
    ] = None
    scopes: Annotated[
        tuple[str, ...] | None,
        Naming("right"),
        Field(description="Patterns it is cut to: record:*. None: all that its owner may."),
    ] = None
    days: Annotated[
        int, Unit("days"), Field(ge=1, le=366, description="Days until it runs out, real time.")
    ] = 90
    note: Annotated[str, Field(max_length=200, description="What it is for.")] = ""


@dataclass(frozen=True, kw_only=True)
class TokenListing:
    """A part of the tokens."""

    owner: Annotated[
        str | None, Naming("principal"), Field(description="Handle of an owner; none: yourself.")
    ] = None
    after: After = ""
    limit: Limit = 50


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """A page of tokens, oldest first; `next` is None on the last."""

    items: tuple[Token, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class OneToken:
    """A token by its id."""

    token: Annotated[TokenId, Naming("token")]


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """Every right that can be granted."""

    items: tuple[Permission, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class NewInvitation:
    """An invitation to be made."""

    person: Annotated[
        str,
        Naming("person"),
        Field(min_length=1, description="Handle of the person who is to sign in."),
    ]
    login: Annotated[
        str,
        Field(
            max_length=254, description="Name to sign in with, such as an e-mail; empty: chosen."
        ),
    ] = ""
    days: Annotated[
        int, Unit("days"), Field(ge=1, le=30, description="Days until it runs out, real time.")
    ] = 7


@dataclass(frozen=True, kw_only=True)
class OneInvitation:
    """An invitation by its id."""

    invitation: Annotated[InvitationId, Naming("invitation")]


@dataclass(frozen=True, kw_only=True)
class Invitations:
    """A page of invitations, oldest first; `next` is None on the last."""

    items: tuple[Invitation, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Named:
    """What to call somebody."""

    id: str
    kind: PrincipalKind
    handle: str
    name: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class Names:
    """A page of names by handle; `next` is None on the last."""

    items: tuple[Named, ...]
    next: str | None
