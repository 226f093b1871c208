"""The outcome report: written when everything is settled, computed whatever is written, accepted once."""

import shutil
from datetime import timedelta

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.intake import service as intake
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus
from headrace.capabilities.record import service as record
from packs.enterprise.build.conftest import EXAMPLE, MISSION
from packs.enterprise.outcome.conftest import contract

WEEK = timedelta(weeks=1)
REPORT = f"outcome-report/{MISSION}"
VENTURES = (
    "venture,slug,product,metric,unit,better,target,on_track_from,at_risk_from,reads\n"
    "Platform Product,platform-product,customer-records,NRR,%,higher,at least 105%,100,90,"
    '"file: crm_revenue, newest nrr where venture is Platform Product by on"\n'
)
REVENUE = "on,venture,nrr\n2026-03-01,Platform Product,93.2\n2026-03-29,Platform Product,101.9\n"


@pytest.fixture
def finished(world, service):
    """An active mission that everybody has, with a service that answers as the story's."""
    shutil.copy(EXAMPLE / "recordings" / "outcome" / "outcome.yaml", world.recordings)
    promised = contract()
    promised["sections"]["outcomes"][2]["deadline"] = "2026-03-30"
    world.promise(promised)
    world.at_work()
    world.deploy(service)
    world.roll_out(world.release())
    for number in range(7):
        service.called(f"acme-{number}", at=world.world_time())
    return world


def decide(world, decision: str = "approve") -> list[str]:
    """What lies with the VP Product is decided; its titles."""
    lying = world.inbox("vp-product")
    for item in lying:
        world.say("vp-product", item, decision)
    world.jobs(tolerate=True)
    return [item.asked for item in lying]


def test_no_report_is_written_at_the_initial_check(finished):
    finished.wait(WEEK)

    assert finished.runs("outcome") == []


def test_the_interim_check_writes_it_and_its_approval_completes_the_mission(finished):
    finished.wait(2 * WEEK)

    assert decide(finished) == ["Outcome report: Bulk Data Export"]

    assert finished.do(missions.get, MISSION).status is MissionStatus.COMPLETED
    step = finished.do(missions.steps, MISSION)[0]
    assert step.why.startswith("outcome report accepted in ")
    page = finished.read(f"work/missions/{MISSION}/OUTCOME-REPORT.md")
    assert "| p95 export latency for 1M records | < 30 seconds | 22 s | -27% | met |" in page
    assert "| By 2026-04-12 | 2026-03-16 | -27 days | met |" in page
    assert "| 7 customers | +133% | exceeded |" in page
    assert "- **Overall outcome verdict:** exceeded" in page
    assert "within bounds (-9%)" in page


def test_what_the_worker_writes_of_figures_is_replaced_by_what_is_computed(finished):
    text = (finished.recordings / "outcome.yaml").read_text()
    lie = 'results: [{metric: x, target: "1", actual: "2", variance: "+99%", verdict: exceeded}]'
    text = text.replace('results: "{{ facts.results }}"', lie)
    (finished.recordings / "outcome.yaml").write_text(text)

    finished.wait(2 * WEEK)

    version = finished.do(artifacts.get_version, finished.one("outcome").outputs[0])
    assert [row["actual"] for row in version.content["sections"]["results"]] == [
        "2026-03-16", "22 s", "7 customers", "182 ms",
    ]  # fmt: skip


def test_a_report_that_is_sent_back_leaves_the_mission_at_work(finished):
    finished.wait(2 * WEEK)

    decide(finished, "revise: say more about adoption")

    assert finished.do(missions.get, MISSION).status is MissionStatus.ACTIVE
    assert [run.attempt for run in finished.runs("outcome")] == [1, 2]


def test_what_is_not_settled_waits_for_the_final_check(finished, service):
    service.answer("export_latency", 45, "s")  # its deadline is 12 April
    finished.wait(2 * WEEK)
    assert finished.runs("outcome") == []

    finished.wait(2 * WEEK)

    (run,) = finished.runs("outcome")
    assert run.period == "final"
    decide(finished)
    page = finished.read(f"work/missions/{MISSION}/OUTCOME-REPORT.md")
    assert "| 45 s | +50% | not-met |" in page
    assert "- **Overall outcome verdict:** partially-met" in page


def test_a_promise_that_was_not_kept_is_a_signal_with_a_path_that_exists(finished, service):
    service.answer("export_latency", 45, "s")
    finished.wait(4 * WEEK)
    decide(finished)

    titles = [one.title for one in finished.do(intake.listing)]
    assert titles.count("Bulk Data Export: Export Performance is not-met") == 1
    shown = finished.effective(REPORT).content["sections"]["signals"]
    for row in shown:
        assert finished.read(row["filed_as"]).startswith("---")


def test_what_customers_ask_for_since_is_a_signal(finished):
    finished.bring(
        "crm_requests",
        "request_id,account_id,asked_on,tag\n1,A,2026-03-18,scheduled export\n"
        "2,B,2026-03-20,scheduled export\n3,C,2026-03-21,charts\n4,D,2026-03-01,dark mode\n"
        "5,E,2026-03-02,dark mode\n",
    )

    finished.wait(2 * WEEK)

    titles = [one.title for one in finished.do(intake.listing)]
    assert "Customers Ask for Scheduled Export" in titles
    assert not [title for title in titles if "Dark Mode" in title or "Charts" in title]


def test_the_venture_moves_from_at_risk_to_on_track_by_a_change_with_a_link(finished):
    finished.bring("ventures", VENTURES)
    finished.bring("crm_revenue", REVENUE)

    finished.wait(2 * WEEK)
    assert finished.effective("health-report/platform-product") is None
    decide(finished)

    version = finished.effective("health-report/platform-product")
    (row,) = version.content["sections"]["metrics"]
    assert row == {
        "metric": "NRR",
        "target": "at least 105%",
        "current": "101.9%",
        "status": "on-track",
        "moved_by": f"work/missions/{MISSION}/OUTCOME-REPORT.md",
    }
    assert (version.content["fields"]["health"], version.content["fields"]["trajectory"]) == (
        "healthy",
        "improving",
    )
    assert version.change == finished.effective(REPORT).change
    impact = finished.effective(REPORT).content["sections"]["venture_impact"]
    assert impact[0]["impact"].startswith(
        "from 93.2% (at-risk) to 101.9% (on-track), from the file"
    )
    assert finished.read("org/1-strategy/ventures/platform-product/HEALTH-REPORT.md")


def test_a_venture_without_a_reading_does_not_move(finished):
    finished.bring("ventures", VENTURES)
    finished.bring("crm_revenue", "on,venture,nrr\n2027-01-01,Platform Product,150\n")

    finished.wait(2 * WEEK)
    decide(finished)

    assert finished.effective("health-report/platform-product") is None
    assert finished.effective(REPORT) is not None


def test_a_report_that_was_accepted_is_not_written_again(finished):
    finished.wait(2 * WEEK)
    decide(finished)

    finished.wait(2 * WEEK)

    assert finished.states()["final"] == "completed"
    assert len(finished.runs("outcome")) == 1
    assert len(finished.do(record.changes, context=f"mission:{MISSION}", limit=50)) == 1
