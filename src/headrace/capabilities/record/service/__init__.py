"""The verbs of the record."""

from headrace.capabilities.record.git.model import FileDiff
from headrace.capabilities.record.model import Proposal
from headrace.capabilities.record.service.custody import (
    accept_history,
    add_repository,
    failed,
    found,
    location,
    on_organisation_founded,
    places,
    plan_founding,
    plan_import,
    ready,
    repositories,
    repository,
    worktree_place,
)
from headrace.capabilities.record.service.differences import diff
from headrace.capabilities.record.service.filing import (
    claim_filings,
    file_versions,
    filed,
    filing_failed,
)
from headrace.capabilities.record.service.intake import begin_sync, sync, take_in
from headrace.capabilities.record.service.merging import (
    QUESTION,
    merge,
    merge_failed,
    merged,
    plan_merge,
    reasons_against,
)
from headrace.capabilities.record.service.noting import findings
from headrace.capabilities.record.service.opening import (
    change,
    change_of,
    changes,
    close,
    open_change,
    open_failed,
    opened,
    plan_opening,
    plan_tidy,
    push_head,
)
from headrace.capabilities.record.service.projections import (
    claim_projections,
    drawing_failed,
    drawn,
    refresh_projection,
)
from headrace.capabilities.record.service.reviewing import (
    approvers,
    missing_reviews,
    required_reviewers,
    review,
    reviews,
)

__all__ = [
    "QUESTION",
    "FileDiff",
    "Proposal",
    "accept_history",
    "add_repository",
    "approvers",
    "begin_sync",
    "change",
    "change_of",
    "changes",
    "claim_filings",
    "claim_projections",
    "close",
    "diff",
    "drawing_failed",
    "drawn",
    "failed",
    "file_versions",
    "filed",
    "filing_failed",
    "findings",
    "found",
    "location",
    "merge",
    "merge_failed",
    "merged",
    "missing_reviews",
    "on_organisation_founded",
    "open_change",
    "open_failed",
    "opened",
    "places",
    "plan_founding",
    "plan_import",
    "plan_merge",
    "plan_opening",
    "plan_tidy",
    "push_head",
    "ready",
    "reasons_against",
    "refresh_projection",
    "repositories",
    "repository",
    "required_reviewers",
    "review",
    "reviews",
    "sync",
    "take_in",
    "worktree_place",
]
