"""Faults put into a clean document one at a time: what is altered, and the code that has to find it."""

from dataclasses import dataclass
from pathlib import Path

CLEAN = (Path(__file__).parent / "documents" / "report-delivery.md").read_text(encoding="utf-8")


EVERYWHERE = 0


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """`before` stands in the clean document (its `nth` time, or everywhere) and becomes `after`."""

    name: str
    code: str
    before: str
    after: str
    nth: int = 1

    def of(self, text: str) -> str:
        pieces = text.split(self.before)
        assert len(pieces) > max(self.nth, 1), f"{self.before!r} stands nowhere"
        if self.nth == EVERYWHERE:
            return self.after.join(pieces)
        head, tail = self.before.join(pieces[: self.nth]), self.before.join(pieces[self.nth :])
        return head + self.after + tail


def _mutation(name: str, code: str, before: str, after: str, nth: int = 1) -> Mutation:
    return Mutation(name=name, code=code, before=before, after=after, nth=nth)


MUTATIONS = (
    _mutation(
        "a label is not in bold", "field-missing", "- **Confidence:** high", "- Confidence: high"
    ),
    _mutation("a section is gone", "section-missing", "## Alternatives Considered", "## Else"),
    _mutation(
        "an asset is not there", "path-dangling", "work/assets/renderer.md |", "work/assets/r.md |"
    ),
    _mutation(
        "a signal is promised",
        "path-promised",
        "`work/signals/2026-06-01-missing-font.md`\n\n**Art",
        "`work/signals/2026-06-02-fonts.md`\n\n**Art",
    ),
    _mutation(
        "a budget is looser than the contract",
        "budget-looser",
        "| Rendering | p95 time for 100k rows | < 15 s |",
        "| Rendering | throughput | 100k rows in < 2 min |",
    ),
    _mutation(
        "what a scenario demands is minor",
        "finding-too-light",
        "Fonts are loaded twice when both formats are rendered",
        "Mails are sent without a List-Unsubscribe header",
    ),
    _mutation(
        "what a scenario demands, in other words",
        "finding-too-light",
        "Fonts are loaded twice when both formats are rendered",
        "The schedule is not paused and its owner is not informed",
    ),
    _mutation(
        "a release carries a better verdict",
        "verdict-differs",
        "| MISSION-2026-021 | PASS WITH NOTES |",
        "| MISSION-2026-021 | PASS |",
    ),
    _mutation(
        "a report carries another verdict",
        "verdict-differs",
        "| Mailing | 2026-05-12 | PASS |",
        "| Mailing | 2026-05-12 | PASS WITH NOTES |",
    ),
    _mutation(
        "an overall verdict is better than its parts",
        "overall-differs",
        "| performance.md | yes | PASS |",
        "| performance.md | yes | FAIL |",
    ),
    _mutation(
        "a stream that had passed is mended",
        "status-behind",
        "| Documentation (2nd attempt) | 2026-05-13 |",
        "| Documentation (2nd attempt) | 2026-05-10 |",
    ),
    _mutation(
        "a stream is merged before it passed",
        "status-behind",
        "Bounces are being implemented",
        "PR merged",
    ),
    _mutation(
        "a week told by number is another", "ordinal-week", "In week 2, the", "In week 3, the"
    ),
    _mutation(
        "it lasts longer than it can",
        "ordinal-week",
        "The flag has been on for 3 weeks",
        "The flag has been on for 5 weeks",
    ),
    _mutation(
        "a type of change is not known",
        "value-not-allowed",
        "| improvement | MISSION-2026-021 |",
        "| documentation | MISSION-2026-021 |",
    ),
    _mutation(
        "an urgency is not known", "value-not-allowed", "**Urgency:** monitor", "**Urgency:** soon"
    ),
    _mutation(
        "nobody judges a policy",
        "evaluator-missing",
        "**Evaluated by:** `architecture-review`, `performance-evaluator`",
        "**Evaluated by:** `architecture-review`",
    ),
    _mutation(
        "a policy is judged that nobody was assigned for",
        "evaluator-missing",
        "| performance.md | yes | PASS |",
        "| observability.md | yes | PASS | |\n| performance.md | yes | PASS |",
    ),
    _mutation(
        "everybody has it before the stages are over",
        "rollout-shorter",
        "2026-05-21 (GA) | -1 days",
        "2026-05-20 (GA) | -2 days",
    ),
    _mutation("a digest is of another week", "digest-week", "2026-W16", "2026-W17", EVERYWHERE),
    _mutation(
        "a sum of money has two meanings",
        "figure-twice",
        "Answers 9 customers ($1.2M ARR)",
        "Answers 4 customers ($1.2M ARR)",
    ),
    _mutation(
        "so many stand for two sums",
        "figure-twice",
        "9 customers answered ($1.2M ARR)",
        "9 customers answered ($1.5M ARR)",
    ),
    _mutation(
        "streams are more than planned",
        "streams-differ",
        "Agent fleet size: 3 concurrent streams",
        "Agent fleet size: 4 concurrent streams",
    ),
    _mutation(
        "a pool works in other streams",
        "streams-differ",
        "`coding-agent` (×2 streams)",
        "`coding-agent` (×3 streams)",
    ),
    _mutation(
        "early adopters are fewer",
        "count-differs",
        "(incl. 4 requesting customers)",
        "(incl. 2 requesting customers)",
    ),
    _mutation(
        "customers in renewal are more",
        "count-differs",
        "4 customers in renewal discussions wait",
        "6 customers in renewal discussions wait",
    ),
    _mutation(
        "a limit is told as another",
        "count-differs",
        "At most 3 concurrent exports",
        "At most 5 concurrent exports",
    ),
    _mutation("dispositions do not add up", "sum-differs", "defer: 2 |", "defer: 4 |"),
    _mutation("a theme counts wrongly", "sum-differs", "Signal count: 3", "Signal count: 4"),
    _mutation("a pattern counts wrongly", "sum-differs", "Three independent", "Four independent"),
    _mutation("a share does not add up", "sum-differs", "75% (3/4)", "85% (3/4)"),
    _mutation("findings are counted wrongly", "sum-differs", "1 minor finding", "2 minor finding"),
    _mutation(
        "divisions are more", "divisions-differ", "medium (2 divisions", "medium (3 divisions"
    ),
    _mutation(
        "touchpoints are more",
        "enumeration-differs",
        "touchpoints: 2 (",
        "touchpoints: 3 (",
    ),
    _mutation(
        "a list is longer than told",
        "enumeration-differs",
        "with two other related signals:",
        "with three other related signals:",
    ),
    _mutation("a registry counts more", "registry-differs", "reports (×3)", "reports (×5)"),
    _mutation(
        "a target is told as another",
        "target-differs",
        "| < 20s | 13s | -35% |",
        "| < 26s | 13s | -50% |",
    ),
    _mutation(
        "a target is due on another day",
        "target-differs",
        "| By 2026-05-22 | 2026-05-21 (GA) | -1 days |",
        "| By 2026-05-23 | 2026-05-21 (GA) | -2 days |",
    ),
    _mutation("a guardrail is told as another", "target-differs", "(p99 < 150ms)", "(p99 < 250ms)"),
    _mutation("a variance is wrong", "variance-differs", "| -35% |", "| -53% |"),
    _mutation("a missed target is met", "target-missed", "| 122ms |", "| 170ms |"),
    _mutation(
        "a stage reaches others", "stage-differs", "on for 5% of traffic", "on for 8% of traffic"
    ),
    _mutation(
        "a stage is judged early",
        "stage-differs",
        "Results after 48 hours",
        "Results after 24 hours",
    ),
    _mutation("a stage went on with errors", "criterion-broken", "rate: 0.2%", "rate: 0.9%"),
    _mutation("a stage went on too slowly", "criterion-broken", "p95: 13s", "p95: 23s"),
    _mutation("weeks are told twice", "delivery-differs", "4-week delivery", "6-week delivery"),
    _mutation(
        "weeks are counted wrongly", "delivery-differs", "(0.5 weeks ahead", "(1.5 weeks ahead"
    ),
    _mutation(
        "a deadline is not its words", "deadline-differs", "| 2026-06-05 |", "| 2026-06-12 |"
    ),
    _mutation(
        "a period does not hold its day",
        "period-differs",
        "2026-05-04 → 2026-05-11",
        "2026-05-04 → 2026-05-08",
    ),
    _mutation(
        "an alert begins elsewhere",
        "alert-dates",
        "First signal: 2026-04-13",
        "First signal: 2026-04-14",
    ),
    _mutation(
        "a decision has two dates", "date-differs", "| 2026-05-06 | Tech", "| 2026-05-07 | Tech"
    ),
    _mutation(
        "a report has two dates",
        "date-differs",
        "| Rendering | 2026-05-11",
        "| Rendering | 2026-05-12",
    ),
    _mutation(
        "a day does not exist",
        "day-impossible",
        "**Created:** 2026-06-01",
        "**Created:** 2026-06-31",
    ),
    _mutation("a title has another week", "week-named", "Week 2026-W16", "Week 2026-W17"),
    _mutation(
        "somebody else approves",
        "approver-differs",
        "| `release-coordinator` | Eng. Manager",
        "| `release-coordinator` | Mission Lead",
    ),
    _mutation(
        "a mission has another id",
        "id-unknown",
        "MISSION-2026-021 was to send",
        "MISSION-2026-012 was to send",
    ),
    _mutation(
        "an address leads out of the tree",
        "path-refused",
        "`work/assets/renderer.md`\n**Template:**",
        "`../../etc/renderer.md`\n**Template:**",
    ),
    _mutation(
        "a word holds what nobody sees", "hidden-characters", "sent by mail.", "sent\u202e by mail."
    ),
)
