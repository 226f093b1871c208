"""Reports computed from what happened: status, throughput, quality, cost, and where a fleet waited."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from headrace.capabilities.missions.model import Priority, Task, TaskStatus
from headrace.capabilities.missions.rules.reports import (
    LONG_WAIT,
    StreamFacts,
    Wait,
    bottlenecks,
    report,
    status,
)

NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_stream(name: str = "api", **changes) -> StreamFacts:
    return StreamFacts(**{"name": name, "division": "Engineering", "state": "active", **changes})


def a_task(number: int, stream: str = "api", status=TaskStatus.PENDING, due=None) -> Task:
    return Task(
        id=f"TASK-{number:03}",
        title="A task",
        stream=stream,
        division="Engineering",
        agent_type="coding",
        depends_on=(),
        priority=Priority.HIGH,
        target_date=due,
        criteria=("it works",),
        status=status,
    )


def escalated(hours: float, began: datetime = NOW - 20 * HOUR) -> Wait:
    return Wait(
        cause="ESCALATE: architecture, answered by tech-lead",
        began=began,
        ended=began + hours * HOUR,
    )


MERGED = {"opened_at": NOW - 10 * HOUR, "merged_at": NOW - 4 * HOUR}


class TestStatus:
    def test_every_number_is_that_of_the_facts(self):
        streams = [
            a_stream("api", **MERGED, attempts=2, verdicts=("FAIL", "PASS")),
            a_stream("ui", opened_at=NOW - HOUR, attempts=1, verdicts=("PASS WITH NOTES",)),
            a_stream("docs"),
        ]
        tasks = [
            a_task(1, status=TaskStatus.COMPLETED),
            a_task(2, "ui", TaskStatus.IN_PROGRESS),
            a_task(3, "docs"),
        ]

        found = status(streams, tasks, NOW)

        assert found.tasks == {"completed": 1, "in-progress": 1, "pending": 1}
        assert (found.changes, found.merged, found.sent_back) == (2, 1, 1)
        assert found.pass_rate == pytest.approx(2 / 3)
        assert found.mean_cycle == 6 * HOUR

    def test_the_end_of_each_stream_is_a_milestone_by_its_tasks_days(self):
        streams = [
            a_stream("api"),
            a_stream("ui", state="blocked"),
            a_stream("docs"),
            a_stream("x"),
        ]
        tasks = [
            a_task(1, status=TaskStatus.COMPLETED, due=date(2026, 3, 20)),
            a_task(2, due=date(2026, 4, 4)),
            a_task(3, "ui", due=date(2026, 4, 1)),
            a_task(4, "docs", TaskStatus.COMPLETED, due=date(2026, 3, 1)),
            a_task(5, "x"),
        ]

        found = status(streams, tasks, NOW).milestones

        assert [(one.stream, one.target_date.day, one.status) for one in found] == [
            ("docs", 1, "done"),
            ("ui", 1, "at-risk"),
            ("api", 4, "on-track"),
        ]
        later = status(streams, tasks, NOW + timedelta(days=30)).milestones
        assert [one.status for one in later] == ["done", "late", "late"]

    def test_what_holds_a_stream_is_a_blocker_until_it_is_merged(self):
        waiting = replace(escalated(1), ended=None)
        streams = [
            a_stream("api", waits=(waiting, escalated(2))),
            a_stream("ui", held_by=("api, until it is done",)),
            a_stream("docs", held_by=("api",), merged_at=NOW),
        ]

        found = status(streams, [], NOW).blockers

        assert [(one.stream, one.reason) for one in found] == [
            ("api", waiting.cause),
            ("ui", "api, until it is done"),
        ]

    def test_what_has_not_happened_has_no_number(self):
        found = status([a_stream()], [a_task(1)], NOW)

        assert (found.pass_rate, found.mean_cycle) == (None, None)
        assert (found.changes, found.merged, found.sent_back) == (0, 0, 0)

    def test_progress_is_the_share_of_a_streams_own_tasks_that_ended(self):
        tasks = [
            a_task(1, status=TaskStatus.COMPLETED),
            a_task(2, status=TaskStatus.CANCELLED),
            a_task(3),
            a_task(4),
            a_task(5, "ui", TaskStatus.COMPLETED),
        ]

        assert status([a_stream()], tasks, NOW).streams[0].progress == 0.5

    @pytest.mark.parametrize(("facts", "progress"), [({}, 0.0), (MERGED, 1.0)])
    def test_a_stream_without_tasks_is_done_when_it_is_merged(self, facts, progress):
        assert status([a_stream(**facts)], [], NOW).streams[0].progress == progress

    @pytest.mark.parametrize(
        ("facts", "notes"),
        [
            pytest.param({}, "At work", id="nothing yet"),
            pytest.param({"opened_at": NOW}, "Change request open", id="handed in"),
            pytest.param({"verdicts": ("FAIL",)}, "Last verdict: FAIL", id="judged"),
            pytest.param({"held_by": ("api, until it is done",)}, "Waiting for api", id="held"),
            pytest.param({"waits": (replace(escalated(1), ended=None),)},
                         "Waiting: ESCALATE: architecture", id="waits for an answer"),
            pytest.param({"waits": (escalated(1),), "verdicts": ("PASS",)}, "Last verdict: PASS",
                         id="waited once"),
            pytest.param({**MERGED, "verdicts": ("PASS",)}, "Merged", id="merged"),
        ],
    )  # fmt: skip
    def test_the_note_says_what_a_stream_is_at(self, facts, notes: str):
        assert status([a_stream(**facts)], [], NOW).streams[0].notes.startswith(notes)

    @pytest.mark.parametrize(
        ("streams", "tasks", "overall"),
        [
            pytest.param([a_stream()], [a_task(1, due=date(2026, 3, 27))], "on-track", id="today"),
            pytest.param([a_stream()], [a_task(1, due=date(2026, 3, 26))], "at-risk", id="late"),
            pytest.param([a_stream()],
                         [a_task(1, status=TaskStatus.COMPLETED, due=date(2026, 3, 1))],
                         "on-track", id="late but done"),
            pytest.param([a_stream(state="blocked"), a_stream("ui", **MERGED)], [], "blocked",
                         id="all that is left is blocked"),
            pytest.param([a_stream(state="blocked"), a_stream("ui")], [], "on-track",
                         id="one goes on"),
            pytest.param([a_stream(**MERGED)], [], "on-track", id="all is merged"),
        ],
    )  # fmt: skip
    def test_the_whole_is_on_track_at_risk_or_blocked(self, streams, tasks, overall):
        assert status(streams, tasks, NOW).overall == overall


class TestBottlenecks:
    def test_fourteen_hours_behind_an_escalation_are_named_with_their_cause(self):
        streams = [a_stream("api", waits=(escalated(14),)), a_stream("ui", waits=(escalated(1),))]

        (found,) = bottlenecks(streams, NOW)

        assert (found.stream, found.length) == ("api", 14 * HOUR)
        assert found.cause == "ESCALATE: architecture, answered by tech-lead"

    def test_the_longest_comes_first(self):
        streams = [a_stream("api", waits=(escalated(5),)), a_stream("ui", waits=(escalated(9),))]

        assert [one.stream for one in bottlenecks(streams, NOW)] == ["ui", "api"]

    @pytest.mark.parametrize(
        ("length", "named"),
        [(LONG_WAIT, True), (LONG_WAIT - timedelta(seconds=1), False)],
    )
    def test_from_four_hours_on_a_wait_is_named(self, length: timedelta, named: bool):
        wait = Wait(cause="review", began=NOW - length, ended=None)

        assert bool(bottlenecks([a_stream(waits=(wait,))], NOW)) is named


class TestReport:
    STREAMS = (
        a_stream("api", **MERGED, verdicts=("ESCALATE", "PASS"), tokens=900, micro_usd=3_000_000,
                 waits=(escalated(14),)),
        a_stream("ui", **MERGED, verdicts=("FAIL", "PASS"), tokens=100, micro_usd=1_000_001),
        a_stream("docs", verdicts=("PASS WITH NOTES",)),
    )  # fmt: skip

    def test_throughput_quality_and_cost_are_counted(self):
        found = report(self.STREAMS, NOW)

        assert (found.merged, found.mean_cycle) == (2, 6 * HOUR)
        assert found.pass_rate == pytest.approx(3 / 5)
        assert found.first_pass_rate == pytest.approx(1 / 3)
        assert (found.tokens, found.micro_usd, found.micro_usd_per_change) == (
            1_000, 4_000_001, 2_000_000,
        )  # fmt: skip

    def test_it_recommends_by_what_it_found(self):
        escalation, repair = report(self.STREAMS, NOW).recommendations

        assert "novel patterns" in escalation
        assert "failed ui " in repair

    def test_a_fleet_without_trouble_gets_no_recommendation(self):
        found = report([a_stream(**MERGED, verdicts=("PASS",))], NOW)

        assert (found.bottlenecks, found.recommendations) == ((), ())

    def test_a_fleet_that_has_done_nothing_has_no_shares(self):
        found = report([a_stream()], NOW)

        assert (found.merged, found.micro_usd, found.tokens) == (0, 0, 0)
        assert (found.pass_rate, found.first_pass_rate, found.micro_usd_per_change) == (
            None, None, None,
        )  # fmt: skip
