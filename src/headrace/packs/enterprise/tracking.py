"""Tracking in the lifecycle: how each operational work product stands in an issue tracker.

What is evidence or law for years (designs, evaluations, digests, reports, assets, runbooks, exceptions,
locks) has no form here, and so stays in Git whatever is configured. Each task has an issue of its own beside
the list of them: `build.task_issues`.
"""

from headrace.capabilities.record.model import IssueForm

FORMS = (
    IssueForm(
        type="signal",
        labels=("artifact:signal", "loop:discover"),
        told=(
            ("category", "sections.source.category"),
            ("confidence", "sections.source.confidence"),
            ("urgency", "sections.assessment.urgency"),
        ),
    ),
    IssueForm(
        type="mission-brief",
        labels=("artifact:mission", "layer:strategy", "loop:discover"),
        dropped=("fields.status", ("cancelled",)),
    ),
    IssueForm(
        type="outcome-contract",
        labels=("artifact:outcome-contract", "layer:strategy"),
        within="mission-brief",
    ),
    IssueForm(
        type="mission-status",
        labels=("artifact:status", "layer:orchestration"),
        within="mission-brief",
    ),
    IssueForm(
        type="mission-tasks",
        labels=("artifact:task-list", "layer:orchestration", "loop:build"),
        within="mission-brief",
    ),
    IssueForm(type="decision-record", labels=("artifact:decision", "loop:build")),
    IssueForm(type="release-contract", labels=("artifact:release", "loop:ship")),
    IssueForm(type="postmortem", labels=("artifact:retrospective", "loop:operate")),
)
