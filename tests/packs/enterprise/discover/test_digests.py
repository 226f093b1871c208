"""Digests: counted whatever the writer wrote, with an alert at three related signals, early when many."""

from datetime import UTC, datetime, timedelta

import pytest

from headrace.capabilities.missions import service as missions
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import RunState

WRITTEN = """\
role: signal-aggregation
task: digest
turns:
  - calls:
      - tool: submit
        arguments:
          title: The week
          fields: {week: 2025-W01, period_start: "2025-01-01", period_end: "2025-01-02", interim: false}
          sections:
            summary: {total: 99, new: 98, proceed: 1, defer: 2, monitor: 3, archive: 4, pending: 5}
            themes: []
            pattern_alerts:
              - name: Made up
                signals_involved: 3
                signals: [signal/a, signal/b, signal/c]
                first_signal: "2026-03-16"
                latest_signal: "2026-03-16"
                description: Three of them, says the writer.
                action: Build it at once
                urgency: high
            anomalies:
              - {metric: Invented, baseline: 1, current: 2, deviation: 100}
            actions:
              - {priority: P3, action: Read it, owner: Everybody}
              - {priority: P1, action: Look at the numbers, owner: Steering}
"""
"""A writer who counts for himself, and wrong."""

OBSERVATIONS = """\
title,noted_on,metric,baseline,current
Tickets,2026-03-17,tickets a week,40,58
Quiet,2026-03-17,calls,100,101
Fresh,2026-03-18,errors,0,7
Unread,2026-03-18,days,many,few
Before,2026-03-01,days,1,9
"""


def weekly(company):
    """The digest of the week that has ended, approved; its content."""
    company.clock.advance(timedelta(weeks=1))
    (run,) = company.do(streams.periods)
    company.settle()
    assert company.do(streams.run, run.id).state is RunState.DONE
    return company.effective(f"signal-digest/{run.period.lower()}")


def test_the_figures_of_a_digest_are_counted_whatever_its_writer_says(company):
    company.record("digest.yaml", WRITTEN)
    company.load("observations", OBSERVATIONS)
    company.file("Exports asked for", impact="high")
    company.file("Pages load slowly")
    company.file("Prices fall", urgency="monitor")
    company.file(
        "Exports asked for again", topic="exports asked for", system="of Exports asked for"
    )

    digest = weekly(company)

    sections = digest.content["sections"]
    summary = sections["summary"]
    assert summary["total"] == summary["new"] == 4
    dispositions = ("proceed", "defer", "monitor", "archive", "pending")
    assert [summary[name] for name in dispositions] == [1, 2, 1, 0, 0]
    assert sum(summary[name] for name in dispositions) == summary["total"]
    assert [(one["name"], one["signal_count"], one["trend"]) for one in sections["themes"]] == [
        ("Exports Asked For", 1, "rising"),
        ("Pages Load Slowly", 1, "rising"),
        ("Prices Fall", 1, "rising"),
    ]
    assert sections.get("pattern_alerts", []) == []
    assert sections["anomalies"] == [
        {"metric": "Tickets (tickets a week)", "baseline": 40, "current": 58, "deviation": 45},
        {
            "metric": "Fresh (errors)",
            "baseline": 0,
            "current": 7,
            "observation": "There was none before, so that no share of it can be told.",
        },
    ]
    assert [one["priority"] for one in sections["actions"]] == ["P1", "P3"]
    assert digest.content["fields"]["week"] == "2026-W12"
    assert digest.path == "work/signals/digests/2026-W12-digest.md"
    page = company.read(digest.path)
    assert "# Signal Digest: Week 2026-W12" in page
    assert "- **Total signals this period:** 4" in page
    assert company.do(missions.listing) == []


def test_the_example_has_words_for_a_week_without_a_pattern_too(company):
    company.file("Something was noticed at work")

    sections = weekly(company).content["sections"]

    assert (sections["summary"]["new"], sections.get("pattern_alerts", [])) == (1, [])
    assert [one["priority"] for one in sections["actions"]] == ["P3"]


def test_the_next_digest_carries_over_what_is_open_and_names_what_was_forgotten(company):
    company.record("digest.yaml", WRITTEN)
    company.file("Exports asked for", impact="high")
    weekly(company)
    company.clock.advance(timedelta(weeks=1))
    company.file("Exports asked for once more", topic="exports asked for")

    sections = weekly(company).content["sections"]

    assert (sections["summary"]["total"], sections["summary"]["new"]) == (2, 1)
    (theme,) = sections["themes"]
    assert (theme["signal_count"], theme["trend"]) == (1, "rising")
    assert sections["stale"] == ["signal/2026-03-16-exports-asked-for"]


@pytest.mark.parametrize(("related", "alerts"), [(2, 0), (3, 1)])
def test_three_related_signals_in_four_weeks_open_a_mission_and_two_do_not(
    company, related, alerts
):
    company.record("digest.yaml", WRITTEN)
    for number in range(related):
        company.clock.advance(timedelta(days=9 if number else 0))
        company.file(f"Export, told {number}", topic="Bulk export")
    company.file("Something else")

    sections = weekly(company).content["sections"]

    found = sections.get("pattern_alerts", [])
    assert len(found) == alerts
    assert [one.slug for one in company.do(missions.listing)] == ["bulk-export"][:alerts]
    for one in found:
        assert (one["topic"], one["signals_involved"]) == ("bulk export", 3)
        assert (one["first_signal"], one["latest_signal"]) == ("2026-03-16", "2026-04-03")
        assert {company.signal(id).absorbed_by for id in one["signals"]} == {"mission:bulk-export"}
        assert sections["actions"][0]["action"] == "Validate the opportunity behind bulk export"


@pytest.mark.parametrize("recorded", [True, False], ids=["words of the example", "plain"])
def test_a_pattern_that_a_mission_answers_is_told_again_and_asks_for_no_other_one(
    company, recorded
):
    if not recorded:
        company.record("digest.yaml", WRITTEN)
    for number in range(3):
        company.file(f"Export, told {number}", topic="Bulk export")
    weekly(company)
    company.file("Something else")

    sections = weekly(company).content["sections"]

    (alert,) = sections["pattern_alerts"]
    (mission,) = company.do(missions.listing)
    assert f"mission:{mission.slug}" in alert["action"]
    assert not [one for one in sections["actions"] if "Validate" in one["action"]]


def test_what_repeats_or_was_corrected_makes_no_pattern(company):
    company.record("digest.yaml", WRITTEN)
    first = company.file("Export wanted", topic="export", system="CRM")
    company.file("Export wanted again", topic="export", system="CRM")
    wrong = company.file("Export wanted by ten", topic="export", system="Tickets")
    company.file("Export wanted by nine", topic="export", system="Tickets", supersedes=wrong)

    sections = weekly(company).content["sections"]

    assert sections.get("pattern_alerts", []) == []
    (theme,) = sections["themes"]
    assert theme["signal_count"] == 2
    assert company.signal(first).absorbed_by is None


def test_more_than_twenty_signals_in_a_week_make_a_digest_before_its_end(company):
    company.record("digest.yaml", WRITTEN)
    for number in range(20):
        company.ask(
            "signal.file", title=f"Signal {number}", observation="O", topic=f"topic {number % 10}",
            system=f"System {number}",
        )  # fmt: skip
    company.settle()
    assert company.digests() == []

    company.clock.advance(timedelta(days=1))
    company.file("One more", topic="topic 0", system="Another")
    company.file("And another", topic="topic 1", system="Another")
    company.settle()

    (run,) = company.digests()
    assert run.state is RunState.DONE
    assert run.state is RunState.DONE
    assert run.period == "2026-W12~interim"
    digest = company.effective("signal-digest/2026-w12-interim")
    fields = digest.content["fields"]
    assert (fields["interim"], fields["week"]) == (True, "2026-W12")
    assert (fields["period_start"], fields["period_end"]) == ("2026-03-16", "2026-03-17")
    assert digest.path == "work/signals/digests/2026-W12-interim-digest.md"
    assert digest.content["sections"]["summary"]["new"] >= 21
    alerts = [one["topic"] for one in digest.content["sections"]["pattern_alerts"]]
    assert alerts[0] == "topic 0"
    assert {one.slug for one in company.do(missions.listing)} >= {"topic-0"}
    assert len(run.inputs["signals"]) >= 21

    company.clock.advance(datetime(2026, 3, 23, 1, tzinfo=UTC) - company.clock.now())
    (weekly_run,) = company.do(streams.periods)
    company.settle()
    assert company.do(streams.run, weekly_run.id).state is RunState.DONE
    whole = company.effective("signal-digest/2026-w12").content
    assert (whole["fields"]["interim"], whole["sections"]["summary"]["new"]) == (False, 22)
    assert len(company.events("intake.week_overflowed")) == 1
