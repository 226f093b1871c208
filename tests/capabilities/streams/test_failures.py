"""Runs that fail: they say why, leave nothing half made, and wait for a person."""

from capabilities.streams.conftest import a_module
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Draft, Made
from headrace.capabilities.streams import service
from headrace.capabilities.streams.model import RunState, Start, Stream


def fail(firm, task: str, **changes):
    module = a_module("bad", "scout", task, outputs=("note",), start=Start.BY_HAND, **changes)
    firm.open(Stream(name="bad", title="Bad", kinds=("job",), modules=(module,)))
    firm.job(stream="bad")
    firm.start("bad")
    firm.jobs()
    return firm.run("bad")


def test_a_worker_that_fails_leaves_a_run_that_says_why(firm):
    run = fail(firm, "refuse")

    assert run.state is RunState.FAILED
    assert run.reasons == ("The source cannot be read",)


def test_a_draft_that_is_refused_leaves_nothing_behind_but_the_reason(firm):
    run = fail(firm, "untitled")

    assert run.state is RunState.FAILED
    assert "This is no Note" in run.reasons[0]
    assert run.outputs == ()
    assert firm.events("artifacts.proposed") == []


def test_what_was_proposed_before_the_refusal_is_taken_back_with_its_events(firm):
    def half(ctx, run, submitted):
        made = service.made_by(ctx, run)
        artifacts.propose(ctx, draft_of(run, made, "Good"))
        artifacts.propose(ctx, draft_of(run, made, ""))
        raise AssertionError("the second is refused")

    def draft_of(run, made: Made, title: str) -> Draft:
        content = {"title": title, "sections": {"text": "words"}}
        parts = {"date": "2026-03-16"}
        return Draft(type="note", slug=f"n{len(title)}", context=run.context, content=content,
                     made=made, parts=parts)  # fmt: skip

    run = fail(firm, "note", finish=half)

    assert run.state is RunState.FAILED
    assert firm.events("artifacts.proposed") == []
    assert firm.do(artifacts.listing) == []


def test_a_defect_before_the_claim_leaves_no_run_queued_for_ever(firm):
    def broken(ctx, run):
        raise ZeroDivisionError("by nothing")

    module = a_module("bad", "scout", "note", start=Start.BY_HAND, guard=broken)
    firm.open(Stream(name="bad", title="Bad", kinds=("job",), modules=(module,)))
    firm.job(stream="bad")
    firm.start("bad")
    firm.jobs(tolerate=True)

    assert firm.run("bad").state is RunState.FAILED
    assert "ZeroDivisionError" in firm.run("bad").reasons[0]


def test_a_failed_run_is_tried_again_by_a_person(firm):
    fail(firm, "refuse")
    firm.start("bad")
    firm.jobs()

    assert [one.attempt for one in firm.runs("bad")] == [1, 2]
