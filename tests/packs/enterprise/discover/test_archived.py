"""Archiving in the lifecycle: signals and missions that are done leave the lists, and nothing is lost."""

from datetime import timedelta

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import NotArchivable
from packs.enterprise.discover.test_missions import MISSION, alert

BRIEF = f"mission-brief/{MISSION}"


@pytest.fixture
def described(company, small_product):
    """An approved mission, and the signals that led to it."""
    alert(company)
    company.do(record.add_repository, slug="customer-records", source=str(small_product))
    company.settle(
        lambda _: "approve",
        until=lambda: bool(company.do(missions.listing, MissionStatus.APPROVED)),
    )
    return company


def signals(company, **query) -> set[str]:
    found = company.ask("signal.list", since="2026-03-01T00:00:00Z", **query)["items"]
    return {one["signal"] for one in found}


def test_a_signal_of_which_nothing_came_stays_in_sight(company):
    id = company.file("Exports asked for")

    with pytest.raises(NotArchivable, match=f"nothing has come of {id} yet"):
        company.ask("artifact.archive", artifact=id, why="It is old")


def test_an_absorbed_signal_goes_out_of_sight_and_stays_in_the_chain(described):
    one, *others = sorted(signals(described))

    gone = described.ask("artifact.archive", artifact=one, why="The mission has it")
    described.jobs()

    assert list(gone["artifacts"]) == [one]
    assert signals(described) == set(others)
    assert signals(described, archived=True) == {one, *others}
    version = described.effective(BRIEF)
    chain = described.do(artifacts.chain, [version.ref])
    (hop,) = [hop for hop in chain.hops if hop.ref.artifact == one]
    assert hop.path.startswith("work/signals/archive/")
    assert hop.path in described.files()
    before = hop.path.replace("archive/", "")
    for path in (hop.path, before):
        assert described.ask("why", path=path)["causes"][0]["version"] == f"{one}@1"


def test_a_mission_stays_until_it_is_over_and_goes_with_its_whole_folder(described):
    with pytest.raises(NotArchivable, match=f"mission {MISSION} is approved"):
        described.ask("artifact.archive", artifact=BRIEF, why="We lost interest")
    described.ask("mission.move", mission=MISSION, move="cancel", rationale="We lost interest")
    described.jobs()

    described.ask("artifact.archive", artifact=BRIEF, why="It is cancelled")
    described.jobs()

    folder = f"work/missions/archive/{MISSION}/"
    there = {path.removeprefix(folder) for path in described.files() if path.startswith(folder)}
    assert {"BRIEF.md", "OUTCOME-CONTRACT.md", "VALIDATION.md"} <= there
    assert not [path for path in described.files() if path.startswith(f"work/missions/{MISSION}/")]
    assert described.ask("mission.list")["items"] == []
    (listed,) = described.ask("mission.list", archived=True)["items"]
    assert (listed["slug"], listed["status"]) == (MISSION, "cancelled")
    assert "**Status:** cancelled" in described.read(f"{folder}BRIEF.md")


def test_the_sweep_takes_what_has_been_over_for_half_a_year(described, clock):
    described.ask("mission.move", mission=MISSION, move="cancel", rationale="We lost interest")
    described.jobs()
    clock.advance(timedelta(days=170))
    assert BRIEF not in {one["artifact"] for one in described.ask("archive.due")["items"]}

    clock.advance(timedelta(days=10))
    due = {one["artifact"]: one for one in described.ask("archive.due")["items"]}
    assert due[BRIEF]["because"] == "the mission is cancelled"
    assert signals(described) <= set(due)
    described.jobs.start("record.sweep", "week", period="week")
    described.jobs()

    assert described.ask("archive.due")["items"] == []
    assert described.ask("mission.list")["items"] == []
    assert signals(described) == set()


def test_every_rule_names_a_type_and_says_how_long(company):
    rules = {one["type"]: one["days"] for one in company.ask("archive.rules")["items"]}

    assert rules["signal"] == rules["mission-brief"] == rules["release-contract"] == 180
    assert rules["postmortem"] == 365
    assert rules["imported-document"] is None
    known = {one["name"] for one in company.ask("artifact.types")["items"]}
    assert set(rules) <= known
