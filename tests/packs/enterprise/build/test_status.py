"""The status log of a mission at work: its numbers are those of the rows beneath, its entries stay."""

import pytest
import sqlalchemy as sa

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Made
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import GateClosed, MissionStatus
from headrace.capabilities.streams.model import RunState
from packs.enterprise.build.test_stream import TWO_STREAMS, WORK, begin, nobody

pytestmark = pytest.mark.slow

DATED = TWO_STREAMS.replace("KIND", "blocks").replace(
    "criteria: [it looks nice]}", 'criteria: [it looks nice], target_date: "2026-04-04"}'
)


def counted(world, query: str, **values) -> list:
    """What the rows and the journal say, read past every verb of the rooms."""
    with world.units.open(world.system) as ctx:
        return [tuple(row) for row in ctx.db.execute(sa.text(query), values)]


def test_every_number_of_the_status_is_that_of_the_events_beneath(small):
    begin(small, fleet=DATED, work=WORK.replace('return "goodbye"', 'return "adieu"'))
    small.settle(until=lambda: len(small.runs("implement")) == 3)
    small.jobs()

    newest = small.do(missions.updates, "bulk-data-export")[0].entry
    rows = counted(
        small, "SELECT status, count(*) FROM missions_task GROUP BY status ORDER BY status"
    )
    assert sorted(newest.tasks.items()) == rows
    opened, merged = counted(
        small,
        "SELECT count(*) FILTER (WHERE type = 'record.change_opened'), "
        "count(*) FILTER (WHERE type = 'record.merged') FROM journal_event "
        "WHERE payload ->> 'change' IN (SELECT change FROM streams_run WHERE module = 'implement')",
    )[0]
    assert (newest.changes, newest.merged) == (opened, merged)
    ((revised,),) = counted(
        small, "SELECT count(*) FROM streams_run WHERE module = 'implement' AND state = 'revised'"
    )
    assert newest.sent_back == revised == 1
    verdicts = [
        verdict
        for (verdict,) in counted(
            small,
            "SELECT payload ->> 'verdict' FROM journal_event WHERE type = 'governance.judged' "
            "AND payload ->> 'subject' IN (SELECT change FROM streams_run WHERE module = 'implement')",
        )
    ]
    passed = sum(one in {"PASS", "PASS WITH NOTES"} for one in verdicts)
    assert newest.pass_rate == pytest.approx(passed / len(verdicts))
    states = {one.stream: (one.status, one.progress) for one in newest.streams}
    assert states["greeting"] == ("completed", 1.0)
    assert [(one.stream, str(one.target_date), one.status) for one in newest.milestones] == [
        ("manners", "2026-04-04", "at-risk")
    ]
    page = small.read("work/missions/bulk-data-export/STATUS.md")
    top = page.split("## Status Update")[1]
    for status, count in rows:
        assert f"| {status} | {count} |" in top
    assert f"| Change requests merged | {merged} |" in top
    assert "| manners complete | 2026-04-04 | at-risk |" in top
    _the_stream_that_waited_was_told_as_blocked(page)
    _what_is_typed_into_the_page_does_not_count(small)


def _the_stream_that_waited_was_told_as_blocked(page):
    assert "| greeting, until it is done | minor | manners |" in page


def _what_is_typed_into_the_page_does_not_count(small):
    page = ArtifactId("mission-status/bulk-data-export")
    before = small.do(artifacts.shown, small.effective(page))
    typed = {
        "name": "2027-01-01", "overall": "ahead", "phase": "completed", "period": "for ever",
    }  # fmt: skip
    draft = Draft(
        type="mission-status", slug="bulk-data-export", context="mission:bulk-data-export",
        content={"title": "Bulk Data Export", "sections": {"updates": [typed]}},
        made=Made(by=small.people["mission-lead"].principal, brain="human"),
    )  # fmt: skip
    version = small.do(artifacts.propose, draft)
    assert (
        small.do(artifacts.shown, version)["sections"]["updates"] == before["sections"]["updates"]
    )


@pytest.mark.parametrize("planned", [True, False])
def test_a_cancellation_stands_in_the_status_with_its_reason(small, planned):
    begin(small)
    if planned:
        small.settle(nobody, until=lambda: bool(small.runs("implement")))
    with pytest.raises(GateClosed, match="gate 'cancellation': a cancellation needs its rationale"):
        small.do(
            missions.decide, "bulk-data-export", MissionStatus.CANCELLED, " ", by="mission-lead"
        )

    small.do(
        missions.decide, "bulk-data-export", MissionStatus.CANCELLED, "We buy it instead",
        by="mission-lead",
    )  # fmt: skip
    small.jobs()

    page = small.read("work/missions/bulk-data-export/STATUS.md")
    newest = page[page.index("## Status Update") :]
    assert "- **Rationale:** We buy it instead" in newest
    assert "- **Mission phase:** cancelled" in newest
    assert small.do(missions.get, "bulk-data-export").status is MissionStatus.CANCELLED
    if not planned:
        assert small.one("fleet").state is not RunState.DONE
