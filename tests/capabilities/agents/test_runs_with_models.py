"""Runs that speak with a model over HTTP: forms told back, wrong calls, lost calls, keys."""

import json
from datetime import timedelta

import pytest
from pydantic import SecretStr

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
