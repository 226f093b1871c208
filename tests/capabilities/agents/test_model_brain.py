"""One contract for every protocol that the model brain speaks, against the fake provider."""

import asyncio
import json
import logging
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from headrace.capabilities.agents.brains.brain import Delta, DeltaKind
from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.brains.errors import (
    AccessRefused,
    BrainMisconfigured,
    Cancelled,
    ProviderRejected,
    ProviderUnavailable,
)
from headrace.capabilities.agents.brains.fake_protocols import Answer, FakeCall
from headrace.capabilities.agents.brains.fake_provider import (
    CutOff,
    FakeProvider,
    Garbled,
    HttpError,
    Stall,
)
from headrace.capabilities.agents.brains.model_brain import ModelBrain
from headrace.capabilities.agents.brains.settings import ModelConfig, RetryPolicy
from headrace.capabilities.agents.conversation import (
    Conversation,
    Finish,
    SystemMessage,
    Task,
    ToolResult,
    ToolResults,
    ToolSpec,
    Usage,
    UserMessage,
    asked_again,
)
from headrace.kernel.json import from_json, to_json

KEY = "sk-very-secret-4711"
MODELS = {
    "chat": "openai-chat:gpt-4o",
    "responses": "openai:gpt-4o",
    "messages": "anthropic:claude-sonnet-4-6",
}
READ = ToolSpec(
    name="read_file",
    description="Reads a file.",
    parameters={
        "type": "object",
        "properties": {"path": {"type": "string"}},
        "required": ["path"],
        "additionalProperties": False,
    },
)
QUICK = RetryPolicy(attempts=3, first_wait=timedelta(milliseconds=1))
LONG_TEXT = "The export keeps 10 million records in order, café included."

both_ways = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])


@pytest.fixture(params=list(MODELS))
def protocol(request):
    return request.param


def a_conversation(*more):
    return Conversation(
        task=Task(role="coding-agent", name="implement"),
        messages=(SystemMessage(text="You write code."), UserMessage(text="Do it."), *more),
    )


def a_brain(provider, protocol, **changes):
    config = ModelConfig(
        model=MODELS[protocol],
        key=SecretStr(KEY),
        base_url=provider.base_url(protocol),
        timeout=timedelta(seconds=30),
        retry=QUICK,
    )
    return ModelBrain(config=replace(config, **changes), chance=lambda: 0.0)


def serving(*steps, **more):
    return FakeProvider(steps, key=KEY, **more).running()


def heard(deltas, kind):
    return [d.text for d in deltas if d.kind is kind]


@both_ways
def test_a_plain_answer_comes_back_with_its_usage_and_price(protocol, streamed):
    answer = Answer(text=LONG_TEXT, input_tokens=1000, output_tokens=200, cached_tokens=400)
    deltas: list[Delta] = []
    with serving(answer) as provider:
        turn = a_brain(provider, protocol).say(
            a_conversation(), [], on_delta=deltas.append if streamed else None
        )

    assert turn.text == LONG_TEXT
    assert turn.finish is Finish.DONE
    assert turn.calls == ()
    assert (turn.usage.input_tokens, turn.usage.output_tokens) == (1000, 200)
    assert turn.usage.cached_tokens == 400
    assert turn.usage.priced
    # Price list: gpt-4o 2.5 / 1.25 cached / 10, claude-sonnet-4-6 3 / 0.3 cached / 15 dollars a million.
    assert turn.usage.cost_micro_usd == (4920 if protocol == "messages" else 4000)
    assert "".join(heard(deltas, DeltaKind.TEXT)) == (LONG_TEXT if streamed else "")
    assert provider.ledger[0].streamed is streamed


@both_ways
def test_several_calls_in_one_turn_keep_their_order_and_arguments(protocol, streamed):
    calls = tuple(
        FakeCall(tool="read_file", arguments=json.dumps({"path": p})) for p in ("a.py", "b/ü.py")
    )
    deltas: list[Delta] = []
    with serving(Answer(text="Reading.", calls=calls)) as provider:
        turn = a_brain(provider, protocol).say(
            a_conversation(), [READ], on_delta=deltas.append if streamed else None
        )

    assert turn.finish is Finish.TOOLS
    assert [c.arguments for c in turn.calls] == [{"path": "a.py"}, {"path": "b/ü.py"}]
    assert not any(c.fault for c in turn.calls)
    assert len({c.id for c in turn.calls}) == 2
    assert provider.ledger[0].tools == ("read_file",)
    assert heard(deltas, DeltaKind.CALL) == (["read_file"] * 2 if streamed else [])


def test_results_go_back_under_their_calls_and_a_stored_turn_continues(protocol):
    first = Answer(calls=(FakeCall(tool="read_file", arguments='{"path": "a.py"}'),))
    with serving(first, Answer(text="Done.")) as provider:
        brain = a_brain(provider, protocol)
        turn = brain.say(a_conversation(), [READ])
        results = ToolResults(results=(ToolResult(call_id=turn.calls[0].id, content="print(1)"),))
        stored = json.dumps(to_json(a_conversation().then(turn).then(results)))
        after = brain.say(from_json(Conversation, json.loads(stored)), [READ])

    assert after.text == "Done."
    assert provider.asked[1].result_ids == (turn.calls[0].id,)
    assert "print(1)" in provider.asked[1].text
    assert "You write code." in provider.asked[1].text


# Anthropic's protocol sends parsed arguments when it does not stream: nothing can be torn there.
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param('{"path": "a', "not valid JSON", id="torn JSON"),
        pytest.param("[1]", "not an object", id="a list"),
    ],
)
def test_arguments_that_cannot_be_read_come_back_typed(protocol, arguments, told):
    check_faulty_call(protocol, FakeCall(tool="read_file", arguments=arguments), told, True)


@both_ways
@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        pytest.param("read_file", '{"pfad": 1}', '"path" is a required', id="wrong fields"),
        pytest.param("delete_all", "{}", "no tool 'delete_all'", id="unknown tool"),
    ],
)
def test_a_call_that_does_not_fit_comes_back_typed(protocol, streamed, tool, arguments, told):
    check_faulty_call(protocol, FakeCall(tool=tool, arguments=arguments), told, streamed)


def check_faulty_call(protocol, call, told, streamed):
    """The fault is told, nothing is lost, and the model can be asked again."""
    with serving(Answer(calls=(call,)), Answer(text="Sorry.")) as provider:
        brain = a_brain(provider, protocol)
        turn = brain.say(a_conversation(), [READ], on_delta=(lambda _: None) if streamed else None)
        again = ToolResults(results=tuple(asked_again(c) for c in turn.calls))
        after = brain.say(a_conversation(turn, again), [READ])

    assert told in turn.calls[0].fault
    assert turn.finish is Finish.TOOLS
    assert after.text == "Sorry."
    assert "did not run" in provider.asked[1].text


@both_ways
@pytest.mark.parametrize(
    ("answer", "finish"),
    [
        pytest.param(Answer(text="half a", cut_by_length=True), Finish.LENGTH, id="length"),
        pytest.param(Answer(text="I will not.", refused=True), Finish.REFUSED, id="refusal"),
    ],
)
def test_the_reason_for_an_early_end_is_told(protocol, streamed, answer, finish):
    with serving(answer) as provider:
        turn = a_brain(provider, protocol).say(
            a_conversation(), [], on_delta=(lambda _: None) if streamed else None
        )

    assert turn.finish is finish
    assert turn.text == answer.text


@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_a_passing_error_is_tried_again(protocol, status):
    with serving(HttpError(status=status), Answer(text="Now.")) as provider:
        turn = a_brain(provider, protocol).say(a_conversation(), [])

    assert turn.text == "Now."
    assert turn.lost_calls == 0
    assert [s.outcome for s in provider.ledger] == [f"error {status}", "answered"]


def test_the_attempts_end_and_the_error_says_how_many_there_were(protocol):
    with (
        serving(*[HttpError(status=500)] * 5) as provider,
        pytest.raises(ProviderUnavailable, match=r"3 attempt") as refused,
    ):
        a_brain(provider, protocol).say(a_conversation(), [])

    assert len(provider.ledger) == 3
    assert refused.value.details["attempts"] == 3
    assert refused.value.details["status"] == 500


def test_a_wait_that_the_provider_asks_for_is_kept(protocol):
    with serving(HttpError(status=429, retry_after="1"), Answer(text="Now.")) as provider:
        began = time.monotonic()
        a_brain(provider, protocol).say(a_conversation(), [])

    assert time.monotonic() - began >= 1.0


def test_a_wait_longer_than_a_call_may_take_is_handed_to_the_run(protocol):
    with (
        serving(HttpError(status=429, retry_after="3600")) as provider,
        pytest.raises(ProviderUnavailable) as refused,
    ):
        a_brain(provider, protocol).say(a_conversation(), [])

    assert refused.value.details["retry_after_seconds"] == 3600
    assert len(provider.ledger) == 1


@both_ways
def test_an_answer_that_cannot_be_read_is_asked_for_again_and_counted_as_lost(protocol, streamed):
    with serving(Garbled(), Answer(text="Now.")) as provider:
        turn = a_brain(provider, protocol).say(
            a_conversation(), [], on_delta=(lambda _: None) if streamed else None
        )

    assert turn.text == "Now."
    assert turn.lost_calls == 1


@pytest.mark.parametrize(
    ("streamed", "silently"),
    [
        pytest.param(False, False, id="in the body"),
        pytest.param(True, False, id="in the stream"),
        pytest.param(True, True, id="in the stream, closed as if complete"),
    ],
)
@pytest.mark.parametrize("events", [1, 4])
def test_a_connection_cut_in_the_middle_gives_no_half_turn(protocol, streamed, silently, events):
    deltas: list[Delta] = []
    cut = CutOff(answer=Answer(text=LONG_TEXT), events=events, silently=silently)
    with serving(cut, Answer(text="Whole.")) as provider:
        turn = a_brain(provider, protocol).say(
            a_conversation(), [], on_delta=deltas.append if streamed else None
        )

    assert turn.text == "Whole."
    assert turn.lost_calls == 1
    if streamed:
        restart = [d.kind for d in deltas].index(DeltaKind.RESTART)
        assert "".join(heard(deltas[restart:], DeltaKind.TEXT)) == "Whole."


def test_a_provider_that_hangs_is_given_up_after_the_timeout(protocol):
    stalls = [Stall(), Stall()]
    with serving(*stalls) as provider:
        brain = a_brain(
            provider,
            protocol,
            timeout=timedelta(milliseconds=300),
            retry=RetryPolicy(attempts=2, first_wait=timedelta(milliseconds=1)),
        )
        with pytest.raises(ProviderUnavailable) as refused:
            brain.say(a_conversation(), [])

    assert refused.value.details["lost_calls"] == 2


def test_a_server_that_is_not_there_costs_nothing(protocol):
    with serving() as provider:
        brain = a_brain(provider, protocol)
    with pytest.raises(ProviderUnavailable) as refused:
        brain.say(a_conversation(), [])

    assert refused.value.details["lost_calls"] == 0


@both_ways
def test_a_stop_from_another_thread_ends_the_call_at_once(protocol, streamed):
    stall = Stall()
    cancellation = Cancellation()
    with serving(stall) as provider:
        stopper = threading.Thread(
            target=lambda: (stall.reached.wait(20), cancellation.cancel("kill switch"))
        )
        stopper.start()
        with pytest.raises(Cancelled, match="kill switch") as stopped:
            a_brain(provider, protocol).say(
                a_conversation(),
                [],
                on_delta=(lambda _: None) if streamed else None,
                cancellation=cancellation,
            )
        stopper.join()

    assert stopped.value.details["lost_calls"] == 1
    assert len(provider.ledger) == 1


def test_a_stop_given_before_the_call_sends_nothing(protocol):
    cancellation = Cancellation()
    cancellation.cancel("lease lost")
    with serving(Answer(text="x")) as provider, pytest.raises(Cancelled) as stopped:
        a_brain(provider, protocol).say(a_conversation(), [], cancellation=cancellation)

    assert provider.ledger == []
    assert stopped.value.details["lost_calls"] == 0


def test_a_request_that_cannot_succeed_is_not_repeated(protocol):
    with (
        serving(HttpError(status=400, message="no such parameter")) as provider,
        pytest.raises(ProviderRejected, match="no such parameter"),
    ):
        a_brain(provider, protocol).say(a_conversation(), [])

    assert len(provider.ledger) == 1


def test_the_key_shows_up_nowhere(protocol, caplog):
    caplog.set_level(logging.DEBUG)
    with FakeProvider(key="another", steps=()).running() as provider:
        brain = a_brain(provider, protocol)
        with pytest.raises(AccessRefused) as refused:
            brain.say(a_conversation(), [])

    chain = [refused.value, refused.value.__cause__, refused.value.__context__]
    assert chain[1:] == [None, None]
    told = (
        repr(brain)
        + str(chain)
        + repr(refused.value.details)
        + brain.identity(Task(role="r", name="n"))
    )
    assert KEY not in told + caplog.text
    assert "(key)" in str(refused.value)


def test_the_reservation_covers_what_the_turn_then_uses(protocol):
    with serving(
        Answer(calls=(FakeCall(tool="read_file", arguments='{"path": "a"}'),)),
        Answer(text="Done."),
    ) as provider:
        brain = a_brain(provider, protocol)
        conversation = a_conversation()
        reserved = brain.worst_case(conversation, [READ])
        turn = brain.say(conversation, [READ])
        result = ToolResults(results=(ToolResult(call_id=turn.calls[0].id, content="x" * 4000),))
        conversation = conversation.then(turn).then(result)
        reserved_next = brain.worst_case(conversation, [READ])
        turn_next = brain.say(conversation, [READ])

    for most, used in ((reserved, turn.usage), (reserved_next, turn_next.usage)):
        assert most.cost_micro_usd >= used.cost_micro_usd > 0
        assert most.input_tokens >= used.input_tokens
    assert reserved_next.input_tokens < turn.usage.input_tokens + turn.usage.output_tokens + 4100


def test_the_output_limit_of_the_task_reaches_the_provider(protocol):
    with serving(Answer(text="x")) as provider:
        a_brain(provider, protocol).say(a_conversation(), [])

    body = provider.asked[0].body
    limits = {"chat": "max_completion_tokens", "responses": "max_output_tokens"}
    assert body[limits.get(protocol, "max_tokens")] == 8000


def test_an_openai_conversation_is_not_kept_by_the_provider():
    with serving(Answer(text="x")) as provider:
        a_brain(provider, "responses").say(a_conversation(), [])

    assert provider.asked[0].body["store"] is False


def test_a_model_without_a_known_price_is_marked_and_not_free():
    with serving(Answer(text="x")) as provider:
        brain = a_brain(provider, "chat", model="openai-chat:qwen-local-9000")
        turn = brain.say(a_conversation(), [])

    assert turn.usage.priced is False
    assert (turn.usage + Usage(cost_micro_usd=5)).priced is False


def test_a_server_that_counts_no_tokens_is_counted_by_us():
    with serving(Answer(text="word " * 100, input_tokens=0, output_tokens=0)) as provider:
        turn = a_brain(provider, "chat").say(a_conversation(), [])

    assert turn.usage.input_tokens > 0
    assert turn.usage.output_tokens >= 100


def test_a_brain_can_speak_from_a_thread_beside_a_running_loop():
    async def from_async(brain):
        return await asyncio.to_thread(brain.say, a_conversation(), [])

    with serving(Answer(text="Fine.")) as provider:
        turn = asyncio.run(from_async(a_brain(provider, "chat")))

    assert turn.text == "Fine."


@pytest.mark.parametrize(
    ("config", "told"),
    [
        pytest.param(ModelConfig(model="gpt-5"), "names no provider", id="no provider"),
        pytest.param(ModelConfig(model="opanai:gpt-5"), "not a provider", id="misspelt"),
        pytest.param(ModelConfig(model="openai:gpt-5"), "no key", id="no key"),
        pytest.param(
            ModelConfig(model="openrouter:x", key=SecretStr(KEY), base_url="http://127.0.0.1:1"),
            "fixed address",
            id="an address where none is possible",
        ),
    ],
)
def test_settings_that_make_no_brain_are_told(monkeypatch, config, told):
    monkeypatch.setenv("OPENAI_API_KEY", "must-not-be-picked-up")

    with pytest.raises(BrainMisconfigured, match=told):
        ModelBrain(config=config).say(a_conversation(), [])


def test_the_ledger_of_the_fake_provider_outlives_it(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    with serving(Answer(text="x"), HttpError(status=400), ledger_file=ledger) as provider:
        brain = a_brain(provider, "chat")
        brain.say(a_conversation(), [])
        with pytest.raises(ProviderRejected):
            brain.say(a_conversation(), [])

    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert [line["outcome"] for line in lines] == ["answered", "error 400"]
    assert lines[0]["input_tokens"] > 0
