"""What keeps a merge from landing: conflicts, texts that nobody approved, twins, rewritten history."""

from headrace.capabilities.record import service
from headrace.capabilities.record.model import ChangeState

BRIEF = "work/missions/export/BRIEF.md"


def test_a_conflict_fails_with_its_paths_and_loses_nothing(record):
    record.merged(record.propose("brief", text="Zero."))
    ours = record.open(record.propose("brief", text="One."))
    theirs = record.open(record.propose("brief", text="Two."))
    record.merge(ours)

    failed = record.merge(theirs)

    assert failed.state is ChangeState.FAILED
    assert failed.failure.conflicts == (BRIEF,)
    assert record.git("rev-parse", failed.branch) == theirs.head
    assert "One." in record.show(BRIEF)
    assert record.effective("brief/export") == 2
    (event,) = record.events("record.merge_failed")
    assert event["conflicts"] == [BRIEF]


def test_a_new_version_takes_a_failed_change_on(record):
    record.merged(record.propose("brief", text="Zero."))
    ours = record.open(record.propose("brief", text="One."))
    theirs = record.open(record.propose("brief", text="Two."))
    record.merge(ours)
    record.merge(theirs)

    record.do(service.push_head, theirs.id, members=[record.propose("brief", text="Both.").ref])
    record.jobs()
    merged = record.merge(record.change(theirs.id))

    assert merged.state is ChangeState.MERGED
    assert "Both." in record.show(BRIEF)
    assert record.effective("brief/export") == 4
    assert record.git("merge-base", "--is-ancestor", theirs.head, "main") == ""


def test_texts_that_merge_into_what_nobody_approved_are_refused(record, hand):
    record.merged(record.propose("brief"))
    change = record.open(record.propose("brief", text="Another objective."))
    text = record.show(BRIEF)
    hand.commit({BRIEF: text + "- by hand\n"})

    failed = record.merge(change)

    assert failed.state is ChangeState.FAILED
    assert failed.failure.reasons == (
        f"{BRIEF} was changed on main meanwhile, and the two do not make what was approved; "
        "hand in a new version",
    )
    assert "by hand" in record.show(BRIEF)


def test_one_id_in_two_files_is_refused_although_git_sees_no_conflict(record, hand):
    record.merged(record.propose("brief"))
    change = record.open(record.propose("brief", text="Another objective."))
    hand.commit({"work/missions/export/COPY.md": record.show(BRIEF)})

    failed = record.merge(change)

    assert failed.state is ChangeState.FAILED
    assert failed.failure.reasons == (
        f"brief/export would stand twice: {BRIEF}, work/missions/export/COPY.md",
    )


def test_commits_may_not_change_a_work_product_that_is_not_a_member(record, hand):
    record.merged(record.propose("brief"))
    tree = record.edited(BRIEF, record.show(BRIEF).replace("Customers", "Somebody"))
    change = record.open(branch="side", head=tree, tasks=("TASK-1",))

    failed = record.merge(change)

    assert failed.failure.reasons == (
        f"{BRIEF} is changed, and no version of it is in {change.id}",
    )


def test_commits_to_other_files_of_the_record_are_merged(record):
    change = record.open(branch="side", head=record.edited("README.md", "New.\n"), tasks=("T",))

    record.approve(change, by="steering")
    record.do(service.merge, change.id, by="steering")
    record.jobs()

    assert record.show("README.md") == "New."
    assert record.change(change.id).state is ChangeState.MERGED


def test_rules_of_review_change_with_the_merge_that_brings_them(record):
    head = record.edited("CODEOWNERS", "* @lead-one\n")
    change = record.open(branch="side", head=head, tasks=("T",))
    record.approve(change, by="steering")
    record.do(service.merge, change.id, by="steering")
    record.jobs()

    brief = record.open(record.propose("brief"))

    (one,) = record.do(service.required_reviewers, brief)
    assert one.owners == ("@lead-one",)


def test_after_a_rewritten_history_nothing_is_merged_until_a_person_accepts_it(record):
    record.merged(record.propose("contract"))
    change = record.open(record.propose("brief"))
    record.git("update-ref", "refs/heads/main", "main~1")

    failed = record.merge(change)

    assert failed.state is ChangeState.FAILED
    assert len(record.events("record.history_rewritten")) == 1
    (why,) = record.do(service.reasons_against, failed)
    assert why.startswith("organisation is alarmed: the history of main was rewritten")
    record.do(service.accept_history, "organisation", "the disk was restored", by="steering")
    record.do(service.merge, change.id, by="vp-product")
    record.jobs()
    assert record.effective("brief/export") == 1
    (event,) = record.events("record.history_accepted")
    assert event["reason"] == "the disk was restored"
    (finding,) = record.do(service.findings, subject="work/missions/export/CONTRACT.md")
    assert finding.kind == "deleted"


def test_a_history_that_is_whole_again_needs_nobodys_acceptance(record):
    record.merged(record.propose("contract"))
    tip = record.git("rev-parse", "main")
    record.git("update-ref", "refs/heads/main", "main~1")
    record.do(service.sync)
    record.jobs()
    assert record.do(service.repository, "organisation").state == "alarmed"

    record.git("update-ref", "refs/heads/main", tip)
    record.do(service.sync)
    record.jobs()

    assert record.do(service.repository, "organisation").state == "active"


def test_a_decision_is_bound_to_the_commit_that_was_reviewed(record):
    change = record.open(record.propose("brief"))
    record.git("branch", "-f", change.branch, record.edited("EXTRA", "x", change.head))

    merged = record.merge(change)

    assert merged.state is ChangeState.MERGED
    assert "EXTRA" not in record.git("ls-tree", "-r", "--name-only", "main").split()
    assert record.git("rev-parse", "main^2") == change.head
    assert record.git("branch", "--list", change.branch)
