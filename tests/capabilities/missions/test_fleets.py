"""Fleets: exclusive paths, active agent types, edges without circles, and when a design is due."""

import pytest

from headrace.capabilities.missions.model import FleetEdge, FleetStream
from headrace.capabilities.missions.rules import fleets, paths
from headrace.capabilities.missions.rules.designs import uncovered, untested


def a_stream(name: str = "api", *owned: str, **changes) -> FleetStream:
    known = {
        "pool": "coding",
        "division": "Engineering",
        "exclusive": True,
        "paths": owned or (f"src/{name}/",),
        "policies": ("security",),
    }
    return FleetStream(name=name, **{**known, **changes})


def an_edge(dependent: str = "ui", prerequisite: str = "api", kind: str = "blocks") -> FleetEdge:
    return FleetEdge(dependent=dependent, prerequisite=prerequisite, kind=kind)


def faults(*streams: FleetStream, edges=(), pools=("coding",)) -> tuple[str, ...]:
    return fleets.faults(streams, edges, active_pools=pools, policies=("security", "delivery"))


TWO = (a_stream("api"), a_stream("ui"))


def test_streams_of_their_own_paths_and_active_agents_may_run():
    assert faults(*TWO, edges=[an_edge()]) == ()


@pytest.mark.parametrize(
    ("streams", "fault"),
    [
        pytest.param((), "at least one stream", id="no stream"),
        pytest.param((a_stream(), a_stream("api", "src/b/")), "called 'api'", id="a name twice"),
        pytest.param((a_stream(pool="retired"),), "'retired' is not active", id="inactive type"),
        pytest.param((a_stream(paths=()),), "owns no path", id="no path"),
        pytest.param((a_stream("api", "src/../etc/"),), "is no folder or file", id="a way out"),
        pytest.param((a_stream("api", "/src/"),), "is no folder or file", id="outside the product"),
        pytest.param((a_stream(policies=("taste",)),), "no policy 'taste'", id="no such policy"),
        pytest.param((a_stream(novelty_threshold=7.0),), "between 0 and 1", id="threshold"),
        pytest.param((a_stream("api", "src/x/"), a_stream("ui", "src/x/")), "both claim src/x/",
                     id="one path"),
        pytest.param((a_stream("api", "src/"), a_stream("ui", "src/x/a.py")), "both claim src/",
                     id="one path within the other"),
        pytest.param((a_stream("api", "src/x/"), a_stream("ui", "src/x/", exclusive=False)),
                     "both claim src/x/", id="exclusive against shared"),
    ],
)  # fmt: skip
def test_a_fleet_that_may_not_run_says_why(streams, fault: str):
    (told,) = faults(*streams)

    assert fault in told


def test_streams_that_share_on_purpose_may():
    shared = [a_stream(name, "src/shared/", exclusive=False) for name in ("api", "ui")]

    assert faults(*shared) == ()


@pytest.mark.parametrize(
    ("edges", "fault"),
    [
        pytest.param([an_edge("ui", "docs")], "no stream 'docs'", id="to nobody"),
        pytest.param([an_edge(kind="likes")], "'likes' is no kind", id="of no kind"),
        pytest.param([an_edge("ui", "ui", "informs")], "depends on itself", id="to itself"),
        pytest.param([an_edge("ui", "ui")], "wait for each other", id="blocks itself"),
        pytest.param([an_edge(), an_edge("api", "ui")], "wait for each other", id="a circle"),
    ],
)
def test_edges_that_do_not_hold_together_are_refused(edges, fault: str):
    (told,) = faults(*TWO, edges=edges)

    assert fault in told


def test_a_longer_circle_is_shown_in_its_order():
    streams = [a_stream(name) for name in ("a", "b", "c")]
    edges = [an_edge("a", "b"), an_edge("b", "c"), an_edge("c", "a")]

    (told,) = faults(*streams, edges=edges)

    assert told.count("->") == 3


@pytest.mark.parametrize("kind", ["informs", "shared-resource"])
def test_what_holds_nobody_back_may_go_round(kind: str):
    assert faults(*TWO, edges=[an_edge(kind=kind), an_edge("api", "ui", kind)]) == ()


def test_every_fault_is_given_at_once():
    told = faults(a_stream(pool="x", paths=(), policies=("y",)), edges=[an_edge("a", "b", "c")])

    assert len(told) == 6


class TestPaths:
    @pytest.mark.parametrize(
        ("one", "other", "overlap"),
        [
            ("src/api/", "src/api/", True),
            ("src/api", "src/api/", True),
            ("src/", "src/api/routes.py", True),
            ("./src/api/", "src/api", True),
            ("SRC/API/", "src/api/", True),
            ("src/api/**", "src/api/x.py", True),
            ("src/**/routes.py", "src/api/", True),
            ("src/*.py", "src/main.py", True),
            ("src/*", "src/api/", True),
            ("src/api/", "src/api2/", False),
            ("src/api.py", "src/api/", False),
            ("src/*.py", "src/main.ts", False),
            ("docs/", "src/docs/", False),
        ],
    )
    def test_two_paths_overlap_when_they_may_share_a_file(self, one, other, overlap):
        assert paths.overlap(one, other) is overlap
        assert paths.overlap(other, one) is overlap

    def test_conflicts_name_the_owner_and_the_path_wanted(self):
        taken = {"import": ("src/api/",), "login": ("src/auth/",)}

        assert paths.conflicts(["src/api/x.py", "docs/"], taken) == (("import", "src/api/x.py"),)


class TestDesigns:
    @pytest.mark.parametrize(
        ("streams", "touches", "reasons"),
        [
            pytest.param(1, (), 0, id="one stream, nothing special"),
            pytest.param(2, (), 1, id="several streams"),
            *(pytest.param(1, (mark,), 1, id=mark) for mark in ("api", "data-model", "novel",
                                                                 "regulated")),
            pytest.param(3, ("api", "novel"), 3, id="all reasons"),
            pytest.param(1, ("colour",), 0, id="a mark that asks for none"),
        ],
    )  # fmt: skip
    def test_a_design_is_due_for_these_reasons(self, streams, touches, reasons):
        assert len(fleets.design_required(streams, touches=touches)) == reasons

    def test_each_dependency_needs_a_contract_written_from_either_side(self):
        edges = [an_edge("ui", "api"), an_edge("docs", "api"), an_edge("docs", "ui", "informs")]

        found = uncovered(edges, {("api", "ui"), ("docs", "api")})

        assert found == (edges[2],)

    def test_behaviours_without_a_test_are_named(self):
        assert untested({"B-1", "B-3", "B-2"}, {"B-2"}) == ("B-1", "B-3")
