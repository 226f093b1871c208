"""Change requests: opened, reviewed, merged, given new commits, closed."""

import pytest

from capabilities.record.conftest import both_backends
from headrace.capabilities.artifacts.model import Phase
from headrace.capabilities.record import service
from headrace.capabilities.record.model import (
    ChangeState,
    MergeRefused,
    Proposal,
    ProposalRefused,
    ReviewVerdict,
    SelfCheck,
    SelfReview,
    VersionTaken,
    WrongState,
)

BRIEF = "work/missions/export/BRIEF.md"
CONTRACT = "work/missions/export/CONTRACT.md"


def test_two_files_in_one_change_become_effective_by_one_approval(record):
    change = record.open(record.propose("brief"), record.propose("contract"))

    merged = record.merge(change)

    assert (record.effective("brief/export"), record.effective("contract/export")) == (1, 1)
    assert merged.state is ChangeState.MERGED
    assert record.log() == ["Found the record", "Brief and contract"]
    assert record.git("diff", "--name-only", "main^1", "main").split() == [BRIEF, CONTRACT]
    (event,) = record.events("record.merged")
    assert event["members"] == ["brief/export@1", "contract/export@1"]
    assert event["commit"] == merged.commit == record.git("rev-parse", "main")


def test_a_branch_is_named_by_the_rule_of_its_first_members_type(record):
    assert record.open(record.propose("brief")).branch == "mission/export/brief"
    assert record.open(record.propose("contract")).branch == "change/contract/export"


def test_two_changes_of_one_brief_have_a_branch_each(record):
    first = record.open(record.propose("brief", text="One."))
    second = record.open(record.propose("brief", text="Two."))

    assert [first.branch, second.branch] == ["mission/export/brief", "mission/export/brief-2"]
    assert record.git("merge-base", first.head, second.head) == record.git("rev-parse", "main")


def test_a_file_says_where_its_version_comes_from(record):
    signal = record.propose("signal")
    record.file(signal)
    record.open(record.propose("brief", links=[signal.ref], run="run_1"))

    written = record.show(BRIEF, "mission/export/brief").split("---")[1].splitlines()

    assert {
        "id: brief/export",
        "version: 1",
        "context: mission:export",
        "reference: MISSION-2026-001",
        "change: CR-1",
        "made-by: writer",
        "brain: model",
        "run: run_1",
        "- input signal/export@1",
    } <= set(written)


def test_commits_say_who_wrote_who_decided_and_what_it_was(record):
    change = record.open(record.propose("brief"), policies=("security",), tasks=("TASK-3",))
    record.merge(change)

    said = record.git("log", "-1", "--format=%an|%cn|%(trailers:unfold)", "main").splitlines()

    assert said[0].startswith("writer|Headrace|Headrace-Change: CR-1")
    assert {
        f"Headrace-Head: {change.head}",
        "Headrace-Author: writer",
        "Headrace-Decided-By: vp-product",
        "Headrace-Reviewed-By: vp-product",
        "Headrace-Policy: security",
        "Headrace-Task: TASK-3",
        f"Headrace-Artifact: brief/export@1 sha256:{change.members[0].content_hash}",
    } <= set(said)


def test_the_body_holds_the_own_judgement_the_tasks_and_the_sources(record):
    signal = record.propose("signal")
    change = record.open(
        record.propose("brief", links=[signal.ref]),
        body="Please look.",
        tasks=("TASK-3",),
        self_evaluation=(SelfCheck(policy="security", verdict="pass", note="no secrets"),),
    )

    assert change.body == (
        "Please look.\n\n## Self-evaluation\n\n- security: pass (no secrets)\n\n"
        "## Tasks\n\n- TASK-3\n\n"
        "## Brings\n\n- brief/export@1 by writer, model, from signal/export@1"
    )


@both_backends
def test_a_policy_that_the_author_has_not_looked_at_is_a_finding(record):
    change = record.open(
        record.propose("brief"),
        policies=("security", "privacy"),
        self_evaluation=(SelfCheck(policy="security", verdict="pass"),),
    )

    (finding,) = record.do(service.findings, subject=change.id)
    assert finding.kind == "no_self_evaluation"
    assert "privacy" in finding.message


def test_live_values_are_drawn_when_the_merge_is_made(record):
    record.live["brief/export"] = "proposed"
    change = record.open(record.propose("brief"))
    record.live["brief/export"] = "approved"

    merged = record.merge(change)

    assert "**Status:** proposed" in record.show(BRIEF, change.head)
    assert "**Status:** approved" in record.show(BRIEF)
    assert merged.head == change.head
    assert f"Headrace-Head: {change.head}" in record.git("log", "-1", "main")
    assert merged.members[0].content_hash in record.show(BRIEF)


@both_backends
def test_a_merge_is_refused_with_every_reason_of_everybody(record):
    change = record.open(record.propose("brief"), record.propose("contract"))
    record.reasons.extend(["no verdict on security", "the budget is used up"])

    with pytest.raises(MergeRefused) as refusal:
        record.do(service.merge, change.id)

    assert refusal.value.details["reasons"] == (
        f"{BRIEF} needs the approval of @vp-product",
        f"{CONTRACT} needs the approval of @leads or @vp-product",
        "no verdict on security",
        "the budget is used up",
    )
    assert record.change(change.id).state is ChangeState.OPEN


def test_a_change_that_is_decided_twice_is_merged_once(record):
    change = record.open(record.propose("brief"))
    record.approve(change)
    record.do(service.merge, change.id, by="vp-product")
    record.do(service.merge, change.id, by="vp-product")
    record.jobs()

    again = record.do(service.merge, change.id, by="vp-product")

    assert again.state is ChangeState.MERGED
    assert record.log() == ["Found the record", "Brief and contract"]
    assert len(record.events("record.merge_decided")) == 1


def test_the_branch_of_a_merged_change_is_gone_and_its_commits_are_not(record):
    merged = record.merged(record.propose("brief"))

    assert record.git("branch", "--format=%(refname:short)").split() == ["main"]
    assert record.git("rev-parse", "main^2") == merged.head


@both_backends
def test_new_commits_need_new_reviews(record):
    change = record.open(record.propose("brief", text="One."))
    record.approve(change)
    record.do(service.push_head, change.id, members=[record.propose("brief", text="Two.").ref])
    record.jobs()

    pushed = record.change(change.id)

    assert (pushed.state, pushed.revision) == (ChangeState.OPEN, 2)
    assert record.do(service.missing_reviews, pushed)
    assert len(record.do(service.reviews, change.id)) == 1
    assert record.git("rev-parse", f"{pushed.head}^") == change.head
    (event,) = record.events("record.head_moved")
    assert event["head"] == pushed.head
    record.merge(pushed)
    assert "Two." in record.kept("brief/export")
    assert record.version("brief/export@1").phase is Phase.SUPERSEDED
    assert record.version("brief/export@2").phase is Phase.APPROVED


@both_backends
def test_a_member_that_is_not_replaced_stays_in_the_change(record):
    change = record.open(record.propose("brief"), record.propose("contract"))
    record.do(service.review, change.id, ReviewVerdict.REVISE, "more", by="vp-product")
    assert record.version("contract/export@1").phase is Phase.REVISION_REQUESTED

    record.do(service.push_head, change.id, members=[record.propose("brief", text="Better.").ref])
    record.jobs()

    members = [str(member.ref) for member in record.change(change.id).members]
    assert members == ["brief/export@2", "contract/export@1"]
    assert record.version("contract/export@1").phase is Phase.IN_REVIEW


def test_a_closed_change_frees_its_branch_and_keeps_its_commits(record):
    change = record.open(record.propose("brief"))

    record.do(service.close, change.id)
    record.jobs()

    assert record.git("rev-parse", "closed/cr-1") == change.head
    assert record.version("brief/export@1").phase is Phase.ARCHIVED
    assert record.open(record.propose("brief", text="Again.")).branch == "mission/export/brief"
    with pytest.raises(WrongState):
        record.do(service.review, change.id, ReviewVerdict.APPROVE, by="vp-product")


def test_a_change_that_is_closed_before_it_is_written_leaves_no_branch(record):
    change = record.open(record.propose("brief"), drain=False)

    record.do(service.close, change.id)
    record.jobs()

    assert record.change(change.id).state is ChangeState.CLOSED
    assert record.git("branch", "--format=%(refname:short)").split() == ["main"]


@both_backends
def test_a_version_is_in_one_change_only(record):
    brief = record.propose("brief")
    change = record.open(brief)

    with pytest.raises(VersionTaken, match=change.id):
        record.open(brief)


@both_backends
def test_a_proposal_is_refused_with_every_reason(record):
    with pytest.raises(ProposalRefused) as refusal:
        record.do(service.open_change, Proposal(title=" ", context=""))

    assert refusal.value.details["reasons"] == (
        "it has no title",
        "it names no context",
        "it brings neither versions nor commits",
    )


@both_backends
def test_what_is_effective_already_cannot_be_proposed_again(record):
    brief = record.propose("brief")
    record.merged(brief)

    with pytest.raises(ProposalRefused, match="approved already"):
        record.open(brief)


@both_backends
def test_the_author_approves_nothing_of_the_own(record):
    change = record.open(record.propose("brief"))

    with pytest.raises(SelfReview):
        record.do(service.review, change.id, ReviewVerdict.APPROVE, by="writer")
