"""What is asked of services and what a host says of them, against the real database."""

from datetime import timedelta

import pytest

from capabilities.deployments.world import COMMIT, HOST, NAME, OTHER, PRODUCT, SPEC, World
from headrace.capabilities.deployments import service
from headrace.capabilities.deployments.model import (
    DeploymentMalformed,
    DeploymentNotFound,
    DeploymentRefused,
    DeploymentState,
    OrderReused,
    ParameterRefused,
)
from headrace.capabilities.health import service as health
from headrace.capabilities.record.model import RepositoryUnknown
from racing import at_once


@pytest.fixture
def world(database, clock, tmp_path):
    return World(database, clock, tmp_path)


class TestDeploying:
    def test_a_wish_is_a_row_and_an_event(self, world):
        made = world.deploys()

        assert (made.state, made.generation, made.address) == (DeploymentState.WANTED, 1, "")
        assert [one["commit"] for one in world.events("deployments.wanted")] == [COMMIT]

    def test_the_same_order_twice_is_one(self, world):
        world.deploys(key="release-1")
        world.hosted()

        again = world.deploys(key="release-1")

        assert (again.generation, again.state) == (1, DeploymentState.READY)
        assert len(world.events("deployments.wanted")) == 1

    def test_two_at_once_with_one_key_are_one(self, world):
        at_once(4, lambda _: world.deploys(key="release-1"))

        assert world.stands().generation == 1

    def test_a_key_stands_for_one_order(self, world):
        world.deploys(key="release-1")

        with pytest.raises(OrderReused):
            world.deploys(OTHER, key="release-1")

    @pytest.mark.parametrize(
        ("name", "repository", "commit", "error"),
        [
            ("../../etc", PRODUCT, COMMIT, DeploymentMalformed),
            (NAME, PRODUCT, "main", DeploymentMalformed),
            (NAME, "unknown", COMMIT, RepositoryUnknown),
        ],
    )
    def test_what_could_never_run_is_refused(self, world, name, repository, commit, error):
        with pytest.raises(error):
            world.do(service.deploy, name, repository=repository, commit=commit, key="k")

    def test_the_former_commit_answers_until_the_new_one_is_ready(self, world):
        world.deploys()
        world.hosted()

        wanted = world.deploys(OTHER, key="second")
        assert (wanted.commit, wanted.serving, wanted.address[:4]) == (OTHER, COMMIT, "http")

        ready = world.hosted(2, "http://127.0.0.1:4001")
        assert (ready.serving, ready.address) == (OTHER, "http://127.0.0.1:4001")

    def test_a_commit_that_fails_leaves_the_former_one_serving(self, world):
        world.deploys()
        world.hosted()
        world.deploys(OTHER, key="second")

        failed = world.do(service.failed, HOST, NAME, 2, why="no answer", tail="Traceback")

        assert (failed.state, failed.serving) == (DeploymentState.FAILED, COMMIT)
        assert world.events("deployments.failed")[0]["tail"] == "Traceback"

    def test_what_was_never_deployed_is_not_found(self, world):
        with pytest.raises(DeploymentNotFound, match="deployment list"):
            world.stands()

    def test_ready_means_that_its_metrics_are_read(self, world):
        world.deploys()
        world.hosted()

        (source,) = world.do(health.sources)

        assert (source.source.service, source.source.url) == (
            NAME,
            "http://127.0.0.1:4000/metrics",
        )


class TestParameters:
    def test_before_a_host_has_read_them_there_are_none(self, world):
        world.deploys()

        with pytest.raises(DeploymentRefused, match="not been started"):
            world.do(service.set_parameter, NAME, "memory", 512, why="wide tables", key="k")

    def test_a_change_holds_for_later_commits_and_is_told(self, world):
        world.deploys()
        world.hosted()

        world.do(service.set_parameter, NAME, "memory", 512, why="wide tables", key="k")
        world.deploys(OTHER, key="second")
        world.hosted(2)

        assert world.stands().parameters == {"memory": 512}
        (told,) = world.events("deployments.parameter_set")
        assert (told["before"], told["after"], told["why"]) == (256, 512, "wide tables")

    def test_one_out_of_bounds_is_refused_and_changes_nothing(self, world):
        world.deploys()
        world.hosted()

        with pytest.raises(ParameterRefused, match="from 128 to 1024 MB"):
            world.do(service.set_parameter, NAME, "memory", 4096, why="more", key="k")

        assert world.stands().parameters == {"memory": 256}

    def test_the_same_key_twice_changes_once(self, world):
        world.deploys()
        world.hosted()

        for _ in range(2):
            world.do(service.set_parameter, NAME, "memory", 512, why="wide tables", key="k")

        assert len(world.events("deployments.parameter_set")) == 1


class TestRestartAndStop:
    def test_a_restart_wants_a_fresh_process_while_the_old_one_serves(self, world):
        world.deploys()
        world.hosted()

        asked = [world.do(service.restart, NAME, why="stuck", key="k") for _ in range(2)][-1]

        assert (asked.generation, asked.restarts, asked.serving) == (2, 1, COMMIT)

    def test_what_is_stopped_answers_nowhere_and_is_not_restarted(self, world):
        world.deploys()
        world.hosted()

        stopped = world.do(service.stop, NAME, why="end of the trial")
        world.do(service.stop, NAME, why="end of the trial")

        assert (stopped.state, stopped.address) == (DeploymentState.STOPPED, "")
        assert len(world.events("deployments.stopped")) == 1
        with pytest.raises(DeploymentRefused, match="deploy it"):
            world.do(service.restart, NAME, why="stuck", key="k")

    def test_a_stopped_service_is_deployed_again(self, world):
        world.deploys()
        world.do(service.stop, NAME, why="for a while")

        assert world.deploys(key="second").state is DeploymentState.WANTED


class TestHosts:
    def test_only_one_host_holds_a_service(self, world):
        world.deploys()

        at_once(4, lambda n: world.do(service.hold, f"machine-{n}"))
        held = [bool(world.do(service.hold, f"machine-{n}")) for n in range(4)]

        assert sum(held) == 1

    def test_another_takes_over_when_the_first_fell_silent(self, world):
        world.deploys()
        world.do(service.hold, HOST, timedelta(0))

        assert world.do(service.hold, "machine-2")
        assert world.do(service.starting, HOST, NAME, 1, SPEC) is None

    def test_one_that_lets_go_is_followed_at_once(self, world):
        world.deploys()
        world.do(service.hold, HOST)
        world.do(service.let_go, HOST)

        assert world.do(service.hold, "machine-2")

    def test_what_it_says_of_a_former_generation_is_not_heard(self, world):
        world.deploys()
        world.hosted()
        world.do(service.restart, NAME, why="stuck", key="k")

        assert world.do(service.failed, HOST, NAME, 1, why="late") is None
        assert world.do(service.starting, HOST, NAME, 1, SPEC) is None
        assert world.stands().state is DeploymentState.WANTED

    def test_a_death_is_told_and_nothing_answers_meanwhile(self, world):
        world.deploys()
        world.hosted()

        dead = world.do(service.died, HOST, NAME, 1, why="ended by signal 9")

        assert (dead.state, dead.address, dead.restarts) == (DeploymentState.STARTING, "", 1)
        assert world.events("deployments.restarted")[0]["why"] == "ended by signal 9"
