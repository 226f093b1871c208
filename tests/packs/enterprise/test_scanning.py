"""What the records say is counted by plain code; the story's sources give the story's figures."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from headrace.packs.enterprise.discover import scanning

SOURCES = Path(__file__).resolve().parents[3] / "examples" / "bulk-export" / "sources"
SUNDAY = date(2026, 3, 15)
SAME = {"data download": "export"}


def rows(name: str) -> list[dict[str, str]]:
    with (SOURCES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def demand() -> scanning.Demand:
    tickets = json.loads((SOURCES / "support_tickets.json").read_text(encoding="utf-8"))
    every = scanning.asked(rows("crm_requests.csv"), tickets)
    return scanning.demands(every, rows("crm_accounts.csv"), SAME, SUNDAY)[0]


def test_the_strongest_demand_of_the_story(demand: scanning.Demand):
    assert (demand.subject, demand.customers, demand.arr_usd) == ("export", 15, 2_400_000)
    assert demand.in_renewal == 8
    assert demand.formats == {"csv": 12, "json": 9, "parquet": 4}
    assert round(demand.largest_records / 1e6) == 50
    assert len(demand.mistagged) == 3


def test_without_the_other_tag_customers_are_missed():
    tickets = json.loads((SOURCES / "support_tickets.json").read_text(encoding="utf-8"))
    every = scanning.asked(rows("crm_requests.csv"), tickets)

    found = scanning.demands(every, rows("crm_accounts.csv"), {}, SUNDAY)

    assert next(d for d in found if d.subject == "export").customers == 12


def test_another_row_gives_another_figure():
    accounts = [{**row, "arr_usd": "1"} for row in rows("crm_accounts.csv")]
    every = scanning.asked(rows("crm_requests.csv"), [])

    assert scanning.demands(every, accounts, SAME, SUNDAY)[0].arr_usd < 20


def test_two_competitors_launched_the_same_capability():
    found = scanning.launches(rows("competitor_notes.csv"), SUNDAY)

    assert (found[0].capability, len(found[0].competitors)) == ("bulk export", 2)
    assert found[0].latest == date(2026, 3, 13)


def test_usage_is_told_against_the_mean_of_the_weeks_before():
    found = scanning.usage(rows("api_usage.csv"), "whole_dataset_scans")

    assert found is not None
    assert (found.baseline, found.current) == (40, 168)
    assert found.deviation == pytest.approx(3.2)


def test_one_week_has_no_baseline():
    week = [row for row in rows("api_usage.csv") if row["week"] == "2026-W11"]

    assert scanning.usage(week, "whole_dataset_scans") is None
