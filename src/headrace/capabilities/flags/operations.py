"""What flags offers to REST, CLI and MCP; who asks which variant to show does so by OFREP."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from headrace.capabilities.flags import service
from headrace.capabilities.flags.model import (
    Condition,
    Definition,
    Evaluation,
    Finding,
    Flag,
    Lifetime,
    NoEvaluation,
    Revision,
    Rule,
    Segment,
    Serving,
    Usage,
    ValueKind,
)
from headrace.kernel.capability import Alarm, Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names, Unit
from headrace.kernel.json import Json

READ, CHANGE, KILL, REVIVE = "flags:read", "flags:change", "flags:kill", "flags:revive"
EVALUATE = "flags:evaluate"
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

Why = Annotated[str, Field(min_length=1, description="Why, for the history.")]
Seen = Annotated[int | None, Field(description="The revision that you looked at.")]
Limit = Annotated[int, Field(ge=1, le=200, description="How many at most.")]


@dataclass(frozen=True, kw_only=True)
class NewFlag:
    """A new flag. Without more it is a boolean one that is off for everybody."""

    flag: Annotated[
        str, Field(description="Its key; what the code asks for.", examples=["bulk-export"])
    ]
    description: str = ""
    owner: Annotated[
        str, Names("principal"), Field(description="Handle of whoever decides about it.")
    ] = ""
    kind: ValueKind = ValueKind.BOOLEAN
    lifetime: Lifetime = Lifetime.RELEASE
    expires_at: datetime | None = None
    variants: Annotated[
        dict[str, Json] | None, Field(description="Values by name; default: on and off.")
    ] = None
    off_variant: str = "off"
    default_variant: str = "off"


@dataclass(frozen=True, kw_only=True)
class FlagEdit:
    """What is to be different; what is left out stays."""

    flag: Annotated[str, Names("flag")]
    reason: Why
    revision: Seen = None
    description: str | None = None
    owner: Annotated[
        str | None, Names("principal"), Field(description="Handle of whoever decides about it.")
    ] = None
    lifetime: Lifetime | None = None
    expires_at: datetime | None = None
    variants: dict[str, Json] | None = None
    off_variant: str | None = None
    default_variant: str | None = None
    rules: Annotated[tuple[Rule, ...] | None, Field(description="All rules, first to last.")] = None
    rollout: Annotated[Serving | None, Field(description="Several shares make an experiment.")] = (
        None
    )


@dataclass(frozen=True, kw_only=True)
class Rollout:
    flag: Annotated[str, Names("flag")]
    percent: Annotated[float, Unit("%"), Field(ge=0, le=100, description="Of everybody who asks.")]
    reason: Why
    variant: Annotated[
        str | None,
        Field(description="Empty: the one that is rolled out already, else the only other one."),
    ] = None
    revision: Seen = None


@dataclass(frozen=True, kw_only=True)
class Switch:
    flag: Annotated[str, Names("flag")]
    on: Annotated[bool, Field(description="Whether it decides at all.")]
    reason: Why
    revision: Seen = None


@dataclass(frozen=True, kw_only=True)
class FlagReason:
    flag: Annotated[str, Names("flag")]
    reason: Why


@dataclass(frozen=True, kw_only=True)
class FlagName:
    flag: Annotated[str, Names("flag")]


@dataclass(frozen=True, kw_only=True)
class FlagDetails:
    """A flag at a moment, how often its variants were given, and what is stale about it."""

    flag: Flag
    usage: Usage
    findings: tuple[Finding, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FlagQuery:
    after: str = ""
    archived: Annotated[bool, Field(description="Archived ones too.")] = False
    limit: Limit = 50


@dataclass(frozen=True, kw_only=True)
class FlagPage:
    """Flags as they are at a moment, from which their ages are told."""

    items: tuple[Flag, ...]
    next: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class HistoryQuery:
    flag: Annotated[str, Names("flag")]
    before: int | None = None
    limit: Limit = 50


@dataclass(frozen=True, kw_only=True)
class RevisionPage:
    items: tuple[Revision, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class FindingList:
    items: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class Asked:
    flag: Annotated[str, Names("flag")]
    context: Annotated[
        dict[str, Json], Field(description="Who asks: targetingKey and attributes.")
    ] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Told:
    """The answer, or why there is none."""

    answer: Evaluation | None
    fault: NoEvaluation | None


@dataclass(frozen=True, kw_only=True)
class NewSegment:
    segment: Annotated[
        str,
        Field(description="Its key; what the rules of flags name.", examples=["beta-customers"]),
    ]
    name: str = ""
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SegmentName:
    segment: Annotated[str, Names("segment")]


@dataclass(frozen=True, kw_only=True)
class SegmentList:
    items: tuple[Segment, ...]


def create(ctx: Ctx, new: NewFlag) -> Flag:
    """Make a flag; it gives its off variant to everybody until it is rolled out or switched on.

    Its key is its own for ever. A flag for a release is expected to go when everybody has it.
    """
    definition = Definition(
        description=new.description,
        owner=new.owner,
        lifetime=new.lifetime,
        expires_at=new.expires_at,
        off_variant=new.off_variant,
        default_variant=new.default_variant,
    )
    if new.variants is not None:
        definition = replace(definition, variants=new.variants)
    return service.create(ctx, new.flag, definition, new.kind)


def change(ctx: Ctx, edit: FlagEdit) -> Flag:
    """Change a flag: its owner, variants, rules, expiry; what you leave out stays.

    Rules are asked first to last: each gives a variant, or shares of several, to those who meet its
    conditions. The flag's revision may be sent along, so that nobody's change is overwritten.
    """
    kept = {"flag", "reason", "revision"}
    wanted: Mapping[str, object] = {
        name: value for name, value in vars(edit).items() if name not in kept and value is not None
    }
    before = service.flag(ctx, edit.flag).definition
    after = replace(before, **wanted)  # type: ignore[arg-type]  # fields of Definition by their names
    return service.change(ctx, edit.flag, after, reason=edit.reason, revision=edit.revision)


def roll_out(ctx: Ctx, asked: Rollout) -> Flag:
    """Give a flag's variant to a percentage of everybody, and turn the flag on.

    Whoever has it keeps it while the percentage grows. Rules come first: they may give it to others
    besides.
    """
    return service.roll_out(
        ctx,
        asked.flag,
        Decimal(str(asked.percent)),
        reason=asked.reason,
        variant=asked.variant,
        revision=asked.revision,
    )


def switch(ctx: Ctx, asked: Switch) -> Flag:
    """Turn a flag on or off for everybody; its rules and rollout stay as they are."""
    return service.switch(
        ctx, asked.flag, on=asked.on, reason=asked.reason, revision=asked.revision
    )


def kill(ctx: Ctx, asked: FlagReason) -> Flag:
    """Kill a flag: everybody gets its off variant at once.

    Nobody is asked for approval. Only a person can revive it.
    """
    return service.kill(ctx, asked.flag, asked.reason)


def revive(ctx: Ctx, asked: FlagReason) -> Flag:
    """Let a killed flag decide again, as it is defined now."""
    return service.revive(ctx, asked.flag, asked.reason)


def archive(ctx: Ctx, asked: FlagReason) -> Flag:
    """Archive a flag that nothing asks for any more; clients are told that there is none."""
    return service.archive(ctx, asked.flag, asked.reason)


def listing(ctx: Ctx, query: FlagQuery) -> FlagPage:
    """List flags by key."""
    found = service.flags(ctx, after=query.after, limit=query.limit, archived=query.archived)
    following = found[-1].key if len(found) == query.limit else None
    return FlagPage(items=tuple(found), next=following, at=ctx.now)


def show(ctx: Ctx, name: FlagName) -> FlagDetails:
    """Show a flag: its definition, how often each variant was given, what is stale about it."""
    found = service.flag(ctx, name.flag)
    mine = tuple(one for one in service.findings(ctx) if one.flag == name.flag)
    return FlagDetails(flag=found, usage=service.usage(ctx, name.flag), findings=mine, at=ctx.now)


def history(ctx: Ctx, query: HistoryQuery) -> RevisionPage:
    """List what a flag's definition was, newest first, with who changed it and why.

    Kills and archiving change no definition; `headrace journal list` has them too.
    """
    found = service.history(ctx, query.flag, before=query.before, limit=query.limit)
    following = found[-1].revision if len(found) == query.limit else None
    return RevisionPage(items=tuple(found), next=following)


def findings(ctx: Ctx, _: Nothing) -> FindingList:
    """List stale flags: settled for three weeks, never or no longer asked for, expired, unowned."""
    return FindingList(items=tuple(service.findings(ctx)))


def evaluate(ctx: Ctx, asked: Asked) -> Told:
    """Tell which variant somebody would get, and why; it counts as nobody's use.

    The context is what an application sends: `{"targetingKey": "acme", "plan": "enterprise"}`.
    """
    told = service.evaluate(ctx, asked.flag, asked.context)
    if isinstance(told, NoEvaluation):
        return Told(answer=None, fault=told)
    return Told(answer=told, fault=None)


def set_segment(ctx: Ctx, new: NewSegment) -> Segment:
    """Make a segment, or replace it: whoever is included, or meets all conditions, and is not
    excluded."""
    return service.put_segment(
        ctx,
        Segment(
            key=new.segment,
            name=new.name,
            included=frozenset(new.included),
            excluded=frozenset(new.excluded),
            conditions=new.conditions,
        ),
    )


def remove_segment(ctx: Ctx, name: SegmentName) -> None:
    """Remove a segment that no flag asks for."""
    service.remove_segment(ctx, name.segment)


def list_segments(ctx: Ctx, _: Nothing) -> SegmentList:
    """List segments by key."""
    return SegmentList(items=tuple(service.segments(ctx)))


def _offer(
    name: str,
    right: str,
    takes: type,
    gives: type,
    run: object,
    method: Method,
    path: str,
    alarm: Alarm | None = None,
) -> Operation:
    """What is asked for with GET changes nothing."""
    assert callable(run)
    asks = method == "GET"
    return Operation(
        name=name,
        permission=right,
        input=takes,
        output=gives,
        run=run,
        http=Http(method=method, path=path),
        kind=OperationKind.QUERY if asks else OperationKind.COMMAND,
        effect=Effect.NONE if asks else Effect.WRITE,
        alarm=alarm,
    )


OPERATIONS = (
    _offer("flag.create", CHANGE, NewFlag, Flag, create, "POST", "/flags"),
    _offer("flag.change", CHANGE, FlagEdit, Flag, change, "PATCH", "/flags/{flag}"),
    _offer("flag.rollout", CHANGE, Rollout, Flag, roll_out, "POST", "/flags/{flag}/rollout"),
    _offer("flag.switch", CHANGE, Switch, Flag, switch, "POST", "/flags/{flag}/switch"),
    _offer("flag.kill", KILL, FlagReason, Flag, kill, "POST", "/flags/{flag}/kill", Alarm.RED),
    _offer("flag.revive", REVIVE, FlagReason, Flag, revive, "POST", "/flags/{flag}/revive"),
    _offer("flag.archive", CHANGE, FlagReason, Flag, archive, "POST", "/flags/{flag}/archive"),
    _offer("flag.list", READ, FlagQuery, FlagPage, listing, "GET", "/flags"),
    _offer("flag.stale", READ, Nothing, FindingList, findings, "GET", "/flag-findings"),
    _offer("flag.show", READ, FlagName, FlagDetails, show, "GET", "/flags/{flag}"),
    _offer(
        "flag.history", READ, HistoryQuery, RevisionPage, history, "GET", "/flags/{flag}/history"
    ),
    _offer("flag.evaluate", READ, Asked, Told, evaluate, "GET", "/flags/{flag}/evaluation"),
    _offer("segment.set", CHANGE, NewSegment, Segment, set_segment, "PUT", "/segments/{segment}"),
    _offer(
        "segment.remove",
        CHANGE,
        SegmentName,
        type(None),
        remove_segment,
        "DELETE",
        "/segments/{segment}",
    ),
    _offer("segment.list", READ, Nothing, SegmentList, list_segments, "GET", "/segments"),
)
