import pytest

from capabilities.artifacts.layout.samples import PLAN, a_plan
from headrace.capabilities.artifacts.layout import Fault, validate


def test_a_fitting_content_has_no_fault():
    assert validate(PLAN, a_plan()) == ()


@pytest.mark.parametrize(
    ("changes", "fault", "path"),
    [
        pytest.param({"fields__size": "huge"}, Fault.NOT_ALLOWED, "fields.size", id="bad choice"),
        pytest.param({"fields__size": ""}, Fault.REQUIRED, "fields.size", id="empty"),
        pytest.param({"fields__due": "2026-02-30"}, Fault.NOT_ALLOWED, "fields.due", id="no day"),
        pytest.param({"fields__due": "soon"}, Fault.NOT_ALLOWED, "fields.due", id="no date"),
        pytest.param({"fields__score": 2}, Fault.NOT_ALLOWED, "fields.score", id="too high"),
        pytest.param({"fields__score": "good"}, Fault.NOT_ALLOWED, "fields.score", id="no number"),
        pytest.param({"fields__owners": {"a": 1}}, Fault.WRONG_KIND, "fields.owners", id="no list"),
        pytest.param({"fields__colour": "red"}, Fault.UNKNOWN, "fields.colour", id="unknown field"),
        pytest.param(
            {"fields__status": "gone"}, Fault.NOT_ALLOWED, "fields.status", id="projected"
        ),
        pytest.param({"sections__objective": ""}, Fault.REQUIRED, "sections.objective", id="prose"),
        pytest.param(
            {"sections__objective": []}, Fault.WRONG_KIND, "sections.objective", id="shape"
        ),
        pytest.param(
            {"sections__scope": {"in_scope": []}},
            Fault.REQUIRED,
            "sections.scope.in_scope",
            id="in a group",
        ),
        pytest.param(
            {"sections__streams": [{"name": "api", "pool": "x"}]},
            Fault.REQUIRED,
            "sections.streams[api].paths",
            id="in an item",
        ),
        pytest.param(
            {"sections__streams": [{"name": "api", "pool": "x", "paths": ["a"]}] * 2},
            Fault.DUPLICATE,
            "sections.streams[api~2]",
            id="two items of one name",
        ),
        pytest.param(
            {"sections__dependencies": [{"from": "api", "to": "ui", "type": "likes"}]},
            Fault.NOT_ALLOWED,
            "sections.dependencies[api>ui].type",
            id="bad choice in a row",
        ),
        pytest.param(
            {"sections__dependencies": ["api"]},
            Fault.WRONG_KIND,
            "sections.dependencies[item>item]",
            id="a row of text",
        ),
        pytest.param({"sections__new": "x"}, Fault.UNKNOWN, "sections.new", id="unknown section"),
    ],
)
def test_every_fault_is_told_with_its_place(changes, fault, path):
    findings = validate(PLAN, a_plan(**changes))

    assert (fault, path) in {(finding.fault, finding.path) for finding in findings}


def test_all_faults_are_told_at_once_in_the_order_of_the_document():
    findings = validate(PLAN, {"title": "", "fields": {}, "sections": {}})

    assert [finding.path for finding in findings] == [
        "title",
        "fields.size",
        "sections.objective",
        "sections.streams",
    ]


def test_a_finding_tells_what_is_allowed_and_what_was_found():
    (finding,) = validate(PLAN, a_plan(fields__size="huge"))

    assert finding.found == "huge"
    assert finding.allowed == ("small", "medium")
    assert finding.message == (
        "fields.size has 'huge': Choose one of the allowed values. (allowed: small, medium)"
    )
