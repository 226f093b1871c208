"""The restart budget on a real service: it is started again when it dies, and at last people are called."""

import os
import signal

import pytest

from capabilities.deployments import product
from capabilities.deployments.test_host import Ground, until
from capabilities.deployments.world import NAME
from capabilities.operate.world import World
from headrace.capabilities.deployments import rules
from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.deployments.model import DeploymentState
from headrace.capabilities.operate import service
from headrace.capabilities.operate.model import IncidentStatus, Severity

MOST = 3


class Hosted(World, Ground):
    """An organisation whose service really runs, with people to call."""

    def dies(self) -> None:
        until(lambda: self.is_ready() and self.processes())
        pid = self.asks()["pid"]
        os.kill(pid, signal.SIGKILL)
        until(lambda: pid not in self.processes())


@pytest.fixture
def hosted(database, clock, tmp_path, monkeypatch):
    monkeypatch.setattr(rules, "MOST_DEATHS", MOST)
    made = Hosted(database, clock, tmp_path)
    try:
        made.deploys(made.commits(product.FILES))
        made.host()
        until(made.is_ready)
        yield made
    finally:
        made.ends()
        for pid in made.processes():  # a test that failed leaves nothing behind
            os.kill(pid, signal.SIGKILL)
        made.lays_to_rest()


def incidents(hosted):
    hosted.runner.drain()
    return hosted.do(service.listing)


def test_within_its_budget_it_is_started_again_and_nobody_is_called(hosted):
    for _ in range(MOST - 1):
        hosted.dies()

    until(lambda: hosted.is_ready() and hosted.processes())
    until(lambda: len(hosted.events("deployments.restarted")) == MOST - 1)
    assert incidents(hosted) == []
    assert hosted.events("deployments.restarts_spent") == []


def test_the_death_over_its_budget_opens_an_incident_and_calls_people(hosted):
    for _ in range(MOST):
        hosted.dies()
    until(lambda: hosted.stands().state is DeploymentState.FAILED)

    (incident,) = incidents(hosted)
    (spent,) = hosted.events("deployments.restarts_spent")
    assert (spent["deaths"], spent["within_seconds"]) == (MOST, 300)
    assert len(hosted.events("deployments.restarted")) == MOST - 1
    assert incident.severity is Severity.SEV2
    (call,) = hosted.calls()
    assert "on-call" in call.to
    timeline = " ".join(one.text for one in hosted.timeline())
    assert "died 3 times within 5 minutes and is started no more" in timeline
    assert not hosted.processes()


def test_it_stays_down_until_somebody_acts_and_the_incident_ends_when_it_answers(hosted):
    for _ in range(MOST):
        hosted.dies()
    until(lambda: hosted.stands().state is DeploymentState.FAILED)
    assert len(incidents(hosted)) == 1
    assert not hosted.processes()

    hosted.do(deployments.restart, NAME, why="the disk is free again", key="by-hand")
    until(lambda: hosted.is_ready() and hosted.processes())

    (incident,) = incidents(hosted)
    assert incident.status is IncidentStatus.RESOLVED
