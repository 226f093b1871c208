"""What may be done: new values within their ranges, the share of traffic touched, whom to ask first."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from headrace.capabilities.deployments.model import Parameter
from headrace.capabilities.operate.model import (
    SHARE_LIMIT,
    Deed,
    PlannedDeed,
    Remedy,
    Runbook,
    Severity,
    Step,
)
from headrace.kernel.errors import Refusal

VALUED = frozenset({Deed.SET_PARAMETER, Deed.SCALE})


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What is known when a remedy is chosen.

    `shares` gives the share of the service's requests by dimension, the whole being 1. `done` counts
    the deeds of the last day by kind. `serves` is false while the service answers nothing at all.
    `flags` are those there are and not yet killed, `release` the one that could be rolled back.
    """

    service: str
    severity: Severity
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    done: Mapping[Deed, int] = field(default_factory=dict)
    serves: bool = True
    flags: Collection[str] = ()
    release: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A remedy with its deeds, the share of requests it touches, and why a person must say yes."""

    remedy: Remedy
    deeds: tuple[PlannedDeed, ...]
    share: float
    because: tuple[str, ...]


def choose(runbook: Runbook, tried: Collection[str], now: Situation) -> Choice | Refusal:
    """The next remedy of a runbook that was not tried yet, or why there is none.

    At SEV1 nothing is changed before a person says so, but for what the runbook's approval covers:
    automatic remedies that only take something away. They come first then.
    """
    reasons = []
    for remedy in _in_order(runbook, now.severity):
        if remedy.name in tried:
            reasons.append(f"{remedy.name}: was tried")
            continue
        found = _planned(remedy, now)
        if not isinstance(found, Refusal):
            return found
        reasons += [f"{remedy.name}: {reason}" for reason in found.reasons]
    return Refusal(tuple(reasons) or ("the runbook names no remedy",))


def _in_order(runbook: Runbook, severity: Severity) -> Sequence[Remedy]:
    if severity is not Severity.SEV1:
        return runbook.remedies
    return sorted(runbook.remedies, key=lambda one: not (one.is_safety and one.automatic))


def _planned(remedy: Remedy, now: Situation) -> Choice | Refusal:
    deeds, reasons, asks = [], [], []
    for step in remedy.steps:
        deed, against, beyond = _deed(step, now)
        reasons += against
        asks += beyond
        if deed is not None:
            deeds.append(deed)
    if not deeds and not reasons:
        reasons.append("it has no step that a machine could take; a person does it")
    if reasons:
        return Refusal(tuple(reasons))
    share = max(_share(one, now) for one in deeds)
    if not remedy.automatic:
        asks.append("the runbook leaves it to a person")
    if now.severity is Severity.SEV1 and not remedy.is_safety:
        asks.append("at SEV1 a person decides before anything is changed")
    limit = min(remedy.share, SHARE_LIMIT)
    if share > limit and not remedy.is_safety:
        asks.append(f"it touches {share:.0%} of the service's requests; more than {limit:.0%} asks")
    return Choice(remedy=remedy, deeds=tuple(deeds), share=share, because=tuple(asks))


def _deed(step: Step, now: Situation) -> tuple[PlannedDeed | None, list[str], list[str]]:
    """The deed, why it cannot be done at all, and why a person is asked first."""
    if step.deed in VALUED:
        return _valued(step, now)
    made = PlannedDeed(
        deed=step.deed,
        service=now.service,
        subject=now.release if step.deed is Deed.ROLL_BACK else step.subject,
        affects=step.affects,
    )
    if step.deed is Deed.ROLL_BACK and not now.release:
        return None, ["there is no release of this service to take back"], []
    if step.deed is Deed.KILL_FLAG and step.subject not in now.flags:
        return None, [f"flag {step.subject!r} is not there, or is off already"], []
    return made, [], list(_over_budget(step, now))


def _over_budget(step: Step, now: Situation) -> Iterator[str]:
    done = now.done.get(step.deed, 0)
    if step.most is not None and done >= step.most:
        yield f"{step.deed} was done {done} times within a day; more than {step.most} asks"


def _valued(step: Step, now: Situation) -> tuple[PlannedDeed | None, list[str], list[str]]:
    known = now.parameters.get(step.subject)
    if known is None:
        return None, [f"{now.service} has no parameter {step.subject!r}"], []
    if known.drill:
        return None, [f"{step.subject} serves rehearsals and is no remedy"], []
    before = now.values.get(step.subject, known.default)
    value = changed(step.change, before)
    if value is None:
        return None, [f"{step.change!r} is no change of a number; write =512, *2 or +1"], []
    if not known.low <= value <= known.high:
        bounds = f"between {known.low:g} and {known.high:g}"
        return None, [f"{step.subject} would be {value:g}; the service takes it {bounds}"], []
    if value == before:
        return None, [f"{step.subject} is {before:g} already"], []
    made = PlannedDeed(
        deed=step.deed,
        service=now.service,
        subject=step.subject,
        before=before,
        value=value,
        affects=step.affects,
    )
    return made, [], [*_beyond(step, value), *_over_budget(step, now)]


def _beyond(step: Step, value: float) -> Iterator[str]:
    if step.low is None or step.high is None:
        yield f"the runbook gives {step.subject} no range"
    elif not step.low <= value <= step.high:
        yield (
            f"{step.subject} would be {value:g}, beyond the authorised {step.low:g} to "
            f"{step.high:g}"
        )


def changed(change: str, before: float) -> float | None:
    """The new value: `=512` sets, `*2` multiplies, `+1` and `-1` add. None when it is none of these."""
    sign, number = change.strip()[:1], change.strip()[1:]
    try:
        amount = float(number)
    except ValueError:
        return None
    ways = {"=": amount, "*": before * amount, "+": before + amount, "-": before - amount}
    return ways.get(sign)


def _share(deed: PlannedDeed, now: Situation) -> float:
    """The share of the service's requests that a deed touches.

    A dimension that nobody has counted is taken for the whole. Restarting what answers nothing
    touches no request.
    """
    if deed.deed is Deed.RESTART and not now.serves:
        return 0.0
    return now.shares.get(deed.affects, 1.0) if deed.affects else 1.0


def malformed(runbook: Runbook) -> tuple[str, ...]:
    """Every reason why nobody could follow a runbook; empty when it can be followed."""
    return tuple(_faults(runbook))


def _faults(runbook: Runbook) -> Iterator[str]:
    if not runbook.service:
        yield "it names no service"
    names = [one.name for one in runbook.remedies]
    if len(set(names)) < len(names):
        yield "two remedies have one name"
    for remedy in runbook.remedies:
        for step in remedy.steps:
            yield from (f"{remedy.name}: {fault}" for fault in _step_faults(step))
        if not 0 < remedy.share <= SHARE_LIMIT:
            yield f"{remedy.name}: a share lies above 0 and at most at {SHARE_LIMIT:.0%}"


def _step_faults(step: Step) -> Sequence[str]:
    found = []
    if step.deed in VALUED:
        if not step.subject:
            found.append(f"{step.deed} names no parameter")
        if changed(step.change, 1.0) is None:
            found.append(f"{step.change!r} is no change of a number; write =512, *2 or +1")
        if step.low is not None and step.high is not None and step.low > step.high:
            found.append(f"the range {step.low:g} to {step.high:g} is empty")
    if step.deed is Deed.KILL_FLAG and not step.subject:
        found.append("kill-flag names no flag")
    return found


def text(body_deed: PlannedDeed) -> str:
    """A deed in words, as a plan shows it."""
    if body_deed.deed in VALUED:
        return (
            f"set {body_deed.subject} of {body_deed.service} from {body_deed.before:g} "
            f"to {body_deed.value:g}"
        )
    words = {
        Deed.RESTART: f"restart {body_deed.service}",
        Deed.ROLL_BACK: f"roll back {body_deed.subject}",
        Deed.KILL_FLAG: f"switch {body_deed.subject} off for everybody",
    }
    return words[body_deed.deed]
