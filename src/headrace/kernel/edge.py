"""The edge: the one way from any door to an operation. Form, right, unit of work, answer: in this order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import sqlalchemy as sa

from headrace.kernel.capability import Effect, Operation
from headrace.kernel.confirmation import Confirmations
from headrace.kernel.context import Actor, Ctx
from headrace.kernel.errors import Conflict, NotFound
from headrace.kernel.json import Json, canonical, digest, from_json, to_json
from headrace.kernel.unit import Units

Gate = Callable[[Ctx, str, str | None], None]
"""`gate(ctx, permission, subject)` raises NotAllowed, or NotFound where the actor may not even know."""

_SEEN = sa.text(
    "SELECT input_hash, response FROM kernel_request WHERE organisation = :organisation "
    "AND principal = :principal AND operation = :operation AND key = :key"
)
_ANSWER = sa.text(
    "INSERT INTO kernel_request (organisation, principal, operation, key, input_hash, response) "
    "VALUES (:organisation, :principal, :operation, :key, :input_hash, CAST(:response AS json))"
)


class KeyReused(Conflict):
    """One idempotency key stands for one request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call of an operation, as a door received it."""

    actor: Actor
    operation: str
    input: Mapping[str, Json]
    key: str | None = None  # Idempotency-Key
    confirmation: str | None = field(default=None, repr=False)  # the token of a preview


class Edge:
    """Performs operations for the doors. `gate` is the one that judges tenant and permission."""

    def __init__(self, *, units: Units, gate: Gate) -> None:
        self.units = units
        self._gate = gate
        self._confirmations = Confirmations(units.seal)

    @property
    def gate(self) -> Gate:
        """Who judges the right."""
        return self._gate

    def perform(self, request: Request) -> Json:
        """The operation's answer as JSON.

        Raises NotFound (no such operation), Invalid (every fault of the input), NotAllowed,
        ConfirmationNeeded (what must be confirmed and is not), and what the verb raises. A
        repeated key gives the first answer again and does nothing.
        """
        operation = self.units.house.operations.get(request.operation)
        if operation is None:
            raise NotFound(f"No operation {request.operation!r}", operation=request.operation)
        value: object = from_json(operation.input, dict(request.input))
        return self.units.run(request.actor, self._perform, operation, value, request)

    def _perform(self, ctx: Ctx, operation: Operation, value: object, request: Request) -> Json:
        subject = operation.subject(ctx, value) if operation.subject else None
        self._gate(ctx, operation.permission, subject)
        if request.key is None or operation.effect is Effect.NONE:
            return self._do(ctx, operation, value, request)
        return self._once(ctx, operation, value, request, request.key)

    def _do(self, ctx: Ctx, operation: Operation, value: object, request: Request) -> Json:
        if operation.must_be_confirmed is not None:
            return self._confirmations.perform(ctx, operation, value, request.confirmation)
        return to_json(operation.run(ctx, value), operation.output)

    def _once(
        self, ctx: Ctx, operation: Operation, value: object, request: Request, key: str
    ) -> Json:
        place = {
            "organisation": ctx.organisation,
            "principal": ctx.principal,
            "operation": operation.name,
            "key": key,
        }
        asked = digest(to_json(value, operation.input))
        ctx.db.execute(
            sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))"),
            {"place": canonical(place).decode()},
        )
        seen = ctx.db.execute(_SEEN, place).one_or_none()
        if seen is not None:
            if seen.input_hash != asked:
                raise KeyReused(
                    f"The key {key!r} was used for another {operation.name}; take a new key",
                    key=key,
                )
            return cast(Json, seen.response)
        answer = self._do(ctx, operation, value, request)
        ctx.db.execute(
            _ANSWER, {**place, "input_hash": asked, "response": canonical(answer).decode()}
        )
        return answer
