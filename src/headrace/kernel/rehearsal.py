"""Rehearsal: an operation done for real inside a unit of work that is then rolled back."""

from typing import NoReturn

from headrace.kernel.capability import Effect, Operation
from headrace.kernel.context import Ctx
from headrace.kernel.edge import Gate, Request
from headrace.kernel.errors import Invalid, NotFound
from headrace.kernel.json import Json, from_json, to_json
from headrace.kernel.unit import Units

REHEARSABLE = frozenset({Effect.WRITE, Effect.DESTROY})
"""Effects that lie inside the unit of work alone: rolling it back leaves nothing behind."""


class _RolledBack(Exception):
    """Carries the answer out of a unit of work that must not commit."""

    def __init__(self, answer: Json) -> None:
        super().__init__("rolled back on purpose")
        self.answer = answer


class Rehearsal:
    """Tells what an operation would answer now, and leaves no trace: no row, no event, no job."""

    def __init__(self, *, units: Units, gate: Gate) -> None:
        self._units = units
        self._gate = gate

    def perform(self, request: Request) -> Json:
        """The answer it would give. Raises what the operation would raise, and Invalid where a
        rehearsal would not be true."""
        operation = self._units.house.operations.get(request.operation)
        if operation is None:
            raise NotFound(f"No operation {request.operation!r}", operation=request.operation)
        if operation.effect not in REHEARSABLE:
            raise Invalid(
                f"{operation.name} has the effect {operation.effect}, which cannot be rehearsed"
            )
        value: object = from_json(operation.input, dict(request.input))
        try:
            self._units.run(request.actor, self._rehearse, operation, value)
        except _RolledBack as rolled_back:
            return rolled_back.answer
        raise AssertionError("a rehearsal never commits")

    def _rehearse(self, ctx: Ctx, operation: Operation, value: object) -> NoReturn:
        subject = operation.subject(ctx, value) if operation.subject else None
        self._gate(ctx, operation.permission, subject)
        raise _RolledBack(to_json(operation.run(ctx, value), operation.output))
