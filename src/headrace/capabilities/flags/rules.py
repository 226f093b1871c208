"""What flags decide: who gets which variant, whether a definition holds together, when it is stale. Pure."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal

from headrace.capabilities.flags.model import (
    BUCKETS,
    TARGETING_KEY,
    Condition,
    Definition,
    Evaluation,
    Fault,
    Finding,
    Flag,
    Lifetime,
    NoEvaluation,
    Operator,
    Reason,
    Rule,
    Segment,
    Serving,
    Share,
    StaleAfter,
    Staleness,
    Usage,
    ValueKind,
)
from headrace.kernel.errors import Refusal
from headrace.kernel.json import Json

Context = Mapping[str, Json]
Segments = Mapping[str, Segment]

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_WHOLE = 2**64
_MOST_RULES = 100
_STAYING = frozenset({Lifetime.OPERATIONAL, Lifetime.PERMISSION})


class _KeyMissing(Exception):
    """A percentage was reached and nobody said who asks."""


def is_key(text: str) -> bool:
    """Whether a flag or a segment may have this name: it stands in addresses."""
    return _KEY.fullmatch(text) is not None


def bucket(salt: str, key: str) -> int:
    """The place of a user among 100,000, the same at every call, on every machine, for ever."""
    whole = hashlib.sha256(f"{salt}\n{key}".encode(errors="surrogatepass")).digest()[:8]
    return int.from_bytes(whole, "big") * BUCKETS // _WHOLE


def buckets_of(percent: Decimal) -> int | None:
    """How many of the 100,000 places a percentage takes; None where it is none or too fine."""
    wanted = percent * (BUCKETS // 100)
    if not 0 <= wanted <= BUCKETS or wanted != wanted.to_integral_value():
        return None
    return int(wanted)


def evaluate(
    flag: Flag, segments: Segments, context: Context, now: datetime
) -> Evaluation | NoEvaluation:
    """The variant for whoever `context` describes, and why; the first that gives anything wins.

    Nothing but the arguments counts. TARGETING_KEY_MISSING only where a percentage is reached that
    is neither nobody nor everybody, or where several variants are shared out.
    """
    definition = flag.definition
    if not flag.is_on:
        return _given(flag, definition.off_variant, Reason.DISABLED, "")
    try:
        for rule in definition.rules:
            if _meets_all(rule.conditions, segments, context, now):
                variant = _served(rule.serving, flag.salt, context)
                if variant is not None:
                    return _given(flag, variant, Reason.TARGETING_MATCH, rule.id)
        return _rolled_out(flag, context)
    except _KeyMissing as missing:
        return NoEvaluation(key=flag.key, fault=Fault.TARGETING_KEY_MISSING, details=str(missing))


def _rolled_out(flag: Flag, context: Context) -> Evaluation:
    definition = flag.definition
    serving = definition.rollout
    variant = _served(serving, flag.salt, context) if serving else None
    if serving is not None and (0 < serving.buckets < BUCKETS or len(serving.shares) > 1):
        return _given(flag, variant or definition.default_variant, Reason.SPLIT, "rollout")
    if not definition.rules:
        return _given(flag, variant or definition.default_variant, Reason.STATIC, "")
    return _given(flag, variant or definition.default_variant, Reason.DEFAULT, "")


def _given(flag: Flag, variant: str, reason: Reason, rule: str) -> Evaluation:
    value = flag.definition.variants[variant]
    if flag.kind is ValueKind.FLOAT and isinstance(value, int):
        value = float(value)  # clients tell 1 from 1.0
    return Evaluation(
        key=flag.key,
        value=value,
        variant=variant,
        reason=reason,
        rule=rule,
        revision=flag.revision,
    )


def _served(serving: Serving, salt: str, context: Context) -> str | None:
    """The variant, or None for whoever is outside."""
    if serving.buckets == 0:
        return None
    if serving.buckets < BUCKETS and bucket(salt, _who(serving, context)) >= serving.buckets:
        return None
    if len(serving.shares) == 1:
        return serving.shares[0].variant
    return _shared(serving, bucket(f"{salt}/variant", _who(serving, context)))


def _shared(serving: Serving, place: int) -> str:
    """By weight, with a hash of its own, so that the size of the rollout moves nobody."""
    whole = sum(share.weight for share in serving.shares)
    reached = 0
    for share in serving.shares:
        reached += share.weight
        if place * whole < reached * BUCKETS:
            return share.variant
    raise AssertionError("a place lies below the whole")


def _who(serving: Serving, context: Context) -> str:
    found = attribute(context, serving.by)
    if found is None or found == "":
        raise _KeyMissing(f"Send `{serving.by}` in the context: it decides who gets which variant")
    return found if isinstance(found, str) else repr(found)


def attribute(context: Context, name: str) -> Json:
    """The value of an attribute, None where there is none; a name with dots leads into objects."""
    if name in context:
        return context[name]
    found: Json = context
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def _meets_all(
    conditions: Iterable[Condition], segments: Segments, context: Context, now: datetime
) -> bool:
    return all(_meets(condition, segments, context, now) for condition in conditions)


def _meets(condition: Condition, segments: Segments, context: Context, now: datetime) -> bool:
    operator = condition.operator
    if operator in {Operator.IN_SEGMENT, Operator.NOT_IN_SEGMENT}:
        inside = any(_inside(str(key), segments, context, now) for key in condition.values)
        return inside is (operator is Operator.IN_SEGMENT)
    found = attribute(context, condition.attribute)
    if operator is Operator.PRESENT:
        return found is not None
    if operator is Operator.ABSENT:
        return found is None
    if operator is Operator.NOT_IN:
        return not _is_one_of(found, condition.values)
    if operator is Operator.IN:
        return _is_one_of(found, condition.values)
    return any(_COMPARE[operator](found, value) for value in condition.values)


def _inside(key: str, segments: Segments, context: Context, now: datetime) -> bool:
    """A segment that is gone holds nobody; one names no other, so there is no circle."""
    segment = segments.get(key)
    if segment is None:
        return False
    who = attribute(context, TARGETING_KEY)
    if isinstance(who, str) and who in segment.excluded:
        return False
    if isinstance(who, str) and who in segment.included:
        return True
    return bool(segment.conditions) and _meets_all(segment.conditions, {}, context, now)


def _is_one_of(found: Json, values: Sequence[Json]) -> bool:
    """A list fits when one of its members does. 1 and true are not the same here."""
    if isinstance(found, list | tuple):
        return any(_is_one_of(one, values) for one in found)
    return any(found == value and _sort(found) == _sort(value) for value in values)


def _sort(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else type(value).__name__


def _text(test: Callable[[str, str], bool]) -> Callable[[Json, Json], bool]:
    def compare(found: Json, value: Json) -> bool:
        return isinstance(found, str) and isinstance(value, str) and test(found, value)

    return compare


def _contains(found: Json, value: Json) -> bool:
    if isinstance(found, list | tuple):
        return _is_one_of(found, (value,))
    return isinstance(found, str) and isinstance(value, str) and value in found


def _ordered(
    read: Callable[[Json], object], test: Callable[[int], bool]
) -> Callable[[Json, Json], bool]:
    """Compares what both sides read as; what cannot be read fits nothing."""

    def compare(found: Json, value: Json) -> bool:
        left, right = read(found), read(value)
        if left is None or right is None:
            return False
        return test((left > right) - (left < right))  # type: ignore[operator]  # one kind, ordered

    return compare


def _number(value: Json) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _moment(value: Json) -> datetime | None:
    """An ISO time; without an offset it is UTC."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None


def _version(value: Json) -> tuple[int, ...] | None:
    """`v1.20.3-beta` as (1, 20, 3, -1): numbers by value, and a version before its release."""
    if not isinstance(value, str):
        return None
    found = re.fullmatch(r"v?(\d{1,9}(?:\.\d{1,9}){0,3})(-.*)?(?:\+.*)?", value)
    if found is None:
        return None
    numbers = [int(part) for part in found[1].split(".")]
    return (*numbers, *[0] * (4 - len(numbers)), -1 if found[2] else 0)


_COMPARE: Mapping[Operator, Callable[[Json, Json], bool]] = {
    Operator.CONTAINS: _contains,
    Operator.STARTS_WITH: _text(str.startswith),
    Operator.ENDS_WITH: _text(str.endswith),
    Operator.LESS: _ordered(_number, lambda order: order < 0),
    Operator.AT_MOST: _ordered(_number, lambda order: order <= 0),
    Operator.AT_LEAST: _ordered(_number, lambda order: order >= 0),
    Operator.GREATER: _ordered(_number, lambda order: order > 0),
    Operator.BEFORE: _ordered(_moment, lambda order: order < 0),
    Operator.AFTER: _ordered(_moment, lambda order: order > 0),
    Operator.VERSION_BELOW: _ordered(_version, lambda order: order < 0),
    Operator.VERSION_AT_LEAST: _ordered(_version, lambda order: order >= 0),
}
"""Operators that compare one attribute with one value."""


def reachable(definition: Definition, *, killed: bool = False) -> frozenset[str]:
    """The variants that somebody could be given now."""
    if killed or not definition.on:
        return frozenset({definition.off_variant})
    found: set[str] = set()
    last = Rule(id="rollout", serving=definition.rollout or Serving(shares=(), buckets=0))
    for rule in (*definition.rules, last):
        if rule.serving.buckets:
            found |= {share.variant for share in rule.serving.shares}
        if not rule.conditions and rule.serving.buckets == BUCKETS:
            return frozenset(found)
    return frozenset({*found, definition.default_variant})


def settled_since(
    before: frozenset[str], after: frozenset[str], since: datetime | None, now: datetime
) -> datetime | None:
    """Since when everybody gets one and the same variant, when what can be reached changes."""
    if len(after) > 1:
        return None
    return since if since is not None and before == after else now


def changed_fields(before: Definition, after: Definition) -> tuple[str, ...]:
    """The names of what differs, in their written order."""
    return tuple(
        f.name for f in fields(Definition) if getattr(before, f.name) != getattr(after, f.name)
    )


def percent(definition: Definition) -> float | None:
    """The part of everybody that the rollout reaches; None without one."""
    return None if definition.rollout is None else definition.rollout.buckets * 100 / BUCKETS


def with_percent(definition: Definition, buckets: int, variant: str | None) -> Serving | Refusal:
    """The rollout with another size: of `variant`, else of what it has, else of the one variant
    beside the default one."""
    if variant is not None:
        return Serving(shares=(Share(variant=variant),), buckets=buckets)
    if definition.rollout is not None:
        return Serving(shares=definition.rollout.shares, buckets=buckets, by=definition.rollout.by)
    others = [name for name in definition.variants if name != definition.default_variant]
    if len(others) != 1:
        return Refusal((f"say which variant is rolled out: {', '.join(others)}",))
    return Serving(shares=(Share(variant=others[0]),), buckets=buckets)


def faults(kind: ValueKind, definition: Definition, segments: Iterable[str]) -> Refusal | None:
    """Everything that is wrong with a definition, or None."""
    reasons = [
        *_value_faults(kind, definition),
        *_name_faults(definition),
        *_rule_faults(definition, frozenset(segments)),
    ]
    return Refusal(tuple(reasons[:20])) if reasons else None


_FITS: Mapping[ValueKind, Callable[[Json], bool]] = {
    ValueKind.BOOLEAN: lambda value: isinstance(value, bool),
    ValueKind.STRING: lambda value: isinstance(value, str),
    ValueKind.INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    ValueKind.FLOAT: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    ValueKind.OBJECT: lambda value: isinstance(value, Mapping | list | tuple),
}


def _value_faults(kind: ValueKind, definition: Definition) -> Iterator[str]:
    if not definition.variants:
        yield "a flag has at least one variant"
    for name, value in definition.variants.items():
        if not is_key(name):
            yield f"variant {name!r}: a name is made of letters, digits, dots, dashes, underscores"
        if not _FITS[kind](value):
            yield f"variant {name!r}: its value is no {kind}"


def _name_faults(definition: Definition) -> Iterator[str]:
    for place in ("off_variant", "default_variant"):
        name = getattr(definition, place)
        if name not in definition.variants:
            yield f"{place}: there is no variant {name!r}"
    ids = [rule.id for rule in definition.rules]
    if len(set(ids)) != len(ids) or "" in ids or "rollout" in ids:
        yield "rules: each has an id of its own, and `rollout` is taken"
    if len(ids) > _MOST_RULES:
        yield f"rules: at most {_MOST_RULES}; put conditions into a segment"


def _rule_faults(definition: Definition, segments: frozenset[str]) -> Iterator[str]:
    for rule in definition.rules:
        yield from _serving_faults(f"rule {rule.id!r}", rule.serving, definition)
        for condition in rule.conditions:
            yield from _condition_faults(f"rule {rule.id!r}", condition, segments)
    if definition.rollout is not None:
        yield from _serving_faults("rollout", definition.rollout, definition)


def _serving_faults(place: str, serving: Serving, definition: Definition) -> Iterator[str]:
    if not serving.shares:
        yield f"{place}: it gives no variant"
    if not 0 <= serving.buckets <= BUCKETS:
        yield f"{place}: buckets lie between 0 and {BUCKETS}"
    for share in serving.shares:
        if share.variant not in definition.variants:
            yield f"{place}: there is no variant {share.variant!r}"
        if share.weight < 1:
            yield f"{place}: the weight of {share.variant!r} is at least 1"


def _condition_faults(place: str, condition: Condition, segments: frozenset[str]) -> Iterator[str]:
    operator = condition.operator
    if operator in {Operator.PRESENT, Operator.ABSENT}:
        return
    if not condition.values:
        yield f"{place}: {operator} needs at least one value"
    if operator in {Operator.IN_SEGMENT, Operator.NOT_IN_SEGMENT}:
        yield from (
            f"{place}: there is no segment {key!r}"
            for key in condition.values
            if key not in segments
        )
    for value in condition.values:
        if operator in _READS and _READS[operator](value) is None:
            yield f"{place}: {operator} cannot compare with {value!r}"


_READS: Mapping[Operator, Callable[[Json], object]] = {
    Operator.LESS: _number,
    Operator.AT_MOST: _number,
    Operator.AT_LEAST: _number,
    Operator.GREATER: _number,
    Operator.BEFORE: _moment,
    Operator.AFTER: _moment,
    Operator.VERSION_BELOW: _version,
    Operator.VERSION_AT_LEAST: _version,
}


def segment_faults(segment: Segment) -> Refusal | None:
    """Everything that is wrong with a segment, or None. A segment names no other."""
    reasons = [] if is_key(segment.key) else [f"{segment.key!r} is no key for a segment"]
    for condition in segment.conditions:
        if condition.operator in {Operator.IN_SEGMENT, Operator.NOT_IN_SEGMENT}:
            reasons.append("a segment is made of attributes, not of other segments")
        else:
            reasons += _condition_faults(f"segment {segment.key!r}", condition, frozenset())
    both = segment.included & segment.excluded
    if both:
        reasons.append(f"included and excluded at once: {', '.join(sorted(both))}")
    if not segment.included and not segment.conditions:
        reasons.append("it holds nobody: include keys, or give conditions")
    return Refusal(tuple(reasons)) if reasons else None


def segments_named(definition: Definition) -> frozenset[str]:
    """The segments that the rules of a flag ask for."""
    return frozenset(
        str(value)
        for rule in definition.rules
        for condition in rule.conditions
        if condition.operator in {Operator.IN_SEGMENT, Operator.NOT_IN_SEGMENT}
        for value in condition.values
    )


def findings(
    flag: Flag, usage: Usage, *, owned: bool, now: datetime, after: StaleAfter | None = None
) -> tuple[Finding, ...]:
    """Every way in which a flag is stale. An archived flag is none."""
    limits = after or StaleAfter()
    if flag.archived_at is not None:
        return ()
    return tuple(
        Finding(flag=flag.key, staleness=kind, since=since, days=(now - since).days, remedy=remedy)
        for kind, since, remedy in _stale(flag, usage, owned=owned, now=now, limits=limits)
    )


def _stale(
    flag: Flag, usage: Usage, *, owned: bool, now: datetime, limits: StaleAfter
) -> Iterator[tuple[Staleness, datetime, str]]:
    definition = flag.definition
    settled = flag.settled_at
    stays = definition.lifetime in _STAYING
    if settled is not None and not stays and now - settled >= limits.settled:
        (variant,) = reachable(definition, killed=flag.kill is not None)
        yield (
            Staleness.SETTLED,
            settled,
            f"everybody gets {variant!r}: take the flag out of the code, then archive it",
        )
    if usage.last_at is None and now - flag.created_at >= limits.never_evaluated:
        yield Staleness.NEVER_EVALUATED, flag.created_at, "nothing asks for it: archive it, or ask"
    if usage.last_at is not None and now - usage.last_at >= limits.unused:
        yield Staleness.UNUSED, usage.last_at, "nothing asks for it any more: archive it"
    if definition.expires_at is not None and definition.expires_at <= now:
        yield Staleness.EXPIRED, definition.expires_at, "decide: remove it, or give it a new date"
    if not owned:
        yield Staleness.UNOWNED, flag.changed_at, "give it an owner who is there"
