"""Who has to approve, by CODEOWNERS of the branch that a change goes to."""

from capabilities.record.conftest import both_backends
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service
from headrace.capabilities.record.model import ReviewVerdict

pytestmark = both_backends

BRIEF = "work/missions/export/BRIEF.md"
CONTRACT = "work/missions/export/CONTRACT.md"


def required(record, change):
    return {
        one.owners: (
            one.paths,
            {name for name, a in record.people.items() if a.principal in one.reviewers},
        )
        for one in record.do(service.required_reviewers, record.change(change.id))
    }


def test_the_last_rule_that_matches_a_path_names_its_owners(record):
    change = record.open(record.propose("brief"), record.propose("contract"))

    assert required(record, change) == {
        ("@vp-product",): ((BRIEF,), {"vp-product"}),
        ("@leads", "@vp-product"): ((CONTRACT,), {"lead-one", "lead-two", "vp-product"}),
    }


def test_one_member_of_a_team_speaks_for_it(record):
    change = record.open(record.propose("contract"))
    record.approve(change, by="lead-two")

    assert record.do(service.missing_reviews, record.change(change.id)) == ()


def test_the_approval_of_somebody_else_does_not_help(record):
    change = record.open(record.propose("brief"))
    record.approve(change, by="lead-one")

    (missing,) = record.do(service.missing_reviews, record.change(change.id))
    assert missing.paths == (BRIEF,)


def test_the_last_word_of_a_reviewer_counts(record):
    change = record.open(record.propose("brief"))
    record.approve(change)
    record.do(service.review, change.id, ReviewVerdict.REVISE, "no", by="vp-product")

    assert record.do(service.missing_reviews, record.change(change.id))


def test_an_author_who_owns_the_path_does_not_count_for_it(record):
    own = record.people["vp-product"].principal
    change = record.open(record.propose("contract"))
    record.people["writer"], writer = record.people["vp-product"], record.people["writer"]
    by_owner = record.open(record.propose("brief"))
    record.people["writer"] = writer

    assert by_owner.author == own
    assert required(record, by_owner) == {("@vp-product",): ((BRIEF,), set())}
    reasons = record.do(service.reasons_against, record.change(by_owner.id))
    assert reasons == (f"{BRIEF} needs @vp-product, who is the author or nobody here",)
    assert required(record, change)[("@leads", "@vp-product")][1] >= {"lead-one"}


def test_rules_that_reached_the_branch_since_count_at_once(record, hand):
    change = record.open(record.propose("brief"))

    hand.commit({"CODEOWNERS": "* @steering\n"})
    record.do(service.sync)
    record.jobs()

    assert required(record, change) == {("@steering",): ((BRIEF,), {"steering"})}


def test_a_path_that_nobody_owns_needs_nobody(record, hand):
    hand.commit({"CODEOWNERS": "/docs/ @steering\n"})
    record.do(service.sync)
    change = record.open(record.propose("brief"))

    assert record.do(service.missing_reviews, change) == ()
    record.do(service.merge, change.id)
    record.jobs()
    assert record.effective("brief/export") == 1


def test_people_who_join_later_may_review(record):
    change = record.open(record.propose("contract"))
    newcomer = record.do(people.add_principal, handle="newcomer")
    record.do(people.join_team, "leads", "newcomer")

    (one,) = record.do(service.required_reviewers, change)

    assert newcomer.id in one.reviewers
