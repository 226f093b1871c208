"""Runs that speak with a model over HTTP: forms told back, wrong calls, lost calls, keys."""

import contextlib
import json
from datetime import timedelta

import pytest
from pydantic import SecretStr

from flows import every_crash
from headrace.capabilities.agents import rules, service
from headrace.capabilities.agents.brains.fake_protocols import Answer, FakeCall
from headrace.capabilities.agents.brains.fake_provider import CutOff, FakeProvider, HttpError
from headrace.capabilities.agents.brains.settings import ModelConfig, RetryPolicy
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import Dimension

KEY = "sk-a-key-that-nobody-may-see-4711"


def call(tool: str, **arguments) -> Answer:
    return Answer(calls=(FakeCall(tool=tool, arguments=json.dumps(arguments)),))


@pytest.fixture
def speak(company):
    """Let a model give these answers for one run; the result and what the provider was asked."""

    def run(*steps, **changes):
        with FakeProvider(steps, key=KEY).running() as provider:
            config = ModelConfig(
                model="openai-chat:gpt-4o",
                key=SecretStr(KEY),
                base_url=provider.base_url("chat"),
                timeout=timedelta(seconds=30),
                retry=RetryPolicy(attempts=3, first_wait=timedelta(milliseconds=1)),
            )
            company.open(model=config)
            return company.work(**changes), provider

    return run


def test_a_model_works_with_the_tools_of_its_role_and_hands_in(speak, company):
    result, provider = speak(
        call("write_file", path="src/api/x.py", content="X = 1\n"),
        call("run_check", check="compiles"),
        call("submit", summary="It compiles."),
    )

    assert (result.state, result.brain, result.error) == ("succeeded", "model", "")
    assert company.show("src/api/x.py") == "X = 1"
    assert provider.asked[0].tools[-1] == "submit"
    assert '\\"status\\": \\"passed\\"' in provider.asked[2].text


def test_a_result_of_the_wrong_form_is_told_back_and_then_taken(speak):
    result, provider = speak(call("submit", verdict="fine"), call("submit", summary="Now then."))

    assert result.submitted == {"summary": "Now then."}
    assert "Send it again, corrected" in provider.asked[1].text


def test_a_result_that_stays_wrong_fails_the_run_after_three_tries(speak):
    result, provider = speak(*[call("submit", verdict="fine")] * 5)

    assert result.state == "failed"
    assert "not taken 3 times" in result.error
    assert len(provider.asked) == 3


def test_a_silent_turn_is_answered_with_the_wish_to_go_on(speak):
    result, provider = speak(Answer(text="Let me think."), call("submit", summary="Done."))

    assert result.state == "succeeded"
    assert "You have not handed in yet" in provider.asked[1].text


def test_calls_that_broke_off_are_charged_at_what_was_held_for_them(speak, company):
    result, _ = speak(
        CutOff(answer=Answer(text="I begin")),
        call("submit", summary="Done."),
    )

    assert (result.state, result.lost_calls) == ("succeeded", 1)
    (total,) = company.do(budgets.totals, Dimension.RUN)
    assert total.lost == 1
    most = company.rows("SELECT most_tokens FROM agents_attempt WHERE state = 'lost'")
    counted = result.usage.input_tokens + result.usage.output_tokens
    assert company.do(budgets.spent).tokens == counted + most[0]["most_tokens"]


def test_a_provider_that_refuses_fails_the_run_without_showing_the_key(speak, company):
    result, _ = speak(HttpError(status=401, message=f"bad key {KEY}"))

    assert result.state == "failed"
    assert KEY not in result.error
    assert KEY not in json.dumps(company.events("agents.run_ended"))
    assert company.do(budgets.spent).tokens == 0


DOWN = HttpError(status=503, message="overloaded")
DONE = call("submit", summary="Done.")


@pytest.fixture
def outage(company):
    """A company whose provider answers as told; gives the provider."""
    with contextlib.ExitStack() as stack:

        def begin(*steps):
            provider = FakeProvider(steps, key=KEY)
            stack.enter_context(provider.running())
            config = ModelConfig(
                model="openai-chat:gpt-4o",
                key=SecretStr(KEY),
                base_url=provider.base_url("chat"),
                timeout=timedelta(seconds=30),
                retry=RetryPolicy(attempts=2, first_wait=timedelta(milliseconds=1)),
            )
            company.open(model=config)
            return provider

        yield begin


def stands(company, id):
    """The run, the tokens that are held for it, and those that were spent."""
    held = sum(one.amount.tokens for one in company.do(budgets.open_reservations))
    return company.run(id), held, company.do(budgets.spent).tokens


def test_a_run_whose_provider_is_away_waits_as_a_row_and_goes_on_where_it_was(outage, company):
    provider = outage(call("write_file", path="src/api/x.py", content="X = 1\n"), DOWN, DOWN, DONE)
    id = company.claim()

    company.runner()

    run, held, _ = stands(company, id)
    assert (run.state, run.stalls, run.turns) == ("stalled", 1, 1)
    assert "did not answer in 2 attempt(s)" in run.error
    assert run.retry_at == company.clock.now() + rules.FIRST_STALL
    assert held > 0  # nobody else may spend meanwhile what this run still needs
    assert company.runner.waiting() == []  # nothing runs, nothing sleeps

    company.clock.advance(rules.FIRST_STALL)
    company.runner()

    run, held, spent = stands(company, id)
    assert (run.state, run.error, run.retry_at, run.turns) == ("succeeded", "", None, 2)
    assert company.show("src/api/x.py") == "X = 1"
    assert len(provider.asked) == 4
    assert held == 0
    assert spent == run.usage.input_tokens + run.usage.output_tokens
    (told,) = company.events("agents.run_stalled")
    assert told["run"] == id
    assert len(company.events("agents.run_ended")) == 1


def test_an_outage_that_lasts_is_asked_about_ever_more_seldom(outage, company):
    outage(*[DOWN] * 6, DONE)
    id = company.claim()
    waits = []

    company.runner()
    while (run := company.run(id)).state == "stalled":
        waits.append(run.retry_at - company.clock.now())
        company.clock.advance(waits[-1])
        company.runner()

    assert run.state == "succeeded"
    assert waits == [rules.FIRST_STALL, rules.FIRST_STALL * 2, rules.FIRST_STALL * 4]


def test_what_the_provider_asks_for_is_kept(outage, company):
    outage(HttpError(status=503, message="later", retry_after="1800"), DONE)
    id = company.claim()

    company.runner()

    run = company.run(id)
    assert run.retry_at - company.clock.now() == timedelta(minutes=30)


def test_a_run_that_is_stopped_while_it_waits_ends_and_leaves_nothing_behind(outage, company):
    provider = outage(DOWN, DOWN, DONE)
    id = company.claim()
    company.runner()

    company.do(service.cancel, id, "it is not needed any more")
    company.runner()
    company.clock.advance(rules.LONGEST_STALL)
    company.runner()

    run, held, spent = stands(company, id)
    assert (run.state, run.error) == ("cancelled", "it is not needed any more")
    assert (held, spent) == (0, 0)
    assert len(provider.asked) == 2
    assert company.worktrees == []


@pytest.mark.parametrize(
    "crash", every_crash("agents.run", 4), ids=lambda one: f"step {one.step}, {one.when}"
)
def test_a_crash_around_an_outage_changes_nothing(outage, company, crash):
    outage(DOWN, DOWN, DONE)
    id = company.claim()

    company.runner(crash=crash)
    company.runner()
    company.clock.advance(rules.LONGEST_STALL)
    company.runner()

    run, held, _ = stands(company, id)
    assert (run.state, held) == ("succeeded", 0)
    assert run.stalls <= 1  # a question that a crash cut short is asked again, and may be answered
    assert len(company.events("agents.run_ended")) == 1
