"""Chains: everything a version came from, or that came of it, at once."""

import pytest
import sqlalchemy as sa

from headrace.capabilities.artifacts import operations, service
from headrace.capabilities.artifacts.model import ArtifactNotFound, Direction, LinkKind, VersionRef


@pytest.fixture
def diamond(works):
    """Two signals lead to a brief; one of them straight to the design too; a second design follows."""
    works.propose("toy-signal", "slow")
    works.propose("toy-signal", "asked")
    works.approved(links=["toy-signal/slow@1", "toy-signal/asked@1#text"], title="Bulk export")
    works.propose("toy-design", links=["toy-brief/export@1", "toy-signal/slow@1"])
    works.propose("toy-design", links=["toy-brief/export@1"])
    works.propose("toy-signal", "elsewhere")
    return works


def chain(works, *versions, direction=Direction.BACK, **facts):
    query = operations.ChainQuery(versions=versions, direction=direction, **facts)
    return works.do(operations.chain, query)


def at(found):
    return {one.version: one.distance for one in found.items}


def test_the_way_back_holds_each_version_once_at_its_shortest_distance(diamond):
    found = chain(diamond, "toy-design/export@1")

    assert at(found) == {
        "toy-design/export@1": 0,
        "toy-brief/export@1": 1,
        "toy-signal/slow@1": 1,
        "toy-signal/asked@1": 2,
    }
    assert [one.distance for one in found.items] == [0, 1, 1, 2]
    assert not found.more


def test_the_way_forward_holds_all_that_came_of_a_signal_and_nothing_else(diamond):
    found = chain(diamond, "toy-signal/asked@1", direction=Direction.FORWARD)

    assert at(found) == {
        "toy-signal/asked@1": 0,
        "toy-brief/export@1": 1,
        "toy-design/export@1": 2,
        "toy-design/export@2": 2,
    }


def test_every_link_between_its_versions_is_told_with_the_element_it_names(diamond):
    found = chain(diamond, "toy-brief/export@1")

    assert [(one.version, one.kind, one.target) for one in found.steps] == [
        ("toy-brief/export@1", LinkKind.INPUT, "toy-signal/asked@1#text"),
        ("toy-brief/export@1", LinkKind.INPUT, "toy-signal/slow@1"),
    ]


def test_several_beginnings_give_one_chain(diamond):
    found = chain(diamond, "toy-signal/elsewhere", "toy-brief/export")

    assert [one.version for one in found.items if one.distance == 0] == [
        "toy-brief/export@1",
        "toy-signal/elsewhere@1",
    ]
    assert found.items[0].title == "Bulk export"
    assert found.items[0].change == "CR-1"


@pytest.mark.parametrize("bound", [{"hops": 1}, {"limit": 3}])
def test_what_is_left_out_is_said_and_the_farthest_go_first(diamond, bound):
    found = chain(diamond, "toy-design/export@1", **bound)

    assert at(found) == {"toy-design/export@1": 0, "toy-brief/export@1": 1, "toy-signal/slow@1": 1}
    assert found.more


def test_a_chain_of_another_organisation_is_not_seen(diamond):
    elsewhere = diamond.elsewhere("org_other")

    assert elsewhere.do(service.chain, [VersionRef.parse("toy-brief/export@1")]).hops == ()
    with pytest.raises(ArtifactNotFound):
        chain(elsewhere, "toy-brief/export@1")


def test_a_long_chain_is_two_queries_however_long_it_is(works):
    links = ()
    for number in range(30):
        version = works.propose("toy-signal", f"s{number}", links=links)
        links = (str(version.ref),)

    with works.units.open(works.actor) as ctx:
        asked = []
        sa.event.listen(ctx.db, "before_cursor_execute", lambda *given: asked.append(given[2]))
        found = service.chain(ctx, [version.ref], hops=100)

    assert len(found.hops) == 30
    assert len(asked) == 2
