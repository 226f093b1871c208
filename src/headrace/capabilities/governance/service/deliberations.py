"""Deliberations: what was judged, asked and decided about many subjects, read at once."""

from collections.abc import Collection

from headrace.capabilities.governance.model import CHANGE, Deliberation
from headrace.capabilities.governance.store import gates, judgements, questions
from headrace.kernel.context import Ctx


def open_in(ctx: Ctx, contexts: Collection[str]) -> Deliberation:
    """What waits for people's word in any of these contexts: open gates and questions, oldest first."""
    here = (ctx.db, ctx.organisation, contexts)
    return Deliberation(
        gates=tuple(gates.open_in(*here)),
        judgements=(),
        questions=tuple(questions.open_in(*here)),
    )


def deliberation(ctx: Ctx, subjects: Collection[str], kind: str = CHANGE) -> Deliberation:
    """All about these subjects of one kind, in three queries however many they are."""
    here = (ctx.db, ctx.organisation, kind, subjects)
    return Deliberation(
        gates=tuple(gates.of_subjects(*here)),
        judgements=tuple(judgements.of_subjects(*here)),
        questions=tuple(questions.of_subjects(*here)),
    )
