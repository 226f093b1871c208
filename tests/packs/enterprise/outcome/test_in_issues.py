"""From a release to its outcome, with operational work kept as issues: the same rules and the same end."""

from dataclasses import replace

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Draft, Made
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.issues.fake_tracker import FakeTracker
from headrace.capabilities.record.model import Proposal
from packs.enterprise.build.conftest import CONTEXT, MISSION
from packs.enterprise.outcome.conftest import Measured
from packs.enterprise.outcome.test_report import WEEK, decide, finished  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow

BRIEF, CONTRACT = f"mission-brief/{MISSION}", f"outcome-contract/{MISSION}"
STATUS = f"mission-status/{MISSION}"
FOLDER = f"work/missions/{MISSION}"
MISSED = "Bulk Data Export: Export Performance is not-met"


class Tracked(Measured):
    """Brief and contract are decided in a change request, so that they are kept where the rest is."""

    tracker: FakeTracker

    def _effective(self, ctx, brief, contract):
        made = Made(by=self.people["mission-lead"].principal, brain="human")
        contents = {
            "mission-brief": brief,
            "outcome-contract": contract,
            "mission-status": {"title": brief["title"]},
        }
        *asked, page = [
            artifacts.propose(
                ctx, Draft(type=type, slug=MISSION, context=CONTEXT, content=content, made=made)
            ).ref
            for type, content in contents.items()
        ]
        record.open_change(
            ctx,
            Proposal(title="Brief", context=CONTEXT, members=tuple(asked), author=made.by),
        )
        record.file_versions(ctx, [page])

    def promise(self, contract):
        super().promise(contract)
        assert len(decide(self)) == 1

    def issue(self, artifact):
        numbers = {one.artifact: one.number for one in self.do(record.issues, limit=200)}
        return self.tracker.issues[numbers[artifact]]

    def closes(self, artifact):
        """Somebody who may archive closes the issue in the tracker, and that is looked at."""
        self.tracker.edit(self.issue(artifact)["number"], by="boss", state="closed")
        self.do(record.look_now)
        self.jobs(tolerate=True)


@pytest.fixture
def world(world, tracker):
    kept = replace(tracker.backend(), people={"boss": "a-vp-product"})
    made = Tracked(**{name: getattr(world, name) for name in GIVEN}, declared=(kept,))
    made.tracker = tracker
    return made


GIVEN = (
    "folder", "database", "clock", "organisation", "system", "recordings", "product_folder",
)  # fmt: skip


def states(world):
    return {one: world.issue(one)["state"] for one in (BRIEF, CONTRACT, STATUS)}


def test_a_promise_that_was_not_kept_ends_as_it_does_in_files(finished, service):  # noqa: F811
    finished.do(people.grant, "a-vp-product", "record:archive")
    service.answer("export_latency", 45, "s")  # its deadline is after the interim check
    finished.wait(2 * WEEK)
    assert "| interim | two weeks after GA | completed |" in finished.issue(CONTRACT)["body"]

    finished.closes(BRIEF)
    assert states(finished) == dict.fromkeys((BRIEF, CONTRACT, STATUS), "open")

    finished.wait(2 * WEEK)
    assert decide(finished) == ["Outcome report: Bulk Data Export"]

    assert finished.do(missions.get, MISSION).status is MissionStatus.COMPLETED
    assert "- **Status:** completed" in finished.issue(BRIEF)["body"]
    assert "active to completed: outcome report accepted in CR-2" in finished.issue(STATUS)["body"]
    promised = finished.issue(CONTRACT)["body"]
    assert "- **Status:** not-met" in promised.partition("Outcome 2")[2].partition("Outcome 3")[0]
    report = finished.read(f"{FOLDER}/OUTCOME-REPORT.md")  # evidence stays in Git
    assert "| 45 s | +50% | not-met |" in report
    assert "- **Overall outcome verdict:** partially-met" in report
    (signal,) = (one for one in finished.tracker.issues.values() if one["title"] == MISSED)
    assert {"name": "artifact:signal"} in signal["labels"]
    assert "promised < 30 seconds, found 45 s (+50%)" in signal["body"]
    assert states(finished) == dict.fromkeys((BRIEF, CONTRACT, STATUS), "open")

    finished.closes(BRIEF)

    assert states(finished) == dict.fromkeys((BRIEF, CONTRACT, STATUS), "closed")
    assert finished.do(missions.get, MISSION).archived
    assert finished.do(artifacts.get, f"outcome-report/{MISSION}").archived
    assert not [one for one in finished.do(record.findings) if one.subject != BRIEF]
