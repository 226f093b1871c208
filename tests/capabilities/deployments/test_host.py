"""The host with a real product in a real repository: processes start, are watched, found again and ended."""

import json
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from capabilities.deployments import product
from capabilities.deployments.world import NAME, World
from headrace.capabilities.deployments import service
from headrace.capabilities.deployments.host import Host
from headrace.capabilities.deployments.keeper import Keeper, Machine
from headrace.capabilities.deployments.model import DeploymentState
from headrace.capabilities.people import service as people

SEARCH = f"{Path(sys.executable).parent}:/usr/bin:/bin"
MACHINE = Machine(host="machine-1", search_path=SEARCH, flag_url="http://127.0.0.1:9")


class Ground(World):
    """A world with hosts that end with the test, and with them what they started."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.hosts, self.keepers = [], []

    def host(self, machine=MACHINE, folder=None):
        made = Host(
            self.units,
            lambda: [self.organisation],
            folder=folder or self.folder / "deployments",
            means=lambda: nullcontext(machine),
            pause=0.05,
        )
        thread = threading.Thread(target=made.run, daemon=True)
        thread.start()
        self.hosts.append((made, thread))
        return made

    def ends(self, host=None):
        for made, thread in self.hosts:
            if host in (None, made):
                made.ask_to_stop()
                thread.join(20)
                assert not thread.is_alive()
        if host is None:
            self.hosts.clear()

    def keeper(self):
        """What a host is to one service; killing a host is forgetting its keeper."""
        self.do(service.hold, MACHINE.host)
        made = Keeper(self.units, self.organisation, NAME, MACHINE)
        self.keepers.append(made)
        return made

    def lays_to_rest(self):
        """A killed host's children are ours here, and somebody has to wait for them."""
        for keeper in self.keepers:
            for run in (keeper.serving, keeper.coming):
                if run is not None and run.process.child is not None:
                    run.process.child.wait(5)

    def looks(self, keeper, fact, seconds=15.0):
        return until(lambda: (keeper.look(), fact())[1], seconds)

    def is_ready(self):
        return self.stands().state is DeploymentState.READY

    def asks(self, path="/"):
        with urlopen(f"{self.stands().address}{path}", timeout=2) as answer:
            return json.load(answer)

    def processes(self):
        """Every process of the service on this machine."""
        mark = str(self.folder)
        alive = psutil.process_iter(["cmdline"])
        return [one.pid for one in alive if any(mark in w for w in one.info["cmdline"] or ())]


def until(fact, seconds=15.0):
    end = time.monotonic() + seconds
    while True:
        found = fact()
        if found:
            return found
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.03)


@contextmanager
def nothing_left(ground):
    yield
    ground.ends()
    assert until(lambda: not ground.processes(), 5)


@pytest.fixture
def ground(database, clock, tmp_path):
    made = Ground(database, clock, tmp_path)
    try:
        yield made
    finally:
        made.ends()
        for pid in made.processes():  # a test that failed leaves nothing behind
            os.kill(pid, signal.SIGKILL)
        made.lays_to_rest()


class TestDeploying:
    def test_a_commit_comes_to_run_and_ends_with_its_host(self, ground):
        ground.deploys(ground.commits(product.FILES))

        with nothing_left(ground):
            ground.host()
            until(ground.is_ready)
            assert ground.asks()["version"] == "one"

        stands = ground.stands()
        assert (stands.state, stands.address, stands.host) == (DeploymentState.WANTED, "", "")

    def test_it_is_told_nothing_of_ours_but_where_its_own_things_are(self, ground, monkeypatch):
        monkeypatch.setenv("HEADRACE_MODEL_KEY", "secret")
        ground.deploys(ground.commits(product.FILES))
        ground.host()
        until(ground.is_ready)

        told = ground.asks()["environment"]

        assert not [name for name in told if name.startswith("HEADRACE")]
        assert told["ACCESS_LOG"].endswith(f"{ground.organisation}/{NAME}/access.jsonl")
        assert told["PATH"] == SEARCH

    def test_its_token_asks_for_flags_and_for_nothing_else(self, ground):
        ground.deploys(ground.commits(product.FILES))
        ground.host()
        until(ground.is_ready)

        actor = ground.do(people.authenticate, ground.asks()["environment"]["FLAG_TOKEN"])

        assert ground.company.may(actor, "flags:evaluate")
        assert not ground.company.may(actor, "flags:read")
        assert not ground.company.may(actor, "deployment:read")

    def test_a_new_commit_answers_before_the_old_one_ends(self, ground):
        ground.deploys(ground.commits(product.FILES))
        ground.host()
        until(ground.is_ready)
        first = ground.stands().address

        refused = []
        watching = threading.Event()

        def watch():
            while not watching.is_set():
                try:
                    urlopen(ground.stands().address, timeout=2).close()
                except (
                    OSError
                ) as fault:  # the old one may end between the row and the request, or amid it
                    refused.append(fault)
                time.sleep(0.02)

        thread = threading.Thread(target=watch)
        thread.start()
        ground.deploys(ground.commits(product.SECOND), key="second")
        until(lambda: ground.is_ready() and ground.stands().address != first)
        watching.set()
        thread.join()

        assert ground.asks()["version"] == "two"
        assert len(refused) <= 1
        assert until(lambda: len(ground.processes()) == 1)

    @pytest.mark.parametrize(
        ("files", "why", "tail"),
        [
            (product.BROKEN, "exit code 1", "the configuration is missing"),
            (product.SILENT, "did not answer in time", ""),
            ({".headrace/product.yaml": None}, "has no .headrace/product.yaml", ""),
            ({".headrace/product.yaml": "name: x"}, "no `serve:`", ""),
        ],
        ids=["ends at once", "never answers", "no manifest", "not served"],
    )
    def test_one_that_fails_is_told_with_its_last_words_and_the_old_one_goes_on(
        self, ground, files, why, tail
    ):
        ground.deploys(ground.commits(product.FILES))
        ground.host()
        until(ground.is_ready)

        ground.deploys(ground.commits(files), key="second")
        until(lambda: ground.stands().state is DeploymentState.FAILED)

        assert why in ground.stands().problem
        assert tail in ground.events("deployments.failed")[0]["tail"]
        assert ground.asks()["version"] == "one"

    def test_a_commit_that_is_not_there_fails(self, ground):
        ground.commits(product.FILES)
        ground.deploys("f" * 40)
        ground.host()

        assert until(lambda: ground.stands().state is DeploymentState.FAILED)

    def test_what_is_stopped_runs_no_more(self, ground):
        ground.deploys(ground.commits(product.FILES))
        ground.host()
        until(ground.is_ready)

        ground.do(service.stop, NAME, why="end of the trial")

        assert until(lambda: not ground.processes())


class TestRunning:
    def test_a_changed_parameter_is_read_by_the_same_process(self, ground):
        ground.deploys(ground.commits(product.FILES))
        ground.host()
        until(ground.is_ready)
        before = ground.asks()

        ground.do(service.set_parameter, NAME, "memory", 512, why="wide tables", key="k")
        after = until(lambda: (told := ground.asks())["parameters"]["memory"] == 512 and told)

        assert before["parameters"] == {"memory": 256}
        assert after["pid"] == before["pid"]

    def test_a_restart_gives_a_fresh_process_of_the_same_commit(self, ground):
        ground.deploys(ground.commits(product.FILES))
        ground.host()
        until(ground.is_ready)
        before = ground.asks()["pid"]

        ground.do(service.restart, NAME, why="stuck", key="k")
        until(lambda: ground.is_ready() and ground.stands().serving_generation == 2)

        assert ground.asks()["pid"] != before
        assert ground.stands().restarts == 1

    def test_one_that_dies_is_started_again(self, ground):
        ground.deploys(ground.commits(product.FILES))
        ground.host()
        until(ground.is_ready)
        pid = ground.asks()["pid"]

        os.kill(pid, signal.SIGKILL)
        until(lambda: ground.events("deployments.restarted") and ground.is_ready())

        assert ground.asks()["pid"] != pid
        (told,) = ground.events("deployments.restarted")
        assert told["why"] == "its process was ended by SIGKILL"

    def test_one_that_keeps_dying_is_given_up(self, ground, monkeypatch):
        monkeypatch.setattr("headrace.capabilities.deployments.rules.MOST_DEATHS", 3)
        ground.deploys(ground.commits(product.FILES))
        ground.host()
        for deaths in range(3):
            until(lambda: ground.is_ready() and ground.processes())
            os.kill(ground.asks()["pid"], signal.SIGKILL)
            until(lambda n=deaths: len(ground.events("deployments.restarted")) > n or n == 2)

        until(lambda: ground.stands().state is DeploymentState.FAILED)

        assert "3 deaths" in ground.stands().problem
        assert not ground.processes()


class TestCrashes:
    def test_a_host_that_comes_back_finds_what_runs(self, ground):
        ground.deploys(ground.commits(product.FILES))
        killed = ground.keeper()
        ground.looks(killed, ground.is_ready)
        pid = ground.asks()["pid"]

        follower = ground.keeper()
        follower.look()

        assert ground.processes() == [pid]
        assert ground.events("deployments.restarted") == []
        follower.end()
        assert until(lambda: not ground.processes())

    def test_one_killed_while_it_started_a_service_leaves_one_process_in_the_end(self, ground):
        ground.deploys(ground.commits(product.FILES))
        killed = ground.keeper()
        ground.looks(killed, lambda: killed.coming is not None)

        follower = ground.keeper()
        ground.looks(follower, ground.is_ready)

        assert len(ground.processes()) == 1
        follower.end()

    def test_one_killed_during_a_deployment_leaves_one_process_in_the_end(self, ground):
        ground.deploys(ground.commits(product.FILES))
        killed = ground.keeper()
        ground.looks(killed, ground.is_ready)
        ground.deploys(ground.commits(product.SECOND), key="second")
        ground.looks(killed, lambda: killed.coming is not None)

        follower = ground.keeper()
        ground.looks(follower, ground.is_ready)

        assert ground.asks()["version"] == "two"
        assert len(ground.processes()) == 1
        follower.end()

    def test_what_died_with_its_host_is_started_again(self, ground):
        ground.deploys(ground.commits(product.FILES))
        killed = ground.keeper()
        ground.looks(killed, ground.is_ready)
        os.killpg(ground.asks()["pid"], signal.SIGKILL)
        killed.serving.process.child.wait()

        follower = ground.keeper()
        follower.look()
        ground.looks(follower, ground.is_ready)

        assert len(ground.processes()) == 1
        assert ground.stands().restarts == 1
        follower.end()

    def test_what_was_stopped_meanwhile_is_ended_by_whoever_comes(self, ground):
        ground.deploys(ground.commits(product.FILES))
        killed = ground.keeper()
        ground.looks(killed, ground.is_ready)
        ground.do(service.stop, NAME, why="end of the trial")

        ground.keeper().look()

        assert until(lambda: not ground.processes())

    def test_two_hosts_never_run_two_processes(self, ground):
        ground.deploys(ground.commits(product.FILES))
        first, _ = ground.host(), ground.host()
        until(ground.is_ready)
        time.sleep(0.3)
        assert len(ground.processes()) == 1

        ground.ends(first)
        until(ground.is_ready)

        assert len(ground.processes()) == 1

    def test_another_machine_takes_over_and_the_first_ends_its_own(self, ground):
        ground.deploys(ground.commits(product.FILES))
        keeper = ground.keeper()
        ground.looks(keeper, ground.is_ready)
        ground.do(service.hold, MACHINE.host, service.LEASE * -1)

        ground.host(
            Machine(host="machine-2", search_path=SEARCH, flag_url="http://127.0.0.1:9"),
            ground.folder / "elsewhere",
        )
        until(lambda: ground.stands().host == "machine-2")

        keeper.look()
        keeper.end()
        assert ground.stands().host == "machine-2"
