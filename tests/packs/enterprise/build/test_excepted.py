"""A governance exception as a document: it counts once it was merged, and its end is in the record."""

from datetime import timedelta

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Made
from headrace.capabilities.governance import service as governance
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import Proposal
from packs.enterprise.build.test_stream import begin

pytestmark = pytest.mark.slow

CONTENT = {
    "title": "No security check for the farewell",
    "fields": {
        "owner": "Tech Lead",
        "rule": "security",
        "scope": "mission:bulk-data-export",
        "starts": "2026-03-16",
        "expires": "2026-03-20",
        "approvers": ["Steering"],
    },
    "sections": {
        "reason": "The scanner is being replaced.",
        "risk": "A flaw is seen later.",
        "mitigation": "A person reads each line.",
        "not_waived": ["authentication"],
        "rollback": "The scanner runs over it as soon as it is back.",
    },
}


def opened(world, **fields):
    """A change request with the exception, as a person hands it in."""
    content = {**CONTENT, "fields": {**CONTENT["fields"], **fields}}
    made = Made(by=world.people["tech-lead"].principal, brain="human")
    draft = Draft(
        type="governance-exception",
        slug="no-security",
        context="organisation",
        content=content,
        made=made,
        parts={"year": "2026", "number": 1},
    )
    version = world.do(artifacts.propose, draft, by="tech-lead")
    proposal = Proposal(title="Exception", context="organisation", members=(version.ref,))
    change = world.do(record.open_change, proposal, by="tech-lead")
    world.jobs()
    return change


def test_a_document_counts_once_steering_has_merged_it_and_says_when_it_is_over(small):
    begin(small)
    change = opened(small)
    assert small.do(governance.rule_exceptions) == []

    small.decide()
    small.jobs()

    (exception,) = small.do(governance.rule_exceptions)
    assert (exception.rule, exception.scope) == ("security", ("mission:bulk-data-export",))
    assert small.do(record.change, change.id).state == "merged"
    path = small.do(artifacts.get, ArtifactId("governance-exception/no-security")).path
    assert "approved" in small.read(path)

    small.clock.advance(timedelta(days=6))
    small.jobs()
    assert "expired" in small.read(path)


def test_an_exception_from_everything_is_not_merged(small):
    begin(small)
    change = opened(small, scope="all of it")

    small.decide()
    small.jobs()

    reasons = small.do(record.reasons_against, small.do(record.change, change.id))
    assert any("its scope names no context" in reason for reason in reasons)
