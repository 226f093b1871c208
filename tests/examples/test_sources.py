"""The figures of the story follow from the rows of its sources, by plain code."""

import csv
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[2] / "examples" / "bulk-export" / "sources"
TOPIC = {"export", "data download"}
QUARTER = (date(2026, 1, 1), date(2026, 3, 15))
WEEK = (2026, 11)


def rows(name):
    with (SOURCES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asked():
    """Every CRM request and ticket in one form, before anything is sorted out."""
    for row in rows("crm_requests.csv"):
        yield {
            "id": row["request_id"],
            "account": row["account_id"],
            "on": date.fromisoformat(row["asked_on"]),
            "tags": {row["tag"]},
            "formats": set(filter(None, row["formats"].split(";"))),
            "records": int(row["dataset_records"]),
        }
    for ticket in json.loads((SOURCES / "support_tickets.json").read_text(encoding="utf-8")):
        yield {
            "id": ticket["ticket_id"],
            "account": ticket["account_id"],
            "on": date.fromisoformat(ticket["opened_on"]),
            "tags": set(ticket["tags"]),
            "formats": set(ticket["formats"]),
            "records": ticket["dataset_records"] or 0,
        }


@pytest.fixture
def accounts():
    return {row["account_id"]: row for row in rows("crm_accounts.csv")}


def counting(accounts, topic=TOPIC):
    def counts(request):
        account = accounts[request["account"]]
        return (
            request["tags"] & topic
            and (account["segment"], account["status"]) == ("enterprise", "active")
            and QUARTER[0] <= request["on"] <= QUARTER[1]
        )

    return [request for request in asked() if counts(request)]


def test_every_request_belongs_to_an_account(accounts):
    assert {request["account"] for request in asked()} <= accounts.keys()


def test_fifteen_enterprise_customers_with_2_4_million_ask_and_eight_renew(accounts):
    customers = {request["account"] for request in counting(accounts)}
    assert len(customers) == 15
    assert sum(int(accounts[customer]["arr_usd"]) for customer in customers) == 2_400_000
    states = Counter(accounts[customer]["renewal_state"] for customer in customers)
    assert states["in discussion"] == 8


def test_formats_are_counted_once_a_customer(accounts):
    named = {(request["account"], f) for request in counting(accounts) for f in request["formats"]}
    assert Counter(f for _, f in named) == {"csv": 12, "json": 9, "parquet": 4}


def test_the_largest_dataset_is_about_fifty_million_records(accounts):
    largest = max(request["records"] for request in counting(accounts))
    assert round(largest / 1_000_000) == 50


def test_three_tickets_would_be_missed_by_the_usual_tag(accounts):
    missed = [r for r in counting(accounts) if "export" not in r["tags"]]
    assert len(missed) == 3
    assert all(request["id"].startswith("TCK-") for request in missed)
    assert len({r["account"] for r in counting(accounts, {"export"})}) == 12


def test_the_noise_matters(accounts):
    """Without each rule the figures would be others, so the rows test the reader."""
    every = [request for request in asked() if request["tags"] & TOPIC]
    assert len({request["account"] for request in every}) > 15
    assert max(request["records"] for request in every) > 50_000_000


def test_two_competitors_have_launched_bulk_export_in_the_quarter_before():
    launches = [
        row
        for row in rows("competitor_notes.csv")
        if (row["kind"], row["capability"]) == ("launch", "bulk export")
        and date.fromisoformat(row["seen_on"]) > QUARTER[1] - timedelta(days=91)
    ]
    assert len({row["competitor"] for row in launches}) == 2
    assert max(row["seen_on"] for row in launches) == "2026-03-13"


def test_whole_dataset_scans_of_the_last_week_are_far_above_the_weeks_before():
    scans = Counter()
    for row in rows("api_usage.csv"):
        scans[row["week"]] += int(row["whole_dataset_scans"])
    *before, last = [count for _, count in sorted(scans.items())]
    baseline = sum(before) / len(before)
    assert (len(before), baseline, last) == (8, 40, 168)


def dated(accounts):
    """The day of each signal that arises, as the README says."""
    days = [date.fromisoformat(row["noted_on"]) for row in rows("observations.csv")]
    days.append(QUARTER[1])  # demand
    days.append(QUARTER[1])  # tags of one subject differ
    days.append(max(date.fromisoformat(row["seen_on"]) for row in rows("competitor_notes.csv")))
    days.append(max(date.fromisoformat(row["collected_on"]) for row in rows("api_usage.csv")))
    return days


def test_fourteen_signals_arise_in_four_weeks_and_nine_in_the_week_of_the_story(accounts):
    days = dated(accounts)
    end = date.fromisocalendar(*WEEK, 7)
    assert end == QUARTER[1]
    assert len(days) == 14
    assert all(end - timedelta(weeks=4) < day <= end for day in days)
    assert sum(day.isocalendar()[:2] == WEEK for day in days) == 9


def test_dispositions_follow_from_the_triage_rules():
    def disposition(row):
        if row["triaged"] == "no":
            return "pending"
        by_impact = "proceed" if row["impact"] == "high" else "defer"
        return {"immediate": "proceed", "next-cycle": by_impact}.get(row["urgency"], "monitor")

    found = Counter(disposition(row) for row in rows("observations.csv"))
    # The signals that are read from figures: three are next-cycle with high impact, one is watched.
    found.update({"proceed": 3, "monitor": 1})
    assert found == {"proceed": 3, "defer": 2, "monitor": 4, "pending": 5}
