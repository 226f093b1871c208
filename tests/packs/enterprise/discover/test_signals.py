"""Signals through the door: checked, merged by nobody, counted, never edited, corrected by others."""

import itertools
from datetime import timedelta

import pytest

from headrace.capabilities.agents import service as agents
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import (
    ArtifactId,
    ContentRefused,
    Draft,
    Immutable,
    Made,
)
from headrace.capabilities.intake.model import Disposition
from headrace.capabilities.record import service as record
from headrace.capabilities.streams import service as streams
from headrace.packs.enterprise.discover.filing import NotSuperseded
from headrace.packs.enterprise.discover.operations import SourceRefused


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("category", "process", "market, customer, technical, internal, competitive, financial"),
        ("confidence", "sure", "high, medium, low"),
        ("urgency", "soon", "immediate, next-cycle, monitor"),
        ("impact", "huge", "high, medium, low"),
        ("disposition", "pending", "proceed, defer, monitor, archive"),
    ],
)
def test_a_word_that_is_not_allowed_is_refused_with_those_that_are(company, field, value, allowed):
    with pytest.raises(ContentRefused) as refused:
        company.ask("signal.file", title="T", observation="O", topic="T", **{field: value})

    assert f"has {value!r}" in refused.value.message
    assert f"(allowed: {allowed})" in refused.value.message
    company.jobs()
    assert company.ask("signal.list")["items"] == []


def test_every_wrong_word_and_every_gap_is_told_at_once(company):
    with pytest.raises(ContentRefused) as refused:
        company.ask(
            "signal.file", title="", observation="", topic="", category="x", urgency="y",
            impact="z", confidence="w", disposition="v", follow_up="tomorrow",
        )  # fmt: skip

    assert len(refused.value.details["faults"]) == 8


def test_a_signal_is_in_the_record_and_counted_although_nobody_approved_it(company):
    signal = company.file(
        "Exports asked for", category="customer", confidence="high", impact="high",
        divisions=["Core Services"], disposition="monitor", follow_up="2026-04-01",
    )  # fmt: skip

    path = "work/signals/2026-03-16-exports-asked-for.md"
    page = company.read(path)
    for line in (
        "- **Category:** customer",
        "- **Confidence:** high",
        "- **Urgency:** next-cycle",
        "- **Potential impact:** high",
        "- **Disposition:** monitor",
        "- **Follow-up date:** 2026-04-01",
        "- **Triage:** proceed",
        "- **Filed by:** a-steering",
    ):
        assert line in page
    assert not any(company.inbox(team) for team in company.people)
    assert company.do(record.changes) == []
    assert company.signal(signal).disposition is Disposition.PROCEED
    company.clock.advance(timedelta(weeks=1))
    (run,) = company.do(streams.periods)
    assert (run.module, run.period) == ("digest", "2026-W12")
    assert [ref.artifact for ref in run.inputs["signals"]] == [signal]


TABLE = {
    ("immediate", "high"): "proceed",
    ("immediate", "medium"): "proceed",
    ("immediate", "low"): "proceed",
    ("next-cycle", "high"): "proceed",
    ("next-cycle", "medium"): "defer",
    ("next-cycle", "low"): "defer",
    ("monitor", "high"): "monitor",
    ("monitor", "medium"): "monitor",
    ("monitor", "low"): "monitor",
}


def test_triage_is_a_table_that_asks_no_agent(company):
    words = itertools.product(("immediate", "next-cycle", "monitor"), ("high", "medium", "low"))
    filed = {
        (urgency, impact): company.ask(
            "signal.file", title=f"{urgency} {impact}", observation="O",
            topic=f"{urgency} {impact}", urgency=urgency, impact=impact,
        )["signal"]
        for urgency, impact in words
    }  # fmt: skip
    company.jobs()

    assert {words: company.signal(id).disposition for words, id in filed.items()} == TABLE
    assert company.do(agents.runs) == []


def test_what_waits_for_the_triage_rules_tells_so_until_they_have_run(company):
    company.load(
        "notes",
        "noted_on,category,source_system,confidence,title,observation,urgency,impact,triaged\n"
        "2026-03-12,market,Tenders,low,Hosting,Two ask.,immediate,low,no\n",
    )
    (taken,) = company.ask("signal.take", source="notes")["items"]
    company.jobs()
    assert "- **Triage:** pending" in company.read(taken["path"])

    company.ask("signal.triage")
    company.jobs()
    assert "- **Triage:** proceed" in company.read(taken["path"])
    assert company.events("intake.signal_triaged") == [
        {"signal": taken["signal"], "disposition": "proceed"}
    ]


def test_a_filed_signal_is_never_edited(company):
    signal = company.file()
    version = company.effective(signal)
    changed = {**version.content, "title": "Something else"}
    draft = Draft(
        type="signal",
        slug=signal.partition("/")[2],
        context="organisation",
        content=changed,
        made=Made(by=company.people["steering"].principal, brain="human"),
        parts={"date": "2026-03-16", "slug": "exports-asked-for"},
        base=1,
    )

    with pytest.raises(Immutable, match="file a new one that supersedes it"):
        company.do(artifacts.propose, draft)
    assert company.effective(signal) == version


def test_a_correction_is_a_new_signal_that_supersedes_the_first(company):
    first = company.file("Exports asked for", topic="bulk export", system="CRM")
    second = company.file(
        "Exports asked for by nine", topic="bulk export", system="CRM", supersedes=first
    )

    former, correcting = company.signal(first), company.signal(second)
    assert former.superseded_by == second
    assert correcting.duplicate_of is None
    assert f"- **Superseded by:** {second}" in company.read(company.effective(first).path)
    assert f"- **Supersedes:** {first}" in company.read(company.effective(second).path)
    (link,) = company.do(artifacts.links, company.effective(second).ref)
    assert (link.kind, link.target.artifact) == ("supersedes", first)


@pytest.mark.parametrize("former", ["signal/2026-03-16-nobody", "mission-brief/x", "first"])
def test_only_a_filed_signal_that_nothing_has_corrected_is_superseded(company, former):
    first = company.file("First")
    company.file("Second", supersedes=first)

    with pytest.raises(NotSuperseded):
        company.file("Third", supersedes=first if former == "first" else former)


def test_the_second_of_one_source_and_topic_links_to_the_first(company):
    first = company.file("Exports asked for", topic="Bulk Export", system="CRM")
    again = company.file("Export wanted", topic="bulk-export", system="crm")
    elsewhere = company.file("Export wished", topic="bulk export", system="Tickets")

    assert company.signal(again).duplicate_of == first
    assert company.signal(elsewhere).duplicate_of is None
    assert f"- **Duplicate of:** {first}" in company.read(company.effective(again).path)


def test_a_signal_of_which_nothing_came_in_fourteen_days_is_a_finding(company):
    lost = company.file("Lost", impact="high")
    again = company.file("Lost too", impact="high", topic="lost", system="of Lost")
    corrected = company.file("Wrong", impact="high")
    company.file("Right", supersedes=corrected, urgency="monitor")

    company.clock.advance(timedelta(days=14))
    assert company.ask("signal.stale")["items"] == []
    company.clock.advance(timedelta(days=1, hours=6))

    (found,) = company.ask("signal.stale")["items"]
    assert (found["signal"]["signal"], found["days"]) == (lost, 15)
    assert company.signal(again).duplicate_of == lost


def test_records_that_are_no_signals_are_refused_with_each_fault(company):
    company.load("notes", "title,noted_on\nOne,2026-03-12\nTwo,soon\n")

    with pytest.raises(SourceRefused) as refused:
        company.ask("signal.take", source="notes")

    assert len(refused.value.details["faults"]) == 2
    assert company.do(artifacts.find, ArtifactId("signal/2026-03-12-one")) is None
