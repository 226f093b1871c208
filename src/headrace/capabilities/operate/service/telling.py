"""Telling: the timeline's next line, and people who are told or called."""

from collections.abc import Mapping, Sequence

from headrace.capabilities.governance.model import Tier
from headrace.capabilities.operate.model import (
    Call,
    EntryKind,
    Incident,
    PersonCalled,
)
from headrace.capabilities.operate.store import incidents as store
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json


def write(
    ctx: Ctx,
    incident: Incident,
    kind: EntryKind,
    text: str,
    *,
    by: str = "",
    evidence: Mapping[str, Json] | None = None,
) -> None:
    """The next line of an incident's timeline, by the actor where nobody is named."""
    told = (kind, by or ctx.principal, text, evidence or {})
    store.add_entry(ctx.db, ctx.organisation, incident.id, ctx.now, told)


def call(
    ctx: Ctx,
    incident: Incident,
    to: Sequence[str],
    why: str,
    *,
    wants_answer: bool = True,
    tier: Tier = Tier.PRODUCTION,
) -> None:
    """Ask people at once, or only tell them; it stands in the timeline. Records PersonCalled."""
    handles = tuple(dict.fromkeys(to))
    made = Call(
        number=0, to=handles, why=why, wants_answer=wants_answer, tier=int(tier), at=ctx.now
    )
    store.add_call(ctx.db, ctx.organisation, incident.id, made)
    kind, word = (EntryKind.CALL, "called") if wants_answer else (EntryKind.NOTICE, "told")
    named = ", ".join(f"@{one}" for one in handles)
    write(ctx, incident, kind, f"{named} {word}: {why}", evidence={"to": list(handles)})
    ctx.record(
        PersonCalled(
            incident=incident.id,
            service=incident.service,
            to=handles,
            why=why,
            wants_answer=wants_answer,
            tier=int(tier),
        )
    )
