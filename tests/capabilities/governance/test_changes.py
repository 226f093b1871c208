"""Change requests at their gates: asked of their owners, judged, merged when nothing is against it.

Git is left out: what its flows hand back (a branch written, a merge made) is handed in by the test.
"""

from dataclasses import dataclass, replace

import pytest

from headrace.capabilities.governance import service
from headrace.capabilities.governance.model import (
    CHANGE,
    Answer,
    Decision,
    Escalation,
    Finding,
    GateState,
    NotEligible,
    Report,
    SelfJudged,
    Severity,
    Stale,
    Subject,
    Tier,
    TierRule,
    Verdict,
)
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import (
    BranchWritten,
    ChangeRequest,
    ChangeState,
    MergeKind,
    MergeResult,
    Proposal,
    RepositoryMade,
    ReviewVerdict,
)
from headrace.kernel.capability import Capability
from headrace.kernel.house import House
from headrace.kernel.journal.dispatch import Dispatcher
from headrace.kernel.journal.sequencer import sequence

CODEOWNERS = "/src/ @architects\n/docs/ @vp-product\n"
APPROVE, REVISE, REJECT = Decision.APPROVE, Decision.REVISE, Decision.REJECT
BASE = "b" * 40


def a_commit(name: str) -> str:
    return name.encode().hex().ljust(40, "0")[:40]


@dataclass
class Product:
    """A product's repository, worked on by the coding agent."""

    firm: object
    database: object
    opened: int = 0

    def deliver(self) -> None:
        """Bring every event to every subscriber, and the events that these cause."""
        dispatcher = Dispatcher(units=self.firm.units, system=self.database.system)
        while sequence(self.database.system) or dispatcher.deliver():
            pass

    def opens(self, *paths: str, author="coding-agent", policies=()) -> ChangeRequest:
        self.opened += 1
        made = self.firm.does(
            author,
            record.open_change,
            Proposal(
                title="Export API",
                context="mission:bulk-data-export",
                repository="service",
                branch=f"exec/api-{self.opened}",
                head=a_commit(f"head-{self.opened}"),
                policies=policies,
                tasks=("T-1",),
            ),
        )
        return self._written(made, paths)

    def pushes(self, change: ChangeRequest, name: str, *paths: str) -> ChangeRequest:
        moved = self.firm.does("coding-agent", record.push_head, change.id, head=a_commit(name))
        return self._written(moved, paths)

    def _written(self, change: ChangeRequest, paths) -> ChangeRequest:
        written = BranchWritten(
            branch=change.branch,
            base=BASE,
            head=change.head,
            paths=paths,
            codeowners=CODEOWNERS,
        )
        self.firm.system(record.opened, change.id, change.revision, written)
        self.deliver()
        return self.state(change)

    def state(self, change: ChangeRequest) -> ChangeRequest:
        return self.firm.system(record.change, change.id)

    def gates(self, change: ChangeRequest):
        return self.firm.system(service.gates_of, Subject(kind=CHANGE, id=change.id))

    def decides(self, handle: str, gate, decision=APPROVE, note="") -> None:
        self.firm.does(handle, service.decide, gate.id, decision, note)
        self.deliver()

    def judges(self, change: ChangeRequest, verdict=Verdict.PASS, by="architecture-review", **more):
        report = Report(
            subject=Subject(kind=CHANGE, id=change.id),
            hash=change.head,
            policy="architecture",
            verdict=verdict,
            summary="looked",
        )
        made = self.firm.does(by, service.judge, replace(report, **more))
        self.deliver()
        return made


@pytest.fixture
def product(firm, database) -> Product:
    made = firm.system(record.add_repository, slug="service", source="/nowhere")
    ready = RepositoryMade(default_branch="main", head=BASE, codeowners=CODEOWNERS)
    firm.system(record.ready, made.id, ready)
    return Product(firm, database)


def test_a_change_without_owners_and_policies_merges_at_once(product):
    change = product.opens("README.md")

    assert product.gates(change) == []
    assert change.state is ChangeState.MERGING


def test_every_group_of_owners_is_asked_about_the_present_head(product):
    change = product.opens("src/a.py", "docs/a.md", "README.md")

    gates = product.gates(change)

    assert {g.approvers for g in gates} == {("@architects",), ("@vp-product",)}
    assert {(g.hash, g.state) for g in gates} == {(change.head, GateState.OPEN)}
    assert change.state is ChangeState.OPEN
    assert gates[0].on_yes == "exec/api-1 is merged into main"


def test_the_last_approval_merges_and_stands_as_its_decision(product, firm):
    change = product.opens("src/a.py", "docs/a.md")
    docs, code = sorted(product.gates(change), key=lambda g: g.approvers, reverse=True)

    product.decides("vp-product", docs)
    assert product.state(change).state is ChangeState.OPEN
    product.decides("governor", code)

    merging = product.state(change)
    assert merging.state is ChangeState.MERGING
    assert merging.decision.by == firm.id("governor")
    assert [r.reviewer for r in firm.system(record.reviews, change.id)] == [
        firm.id("vp-product"),
        firm.id("governor"),
    ]


def test_events_delivered_twice_change_nothing(product, firm):
    change = product.opens("src/a.py")

    for _ in range(2):
        firm.system(service.present, change.id)

    assert len(product.gates(change)) == 1
    assert len(firm.told("gate_asked")) == 1


def test_a_push_supersedes_what_was_asked_and_asks_about_the_new_head(product):
    change = product.opens("src/a.py")
    (first,) = product.gates(change)
    product.decides("governor", first, REVISE, "smaller, please")

    moved = product.pushes(change, "second", "src/a.py")

    assert [(g.hash, g.state) for g in product.gates(change)] == [
        (change.head, GateState.REVISED),
        (moved.head, GateState.OPEN),
    ]


def test_an_approval_does_not_carry_over_to_a_new_head(product):
    change = product.opens("src/a.py", "docs/a.md")
    (code,) = [g for g in product.gates(change) if g.approvers == ("@architects",)]
    product.decides("governor", code)

    moved = product.pushes(change, "second", "src/a.py", "docs/a.md")

    fresh = [g for g in product.gates(change) if g.hash == moved.head]
    assert {g.state for g in fresh} == {GateState.OPEN}
    assert len(fresh) == 2


def test_a_decision_about_a_head_that_moved_is_refused_before_anybody_was_told(product, firm):
    change = product.opens("src/a.py")
    (gate,) = product.gates(change)
    moved = firm.does("coding-agent", record.push_head, change.id, head=a_commit("second"))

    with pytest.raises(Stale, match=f"it is now {moved.head[:12]}, was {change.head[:12]}"):
        firm.does("governor", service.decide, gate.id, APPROVE)


def test_the_author_is_never_asked_about_the_own_change(product, firm):
    change = product.opens("src/a.py", author="tech-lead")
    (gate,) = product.gates(change)

    assert firm.system(service.inbox, firm.id("tech-lead")) == ()
    with pytest.raises(NotEligible, match="own work"):
        firm.does("tech-lead", service.decide, gate.id, APPROVE)
    product.decides("governor", gate)
    assert product.state(change).state is ChangeState.MERGING


def test_a_rejection_closes_the_change_and_nobody_is_asked_any_more(product):
    change = product.opens("src/a.py", "docs/a.md")
    docs, code = sorted(product.gates(change), key=lambda g: g.approvers, reverse=True)

    product.decides("governor", code, REJECT, "we buy it instead")

    assert product.state(change).state is ChangeState.CLOSED
    assert [g.state for g in product.gates(change) if g.id == docs.id] == [GateState.WITHDRAWN]


def test_a_merge_ends_every_gate_that_still_waits(product, firm):
    change = product.opens("README.md")
    novel = firm.system(service.novel, change.id, score=0.9, to="tech-lead")
    assert [g.state for g in novel] == [GateState.OPEN]
    result = MergeResult(kind=MergeKind.MERGED, commit="c" * 40, onto=BASE, codeowners=CODEOWNERS)

    firm.system(record.merged, change.id, result)
    product.deliver()

    assert product.state(change).state is ChangeState.MERGED
    assert [g.state for g in product.gates(change)] == [GateState.WITHDRAWN]


def test_approved_but_not_judged_waits_for_the_verdict_and_then_merges(product):
    change = product.opens("src/a.py", policies=("architecture",))
    product.decides("governor", product.gates(change)[0])
    assert product.state(change).state is ChangeState.OPEN

    product.judges(change, Verdict.PASS_WITH_NOTES)

    assert product.state(change).state is ChangeState.MERGING


@pytest.mark.parametrize(
    ("verdict", "more"),
    [
        pytest.param(Verdict.NOT_EVALUATED, {}, id="not evaluated"),
        pytest.param(
            Verdict.ESCALATE, {"escalation": Escalation(question="Fan-out?")}, id="escalated"
        ),
        pytest.param(Verdict.PASS, {"ci_green": False}, id="red tests"),
        pytest.param(
            Verdict.PASS,
            {
                "findings": (
                    Finding(
                        severity=Severity.MAJOR,
                        clause="must",
                        what="no limit",
                        evidence="a.py:1",
                        remediation="set one",
                    ),
                )
            },
            id="a major finding",
        ),
        pytest.param(Verdict.PASS, {"hash": "former"}, id="judged on another head"),
    ],
)
def test_only_a_pass_on_the_present_head_lets_it_merge(product, verdict, more):
    change = product.opens("README.md", policies=("architecture",))

    product.judges(change, verdict, **more)

    assert product.state(change).state is ChangeState.OPEN


def test_a_required_policy_that_nobody_declares_is_never_met(product, firm):
    change = product.opens("README.md", policies=("observability",))

    assert change.state is ChangeState.OPEN
    assert "observability is not judged" in firm.system(service.merge_objections, change)[0]


def test_an_answered_escalation_waits_for_its_new_report(product, firm):
    change = product.opens("README.md", policies=("architecture",))
    asked = product.judges(change, Verdict.ESCALATE, escalation=Escalation(question="Fan-out?"))
    firm.does("tech-lead", service.answer, asked.question, Answer.ALLOW, "fine")
    product.deliver()
    assert product.state(change).state is ChangeState.OPEN

    product.judges(change)

    assert product.state(change).state is ChangeState.MERGING


def test_the_author_does_not_evaluate_the_own_change(product):
    change = product.opens("README.md", policies=("architecture",))

    with pytest.raises(SelfJudged):
        product.judges(change, by="coding-agent")


def test_a_closed_change_leaves_no_question_behind(product, firm):
    change = product.opens("README.md", policies=("architecture",))
    product.judges(change, Verdict.ESCALATE, escalation=Escalation(question="Fan-out?"))
    assert len(firm.system(service.inbox, firm.id("tech-lead"))) == 1

    firm.does("coding-agent", record.close, change.id)
    product.deliver()

    assert firm.system(service.inbox, firm.id("tech-lead")) == ()


def test_a_review_in_the_record_decides_the_gates_of_that_person(product, firm):
    change = product.opens("src/a.py")

    firm.does("governor", record.review, change.id, ReviewVerdict.APPROVE)
    product.deliver()

    (gate,) = product.gates(change)
    assert (gate.state, gate.decided_by) == (GateState.APPROVED, firm.id("governor"))
    assert product.state(change).state is ChangeState.MERGING


def test_a_review_by_somebody_else_decides_nothing(product, firm):
    change = product.opens("src/a.py")

    firm.does("manager", record.review, change.id, ReviewVerdict.APPROVE)
    product.deliver()

    assert [g.state for g in product.gates(change)] == [GateState.OPEN]
    assert product.state(change).state is ChangeState.OPEN


def test_a_delegate_approves_in_the_place_of_the_owner(product, firm):
    change = product.opens("docs/a.md")
    (gate,) = product.gates(change)
    firm.does("vp-product", service.delegate, gate.id, "manager")
    firm.does("manager", service.delegate, gate.id, "tech-lead")

    product.decides("tech-lead", gate)

    (review,) = firm.system(record.reviews, change.id)
    assert (review.reviewer, review.note) == (firm.id("vp-product"), "(@tech-lead as delegate)")
    assert product.state(change).state is ChangeState.MERGING


def test_the_right_to_delegate_does_not_reach_the_reviews_of_a_change(product, firm):
    change = product.opens("docs/a.md")
    (gate,) = product.gates(change)
    firm.system(people.grant, "manager", service.DELEGATE)

    with pytest.raises(NotEligible):
        firm.does("manager", service.delegate, gate.id, "tech-lead")


def test_a_novel_change_waits_for_a_named_person_besides_its_owners(product, firm):
    change = product.opens("src/a.py")
    (review,) = product.gates(change)
    (novel,) = firm.system(service.novel, change.id, score=0.71, to="vp-product")

    product.decides("governor", review)
    assert product.state(change).state is ChangeState.OPEN
    product.decides("vp-product", novel)

    assert product.state(change).state is ChangeState.MERGING
    assert "0.71" in novel.why


def test_a_familiar_change_asks_nobody_more(product, firm):
    change = product.opens("src/a.py")

    assert firm.system(service.novel, change.id, score=0.7, to="vp-product") == ()


def test_the_objections_name_every_gate_and_policy(product, firm):
    change = product.opens("src/a.py", "docs/a.md", policies=("architecture", "style"))

    found = firm.system(record.reasons_against, change)

    told = "; ".join(found)
    assert "architecture is not judged by architecture-review" in told
    assert "waits for @architects" in told
    assert "waits for @vp-product" in told
    assert "style" not in told


def test_the_paths_of_a_change_say_how_far_up_it_is_decided(product, firm):
    rule = Capability(name="rules", declares=(TierRule(pattern="docs/*", tier=Tier.EXECUTIVE),))
    firm.units.house = House((*firm.units.house.capabilities, rule))

    change = product.opens("docs/a.md")

    assert [g.tier for g in product.gates(change)] == [Tier.EXECUTIVE]


def test_an_answer_about_a_head_that_moved_is_refused_and_the_next_report_asks_again(product, firm):
    change = product.opens("src/a.py", policies=("architecture",))
    asked = Escalation(question="Is fan-out right here?")
    product.judges(change, Verdict.ESCALATE, escalation=asked)
    moved = product.pushes(change, "second", "src/a.py")

    with pytest.raises(Stale, match="looks at that first and asks again") as refused:
        firm.does("tech-lead", service.answer, "Q-1", Answer.ALLOW)
    assert refused.value.details["present"] == moved.head
    product.judges(moved, Verdict.ESCALATE, escalation=asked)
    firm.does("tech-lead", service.answer, "Q-1", Answer.ALLOW, seen=moved.head)

    product.judges(moved)
    assert [gate.state for gate in product.gates(moved)][-1] is GateState.OPEN
    assert product.state(change).state is ChangeState.OPEN
    product.decides("governor", product.gates(moved)[-1])
    assert product.state(change).state is ChangeState.MERGING


def test_a_change_shows_its_verdict_by_policy_and_overall_with_what_blocks(product, firm):
    change = product.opens("src/a.py", policies=("architecture", "security"))
    major = Finding(severity=Severity.MAJOR, clause="must", what="w", evidence="e", remediation="r")
    product.judges(change, Verdict.FAIL, findings=(major,))

    found = firm.system(service.verdict_on, Subject(kind=CHANGE, id=change.id))

    assert (found.overall, found.unjudged) == (Verdict.FAIL, ("security",))
    assert (found.tally.major, found.tally.blocking, found.tally.notes) == (1, 1, 0)
    assert [(one.policy, one.verdict) for one in found.judgements] == [
        ("architecture", Verdict.FAIL)
    ]
