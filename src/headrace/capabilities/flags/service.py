"""The verbs of flags: make, change, kill and archive them; tell what is stale; give the snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from headrace.capabilities.flags import rules, store
from headrace.capabilities.flags.model import (
    CHANGE_QUESTION,
    TARGETING_KEY,
    ChangeKind,
    ChangeRefused,
    Definition,
    Evaluation,
    Finding,
    Flag,
    FlagArchived,
    FlagArchivedAlready,
    FlagChange,
    FlagChanged,
    FlagCreated,
    FlagExists,
    FlagInUse,
    FlagKilled,
    FlagMoved,
    FlagNotFound,
    FlagRevived,
    FlagStale,
    Kill,
    Malformed,
    NoEvaluation,
    Revision,
    Segment,
    SegmentChanged,
    SegmentNotFound,
    Snapshot,
    Usage,
    ValueKind,
)
from headrace.capabilities.people import service as people
from headrace.kernel.context import Ctx
from headrace.kernel.errors import NotFound, Refusal
from headrace.kernel.json import Json

USE_KEPT = timedelta(days=90)
"""How long use is kept by day; the last day on which a flag was asked for stays."""

ASKED_LATELY = timedelta(days=1)
"""A flag that somebody asked for within this time is not archived."""


def create(ctx: Ctx, key: str, definition: Definition, kind: ValueKind = ValueKind.BOOLEAN) -> Flag:
    """A new flag. Its key is its own for ever. Raises Malformed, FlagExists, ChangeRefused.

    Records FlagCreated.
    """
    if not rules.is_key(key):
        raise Malformed("A key is made of letters, digits, dots, dashes and underscores", key=key)
    _judge(ctx, kind, definition)
    _ask(ctx, key, ChangeKind.CREATE, None, definition, "")
    flag = Flag(
        key=key,
        kind=kind,
        salt=ctx.new_id("salt"),
        definition=definition,
        revision=store.bump(ctx.db, ctx.organisation),
        created_at=ctx.now,
        created_by=ctx.principal,
        changed_at=ctx.now,
        settled_at=rules.settled_since(frozenset(), rules.reachable(definition), None, ctx.now),
    )
    if not store.add(ctx.db, ctx.organisation, flag):
        raise FlagExists(f"There is a flag {key!r} already, or was; take another key", flag=key)
    _remember(ctx, flag, ChangeKind.CREATE, "")
    ctx.record(FlagCreated(flag=key, revision=flag.revision, kind=kind))
    return flag


def change(
    ctx: Ctx,
    key: str,
    definition: Definition,
    *,
    reason: str,
    kind: ChangeKind = ChangeKind.EDIT,
    revision: int | None = None,
) -> Flag:
    """Give a flag another definition; the same one changes nothing.

    `revision` is the one that was looked at. Raises FlagNotFound, FlagArchivedAlready, FlagMoved,
    Malformed, ChangeRefused. Records FlagChanged.
    """
    before = _changeable(ctx, key, revision)
    fields = rules.changed_fields(before.definition, definition)
    if not fields:
        return before
    _judge(ctx, before.kind, definition)
    _ask(ctx, key, kind, before.definition, definition, reason)
    after = _put(ctx, before, definition=definition)
    _remember(ctx, after, kind, reason)
    ctx.record(
        FlagChanged(
            flag=key,
            revision=after.revision,
            change=kind,
            fields=fields,
            on=after.is_on,
            percent=rules.percent(definition),
            reason=reason,
        )
    )
    return after


def roll_out(
    ctx: Ctx,
    key: str,
    percent: Decimal,
    *,
    reason: str,
    variant: str | None = None,
    revision: int | None = None,
) -> Flag:
    """Give a variant to so many percent of everybody, and turn the flag on.

    Who has it keeps it while the percentage grows. Raises as `change`, and Malformed for a
    percentage that is none, or finer than a thousandth.
    """
    buckets = rules.buckets_of(percent)
    if buckets is None:
        raise Malformed("A percentage lies between 0 and 100 and has 3 decimals at most")
    definition = flag(ctx, key).definition
    serving = rules.with_percent(definition, buckets, variant)
    if isinstance(serving, Refusal):
        raise Malformed(f"Not rolled out: {serving}", reasons=serving.reasons)
    wanted = replace(definition, on=True, rollout=serving)
    return change(ctx, key, wanted, reason=reason, kind=ChangeKind.ROLLOUT, revision=revision)


def switch(ctx: Ctx, key: str, *, on: bool, reason: str, revision: int | None = None) -> Flag:
    """Turn a flag on or off; its rules and rollout stay. Raises as `change`."""
    wanted = replace(flag(ctx, key).definition, on=on)
    return change(ctx, key, wanted, reason=reason, kind=ChangeKind.SWITCH, revision=revision)


def kill(ctx: Ctx, key: str, reason: str) -> Flag:
    """Give everybody the variant of off, at once, whatever else is decided; repeats change nothing.

    Nobody is asked: turning a thing off is a safety action. Raises FlagNotFound,
    FlagArchivedAlready. Records FlagKilled.
    """
    before = _changeable(ctx, key, None)
    if before.kill is not None:
        return before
    after = _put(ctx, before, kill=Kill(by=ctx.principal, at=ctx.now, reason=reason))
    ctx.record(FlagKilled(flag=key, revision=after.revision, reason=reason))
    return after


def revive(ctx: Ctx, key: str, reason: str) -> Flag:
    """Let a killed flag decide again, as it is defined now. Raises as `change`; records FlagRevived."""
    before = _changeable(ctx, key, None)
    if before.kill is None:
        return before
    _ask(ctx, key, ChangeKind.REVIVE, before.definition, before.definition, reason)
    after = _put(ctx, before, kill=None)
    ctx.record(FlagRevived(flag=key, revision=after.revision, reason=reason))
    return after


def archive(ctx: Ctx, key: str, reason: str) -> Flag:
    """Answer a flag no longer; its history stays and its key is never given again.

    Raises FlagInUse when somebody asked for it within a day, and as `change`. Records FlagArchived.
    """
    before = _changeable(ctx, key, None)
    used = usage(ctx, key).last_at
    if used is not None and ctx.now - used < ASKED_LATELY:
        raise FlagInUse(
            f"{key!r} was asked for at {used:%Y-%m-%d %H:%M}; take it out of the code first and "
            f"wait {ASKED_LATELY.days} day",
            flag=key,
            last_at=used,
        )
    _ask(ctx, key, ChangeKind.ARCHIVE, before.definition, before.definition, reason)
    after = _put(ctx, before, archived_at=ctx.now)
    ctx.record(FlagArchived(flag=key, revision=after.revision, reason=reason))
    return after


def _judge(ctx: Ctx, kind: ValueKind, definition: Definition) -> None:
    known = [one.key for one in segments(ctx)]
    refusal = rules.faults(kind, definition, known)
    if refusal is not None:
        raise Malformed(f"The flag contradicts itself: {refusal}", reasons=refusal.reasons)
    if definition.owner:
        people.by_handle(ctx, definition.owner)


def _ask(
    ctx: Ctx,
    key: str,
    kind: ChangeKind,
    before: Definition | None,
    after: Definition,
    reason: str,
) -> None:
    subject = FlagChange(flag=key, kind=kind, before=before, after=after, reason=reason)
    against = [
        f"{told} ({check.name})"
        for check in ctx.house.checks(CHANGE_QUESTION)
        for told in check.run(ctx, subject)
    ]
    if against:
        raise ChangeRefused(f"{key!r} stays as it is: {'; '.join(against)}", reasons=against)


def _changeable(ctx: Ctx, key: str, revision: int | None) -> Flag:
    """The flag, locked."""
    found = store.find(ctx.db, ctx.organisation, key, lock=True)
    if found is None:
        raise _missing(key)
    if found.archived_at is not None:
        raise FlagArchivedAlready(f"{key!r} is archived; make a flag of another key", flag=key)
    if revision is not None and revision != found.revision:
        raise FlagMoved(
            f"{key!r} is at revision {found.revision}, not {revision}; look at it again",
            flag=key,
            revision=found.revision,
        )
    return found


def _put(ctx: Ctx, before: Flag, **changes: object) -> Flag:
    """The flag with what changes, at its new revision."""
    after = replace(
        before,
        **changes,  # type: ignore[arg-type]  # fields of Flag, named by the verbs above
        revision=store.bump(ctx.db, ctx.organisation),
        changed_at=ctx.now,
    )
    reached = [
        rules.reachable(one.definition, killed=one.kill is not None) for one in (before, after)
    ]
    settled = rules.settled_since(reached[0], reached[1], before.settled_at, ctx.now)
    after = replace(after, settled_at=settled)
    store.put(ctx.db, ctx.organisation, after)
    return after


def _remember(ctx: Ctx, flag: Flag, kind: ChangeKind, reason: str) -> None:
    revision = Revision(
        flag=flag.key,
        revision=flag.revision,
        change=kind,
        definition=flag.definition,
        reason=reason,
        by=ctx.principal,
        at=ctx.now,
    )
    store.add_revision(ctx.db, ctx.organisation, revision)


def _missing(key: str) -> FlagNotFound:
    return FlagNotFound(f"No flag {key!r}; `headrace flag list` shows them", flag=key)


def flag(ctx: Ctx, key: str) -> Flag:
    """The flag as it stands. Raises FlagNotFound."""
    found = store.find(ctx.db, ctx.organisation, key)
    if found is None:
        raise _missing(key)
    return found


def flags(
    ctx: Ctx, *, after: str = "", limit: int | None = 50, archived: bool = False
) -> Sequence[Flag]:
    """Flags by key, archived ones only when asked for; `limit` None is all of them."""
    return store.flags(ctx.db, ctx.organisation, after=after, limit=limit, archived=archived)


def history(
    ctx: Ctx, key: str, *, before: int | None = None, limit: int = 50
) -> Sequence[Revision]:
    """The definitions that a flag had, newest first. Raises FlagNotFound."""
    flag(ctx, key)
    return store.revisions(ctx.db, ctx.organisation, key, before, limit)


def put_segment(ctx: Ctx, segment: Segment) -> Segment:
    """Make a segment, or replace it. Raises Malformed. Records SegmentChanged."""
    refusal = rules.segment_faults(segment)
    if refusal is not None:
        raise Malformed(f"The segment contradicts itself: {refusal}", reasons=refusal.reasons)
    store.bump(ctx.db, ctx.organisation)
    store.put_segment(ctx.db, ctx.organisation, segment)
    ctx.record(SegmentChanged(segment=segment.key, removed=False))
    return segment


def remove_segment(ctx: Ctx, key: str) -> None:
    """Raises SegmentNotFound, and FlagInUse while a flag names it. Records SegmentChanged."""
    store.bump(ctx.db, ctx.organisation)
    named = [f.key for f in flags(ctx, limit=None) if key in rules.segments_named(f.definition)]
    if named:
        raise FlagInUse(f"{', '.join(named)}: asks for the segment {key!r}", flags=named)
    if not store.drop_segment(ctx.db, ctx.organisation, key):
        raise SegmentNotFound(f"No segment {key!r}", segment=key)
    ctx.record(SegmentChanged(segment=key, removed=True))


def segments(ctx: Ctx) -> Sequence[Segment]:
    """Every segment, by key."""
    return store.segments(ctx.db, ctx.organisation)


def revision(ctx: Ctx) -> int:
    """The revision of all flags and segments together; it grows with every change."""
    return store.revision(ctx.db, ctx.organisation)


def snapshot(ctx: Ctx) -> Snapshot:
    """What evaluating needs, read at once. The revision is read first: a change in between shows."""
    number = revision(ctx)
    return Snapshot(
        revision=number,
        flags={one.key: one for one in flags(ctx, limit=None)},
        segments={one.key: one for one in segments(ctx)},
    )


def evaluate(ctx: Ctx, key: str, context: Mapping[str, Json]) -> Evaluation | NoEvaluation:
    """What whoever `context` describes would get now; counts as nobody's use. Raises FlagNotFound."""
    known = {one.key: one for one in segments(ctx)}
    return rules.evaluate(flag(ctx, key), known, context, ctx.now)


def given(flag: Flag, segments: Mapping[str, Segment], key: str, at: datetime) -> str | None:
    """The variant that a flag gives to a targeting key, where nothing else is known of who asks."""
    told = rules.evaluate(flag, segments, {TARGETING_KEY: key}, at)
    return told.variant if isinstance(told, Evaluation) else None


def note_use(ctx: Ctx, counts: Mapping[tuple[str, str], int]) -> None:
    """Add evaluations by flag and variant, as of now."""
    store.note_use(ctx.db, ctx.organisation, counts, ctx.now)


def usage(ctx: Ctx, key: str) -> Usage:
    """How often each variant of a flag was given in the last 90 days, and when last."""
    return store.usage(ctx.db, ctx.organisation, key).get(key, Usage(flag=key))


def findings(ctx: Ctx) -> Sequence[Finding]:
    """Every way in which a flag is stale, by flag."""
    used = store.usage(ctx.db, ctx.organisation)
    return [
        finding
        for one in flags(ctx, limit=None)
        for finding in rules.findings(
            one,
            used.get(one.key, Usage(flag=one.key)),
            owned=_is_owned(ctx, one.definition.owner),
            now=ctx.now,
        )
    ]


def _is_owned(ctx: Ctx, owner: str) -> bool:
    if not owner:
        return False
    try:
        return people.by_handle(ctx, owner).active
    except NotFound:
        return False


def review(ctx: Ctx) -> int:
    """Tell of flags that have become stale, each way once until it no longer holds; how many.

    Forgets use older than 90 days. Records FlagStale.
    """
    found = {(one.flag, one.staleness): one for one in findings(ctx)}
    told = store.told(ctx.db, ctx.organisation)
    fresh = [one for place, one in found.items() if place not in told]
    store.untell(ctx.db, ctx.organisation, told - found.keys())
    for one in fresh:
        store.tell(ctx.db, ctx.organisation, one, ctx.now)
        number = flag(ctx, one.flag).revision
        ctx.record(
            FlagStale(flag=one.flag, revision=number, staleness=one.staleness, days=one.days)
        )
    store.forget_use(ctx.db, ctx.organisation, (ctx.now - USE_KEPT).date())
    return len(fresh)
