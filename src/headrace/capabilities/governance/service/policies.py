"""Policies as the house declares them, and how a subject stands by those it must meet."""

from collections.abc import Mapping, Sequence

from headrace.capabilities.governance import rules
from headrace.capabilities.governance.model import (
    Assessment,
    Judgement,
    Policy,
    PolicyUnknown,
    Question,
    Subject,
    Tally,
)
from headrace.capabilities.governance.service.subjects import facts
from headrace.capabilities.governance.store import judgements, questions
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Conflict

EVALUATOR = "governance.evaluator"
"""Question to higher rooms about a Policy: why nobody could judge by it ("nobody is hired as …")."""


def policies(ctx: Ctx) -> Mapping[str, Policy]:
    """Every declared policy by its key. Raises Conflict when two rooms declare the same."""
    found: dict[str, Policy] = {}
    for policy in ctx.declared(Policy):
        if policy.key in found:
            raise Conflict(f"The policy {policy.key!r} is declared twice; remove one declaration")
        found[policy.key] = policy
    return found


def policy(ctx: Ctx, key: str) -> Policy:
    """The policy. Raises PolicyUnknown with those there are."""
    known = policies(ctx)
    if key not in known:
        raise PolicyUnknown(
            f"No policy {key!r}; there are {', '.join(sorted(known)) or 'none'}", policy=key
        )
    return known[key]


def assess(ctx: Ctx, subject: Subject, hash: str, required: Sequence[str]) -> Assessment:
    """How a subject stands on `hash` by the policies it must meet."""
    known, newest = policies(ctx), _newest(ctx, subject, hash)
    wanted = _required(known, required)
    gaps = {policy.key: _gaps(ctx, policy) for policy in wanted if policy.key in known}
    return Assessment(
        subject=subject,
        hash=hash,
        overall=rules.overall(wanted, {key: one.verdict for key, one in newest.items()}),
        tally=rules.added(
            rules.tally(newest[one.key].findings, one) for one in wanted if one.key in newest
        ),
        judgements=tuple(newest.values()),
        unjudged=rules.unjudged(required, newest.keys()),
        without_evaluator=rules.without_evaluator(required, known, gaps),
    )


def standing(ctx: Ctx, subject: Subject) -> Assessment:
    """How a change or version stands on its present hash by the policies that it names.

    Raises NotFound of the room that the subject belongs to.
    """
    known = facts(ctx, subject)
    return assess(ctx, subject, known.hash or "", known.policies)


def tally(ctx: Ctx, judgement: Judgement) -> Tally:
    """How many findings of a judgement block, and how many are notes. Raises PolicyUnknown."""
    return rules.tally(judgement.findings, policy(ctx, judgement.policy))


def objections(ctx: Ctx, subject: Subject, hash: str, required: Sequence[str]) -> tuple[str, ...]:
    """Every reason of the policies against going on with `hash`; empty is a yes."""
    wanted = _required(policies(ctx), required)
    return rules.against(wanted, _newest(ctx, subject, hash), _questions(ctx, subject))


def judgements_of(ctx: Ctx, subject: Subject) -> Sequence[Judgement]:
    """Every judgement on a subject, on any of its hashes, oldest first."""
    return ctx.once(judgements.of_subject, subject)


def _required(known: Mapping[str, Policy], keys: Sequence[str]) -> list[Policy]:
    """An undeclared policy stays required: it can be met by nobody, and that is told, not forgotten."""
    return [known.get(k) or Policy(key=k, title=k, criteria=(), evaluator="") for k in keys]


def _newest(ctx: Ctx, subject: Subject, hash: str) -> dict[str, Judgement]:
    found = ctx.once(judgements.of_subject, subject)
    return {one.policy: one for one in sorted(found, key=lambda j: j.number) if one.hash == hash}


def _questions(ctx: Ctx, subject: Subject) -> dict[str, Question]:
    return rules.that_counts(ctx.once(questions.of_subject, subject))


def _gaps(ctx: Ctx, policy: Policy) -> tuple[str, ...]:
    return tuple(why for check in ctx.house.checks(EVALUATOR) for why in check.run(ctx, policy))
