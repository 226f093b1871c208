"""The entrance: turns what a call says about its caller into an actor; the doors stand before it."""

from collections.abc import Collection, Mapping

from headrace.capabilities.people import service
from headrace.capabilities.people.model import OPERATOR, SessionLife
from headrace.kernel.access import Admit, Call, Credentials, NotSignedIn
from headrace.kernel.capability import Effect, Operation
from headrace.kernel.context import Actor, ActorKind, Ctx, system_actor
from headrace.kernel.edge import Request
from headrace.kernel.errors import Invalid, NotAllowed
from headrace.kernel.ids import OrganisationId, PrincipalId, new_id
from headrace.kernel.unit import Units

OPERATOR_PRINCIPAL = PrincipalId("operator")
"""Who the journal names when the operator of this machine acts in nobody else's name."""

_NOWHERE = system_actor(OrganisationId(""))
"""Sees no organisation's rows; for what is asked before one is known."""


class WrongOrganisation(NotAllowed):
    """A token, and a session, opens its own organisation and no other."""

    code = "people.wrong_organisation"


class Entrance:
    """Admits callers: by token, by session, or as the operator where the door vouches for it."""

    def __init__(self, units: Units, life: SessionLife | None = None) -> None:
        self._units = units
        self._life = life or SessionLife()

    def admit(self, call: Call, operation: Operation) -> Actor:
        """Who acts. Raises NotSignedIn, WrongOrganisation, NotFound (organisation or handle), Invalid
        (several organisations and none named), NotAllowed (standing in without being the operator).
        """
        credentials = call.credentials
        if _is_trusted(credentials) and _is_operators(operation):
            return _operator_in(OrganisationId(new_id("org")))
        only_asks = operation.must_be_confirmed is not None and call.confirmation is None
        leaves_no_trace = call.dry_run or operation.effect is Effect.NONE or only_asks
        return self._known(credentials, noted="" if leaves_no_trace else operation.name)

    def over(self, units: Units) -> Admit:
        """Admits within a snapshot's units."""
        return _Within(units, self._life).admit

    def rights(self, credentials: Credentials) -> Collection[str]:
        """The permissions of the caller, so that a door shows what can be used. Raises as `admit`."""
        if _is_trusted(credentials) and credentials.stand_in is None:
            return self._units.run(_NOWHERE, service.permissions_held)
        return self._units.run(self._known(credentials), service.permissions_held)

    def names(self, credentials: Credentials) -> Mapping[str, str]:
        """The handle of everybody in the caller's organisation by id, to show them. Raises as `admit`."""
        return self._units.run(self._known(credentials), service.handles)

    def refused(self, request: Request, refusal: NotAllowed) -> None:
        """Note a refusal in the caller's organisation, in a unit of work of its own."""
        self._units.run(request.actor, service.record_refusal, request.operation, refusal)

    def _by_token(self, credentials: Credentials, token: str) -> Actor:
        actor = self._units.run(_NOWHERE, service.authenticate, token)
        if credentials.stand_in is not None:
            raise NotAllowed("A token acts as its owner; leave the other name out")
        if credentials.organisation:
            self._units.run(_NOWHERE, _same, actor, credentials.organisation)
        return actor

    def _by_session(self, credentials: Credentials, secret: str) -> Actor:
        actor = self._units.run(_NOWHERE, service.session_actor, secret, self._life)
        if credentials.stand_in is not None:
            raise NotAllowed("A session acts as its owner; leave the other name out")
        if credentials.organisation:
            self._units.run(_NOWHERE, _same, actor, credentials.organisation)
        return actor

    def _known(self, credentials: Credentials, *, noted: str = "") -> Actor:
        if credentials.token is not None:
            return self._by_token(credentials, credentials.token)
        if credentials.session is not None:
            return self._by_session(credentials, credentials.session)
        if not credentials.trusted:
            raise NotSignedIn(
                "Sign in first: send a token, `Authorization: Bearer hr_…`. "
                "`headrace token issue` makes one"
            )
        organisation = self._units.run(_NOWHERE, _chosen, credentials.organisation)
        operator = _operator_in(organisation)
        if credentials.stand_in is None:
            return operator
        return self._units.run(operator, service.stand_in, credentials.stand_in, noted)


class _Within(Entrance):
    """The entrance to one snapshot: asks once for each caller, whose standing cannot change there."""

    def __init__(self, units: Units, life: SessionLife) -> None:
        super().__init__(units, life)
        self._asked: dict[Credentials, Actor] = {}

    def _known(self, credentials: Credentials, *, noted: str = "") -> Actor:
        if credentials not in self._asked:
            self._asked[credentials] = super()._known(credentials, noted=noted)
        return self._asked[credentials]


def _is_trusted(credentials: Credentials) -> bool:
    """Whether only the door's word stands for the caller; a token or a session goes before it."""
    return credentials.token is None and credentials.session is None and credentials.trusted


def _is_operators(operation: Operation) -> bool:
    return operation.permission.partition(":")[0] == OPERATOR


def _operator_in(organisation: OrganisationId) -> Actor:
    return Actor(organisation=organisation, principal=OPERATOR_PRINCIPAL, kind=ActorKind.SYSTEM)


def _same(ctx: Ctx, actor: Actor, slug: str) -> None:
    """An organisation that does not exist and one that is not the token's look alike."""
    own = service.organisation(ctx, actor.organisation)
    if own is None or own.slug != slug:
        raise WrongOrganisation(
            f"This token or session does not open the organisation {slug!r}", slug=slug
        )


def _chosen(ctx: Ctx, slug: str | None) -> OrganisationId:
    if slug:
        return service.organisation_by_slug(ctx, slug).id
    found = service.organisations(ctx, limit=2)
    if len(found) == 1:
        return found[0].id
    raise Invalid(
        "There are several organisations; name one with --organisation"
        if found
        else "There is no organisation yet; `headrace organisation create` founds one"
    )
