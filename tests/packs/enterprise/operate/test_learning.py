"""After an incident: signals that exist, a blameless postmortem, and the runbook's new entry."""

import shutil

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import VersionRef
from headrace.capabilities.health.model import Severity as Urgency
from headrace.capabilities.operate import service as operate
from headrace.capabilities.operate.model import IncidentStatus
from headrace.capabilities.record.model import ChangeState
from headrace.capabilities.streams.model import RunState
from packs.enterprise.operate.world import DOCUMENT, EXAMPLE, MEMORY, Operating

pytestmark = pytest.mark.slow


@pytest.fixture
def world(database, clock, tmp_path):
    return Operating(database, clock, tmp_path)


class TestRunbooks:
    def test_approved_its_limits_permit_and_before_that_they_do_not(self, world):
        world.proposes()
        assert world.do(operate.runbooks) == []

        world.decide(world.dana)

        (found,) = world.do(operate.runbooks)
        assert found.version == "runbook/export-service@1"
        more = found.remedies[0].steps[0]
        assert (more.subject, more.low, more.high) == ("parquet_memory_megabytes", 64, 512)

    @pytest.mark.parametrize(
        ("was", "now", "reason"),
        [
            ("deed: set-parameter", "deed: suppress-alert", "never suppress or tune an alert"),
            ("deed: set-parameter", "deed: edit-code", "never change application code"),
            ("deed: set-parameter", "deed: inject-failure", "never inject a failure"),
            ("deed: set-parameter", "deed: reboot", "'reboot' is no deed"),
            ('change: "*4"', "change: more", "no change of a number"),
        ],
    )
    def test_what_nobody_may_permit_is_not_even_proposed(self, world, was, now, reason):
        from headrace.packs.enterprise.operate.operations import RunbookRefused

        with pytest.raises(RunbookRefused, match=reason):
            world.proposes(DOCUMENT.replace(was, now))


class TestAnIncident:
    @pytest.fixture
    def ended(self, world):
        """Wide tables have broken Parquet; the runbook's first remedy has helped."""
        world.proposes()
        world.decide(world.dana)
        world.serves(parameters=(MEMORY,))
        world.measured()
        world.breaks()
        assert world.stands().parameters["parquet_memory_megabytes"] == 512
        world.recovers_by_measure()
        assert world.incident().status is IncidentStatus.RESOLVED
        return world

    def test_a_postmortem_is_drafted_from_rows_and_approved_by_on_call(self, ended):
        (run,) = ended.runs("postmortem")
        assert run.state is RunState.PROPOSED, run.reasons
        ended.decide(ended.emil)
        ended.decide(ended.dana)

        found = ended.postmortem()
        content = ended.effective(found.id).content["sections"]
        rows = ended.timeline()
        assert [row["event"] for row in content["timeline"]][: len(rows)] == [
            one.text for one in rows[: len(content["timeline"])]
        ]
        assert "2 of 30 customers" in content["impact"]
        assert content["runbook"]["used"] is True
        assert len(content["root_cause"]["whys"]) == 5
        assert content["detection"]["time_to_detect"].endswith("seconds")

    def test_its_signals_were_filed_and_exist(self, ended):
        (run,) = ended.runs("postmortem")
        version = ended.do(artifacts.get_version, run.outputs[0])
        filed = version.content["sections"]["signals"]["filed"]

        signals = ended.signals()
        assert len(filed) == 2
        assert set(filed) <= signals.keys()
        titles = sorted(signals[path].title for path in filed)
        assert "Out of Memory" in titles[1]
        assert titles[0] == "The health dashboard of records needs a breakdown by format"

    def test_the_runbook_gets_the_entry_that_it_lacked(self, ended):
        ended.decide(ended.emil)
        ended.decide(ended.dana)

        (found,) = ended.do(operate.runbooks)
        assert found.version == "runbook/export-service@2"
        assert any("out of memory" in one.error.casefold() for one in found.matches)
        content = ended.effective("runbook/export-service").content
        assert "Out of Memory" in content["sections"]["diagnosis"]["causes"][-1]["sign"]
        assert content["sections"]["diagnosis"]["causes"][-1]["remedy"] == "More memory"

    def test_until_it_is_approved_the_former_limits_hold(self, ended):
        (run,) = ended.runs("postmortem")
        assert VersionRef("runbook/export-service", 2) in run.outputs
        assert ended.change(run.change).state is ChangeState.OPEN
        assert [one.version for one in ended.do(operate.runbooks)] == ["runbook/export-service@1"]


class TestRefused:
    @pytest.mark.parametrize(
        ("was", "now", "reason"),
        [
            ('"{{ facts.signals }}"', "[work/signals/none.md]", "no such signal"),
            (
                "              - Why did no test",
                "              # Why did no test",
                "asks why 4 times",
            ),
            ("and nothing tied it", "because emil forgot it, @emil, and nothing tied it", "blames"),
        ],
        ids=["a signal that nobody filed", "too few whys", "a person as the cause"],
    )
    def test_a_postmortem_that_teaches_nobody_anything_is_not_proposed(
        self, database, clock, tmp_path, was, now, reason
    ):
        recordings = tmp_path / "recordings"
        shutil.copytree(EXAMPLE / "recordings" / "operate", recordings)
        file = recordings / "postmortem.yaml"
        assert was in file.read_text()
        file.write_text(file.read_text().replace(was, now))
        world = Operating(database, clock, tmp_path, recordings)
        world.burns()
        world.recovers()

        (run,) = world.runs("postmortem")
        assert run.state is RunState.FAILED
        assert reason in run.reasons[0]


class TestDegradation:
    def test_a_slow_burn_files_one_signal(self, world):
        world.burns(severity=Urgency.TICKET)
        world.burns("latency", severity=Urgency.TICKET)
        world.runner.drain()

        titles = [one.title for one in world.signals().values()]
        assert titles == ["Sustained degradation of records"]
