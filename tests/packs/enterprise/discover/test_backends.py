"""The lifecycle's rules over both back ends: files in Git, or issues of a tracker."""

import shutil
from datetime import timedelta

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Draft, Immutable
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import GateClosed, MissionStatus
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.issues.fake_tracker import FakeTracker
from headrace.capabilities.record.model import BackendKind, ChangeState
from headrace.capabilities.streams import service as streams
from packs.enterprise.build.conftest import EXAMPLE
from packs.enterprise.discover.conftest import Company
from packs.enterprise.discover.test_missions import CONTEXT, MISSION, alert

BRIEF, CONTRACT = f"mission-brief/{MISSION}", f"outcome-contract/{MISSION}"
TASKS = f"mission-tasks/{MISSION}"
FOLDER = f"work/missions/{MISSION}"


class Kept:
    """Where the company keeps its work: what stands there of an artifact, and how to ask."""

    def __init__(self, company: Company, tracker: FakeTracker | None) -> None:
        self.company, self.tracker = company, tracker

    def text(self, artifact: str) -> str:
        """The document of an artifact. Fails where it stands in both places, or in none."""
        found = self.company.do(artifacts.get, artifact)
        in_git = found.path in self.company.files()
        numbers = {one.artifact: one.number for one in self.company.do(record.issues, limit=200)}
        assert in_git is (artifact not in numbers), artifact
        if in_git:
            return self.company.read(found.path)
        return str(self.tracker.issues[numbers[artifact]]["body"])

    def labels(self, artifact: str) -> set[str]:
        numbers = {one.artifact: one.number for one in self.company.do(record.issues, limit=200)}
        return {one["name"] for one in self.tracker.issues[numbers[artifact]]["labels"]}


@pytest.fixture(params=[*BackendKind])
def kept(request, company):
    if request.param is BackendKind.GIT_FILES:
        yield Kept(company, None)
        return
    with FakeTracker().running() as tracker:
        company.declared = (tracker.backend(),)
        company.open()
        yield Kept(company, tracker)


def test_a_signal_counts_although_nobody_approved_it_and_is_never_edited(kept):
    company = kept.company
    id = company.file("Exports asked for")

    assert company.signal(id).disposition
    assert "Nine tickets say so." in kept.text(id)
    with pytest.raises(Immutable):
        company.do(_edited, id)
    correction = company.file("Exports asked for", supersedes=id)
    assert company.signal(id).superseded_by == correction


def _edited(ctx, id: str) -> None:
    version = artifacts.effective(ctx, id)
    artifacts.propose(
        ctx,
        Draft(
            type=version.type,
            slug=id.partition("/")[2],
            context=version.context,
            content={**version.content, "title": "Another"},
            made=version.made,
        ),
    )


def test_the_second_of_one_topic_links_to_the_first(kept):
    first = kept.company.file("Exports asked for", system="CRM")
    second = kept.company.file("Asked for again", topic="Exports asked for", system="CRM")

    assert kept.company.signal(second).duplicate_of == first


def test_the_way_from_signals_to_the_tasks_of_a_mission_is_the_same(kept, small_product):
    company = kept.company
    shutil.copytree(EXAMPLE / "recordings" / "build", company.recordings / "build")
    company.do(people.add_team, handle="tech-lead", name="Tech Lead")
    alert(company)
    company.do(record.add_repository, slug="customer-records", source=str(small_product))
    company.settle(
        lambda _: "approve",
        until=lambda: bool(company.do(missions.listing, MissionStatus.APPROVED)),
    )

    (run,) = company.do(streams.runs, context=CONTEXT, module="brief")
    change = company.do(record.change, run.change)
    assert change.state is ChangeState.MERGED
    assert [member.ref.artifact for member in change.members] == [BRIEF, CONTRACT]
    assert change.paths == (f"{FOLDER}/BRIEF.md", f"{FOLDER}/OUTCOME-CONTRACT.md")
    owners = {one.owners for one in company.do(record.required_reviewers, change)}
    assert owners
    assert all("@vp-product" in one for one in owners)
    mission = company.do(missions.get, MISSION)
    assert (mission.status, mission.reference) == (MissionStatus.APPROVED, "MISSION-2026-001")
    assert "- **Status:** approved" in kept.text(BRIEF)
    assert kept.text(CONTRACT)
    digest = company.effective("signal-digest/2026-w12")
    assert kept.company.do(artifacts.get, digest.ref.artifact).path in company.files()
    chain = company.do(artifacts.chain, [company.effective(BRIEF).ref])
    assert {hop.type for hop in chain.hops} >= {"signal", "signal-digest", "opportunity-validation"}
    with pytest.raises(GateClosed):
        company.ask("mission.move", mission=MISSION, move="resume")
    if kept.tracker is not None:
        assert kept.labels(BRIEF) >= {"artifact:mission", "layer:strategy"}
        numbers = {one.artifact: one.number for one in company.do(record.issues, limit=200)}
        assert numbers[CONTRACT] in kept.tracker.parts[numbers[BRIEF]]
    _goes_on_to_a_fleet_and_its_tasks(kept)


def _goes_on_to_a_fleet_and_its_tasks(kept):
    company = kept.company
    company.settle(
        lambda _: "approve",
        until=lambda: company.effective(f"fleet-config/{MISSION}") is not None,
    )

    fleet = company.effective(f"fleet-config/{MISSION}")
    assert company.do(artifacts.get, fleet.ref.artifact).path in company.files()
    tasks = company.do(missions.all_tasks, MISSION)
    page = kept.text(TASKS)
    assert len(tasks) > 2
    assert all(f"{one.id}: {one.title}" in page for one in tasks)
    if kept.tracker is not None:
        numbers = {one.artifact: one.number for one in company.do(record.issues, limit=200)}
        for one in tasks:
            number = numbers[f"{TASKS}#{one.id}"]
            assert number in kept.tracker.parts[numbers[BRIEF]]
            assert kept.tracker.issues[number]["title"] == f"[{one.id}] {one.title}"
            assert f"priority:{one.priority}" in kept.labels(f"{TASKS}#{one.id}")


def test_a_signal_of_which_something_came_is_archived_in_either(kept, small_product):
    company = kept.company
    alert(company)
    company.do(record.add_repository, slug="customer-records", source=str(small_product))
    company.settle(
        lambda _: "approve",
        until=lambda: bool(company.do(missions.listing, MissionStatus.APPROVED)),
    )
    since = "2026-03-01T00:00:00Z"
    one = min(found["signal"] for found in company.ask("signal.list", since=since)["items"])

    company.ask("artifact.archive", artifact=one, why="The mission has it")
    company.jobs()
    company.clock.advance(timedelta(hours=1))
    company.jobs()

    assert kept.text(one)
    listed = company.ask("signal.list", since=since)["items"]
    assert one not in {found["signal"] for found in listed}
    if kept.tracker is not None:
        (found,) = [i for i in company.do(record.issues, limit=200) if i.artifact == one]
        assert not found.is_open
