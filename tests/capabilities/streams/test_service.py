"""A stream made of data, from its first run to its last, and everything that may come between."""

import pytest

from capabilities.streams.conftest import JOB, a_card, a_module
from headrace.capabilities.agents import service as agents
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Phase
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import Cap, Scope, ScopeKind
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Subject
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeState
from headrace.capabilities.streams import service
from headrace.capabilities.streams.model import (
    ContextId,
    ContextNotFound,
    ContextState,
    Held,
    NotReady,
    RunEnded,
    RunMoved,
    RunOpen,
    RunState,
    Start,
    Stream,
    StreamUnknown,
    WorkWanted,
)
from headrace.kernel.errors import HeadraceError
from racing import at_once


class TestEndToEnd:
    def test_three_modules_of_data_run_to_their_end_with_one_approval(self, firm):
        firm.drafted()
        assert firm.states() == {"scan": RunState.DONE, "draft": RunState.PROPOSED}

        (gate,) = firm.gates()
        firm.decide("approve")

        assert firm.states() == dict.fromkeys(("scan", "draft", "decide"), RunState.DONE)
        assert firm.gates() == []
        assert gate.title == "Draft: The plan"
        assert firm.effective("verdict/export").commit is not None

    def test_every_version_names_its_inputs_its_maker_and_its_run(self, firm):
        firm.drafted()
        firm.decide("approve")

        draft, decide = firm.run("draft"), firm.run("decide")
        made = firm.effective("plan/export")
        (link,) = firm.do(artifacts.links, made.ref)
        assert link.target == firm.run("scan").outputs[0]
        assert decide.inputs == {"plan": (made.ref,)}
        assert (made.made.run, made.made.brain) == (draft.id, "skill")
        assert made.made.recipe == draft.recipe != ""
        assert made.made.by not in {actor.principal for actor in firm.people.values()}

    def test_the_journal_tells_every_step_of_a_run_once(self, firm):
        firm.drafted()
        firm.decide("approve")

        told = [(event["module"], event["state"]) for event in firm.events(RunMoved.type)]
        assert sorted(told) == sorted(
            [("scan", "working"), ("scan", "proposed"), ("scan", "done"),
             ("draft", "working"), ("draft", "proposed"), ("draft", "done"),
             ("decide", "working"), ("decide", "proposed"), ("decide", "done")]
        )  # fmt: skip

    def test_nothing_starts_that_waits_for_a_person(self, firm):
        firm.job()
        firm.jobs()

        (scan, *held) = firm.do(service.readiness, JOB)
        assert firm.runs() == []
        assert not isinstance(scan, Held)
        assert [(one.module, one.reasons) for one in held] == [
            ("draft", ("an approved note",)),
            ("decide", ("an approved plan",)),
        ]

    def test_what_is_in_one_context_makes_nothing_ready_in_another(self, firm):
        firm.job("other")
        firm.drafted()

        assert firm.runs(at="job:other") == []


class TestDecisions:
    def test_a_revision_makes_a_second_attempt_that_is_told_why(self, firm):
        first = firm.drafted()
        firm.decide("revise", "say who pays")

        second = firm.run("draft", attempt=2)
        assert firm.run("draft").state is RunState.REVISED
        assert (second.state, second.cause) == (RunState.PROPOSED, first.id)
        assert second.findings == ("@vp-product: say who pays",)
        assert second.inputs == first.inputs
        former, present = firm.version(first.outputs[0]), firm.version(second.outputs[0])
        assert (str(former.ref), str(present.ref)) == ("plan/export@1", "plan/export@2")
        assert former.content["sections"]["text"] == "Attempt 1: nothing was said against it."
        assert "Attempt 2: @vp-product: say who pays." in present.content["sections"]["text"]

    def test_the_revision_goes_on_in_the_same_change_and_may_be_approved(self, firm):
        first = firm.drafted()
        firm.decide("revise", "say who pays")
        firm.decide("approve")

        assert firm.run("draft", attempt=2).change == first.change
        assert firm.effective("plan/export").ref.number == 2
        assert firm.states()["decide"] is RunState.DONE

    def test_a_former_version_that_was_sent_back_stays_and_says_so(self, firm):
        first = firm.drafted()
        firm.decide("revise", "say who pays")
        firm.decide("approve")

        assert firm.version(first.outputs[0]).phase is not Phase.APPROVED
        assert firm.version(first.outputs[0]).content["title"] == "The plan"

    def test_a_rejection_ends_it_for_good(self, firm):
        firm.drafted()
        firm.decide("reject", "we do something else")

        run = firm.run("draft")
        assert run.state is RunState.REJECTED
        assert run.reasons == ("@vp-product: we do something else",)
        assert firm.do(record.change, run.change).state is ChangeState.CLOSED
        assert firm.states() == {"scan": RunState.DONE, "draft": RunState.REJECTED}
        assert firm.version(run.outputs[0]).phase in {Phase.FAILED, Phase.ARCHIVED}

    def test_a_change_that_was_closed_takes_its_run_with_it(self, firm):
        run = firm.drafted()
        firm.do(record.close, run.change, by="ada")
        firm.jobs()

        assert firm.run("draft").reasons == (f"@ada closed {run.change}",)
        assert firm.gates() == []

    def test_after_a_rejection_a_person_may_start_it_again(self, firm):
        firm.drafted()
        firm.decide("reject", "not now")
        firm.start("draft")
        firm.jobs()

        assert firm.run("draft", attempt=2).state is RunState.PROPOSED
        assert len(firm.gates()) == 1

    def test_what_is_sent_back_too_often_waits_until_a_person_lets_it_on(self, firm):
        run = firm.drafted()
        for _ in range(5):
            firm.decide("revise", "not yet")
            firm.jobs()

        tired = firm.run("draft", attempt=6)
        assert tired.state is RunState.WAITING
        assert tired.reasons[0].startswith("sent back 5 times")
        assert tired.agent_run is None
        (item,) = firm.do(governance.everything)
        assert (item.kind, item.id, item.why) == ("run", tired.id, tired.reasons[0])

        firm.do(service.let_on, tired.id, "the source is mended", by="ada")
        firm.jobs()
        assert firm.run("draft", attempt=6).state is RunState.PROPOSED
        assert tired.id not in {one.id for one in firm.do(governance.everything)}

        firm.decide("revise", "still not")
        firm.jobs()
        assert firm.run("draft", attempt=7).state is RunState.WAITING
        assert run.attempt == 1

    def test_only_what_waits_is_let_on(self, firm):
        run = firm.drafted()

        with pytest.raises(RunEnded, match="only what waits"):
            firm.do(service.let_on, run.id, "go on", by="ada")

    def test_only_what_is_proposed_can_be_sent_back(self, firm):
        firm.job()
        run = firm.start()

        with pytest.raises(RunEnded, match="queued"):
            firm.do(service.send_back, run.id, ("no",))

    def test_a_decision_shows_what_it_holds_up(self, firm):
        run = firm.drafted()

        (item,) = firm.do(governance.inbox, firm.people["vp-product"].principal)
        subject = Subject(kind="change", id=run.change)

        assert item.blocks == 2
        assert firm.do(service.blocked, subject) == [f"draft in {JOB}", f"decide in {JOB}"]
        assert firm.do(service.blocked, Subject(kind="plan", id=run.change)) == ()


class TestCancelling:
    def test_a_queued_run_is_cancelled_before_anybody_is_at_it(self, firm):
        firm.job()
        run = firm.start()
        firm.do(service.cancel, run.id, "not needed", by="ada")
        firm.jobs()

        assert firm.run("scan").state is RunState.CANCELLED
        assert firm.run("scan").agent_run is None
        assert firm.effective("note/export") is None

    def test_a_proposed_run_gives_its_change_up(self, firm):
        run = firm.drafted()
        firm.do(service.cancel, run.id, "not needed", by="ada")
        firm.jobs()

        assert firm.run("draft").state is RunState.CANCELLED
        assert firm.do(record.change, run.change).state is ChangeState.CLOSED
        assert firm.gates() == []

    def test_what_has_ended_cannot_be_cancelled(self, firm):
        firm.drafted()

        with pytest.raises(RunEnded, match="nothing left to stop"):
            firm.do(service.cancel, firm.run("scan").id, "too late")

    def test_a_cancelled_run_is_not_made_again_by_itself(self, firm):
        run = firm.drafted()
        firm.do(service.cancel, run.id, "not needed")
        firm.jobs()
        firm.do(service.advance, JOB)
        firm.jobs()

        assert len(firm.runs("draft")) == 1


class TestStarting:
    def test_a_second_start_is_refused_while_a_run_is_open(self, firm):
        firm.job()
        firm.start()

        with pytest.raises(RunOpen, match="has an open run"):
            firm.start()

    def test_a_module_that_is_not_ready_says_what_it_waits_for(self, firm):
        firm.job()

        with pytest.raises(NotReady, match="an approved note"):
            firm.start("draft")

    @pytest.mark.parametrize(
        ("module", "element", "at", "error"),
        [
            pytest.param("scna", "", JOB, StreamUnknown, id="no such module"),
            pytest.param("scan", "api", JOB, NotReady, id="no such element"),
            pytest.param("scan", "", "job:nowhere", ContextNotFound, id="no such context"),
        ],
    )
    def test_what_is_not_there_is_told(self, firm, module, element, at, error):
        firm.job()

        with pytest.raises(error):
            firm.start(module, element, at)

    @pytest.mark.parametrize("state", [ContextState.PAUSED, ContextState.CLOSED])
    def test_a_context_that_takes_no_runs_says_so(self, firm, state):
        firm.job()
        firm.do(service.close_context, JOB, state)

        with pytest.raises(NotReady, match=f"is {state}"):
            firm.start()

    def test_after_its_pause_it_takes_runs_again(self, firm):
        firm.job()
        firm.do(service.close_context, JOB, ContextState.PAUSED)
        firm.do(service.resume_context, JOB)
        firm.start()
        firm.jobs()

        assert firm.states()["scan"] is RunState.DONE

    def test_the_same_inputs_may_be_run_once_more_by_a_person(self, firm):
        firm.drafted()
        firm.start("scan")
        firm.jobs()

        first, second = firm.runs("scan")
        assert (first.attempt, second.attempt) == (1, 2)
        assert first.input_hash == second.input_hash

    def test_of_eight_that_start_at_once_one_does(self, firm):
        firm.job()

        results = at_once(8, lambda _: firm.start())

        refused = [one for one in results if isinstance(one, HeadraceError)]
        assert {type(one) for one in refused} == {RunOpen}
        assert len(refused) == 7
        assert len(firm.runs("scan")) == 1

    def test_of_eight_that_see_a_module_become_ready_one_makes_its_run(self, firm):
        firm.job()
        firm.jobs()
        firm.stands("note", "slow", context=JOB)  # nobody has heard of it yet

        made = at_once(8, lambda _: firm.do(service.advance, JOB))

        assert sorted(len(runs) for runs in made) == [0] * 7 + [1]
        assert [one.attempt for one in firm.runs("draft")] == [1]

    def test_of_eight_that_claim_a_run_one_worker_starts(self, firm):
        firm.job()
        run = firm.start()

        at_once(8, lambda _: firm.do(service.claim, run.id))
        firm.jobs()

        claimed = firm.events("agents.run_claimed")
        assert [one["role"] for one in claimed] == ["scout", "planner"]
        assert firm.run("scan").state is RunState.DONE


class TestWaiting:
    def test_a_halt_makes_runs_wait_and_its_end_wakes_them(self, firm):
        firm.job()
        firm.do(governance.halt, "an exercise", by="ada")
        firm.start()
        firm.jobs()
        waiting = firm.run("scan")

        firm.do(governance.resume, "over", by="ada")
        firm.jobs()

        assert waiting.state is RunState.WAITING
        assert "an exercise" in waiting.reasons[0]
        assert firm.run("scan").state is RunState.DONE
        assert firm.run("scan").reasons == ()

    def test_a_role_with_nobody_in_it_makes_runs_wait_until_somebody_works_there(self, firm):
        firm.job()
        firm.do(agents.pause, "scout")
        firm.start()
        firm.jobs()
        waiting = firm.run("scan")

        firm.do(agents.resume, "scout")
        firm.jobs()

        assert waiting.state is RunState.WAITING
        assert firm.run("scan").state is RunState.DONE

    @pytest.mark.parametrize(
        "passes",
        [
            pytest.param(lambda ctx: ctx.record(WorkWanted(because="it was opened")), id="wanted"),
            pytest.param(
                lambda ctx: budgets.set_cap(
                    ctx, Scope(kind=ScopeKind.AGENT, id="a"), Cap(tokens=9)
                ),
                id="a new budget",
            ),
            pytest.param(lambda ctx: agents.staff(ctx, [a_card("late", "note")]), id="a hire"),
        ],
    )
    def test_what_may_have_changed_the_reason_makes_every_waiting_claim_again(self, firm, passes):
        reasons = ["the door is closed"]
        shut = a_module(
            "shut", "scout", "note", outputs=("note",), start=Start.BY_HAND,
            guard=lambda ctx, run: tuple(reasons),
        )  # fmt: skip
        firm.open(Stream(name="door", title="Door", kinds=("job",), modules=(shut,)))
        for slug in ("export", "import"):
            firm.job(slug, "door")
            firm.start("shut", at=f"job:{slug}")
        firm.jobs()
        before = [one.reasons for one in firm.runs(at=None)]

        reasons.clear()
        firm.do(passes)
        firm.jobs()

        assert before == [("the door is closed",)] * 2
        assert RunState.WAITING not in [one.state for one in firm.runs(at=None)]

    def test_waking_with_the_reason_still_there_changes_nothing(self, firm):
        firm.job()
        firm.do(governance.halt, "an exercise", by="ada")
        firm.start()
        firm.jobs()
        told = len(firm.events(RunMoved.type))

        for _ in range(3):
            firm.do(service.wake)
            firm.jobs()

        assert firm.run("scan").state is RunState.WAITING
        assert len(firm.events(RunMoved.type)) == told

    def test_all_of_many_waiting_runs_are_woken(self, firm):
        firm.do(governance.halt, "an exercise", by="ada")
        for number in range(3):
            firm.job(f"job{number}")
            firm.start(at=f"job:job{number}")
        firm.jobs()

        assert firm.do(service.wake) == 3


def test_another_organisation_sees_no_run_and_no_context(firm, system):
    firm.drafted()
    stranger = type(system)(organisation="org_other", principal=system.principal)

    found = firm.units.run(stranger, service.runs)
    contexts = firm.units.run(stranger, service.contexts)

    assert (found, contexts) == ([], [])
    with pytest.raises(ContextNotFound):
        firm.units.run(stranger, service.start, ContextId(JOB), "scan")
