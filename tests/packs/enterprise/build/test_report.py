"""What a fleet report says of waits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.rules.reports import Bottleneck
from headrace.packs.enterprise.build.report import bottlenecks


def waited(stream: str, cause: str, hours: float) -> Bottleneck:
    return Bottleneck(stream=stream, cause=cause, length=timedelta(hours=hours))


def test_what_made_a_stream_wait_twice_is_one_bottleneck():
    report = replace(
        missions.fleet_report((), datetime(2026, 3, 29, tzinfo=UTC)),
        bottlenecks=(
            waited("api", "ESCALATE: architecture", 7.5),
            waited("docs", "review by @experience-lead", 5),
            waited("docs", "review by @experience-lead", 4.5),
            waited("docs", "review by @data-lead", 4),
        ),
    )

    found = bottlenecks(report)

    assert [(row["stream"], row["cause"], row["waited"]) for _, row in found] == [
        ("docs", "review by @experience-lead", "9.5 hours in 2 waits"),
        ("api", "ESCALATE: architecture", "7.5 hours"),
        ("docs", "review by @data-lead", "4.0 hours"),
    ]
