"""Each of the written triggers takes a release back by itself, whatever else its plan says (AE-58)."""

import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from capabilities.releases.world import FLAG, ID, World
from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.deployments.model import ADDRESS, ServiceSpec
from headrace.capabilities.record import service as record
from headrace.capabilities.releases import service
from headrace.capabilities.releases.model import Move, ReleaseStatus, Rollout
from headrace.packs.enterprise.ship import stages
from headrace.packs.enterprise.ship.contract import ALWAYS, CRITERIA, LASTS, PERCENTS
from packs.enterprise.build.conftest import committed

NAME = "customer-records"
ERRORS_ALONE = "error rate < baseline + 0.5%"


def planned(criteria: str = CRITERIA) -> Rollout:
    """The plan of a contract with these criteria in each of its rows; the first stage takes a fifth."""
    rows = stages.plan_rows((20.0, *PERCENTS[1:]), LASTS, criteria)
    return Rollout(
        flag=FLAG,
        service=NAME,
        log=f"{NAME}/access.jsonl",
        stages=stages.stages(rows),
        criteria=stages.with_always(stages.criteria(rows), stages.criteria(ALWAYS)),
    )


@pytest.fixture
def world(database, clock, tmp_path):
    return World(database, clock, tmp_path)


def came_back(world) -> tuple[str, ...]:
    """The reasons for which the release was taken back by a machine, before its first day was over."""
    last = world.do(service.history, ID)[-1]
    assert (world.release().status, last.move) == (ReleaseStatus.ROLLED_BACK, Move.ROLL_BACK)
    assert not any(world.is_reached(f"user-{n}") for n in range(100))
    return last.reasons


def test_more_errors_than_the_others_have_take_it_back(world):
    world.begun(planned())
    world.traffic(bad=0.05)
    world.pass_time(1)

    assert came_back(world)[0].startswith("errors against the others: worse")


def test_errors_within_the_limit_do_not(world):
    world.begun(planned())
    world.traffic(bad=0.004)
    world.pass_time(1)

    assert world.release().status is ReleaseStatus.DEPLOYING


def test_the_slowest_hundredth_twice_as_slow_takes_it_back_though_p95_is_as_before(world):
    world.begun(planned())
    world.traffic(users=4_000, tail=0.04)
    world.pass_time(1)

    (reason,) = came_back(world)
    assert reason.startswith("p99 against the others: worse")


def test_a_plan_that_names_no_p99_is_taken_back_by_it_all_the_same(world):
    world.begun(planned(ERRORS_ALONE))
    world.traffic(users=4_000, tail=0.04)
    world.pass_time(1)

    assert came_back(world)[0].startswith("p99 against the others: worse")


def test_what_a_plan_says_of_a_metric_counts_before_what_always_holds():
    plan = planned("error rate < baseline + 2%; p99 latency < 3x baseline")
    assert [(one.name, one.worse_by) for one in plan.criteria] == [
        ("errors against the others", pytest.approx(0.02)),
        ("p99 against the others", pytest.approx(2.0)),
    ]
    of_one_route = planned("errors < baseline + 0.5%; p99 latency of `GET /records` < 2x baseline")
    assert [one.route for one in of_one_route.criteria] == ["", "GET /records"]


def test_an_alert_takes_it_back(world):
    world.begun(planned())
    world.alarms.append("exports burn their error budget so fast that somebody is called")
    world.pass_time(1)

    assert came_back(world)[0].startswith(world.alarms[0])


@contextmanager
def answering(status: int):
    """A real server that says this to every health check; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def hosted(world, address: str) -> None:
    """The service was deployed, and a host has said that it answers there."""
    folder = world.folder / "product"
    folder.mkdir()
    (folder / "README.md").write_text("A service")
    world.do(record.add_repository, slug=NAME, source=str(committed(folder)))
    world.do(deployments.deploy, NAME, repository=NAME, commit="a" * 40, key="first")
    world.do(deployments.hold, "machine")
    spec = ServiceSpec(command=("serve",), health="/healthz")
    world.do(deployments.starting, "machine", NAME, 1, spec)
    world.do(deployments.ready, "machine", NAME, 1, commit="a" * 40, address=address)


def test_a_service_that_fails_its_health_check_takes_it_back(world):
    with answering(503) as address:
        hosted(world, address)
        world.begun(planned())
        world.pass_time(1)

    assert came_back(world) == (f"{NAME} has passed no health check for 6 seconds",)


def test_a_service_that_answers_goes_on(world):
    with answering(200) as address:
        hosted(world, address)
        world.begun(planned())
        world.pass_time(1)

    assert world.release().status is ReleaseStatus.DEPLOYING


def test_a_process_that_was_started_again_elsewhere_meanwhile_goes_on(world):
    with answering(200) as address:
        hosted(world, "http://127.0.0.1:9")
        folder = world.do(deployments.folder) / NAME
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ADDRESS).write_text(f"{address}\n")
        world.begun(planned())
        world.pass_time(1)

    assert world.release().status is ReleaseStatus.DEPLOYING


def test_a_release_of_a_service_that_headrace_does_not_run_is_not_asked_for_its_health(world):
    world.begun(replace(planned(), service="elsewhere"))
    world.pass_time(1)

    assert world.release().status is ReleaseStatus.DEPLOYING
