"""The scenario under `kill -9` comes to the same end as an undisturbed one. How: docs/howto/kill-it.md."""

import os
import random

import pytest

from acceptance.killer import deaths
from acceptance.scenario_run import Form, Played, Theatre

LONG = os.environ.get("HEADRACE_KILL") == "long"

SHORT_FORM = Form(ends_with="brief", last_decision="*mission brief*")
LONG_FORM = Form(ends_with="report", scale=1200.0, seconds=1500.0)
FORM = LONG_FORM if LONG else SHORT_FORM

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600 if LONG else 600),
    pytest.mark.xdist_group("killing"),  # one after the other: each keeps both cores busy
]


@pytest.fixture(scope="session")
def undisturbed() -> Played:
    """The end that every other run must reach."""
    played = Theatre(form=FORM).play()
    assert played.reached
    assert played.faults == []
    assert played.lost_calls == 0
    return played


def killed(undisturbed: Played, *, workers: int, servers: int, share: int, seed: int) -> Played:
    """The same scenario with so many kills, and so many worker processes that share it."""
    plan = deaths(random.Random(seed), workers=workers, servers=servers, events=undisturbed.events)
    return Theatre(form=FORM, workers=share, deaths=plan, seed=seed).play()


def assert_same_end(played: Played, undisturbed: Played) -> None:
    assert played.not_killed == [], "it was over before everything had been killed"
    assert played.ending.differences(undisturbed.ending) == []
    assert played.faults == []
    assert played.reached


@pytest.mark.parametrize("seed", [1, 2, 3, 4] if LONG else [1])
def test_killing_workers_at_random_moments_changes_nothing_of_the_end(
    undisturbed: Played, seed: int
):
    played = killed(undisturbed, workers=10 if LONG else 4, servers=0, share=1, seed=seed)

    assert_same_end(played, undisturbed)


@pytest.mark.parametrize("seed", [5, 6] if LONG else [5])
def test_two_workers_share_it_while_they_and_the_database_are_killed(
    undisturbed: Played, seed: int
):
    played = killed(
        undisturbed, workers=5 if LONG else 2, servers=5 if LONG else 2, share=2, seed=seed
    )

    assert_same_end(played, undisturbed)
