"""The scenario under `kill -9` comes to the same end as an undisturbed one. How: docs/howto/kill-it.md."""

import os
import random
from dataclasses import dataclass

import pytest

from acceptance.killer import deaths
from acceptance.scenario_run import Form, Played, Theatre


@dataclass(frozen=True, kw_only=True)
class Ordeal:
    """How far the scenario is played, and how often it is killed: `workers` and `servers` in one run.

    Each of `shares` is a run with so many worker processes.
    """

    form: Form
    shares: tuple[int, ...] = (1, 2)
    workers: int
    servers: int
    timeout: int  # real seconds


ORDEALS = {
    "short": Ordeal(
        form=Form(ends_with="digest", last_decision="*signal digest*"),
        shares=(2,),
        workers=3,
        servers=1,
        timeout=600,
    ),
    "brief": Ordeal(
        form=Form(ends_with="brief", last_decision="*mission brief*"),
        workers=8,
        servers=2,
        timeout=900,
    ),
    "long": Ordeal(
        form=Form(ends_with="report", seconds=2400.0),
        workers=50,
        servers=10,
        timeout=7200,
    ),
}
CHOSEN = ORDEALS[os.environ.get("HEADRACE_KILL") or "short"]
SEED = int(os.environ.get("HEADRACE_KILL_SEED") or random.SystemRandom().randrange(10_000))
"""Drawn anew each time, so that every run looks at other moments; printed, to be given again."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(CHOSEN.timeout),
]


@pytest.fixture(scope="session")
def undisturbed() -> Played:
    """The end that every other run must reach."""
    played = Theatre(form=CHOSEN.form).play()
    print(f"undisturbed: {played.events} events in {played.seconds:.0f} s")
    assert played.reached
    assert played.faults == []
    assert played.lost_calls == 0
    return played


@pytest.mark.parametrize("share", CHOSEN.shares, ids=lambda share: f"{share}-at-work")
def test_a_killed_run_comes_to_the_end_of_an_undisturbed_one(undisturbed: Played, share: int):
    """With one worker, only workers are killed; with two that share the run, the database as well."""
    servers = CHOSEN.servers if share > 1 else 0
    plan = deaths(
        random.Random(SEED), workers=CHOSEN.workers, servers=servers, events=undisturbed.events
    )

    played = Theatre(form=CHOSEN.form, workers=share, deaths=plan, seed=SEED).play()

    kinds = [death.kind for death in played.killed]
    print(
        f"HEADRACE_KILL_SEED={SEED}: {kinds.count('worker')} workers and {kinds.count('postgres')} "
        f"servers killed, {played.lost_calls} calls charged as lost, {played.events} events "
        f"in {played.seconds:.0f} s"
    )
    wrong = [*played.ending.differences(undisturbed.ending), *played.faults]
    assert wrong == [], "\n".join(wrong)
    assert played.reached
    assert played.not_killed == [], "it was over before everything had been killed"
