"""Access: what a door passes in, who it says calls, and the reception through which every call goes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from headrace.kernel.capability import Effect, Operation
from headrace.kernel.confirmation import ConfirmationNeeded
from headrace.kernel.context import Actor, Ctx, system_actor
from headrace.kernel.edge import Edge, Gate, Request
from headrace.kernel.errors import Invalid, NotAllowed, NotFound
from headrace.kernel.form import check, tells_secret
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId
from headrace.kernel.journal import feed
from headrace.kernel.json import Json, canonical
from headrace.kernel.rehearsal import Rehearsal
from headrace.kernel.unit import Units


class NotSignedIn(NotAllowed):
    """Nobody is signed in, or not with anything that is valid now."""

    code = "not_signed_in"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a call says about who makes it; nothing of it is believed before it is checked.

    `trusted` is the door's own word that the caller owns this machine's data folder (the command
    line does, a browser on another machine does not): then no token is needed, the caller is the
    operator, and may stand in for the principal of the handle `stand_in`.
    """

    token: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False)  # only the console's door passes one in
    organisation: str | None = None  # slug
    stand_in: str | None = None  # handle
    trusted: bool = False


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of an operation, as a door received it."""

    operation: str
    input: Mapping[str, Json]
    credentials: Credentials = Credentials()
    key: str | None = None  # Idempotency-Key
    dry_run: bool = False
    confirmation: str | None = field(default=None, repr=False)  # the token of a preview
    tentative: bool = False  # a page shows a part where it is allowed: a refusal is no event


Asking = TypeVar("Asking", Call, Request)

Admit = Callable[[Call, Operation], Actor]
"""Who makes the call. Raises NotSignedIn, NotAllowed (another organisation), NotFound (unknown here)."""

AdmitOver = Callable[[Units], Admit]
"""The same, asking within the units it is given."""

Refused = Callable[[Request, NotAllowed], None]
"""Hears of every call that was refused for want of a right."""


class Reception:
    """Takes calls from every door: who, in what form, with what right, and then the operation."""

    def __init__(
        self,
        *,
        edge: Edge,
        admit: Admit,
        rehearsal: Rehearsal | None = None,
        refused: Refused | None = None,
        admit_over: AdmitOver | None = None,
    ) -> None:
        self._edge = edge
        self._admit = admit
        self._rehearsal = rehearsal
        self._refused = refused
        self._admit_over = admit_over

    @contextmanager
    def snapshot(self) -> Iterator["Reception"]:
        """A reception for queries that all answer from one instant, at a fraction of the cost.

        Who calls and what they may is asked once. PostgreSQL refuses whatever writes.
        """
        with self._edge.units.snapshot() as units:
            admit = self._admit_over(units) if self._admit_over else self._admit
            yield _Kept(
                edge=Edge(units=units, gate=_asked_once(self._edge.gate)),
                admit=_reading(admit),
                refused=self._refused,
            )

    @property
    def house(self) -> House:
        """What the doors offer."""
        return self._edge.units.house

    def newest(self) -> int:
        """The position of the newest event: when it moves, streams have something to ask for."""
        return self._edge.units.run(system_actor(OrganisationId("")), feed.newest)

    def perform(self, call: Call) -> Json:
        """The operation's answer. Raises whatever `Edge.perform` raises, and NotSignedIn."""
        operation = self.house.operations.get(call.operation)
        if operation is None:
            raise NotFound(f"No operation {call.operation!r}", operation=call.operation)
        request = Request(
            actor=self._admit(call, operation),
            operation=operation.name,
            input=call.input,
            key=call.key,
            confirmation=call.confirmation,
        )
        check(operation.input, request.input)
        if request.key is not None and tells_secret(operation):
            raise Invalid(
                f"The answer of {operation.name} holds a secret, which is kept nowhere to be given "
                "again; call it without a key"
            )
        try:
            return self._answer(request, dry_run=call.dry_run)
        except NotAllowed as refusal:
            if self._refused is not None and not (call.dry_run or call.tentative):
                self._refused(request, refusal)
            raise

    def _answer(self, request: Request, *, dry_run: bool) -> Json:
        if not dry_run:
            return self._edge.perform(request)
        if self._rehearsal is None:
            raise Invalid("This door cannot rehearse; call it without dry run")
        return self._rehearsal.perform(request)


class _Kept(Reception):
    """The reception of a snapshot: the same question there has the same answer, so it is kept."""

    def __init__(self, *, edge: Edge, admit: Admit, refused: Refused | None) -> None:
        super().__init__(edge=edge, admit=admit, refused=refused)
        self._answers: dict[tuple[Credentials, str, bytes], Json] = {}

    def perform(self, call: Call) -> Json:
        """As ever; whoever changes an answer changes it for all that ask after them."""
        place = (call.credentials, call.operation, canonical(call.input))
        if place not in self._answers:
            self._answers[place] = super().perform(call)
        return self._answers[place]


def perform_confirmed(perform: Callable[[Asking], Json], call: Asking) -> Json:
    """The answer of a call whose effect its caller has accepted beforehand, whatever it is.

    Raises what `perform` raises, and ConfirmationNeeded where even the fresh preview is not true.
    """
    try:
        return perform(call)
    except ConfirmationNeeded as asked:
        return perform(replace(call, confirmation=str(asked.details["confirmation"])))


def _reading(admit: Admit) -> Admit:
    """Lets in queries alone."""

    def admitted(call: Call, operation: Operation) -> Actor:
        if operation.effect is not Effect.NONE:
            raise Invalid(f"{operation.name} does more than read; call it outside of a snapshot")
        return admit(call, operation)

    return admitted


def _asked_once(gate: Gate) -> Gate:
    """Lets pass again who has passed; within one instant the answer cannot change."""
    passed: set[tuple[Actor, str, str | None]] = set()

    def gated(ctx: Ctx, permission: str, subject: str | None) -> None:
        place = (ctx.actor, permission, subject)
        if place not in passed:
            gate(ctx, permission, subject)
            passed.add(place)

    return gated
