"""Confirmation: what spends, writes much or destroys is shown first, and done only for whoever saw it.

A call without a confirmation is refused with a preview: what would happen, what it costs, and a
token. The token is bound to the caller, the operation, its input and the plan (what the operation
would do, as found by doing it in a unit of work that is rolled back), holds for ten minutes and is
good for one deed. The preview writes nothing: a token is sealed, and only its use is a row.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

import sqlalchemy as sa

from headrace.kernel.capability import Effect, Foreseen, Operation
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Conflict
from headrace.kernel.form import tells_secret
from headrace.kernel.json import Json, canonical, digest, to_json

Seal = Callable[[str, str], str]
"""`seal(purpose, text)`: a signature that only this installation can make."""

LASTS = timedelta(minutes=10)
"""How long a preview may be confirmed, in real time."""

_MARK = "hc"
_NONCE_BITS = 128
_NOW = sa.text("SELECT extract(epoch FROM now())::bigint")
_KNOWN = sa.text(
    "SELECT lineage FROM journal_lineage WHERE organisation = :organisation "
    "AND lineage = ANY(:lineages)"
)
_FORGET = sa.text(
    "DELETE FROM kernel_confirmation WHERE organisation = :organisation AND expires_at < now()"
)
_USE = sa.text(
    "INSERT INTO kernel_confirmation (organisation, nonce, principal, operation, plan, expires_at) "
    "VALUES (:organisation, :nonce, :principal, :operation, :plan, to_timestamp(:expires)) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)


class ConfirmationNeeded(Conflict):
    """Nothing is done yet: the details hold the preview, and the token that confirms it."""

    code = "confirmation_needed"


class ConfirmationStale(ConfirmationNeeded):
    """What was confirmed is not what would happen now; the details hold a new preview."""

    code = "confirmation_stale"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an operation would do. `changes` names the events it would record, each with its thing."""

    operation: str
    alarm: str  # "amber" or "red"
    effect: str
    says: tuple[str, ...]
    at_most_tokens: int | None
    at_most_micro_usd: int | None
    changes: tuple[str, ...]
    answer: Json  # as a rehearsal gives it; None where the operation cannot be rehearsed
    confirmation: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class _Token:
    """A token as it was sent; nothing of it is believed before its seal is checked."""

    nonce: str
    expires: int  # seconds since 1970
    plan: str
    seal: str

    @classmethod
    def read(cls, text: str) -> "_Token | None":
        parts = text.removeprefix(f"{_MARK}_").split(".")
        if not text.startswith(f"{_MARK}_") or len(parts) != 4 or not parts[1].isdecimal():
            return None
        if not text.isascii() or len(text) > 300:
            return None
        return cls(nonce=parts[0], expires=int(parts[1]), plan=parts[2], seal=parts[3])

    def written(self) -> str:
        return f"{_MARK}_{self.nonce}.{self.expires}.{self.plan}.{self.seal}"


@dataclass(frozen=True)
class Confirmations:
    """Does what must be confirmed, for whoever has seen what it does."""

    seal: Seal

    def perform(self, ctx: Ctx, operation: Operation, value: object, shown: str | None) -> Json:
        """The operation's answer, when `shown` is the token of a preview that is still true.

        Raises ConfirmationNeeded, or ConfirmationStale, and with it whatever the operation did is
        rolled back; raises what the operation raises.
        """
        asked = digest(to_json(value, operation.input))
        token = _Token.read(shown) if shown is not None else None
        fault = None if shown is None else self._fault(ctx, operation, asked, token)
        foreseen = operation.foresee(ctx, value) if operation.foresee else Foreseen()
        answer: Json = None
        if (fault is None and token is not None) or operation.effect is not Effect.OUTSIDE:
            answer = to_json(operation.run(ctx, value), operation.output)
        changes = () if operation.effect is Effect.OUTSIDE else _changes(ctx)
        plan = _plan(ctx, foreseen, changes)
        if token is not None and fault is None and token.plan != plan:
            fault = "what it would do is not what you were shown any more"
        if token is None or fault is not None:
            preview = self._preview(ctx, operation, asked, foreseen, changes, plan, answer)
            raise _refusal(preview, fault)
        self._use(ctx, operation, token)
        return answer

    def _fault(
        self, ctx: Ctx, operation: Operation, asked: str, token: _Token | None
    ) -> str | None:
        """What is wrong with the token itself; None when it is one of ours, for this very call."""
        if token is None:
            return "the confirmation is not written as one"
        if not compare_digest(token.seal, self._sealed(ctx, operation, asked, token)):
            return "the confirmation is of another call, of somebody else, or made up"
        if token.expires <= ctx.db.execute(_NOW).scalar_one():
            return "the confirmation has run out"
        return None

    def _sealed(self, ctx: Ctx, operation: Operation, asked: str, token: _Token) -> str:
        bound: dict[str, Json] = {
            "organisation": ctx.organisation,
            "principal": ctx.principal,
            "operation": operation.name,
            "input": asked,
            "plan": token.plan,
            "nonce": token.nonce,
            "expires": token.expires,
        }
        return self.seal("confirmation", canonical(bound).decode())

    def _use(self, ctx: Ctx, operation: Operation, token: _Token) -> None:
        """Spend the token; of two calls at once one waits here for the other, and is refused."""
        ctx.db.execute(_FORGET, {"organisation": ctx.organisation})
        row = {
            "organisation": ctx.organisation,
            "nonce": token.nonce,
            "principal": ctx.principal,
            "operation": operation.name,
            "plan": token.plan,
            "expires": token.expires,
        }
        if ctx.db.execute(_USE, row).one_or_none() is None:
            raise ConfirmationStale(
                "This confirmation has been used; call without one to see what would happen now"
            )

    def _preview(
        self,
        ctx: Ctx,
        operation: Operation,
        asked: str,
        foreseen: Foreseen,
        changes: Sequence[tuple[str, str]],
        plan: str,
        answer: Json,
    ) -> Preview:
        expires = int(ctx.db.execute(_NOW).scalar_one()) + int(LASTS.total_seconds())
        nonce = f"{ctx.random.getrandbits(_NONCE_BITS):032x}"
        open_ = _Token(nonce=nonce, expires=expires, plan=plan, seal="")
        token = _Token(
            nonce=nonce,
            expires=expires,
            plan=plan,
            seal=self._sealed(ctx, operation, asked, open_),
        )
        return Preview(
            operation=operation.name,
            alarm=str(operation.must_be_confirmed),
            effect=operation.summary,
            says=foreseen.says,
            at_most_tokens=foreseen.tokens,
            at_most_micro_usd=foreseen.micro_usd,
            changes=tuple(f"{type} on {thing}" for type, thing in changes),
            answer=None if tells_secret(operation) else answer,
            confirmation=token.written(),
            expires_at=datetime.fromtimestamp(expires, UTC),
        )


def _changes(ctx: Ctx) -> tuple[tuple[str, str], ...]:
    """Each event that the unit of work would record, with its thing, sorted; a new thing by its kind
    alone, because its id is another at each time."""
    lineages = sorted({event.lineage for event in ctx.outbox.events})
    known = set(
        ctx.db.execute(_KNOWN, {"organisation": ctx.organisation, "lineages": lineages}).scalars()
    )
    return tuple(
        sorted(
            (event.type, event.lineage if event.lineage in known else _kind(event.lineage))
            for event in ctx.outbox.events
        )
    )


def _kind(lineage: str) -> str:
    return f"a new {lineage.partition(':')[0]}"


def _plan(ctx: Ctx, foreseen: Foreseen, changes: Sequence[tuple[str, str]]) -> str:
    """What the operation would do, as one hash: its events, its jobs, and what it foresees."""
    flows = Counter(job.flow for job in ctx.outbox.jobs)
    flows.update(timer.job.flow for timer in ctx.outbox.timers)
    return digest(
        {
            "changes": [list(change) for change in changes],
            "flows": dict(flows),
            "foreseen": to_json(foreseen),
        }
    )


def _refusal(preview: Preview, fault: str | None) -> ConfirmationNeeded:
    shown = to_json(preview)
    assert isinstance(shown, dict)  # a dataclass becomes an object
    remedy = (
        "Look at the preview in the details, and call again with its `confirmation` "
        f"(good for {int(LASTS.total_seconds()) // 60} minutes, once)"
    )
    if fault is None:
        return ConfirmationNeeded(
            f"Nothing is done yet: {preview.operation} is to be confirmed. {remedy}", **shown
        )
    return ConfirmationStale(f"Nothing is done: {fault}. {remedy}", **shown)
