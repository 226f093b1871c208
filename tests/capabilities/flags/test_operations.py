"""Flags through the edge, as the doors call them."""

import pytest

from headrace.kernel.access import perform_confirmed
from headrace.kernel.edge import Edge, Request
from headrace.kernel.errors import Invalid


@pytest.fixture
def perform(units, system):
    edge = Edge(units=units, gate=lambda ctx, permission, subject: None)

    def one(operation: str, **input):
        return perform_confirmed(
            edge.perform, Request(actor=system, operation=operation, input=input)
        )

    return one


def test_a_flag_is_made_rolled_out_killed_and_shown(perform):
    perform("flag.create", flag="export", description="Bulk export")
    perform("flag.rollout", flag="export", percent="12.5", reason="canary")
    perform("flag.kill", flag="export", reason="burning")

    shown = perform("flag.show", flag="export")

    assert shown["flag"]["definition"]["rollout"]["buckets"] == 12_500
    assert shown["flag"]["kill"]["reason"] == "burning"
    assert shown["usage"]["evaluations"] == {}
    assert [f["staleness"] for f in shown["findings"]] == ["unowned"]


def test_rules_are_set_and_tried(perform):
    perform(
        "segment.set",
        segment="early",
        conditions=[{"attribute": "plan", "values": ["enterprise"]}],
    )
    perform("flag.create", flag="export")
    rule = {
        "id": "early",
        "conditions": [{"operator": "in_segment", "values": ["early"]}],
        "serving": {"shares": [{"variant": "on"}]},
    }
    perform("flag.change", flag="export", rules=[rule], reason="early adopters")
    perform("flag.switch", flag="export", on=True, reason="begin")

    told = perform("flag.evaluate", flag="export", context={"plan": "enterprise"})

    assert told["answer"]["value"] is True
    assert (told["answer"]["reason"], told["answer"]["rule"]) == ("TARGETING_MATCH", "early")
    assert [s["key"] for s in perform("segment.list")["items"]] == ["early"]


def test_an_edit_leaves_alone_what_it_does_not_name(perform):
    perform("flag.create", flag="export", description="Bulk export")
    perform("flag.rollout", flag="export", percent=5, reason="canary")

    edited = perform("flag.change", flag="export", description="Export", reason="shorter")

    assert edited["definition"]["description"] == "Export"
    assert edited["definition"]["rollout"]["buckets"] == 5000
    assert len(perform("flag.history", flag="export")["items"]) == 3


def test_flags_are_listed_page_by_page(perform):
    for key in ("a", "b", "c"):
        perform("flag.create", flag=key)

    first = perform("flag.list", limit=2)
    second = perform("flag.list", limit=2, after=first["next"])

    assert [f["key"] for f in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["next"] is None


def test_an_unknown_key_has_no_answer_but_its_fault(perform):
    perform("flag.create", flag="export")
    perform("flag.rollout", flag="export", percent=50, reason="x")

    assert perform("flag.evaluate", flag="export")["fault"]["fault"] == "TARGETING_KEY_MISSING"


@pytest.mark.parametrize("percent", [-1, 101, "0.0001"])
def test_no_percentage_is_refused(perform, percent):
    perform("flag.create", flag="export")

    with pytest.raises(Invalid):
        perform("flag.rollout", flag="export", percent=percent, reason="x")
