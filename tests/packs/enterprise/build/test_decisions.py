"""Decision records: accepted by a person, deprecated or superseded later, and never deleted."""

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, ContentRefused, Draft, Made, Phase
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeState, Proposal
from headrace.kernel.errors import Invalid
from headrace.packs.enterprise import decisions
from headrace.packs.enterprise.decisions import DecisionRefused, DecisionUnknown, Deprecation

pytestmark = pytest.mark.slow


def content(**changes):
    fields = {name: changes.pop(name) for name in ("supersedes",) if name in changes}
    sections = {
        "context": "An export takes longer than a request may.",
        "decision": "We use the job framework that is there.",
        "alternatives": [
            {
                "name": "Synchronous streaming",
                "pros": ["simpler"],
                "cons": ["timeouts"],
                "why_rejected": "It cannot carry ten million records.",
            }
        ],
        "consequences": {"negative": ["Clients ask again and again."]},
        "review": {"date": "2026-09-16"},
    }
    return {"title": "Async jobs", "fields": fields, "sections": {**sections, **changes}}


def proposed(world, slug: str, by: str = "security-lead", **changes):
    """A change that asks for a decision record, by a person who does not own decisions."""

    def ask(ctx):
        made = Made(by=world.people[by].principal, brain="human")
        version = artifacts.propose(
            ctx,
            Draft(
                type="decision-record",
                slug=f"2026-03-16-{slug}",
                context="organisation",
                content=content(**changes),
                made=made,
                parts={"date": "2026-03-16", "slug": slug},
            ),
        )
        return record.open_change(
            ctx,
            Proposal(title=slug, context="organisation", members=(version.ref,), author=made.by),
        )

    change = world.units.run(world.system, ask)
    world.jobs()
    return change


def accepted(world, slug: str, **changes) -> ArtifactId:
    proposed(world, slug, **changes)
    world.settle()
    return ArtifactId(f"decision-record/2026-03-16-{slug}")


def page(world, slug: str) -> str:
    return world.read(f"work/decisions/2026-03-16-{slug}.md")


def test_a_decision_is_accepted_then_superseded_or_deprecated_and_stays(small):
    small.found()
    change = proposed(small, "async-jobs")
    first = ArtifactId("decision-record/2026-03-16-async-jobs")
    assert small.effective(first) is None
    assert small.do(record.change, change.id).state is ChangeState.OPEN
    with pytest.raises(DecisionRefused, match="is proposed; only an accepted"):
        small.do(decisions.deprecate, Deprecation(decision=first, reason="old"), by="tech-lead")

    small.settle()
    assert "**Status:** accepted" in page(small, "async-jobs")
    assert "**Decision ID:** DR-2026-001" in page(small, "async-jobs")

    second = accepted(small, "durable-jobs", supersedes="DR-2026-001")
    former = page(small, "async-jobs")
    assert "**Status:** superseded" in former
    assert "**Superseded by:** DR-2026-002" in former
    assert "Synchronous streaming" in former  # nothing of it is gone
    assert small.effective(first).phase is Phase.SUPERSEDED

    done = small.do(
        decisions.deprecate,
        Deprecation(decision="DR-2026-002", reason="we buy it"),
        by="tech-lead",
    )
    small.jobs()
    assert (done.decision, done.status) == (second, "deprecated")
    assert "**Status:** deprecated" in page(small, "durable-jobs")
    for decision, reason, refusal in (
        ("DR-2026-001", "again", DecisionRefused),
        ("DR-2026-002", "again", DecisionRefused),
        ("DR-2026-099", "x", DecisionUnknown),
        ("DR-2026-002", " ", Invalid),
    ):
        asked = Deprecation(decision=decision, reason=reason)
        with pytest.raises(refusal):
            small.do(decisions.deprecate, asked, by="tech-lead")


def test_what_a_decision_lacks_holds_it_or_refuses_it_at_once(small):
    small.found()
    with pytest.raises(ContentRefused, match=r"(?i)alternative"):
        proposed(small, "no-choice", alternatives=[])
    with pytest.raises(ContentRefused, match=r"(?i)review"):
        proposed(small, "for-ever", review={})

    change = proposed(small, "late", review={"date": "2026-03-16"}, supersedes="DR-2026-077")
    small.settle()

    assert small.do(record.change, change.id).state is ChangeState.OPEN
    reasons = " / ".join(small.do(record.reasons_against, small.do(record.change, change.id)))
    assert "its review date 2026-03-16 has passed" in reasons
    assert "it supersedes DR-2026-077, which is no accepted decision" in reasons
