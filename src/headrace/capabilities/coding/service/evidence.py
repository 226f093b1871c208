"""Evidence: one check of one head is run once, and every evaluator of that head rests on that run.

The evaluators judge on their own; only the measuring is shared. A run is claimed before it begins and
held by a lease while it goes on, so that of two evaluators that come at the same moment one waits; a
claim whose worker died ends by itself, and somebody else runs the check.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from headrace.capabilities.agents.model import Bench, Rows
from headrace.capabilities.coding import store
from headrace.capabilities.coding.model import CheckKey, Claim, Ending, Measured
from headrace.kernel.context import Ctx
from headrace.kernel.patience import tried

LEASE = timedelta(seconds=20)
"""Real time after which a claim that nobody holds is taken over: as long as a worker's own lease."""

PAUSE = timedelta(milliseconds=250)
"""Real time between two looks at a run that somebody else is at."""

_LASTING = frozenset({Ending.PASSED, Ending.FAILED})
"""What says something about the commit. That a tool is missing, or the time was over, says something
about the machine and the hour: only those take it who had waited for it, and whoever comes later asks
again."""


def claim(ctx: Ctx, key: CheckKey, awaited: str = "") -> Claim:
    """The run of a check: measured already, the caller's to run, or somebody else's who is at it.

    `awaited` is the run that the caller waited for, which counts whatever came of it.
    """
    ended = store.result(ctx.db, ctx.organisation, awaited) if awaited else None
    if ended is not None:
        return Claim(id=awaited, measured=ended)
    wanted = Claim(id=ctx.new_id("check"), by=ctx.new_id("claim"))
    mine = store.claim(ctx.db, ctx.organisation, key, wanted, ctx.now, LEASE)
    if mine is not None:
        return replace(wanted, id=mine)
    return store.current(ctx.db, ctx.organisation, key)


def hold(ctx: Ctx, claim: Claim) -> None:
    """Lengthen the lease of a claim; nothing when it was lost."""
    store.hold(ctx.db, ctx.organisation, claim, LEASE)


def keep(ctx: Ctx, claim: Claim, measured: Measured) -> Measured | None:
    """Keep what was measured, with its id and its time. None when somebody else took the claim over."""
    named = replace(measured, run=replace(measured.run, id=claim.id, ended_at=ctx.now))
    lasting = measured.run.ending in _LASTING
    kept = store.keep(ctx.db, ctx.organisation, claim, named, ctx.now, lasting=lasting)
    return named if kept else None


def give_up(ctx: Ctx, claim: Claim) -> None:
    """Leave a claimed run to somebody else; nothing when it has ended or was lost."""
    store.drop(ctx.db, ctx.organisation, claim)


def check_runs(ctx: Ctx, repository: str, head: str) -> Sequence[Measured]:
    """Every run of a check on a commit, in the order of their ends."""
    return store.of_head(ctx.db, ctx.organisation, repository, head)


@dataclass(frozen=True)
class SharedEvidence:
    """Fills the port `model.Evidence` with the rows of the organisation whose run is at this bench."""

    bench: Bench
    rows: Rows

    def claim(self, key: CheckKey, awaited: str = "") -> Claim:
        return self.rows(claim, key, awaited)

    def hold(self, claim: Claim) -> None:
        tried(lambda: self.rows(hold, claim), None)  # the next sign comes soon

    def keep(self, claim: Claim, measured: Measured) -> Measured | None:
        return self.rows(keep, claim, measured)

    def give_up(self, claim: Claim) -> None:
        self.rows(give_up, claim)

    def wait(self) -> None:
        self.bench.pause(PAUSE)
