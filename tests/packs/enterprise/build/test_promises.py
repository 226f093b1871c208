"""What an evaluator is told: read from the fleet and the design, for one stream."""

from headrace.capabilities.coding.model import Checkpoint
from headrace.capabilities.missions.model import FleetStream
from headrace.packs.enterprise.build import promises
from headrace.packs.enterprise.build.contents import fleet_edges, fleet_streams, fleet_tasks, named

FLEET = {
    "sections": {
        "streams": [
            {
                "name": "api",
                "pool": "coding-agent-fleet",
                "division": "Core",
                "exclusive": True,
                "novelty_threshold": 0.6,
                "paths": ["src/api/", "tests/api/"],
                "policies": ["security"],
                "checkpoints": [{"trigger": "Architecture novelty score", "who": "Tech Lead"}],
            },
            {"name": "docs", "pool": "doc", "division": "CX", "paths": ["docs/"], "policies": []},
        ],
        "tasks": [
            {"task": "Build it", "stream": "api", "criteria": ["AC-1"]},
            {
                "task": "Describe it",
                "stream": "docs",
                "criteria": ["AC-2"],
                "depends_on": ["Build it"],
                "target_date": "2026-04-01",
            },
        ],
        "dependencies": [
            {"from": "docs", "to": "api", "type": "blocks", "satisfied_by": "technical-design"}
        ],
    }
}

DESIGN = {
    "sections": {
        "behaviours": [
            {"name": "One", "criterion": "AC-1", "test": "tests/api/test_one.py::test_one"},
            {"name": "Two", "criterion": "AC-1", "test": "tests/data/test_two.py::test_two"},
            {"name": "Three", "criterion": "AC-1", "test": ""},
            {"name": "Four", "criterion": "AC-2", "test": "docs-examples"},
        ],
        "observability": {"metrics": [{"metric": "export_count"}]},
        "api_contracts": [
            {
                "name": "API",
                "endpoints": [
                    {"method": "get", "path": "/a", "authorisation": "Anyone with the link"},
                    {"method": "POST", "path": "/b", "authorisation": "Signed-in customer"},
                ],
            }
        ],
    }
}


def api() -> FleetStream:
    return fleet_streams(FLEET)[0]


def test_tasks_are_numbered_in_their_order_and_depend_on_numbers():
    build, describe = fleet_tasks(FLEET)
    assert (build.id, describe.id) == ("TASK-001", "TASK-002")
    assert describe.depends_on == ("TASK-001",)
    assert (build.division, build.agent_type) == ("Core", "coding-agent-fleet")


def test_an_edge_says_what_satisfies_it():
    (edge,) = fleet_edges(FLEET)
    assert (edge.dependent, edge.prerequisite) == ("docs", "api")
    assert edge.satisfied_by == "technical-design"


def test_a_stream_shows_the_scenarios_whose_tests_lie_in_its_paths_or_serve_its_criteria():
    shown = promises.behaviours(DESIGN, api(), {"AC-1": "It works"})
    assert [one.scenario for one in shown] == ["One", "Three"]


def test_a_criterion_may_be_shown_by_a_check_of_the_product():
    assert promises.checks_of(DESIGN, "AC-2") == ("docs-examples",)
    assert promises.checks_of(DESIGN, "AC-1") == ()


def test_telemetry_and_open_routes_come_from_the_design():
    assert promises.telemetry(DESIGN) == ("export_count",)
    assert promises.open_to_all(DESIGN) == ("GET /a",)


def test_the_checkpoint_names_whom_a_novel_pattern_is_shown_to():
    assert promises.checkpoint(api()) == Checkpoint(threshold=0.6, who="tech-lead")


def test_promised_names_are_those_in_back_ticks():
    assert named("The types `A` and `B`, by `GET /a`; not C") == ("A", "B", "GET /a")
