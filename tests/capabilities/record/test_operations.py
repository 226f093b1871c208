"""The record through the edge, as the doors call it."""

import pytest

from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind, RightMissing
from headrace.capabilities.record.model import MergeRefused
from headrace.kernel.context import Actor, ActorKind
from headrace.kernel.edge import Edge, Request

BRIEF = "work/missions/export/BRIEF.md"


@pytest.fixture
def perform(record):
    edge = Edge(units=record.units, gate=people.authorise)

    def one(operation: str, *, by: str | None = None, **input):
        actor = record.system if by is None else record.people[by]
        return edge.perform(Request(actor=actor, operation=operation, input=input))

    return one


def test_changes_are_listed_newest_first_page_by_page(perform, record):
    for number in range(3):
        record.open(record.propose("brief", f"m{number}"))

    first = perform("change.list", limit=2, state="open")
    second = perform("change.list", limit=2, state="open", before=first["next"])

    assert [c["change"] for c in first["items"] + second["items"]] == ["CR-3", "CR-2", "CR-1"]
    assert second["next"] is None


def test_a_change_shows_who_has_to_approve_and_what_hinders_it(perform, record):
    record.open(record.propose("brief"))

    shown = perform("change.show", change="CR-1")

    assert shown["members"] == ["brief/export@1"]
    assert shown["required"][0]["owners"] == ["@vp-product"]
    assert shown["hindrances"] == [f"{BRIEF} needs the approval of @vp-product"]
    assert (shown["repository"], shown["target"]) == ("organisation", "main")


def test_a_difference_is_shown_line_by_line(perform, record):
    record.merged(record.propose("brief"))
    record.open(record.propose("brief", text="Another objective."))

    (file,) = perform("change.diff", change="CR-2")["files"]

    lines = [line["text"] for hunk in file["hunks"] for line in hunk["lines"]]
    assert file["change"]["path"] == BRIEF
    assert "Another objective." in lines


def test_a_person_with_the_right_merges_and_nobody_else(perform, record):
    change = record.open(record.propose("brief"))
    record.do(people.grant, "vp-product", "record:merge")
    with pytest.raises(RightMissing):
        perform("change.merge", by="lead-one", change=change.id)
    with pytest.raises(MergeRefused):
        perform("change.merge", by="vp-product", change=change.id)
    record.approve(change)

    assert perform("change.merge", by="vp-product", change=change.id)["state"] == "merging"
    record.jobs()

    assert perform("change.show", change=change.id)["state"] == "merged"


def test_no_agent_merges_whatever_it_was_granted(perform, record):
    change = record.open(record.propose("brief"))
    made = record.do(people.add_principal, handle="robot", kind=PrincipalKind.AGENT)
    record.do(people.grant, "robot", "record:*")
    record.people["robot"] = Actor(
        organisation=record.organisation, principal=made.id, kind=ActorKind.AGENT
    )

    with pytest.raises(RightMissing):
        perform("change.merge", by="robot", change=change.id)


def test_a_change_is_given_up(perform, record):
    record.open(record.propose("brief"))

    assert perform("change.close", change="CR-1")["state"] == "closed"


def test_repositories_are_listed_and_shown(perform, record):
    (found,) = perform("repository.list")["items"]

    assert (found["slug"], found["state"]) == ("organisation", "active")
    assert perform("repository.show", repository="organisation")["place"] == str(record.place)


def test_a_look_at_hand_made_commits_can_be_asked_for_and_findings_are_listed(
    perform, record, hand
):
    record.file(record.propose("signal"))
    path = "work/signals/2026-03-15-export.md"
    hand.commit({path: record.show(path) + "More.\n"})

    perform("record.sync")
    record.jobs()

    (finding,) = perform("record.findings")["items"]
    assert (finding["kind"], finding["subject"]) == ("immutable", path)


def test_a_house_without_a_tracker_has_none_to_look_at(house):
    assert "record.look" not in [one.name for one in house.schedules]
