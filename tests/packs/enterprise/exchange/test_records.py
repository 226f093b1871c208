"""What a record of ours looks like when all is well, and what the lint still finds in it."""

import pytest

from headrace.packs.enterprise.exchange.lint import lint
from headrace.packs.enterprise.exchange.reading import read_tree

MISSION = "work/missions/bulk-data-export"
REPORT = f"{MISSION}/OUTCOME-REPORT.md"
DIGEST = "work/signals/digests/2026-W12-digest.md"

FLEET = """# Fleet Configuration: Bulk Data Export

### Stream: data-processing

- **Agent pool:** coding-agent

### Stream: ui-integration

- **Agent pool:** coding-agent
"""


def evaluation(output, date, attempt=1, verdict="PASS", policy="architecture"):
    path = f"{MISSION}/evaluations/{date}-{output.lower()}-{policy}-{attempt}.md"
    return path, (
        f"# Quality Evaluation Report: {output}\n\n- **Output:** {output}\n- **Attempt:** {attempt}\n"
        f"- **Overall verdict:** {verdict}\n\n## Policies Evaluated\n\n| Policy | Applicable | Verdict |\n"
        f"|---|---|---|\n| {policy} | yes | {verdict} |\n"
    )


OF_DATA = (
    f"{MISSION}/evaluations/2026-03-17-data-processing-architecture-1.md",
    evaluation("CR-10", "2026-03-17")[1],
)


def report(*rows, results=()):
    told = "# Outcome Report: Bulk Data Export\n\n## Targets vs. Actuals\n\n"
    told += "| Metric | Target | Actual | Variance | Verdict |\n|---|---|---|---|---|\n"
    told += "".join(f"{row}\n" for row in results)
    told += "\n## Quality Summary\n\n| Evaluation | Date | Verdict |\n|---|---|---|\n"
    return told + "".join(f"{row}\n" for row in rows)


def judged(*rows, reports=()):
    """What is found in an outcome report with these rows, beside these evaluation reports."""
    fleet = {"org/2-orchestration/fleet-configs/bulk-data-export.md": FLEET}
    return codes(fleet | dict([OF_DATA, *reports]) | {REPORT: report(*rows)})


def codes(files):
    return [one.code for one in lint(read_tree(files))]


@pytest.mark.parametrize(
    "variance",
    ["+265%", "+266%", "+267%", "+268%", "+265.4%"],
)
def test_a_variance_may_be_that_of_any_figure_that_is_rounded_to_the_one_told(variance):
    row = f"| p95 latency | < 30 seconds | 110 s | {variance} | not-met |"

    assert codes({REPORT: report(results=[row])}) == []


@pytest.mark.parametrize(
    ("actual", "variance"),
    [("110 s", "+263%"), ("110 s", "+270%"), ("109.6 s", "+267.5%"), ("22 s", "-30%")],
)
def test_a_variance_of_no_figure_that_is_rounded_so_is_found(actual, variance):
    verdict = "met" if variance.startswith("-") else "not-met"
    row = f"| p95 latency | < 30 seconds | {actual} | {variance} | {verdict} |"

    assert codes({REPORT: report(results=[row])}) == ["variance-differs"]


@pytest.mark.parametrize("verdict", ["met", "not-met"])
def test_a_figure_that_is_rounded_to_its_limit_may_keep_it_or_not(verdict):
    row = f"| p99 latency | < 200 ms | 200 ms | +0% | {verdict} |"

    assert codes({REPORT: report(results=[row])}) == []


@pytest.mark.parametrize(
    ("target", "actual", "variance", "verdict"),
    [
        ("< 200 ms", "201 ms", "+1%", "met"),
        ("< 200 ms", "199 ms", "-1%", "not-met"),
        ("at least 3", "3 customers", "+0%", "not-met"),
        ("at least 3", "2 customers", "-33%", "met"),
    ],
)
def test_a_figure_off_its_limit_has_one_verdict_and_what_was_counted_is_exact(
    target, actual, variance, verdict
):
    row = f"| Adoption | {target} | {actual} | {variance} | {verdict} |"

    assert codes({REPORT: report(results=[row])}) == ["target-missed"]


def test_a_row_that_names_a_change_is_held_against_the_reports_on_that_change():
    contract = evaluation("CR-17", "2026-03-19", policy="delivery")
    row = "| Release contract: Bulk Data Export (CR-17): delivery | 2026-03-19 | PASS |"

    assert judged(row, reports=[contract]) == []
    assert judged(row.replace("-19", "-18"), reports=[contract]) == ["date-differs"]
    assert judged(row.replace("PASS", "FAIL"), reports=[contract]) == ["verdict-differs"]


def test_of_several_reports_on_a_change_the_newest_on_the_policy_named_counts():
    reports = [
        evaluation("CR-7", "2026-03-16", verdict="FAIL", policy="content"),
        evaluation("CR-7", "2026-03-17", attempt=2, policy="content"),
        evaluation("CR-7", "2026-03-18", verdict="PASS WITH NOTES", policy="security"),
    ]
    row = "| Bulk Data Export: documentation (CR-7): content | 2026-03-17 | PASS |"

    assert judged(row, reports=reports) == []
    assert judged(row.replace("PASS", "FAIL"), reports=reports) == ["verdict-differs"]
    assert judged(row.replace("PASS", "PASS WITH NOTES"), reports=reports) == ["verdict-differs"]
    assert judged(row.replace("-17", "-18"), reports=reports) == ["date-differs"]


def test_the_name_of_the_mission_is_no_sign_of_a_stream_whose_name_begins_alike():
    assert judged("| Decision record: Bulk Data Export | 2026-03-25 | PASS |") == []
    assert judged("| Data processing | 2026-03-25 | PASS |") == ["date-differs"]


ALERT = """# Signal Digest: Week 2026-W12

### Theme: Release

- **Signal count:** 1

#### Signals

| Signal | Date | Category |
|---|---|---|
| work/signals/2026-03-16-cancelling.md | 2026-03-16 | technical |

## Pattern Alerts

### Pattern Alert: Bulk Data Export

- **Signals involved:** 1
- **Signals:** work/signals/2026-03-13-launch.md
- **First signal:** 2026-03-13
- **Latest signal:** 2026-03-13
"""
SIGNALS = {
    f"work/signals/{name}.md": (
        f"# Signal: {name}\n\n## Source\n\n- **Category:** technical\n- **Confidence:** high\n\n"
        "## Observation\n\nSeen.\n\n## Initial Assessment\n\n- **Urgency:** monitor\n"
        "- **Potential impact:** low\n\n## Recommended Disposition\n\n- [x] Monitor\n"
    )
    for name in ("2026-03-13-launch", "2026-03-16-cancelling")
}


@pytest.mark.parametrize(
    "named", ["work/signals/2026-03-13-launch.md", "signal/2026-03-13-launch"], ids=["path", "id"]
)
def test_an_alert_may_rest_on_signals_of_earlier_weeks_and_its_days_are_those_of_its_own(named):
    alert = ALERT.replace("work/signals/2026-03-13-launch.md", named)

    assert codes(SIGNALS | {DIGEST: alert}) == []
    wrong = alert.replace("First signal:** 2026-03-13", "First signal:** 2026-03-12")
    assert codes(SIGNALS | {DIGEST: wrong}) == ["alert-dates"]
