"""The walk-through that the lifecycle was written down in: its faults are found by the same rules.

It is not part of this project. HEADRACE_WALK_THROUGH names its file; without it these tests are skipped.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from headrace.packs.enterprise.exchange.lint import lint
from headrace.packs.enterprise.exchange.reading import read_document

NAMED = os.environ.get("HEADRACE_WALK_THROUGH", "")
pytestmark = pytest.mark.skipif(
    not NAMED,
    reason="the walk-through is not part of this project: set HEADRACE_WALK_THROUGH to its file",
)

STRUCTURAL = {"field-missing": 8, "path-dangling": 7}
"""What the public project's validators find: 6 labels of signal and brief, 2 of the decision record."""

SEMANTIC = {
    "budget-looser",
    "finding-too-light",
    "verdict-differs",
    "status-behind",
    "ordinal-week",
    "value-not-allowed",
    "evaluator-missing",
    "rollout-shorter",
    "digest-week",
    "figure-twice",
    "streams-differ",
    "count-differs",
    "path-promised",
}

CHANGES = (
    ("sum-differs", "defer: 2 |", "defer: 3 |"),
    ("sum-differs", "83% (5/6)", "93% (5/6)"),
    ("variance-differs", "| -27% |", "| -72% |"),
    ("target-differs", "| < 30s | 22s | -27% |", "| < 44s | 22s | -50% |"),
    ("target-missed", "| 182ms |", "| 282ms |"),
    (
        "date-differs",
        "| Async job queue pattern | 2026-03-25 |",
        "| Async job queue pattern | 2026-03-26 |",
    ),
    ("date-differs", "| API implementation | 2026-03-25 |", "| API implementation | 2026-03-26 |"),
    (
        "verdict-differs",
        "| Data processing | 2026-03-24 | PASS |",
        "| Data processing | 2026-03-24 | FAIL |",
    ),
    ("stage-differs", "### Stage 2: Early Adopters (25%)", "### Stage 2: Early Adopters (35%)"),
    ("stage-differs", "**Results after 24 hours:**", "**Results after 12 hours:**"),
    ("criterion-broken", "Error rate: 0.1% (baseline", "Error rate: 2.1% (baseline"),
    ("approver-differs", "| Eng. Manager (PR merge) |", "| VP Product (PR merge) |"),
    ("streams-differ", "All 4 streams can", "All 5 streams can"),
    ("count-differs", "5 concurrent exports running", "6 concurrent exports running"),
    (
        "figure-twice",
        "8 at-risk renewals secured ($2.4M ARR)",
        "9 at-risk renewals secured ($2.4M ARR)",
    ),
    ("registry-differs", "(×8)", "(×9)"),
    (
        "evaluator-missing",
        "`architecture-review`, `experience-evaluator`\n",
        "`architecture-review`\n",
    ),
    ("alert-dates", "First signal: 2026-03-13", "First signal: 2026-03-14"),
    ("period-differs", "2026-03-17 → 2026-03-28", "2026-03-17 → 2026-03-27"),
    ("deadline-differs", "| Deadline | 2026-04-26 |", "| Deadline | 2026-04-27 |"),
    ("id-unknown", "MISSION-2026-015 set out", "MISSION-2026-016 set out"),
    ("value-not-allowed", "- Urgency: next-cycle\n", "- Urgency: someday\n"),
)


def text():
    return Path(NAMED).read_text(encoding="utf-8")


def found(words):
    return lint(read_document("walk-through.md", words))


def test_what_the_validators_of_the_public_project_see_is_seen_exactly():
    codes = Counter(one.code for one in found(text()))

    assert {code: codes[code] for code in STRUCTURAL} == STRUCTURAL


def test_each_kind_of_contradiction_is_found():
    assert {one.code for one in found(text())} >= SEMANTIC


@pytest.mark.parametrize(("code", "before", "after"), CHANGES, ids=lambda one: one[:40])
def test_a_further_fault_adds_one_finding_of_its_kind(code, before, after):
    words = text()
    assert before in words

    more = Counter(one.code for one in found(words.replace(before, after, 1)))
    more.subtract(Counter(one.code for one in found(words)))

    assert {one: number for one, number in more.items() if number} == {code: 1}
