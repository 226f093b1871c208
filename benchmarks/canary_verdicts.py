"""What a rollout's statistics decide on made-up canaries, beside a fixed threshold: no times, verdicts.

`python -m benchmarks.canary_verdicts` makes canaries of five kinds: healthy; with half a point more
errors; with ten percent more latency; healthy through a day whose load and errors swing; healthy with
little traffic. Both deciders see the same requests and allow the same: less than half a point more
errors, less than ten percent more p95. The fixed threshold looks once, when the soak ends, at the
canary and the figures of the day before, as rollout tools do that know no control.

Users differ in mood (log-normal, sigma 0.25) and luck (gamma, shape 2), requests in length
(log-normal, sigma 0.35): what one user sees is alike.
"""

import argparse
import math
import random
import sys
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from headrace.capabilities.releases.model import (
    Criterion,
    Measure,
    Move,
    Observed,
    Rollout,
    Stage,
    UserSample,
)
from headrace.capabilities.releases.rules.comparison import quantile
from headrace.capabilities.releases.rules.rollout import evidence, next_step

ERRORS, SLOWER = 0.005, 0.10
CANARY = Stage(name="canary", percent=25, lasts=timedelta(hours=8), requests=600, patience=2)
EVERYONE = Stage(name="everyone", percent=100, lasts=timedelta(hours=1))
PLAN = Rollout(
    flag="f",
    stages=(CANARY, EVERYONE),
    criteria=(
        Criterion(name="errors", measure=Measure.ERRORS, worse_by=ERRORS),
        Criterion(name="p95", measure=Measure.LATENCY, worse_by=SLOWER),
    ),
)
NOON = datetime(2026, 4, 7, 12, tzinfo=UTC)
LOOKS, SOAK = 16, 8
USUAL_ERRORS = 0.002


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of canary, and whether it should go on."""

    name: str
    is_good: bool
    users: int = 4000
    more_errors: float = 0.0
    slower: float = 1.0
    swings: bool = False


KINDS = (
    Kind(name="healthy", is_good=True),
    Kind(name="+0.5 points of errors", is_good=False, more_errors=ERRORS),
    Kind(name="+10 % p95", is_good=False, slower=1 + SLOWER),
    Kind(name="healthy, daily pattern", is_good=True, swings=True),
    Kind(name="healthy, little traffic", is_good=True, users=160),
)


def user(chance: random.Random, name: str, errors: float, pace: float) -> UserSample:
    requests = 1 + int(chance.expovariate(1 / 3))
    mood, luck = chance.lognormvariate(0, 0.25), chance.gammavariate(2, 0.5)
    return UserSample(
        user=name,
        seconds=tuple(pace * mood * chance.lognormvariate(-2.3, 0.35) for _ in range(requests)),
        errors=sum(chance.random() < min(errors * luck, 1) for _ in range(requests)),
    )


def hour(chance: random.Random, kind: Kind, look: int) -> tuple[list[UserSample], list[UserSample]]:
    """The users of one hour: those whom the canary reaches, and the others."""
    swing = math.sin(look / LOOKS * 4 * math.pi) if kind.swings else 0.0
    pace, errors = 1 + 0.4 * max(swing, 0.0), USUAL_ERRORS * (1 + 2 * max(swing, 0.0))
    arms: tuple[list[UserSample], list[UserSample]] = ([], [])
    for number in range(kind.users // LOOKS):
        reached = chance.random() < CANARY.percent / 100
        more, slower = (kind.more_errors, kind.slower) if reached else (0.0, 1.0)
        made = user(chance, f"{look}-{number}", errors + more, pace * slower)
        arms[0 if reached else 1].append(made)
    return arms


def decided(chance: random.Random, kind: Kind) -> tuple[str, str]:
    """What the statistics decide about one canary, and what a fixed threshold does."""
    _, yesterday = hour(chance, replace(kind, users=kind.users * LOOKS), 0)
    seen, ours, fixed = Observed(), "", ""
    for look in range(1, LOOKS + 1):
        cohort, control = hour(chance, kind, look)
        seen = Observed(
            cohort=(*seen.cohort, *cohort),
            control=(*seen.control, *control),
        )
        if not ours:
            found = evidence(PLAN, CANARY, {"": seen})
            step = next_step(PLAN, CANARY, NOON, NOON + timedelta(hours=look), found)
            final = step.move in {Move.ROLL_BACK, Move.PROMOTE, Move.ASK}
            ours = step.move if final else ""
        if look == SOAK:
            fixed = threshold(seen.cohort, yesterday)
        if ours and fixed:
            break
    return ours, fixed


def threshold(cohort: tuple[UserSample, ...], before: list[UserSample]) -> str:
    """The other decider: two numbers compared with two limits."""
    errors = _errors(cohort) < _errors(before) + ERRORS
    latency = quantile(cohort, 0.95) < quantile(before, 0.95) * (1 + SLOWER)
    return Move.PROMOTE if errors and latency else Move.ROLL_BACK


def _errors(arm: tuple[UserSample, ...] | list[UserSample]) -> float:
    return sum(one.errors for one in arm) / sum(one.requests for one in arm)


def main(arguments: list[str]) -> int:
    """Decide about canaries of each kind and print how often each way was taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--canaries", type=int, default=200, help="how many of each kind")
    asked = parser.parse_args(arguments)
    told = Table("canary", "decider", "promoted", "asked", "rolled back", "wrong", title="Verdicts")
    for kind in KINDS:
        chance = random.Random(2026)
        pairs = [decided(chance, kind) for _ in range(asked.canaries)]
        for name, place in (("statistics", 0), ("fixed threshold", 1)):
            counts = Counter(pair[place] for pair in pairs)
            wrong = counts[Move.ROLL_BACK] if kind.is_good else counts[Move.PROMOTE]
            numbers = (counts[Move.PROMOTE], counts[Move.ASK], counts[Move.ROLL_BACK], wrong)
            told.add_row(kind.name, name, *map(str, numbers))
    Console().print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
