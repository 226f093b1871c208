import json
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st
from pydantic_ai.messages import ModelResponse, TextPart, ThinkingPart

from headrace.capabilities.agents.brains import prices, tokens, translation
from headrace.capabilities.agents.conversation import (
    Conversation,
    Finish,
    Limits,
    Message,
    SystemMessage,
    Task,
    ToolCall,
    ToolResult,
    ToolResults,
    ToolSpec,
    Turn,
    Usage,
    UserMessage,
)
from headrace.kernel.json import from_json, to_json

TEXT = st.text(max_size=40)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
FACTS = st.dictionaries(TEXT, DATA, max_size=3)
CALLS = st.lists(
    st.builds(ToolCall, id=TEXT, tool=TEXT, arguments=FACTS, fault=TEXT, raw=TEXT), max_size=2
).map(tuple)
USAGE = st.builds(Usage, input_tokens=st.integers(0, 9**9), priced=st.booleans())
RESULTS = st.lists(
    st.builds(ToolResult, call_id=TEXT, content=TEXT, is_error=st.booleans()), max_size=2
).map(tuple)
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(SystemMessage, text=TEXT),
    st.builds(UserMessage, text=TEXT),
    st.builds(ToolResults, results=RESULTS),
    st.builds(
        Turn, text=TEXT, calls=CALLS, usage=USAGE, model=TEXT, finish=st.sampled_from(Finish)
    ),
)
TOOLS = st.lists(
    st.builds(ToolSpec, name=TEXT, description=TEXT, parameters=FACTS), max_size=2
).map(tuple)
TASKS = st.builds(
    Task,
    role=TEXT,
    name=TEXT,
    element=TEXT,
    attempt=st.integers(1, 9),
    facts=FACTS,
    tools=TOOLS,
    limits=st.builds(Limits, run_tokens=st.none() | st.integers(0, 9)),
    output_schema=st.none() | FACTS,
)
CONVERSATIONS = st.builds(
    Conversation, task=TASKS, messages=st.lists(MESSAGES, max_size=4).map(tuple)
)


@given(CONVERSATIONS)
def test_a_conversation_survives_being_stored(conversation):
    stored = json.dumps(to_json(conversation))

    assert from_json(Conversation, json.loads(stored)) == conversation


@given(CONVERSATIONS, TOOLS)
def test_the_bound_of_the_input_is_never_below_the_estimate_of_what_is_new(conversation, tools):
    fresh = Conversation(
        task=conversation.task,
        messages=tuple(m for m in conversation.messages if not isinstance(m, Turn)),
    )

    assert tokens.input_bound(fresh, tools) >= tokens.input_estimate(fresh, tools)


def test_the_bound_starts_from_what_the_last_turn_is_known_to_have_read():
    turn = Turn(
        text="x" * 999,
        model="m",
        finish=Finish.TOOLS,
        usage=Usage(input_tokens=50_000, output_tokens=700),
    )
    results = ToolResults(results=(ToolResult(call_id="1", content="é" * 10),))
    conversation = Conversation(
        task=Task(role="r", name="n"), messages=(UserMessage(text="y" * 9_999), turn, results)
    )

    assert tokens.input_bound(conversation, []) == 50_000 + 700 + 20 + tokens.TOKENS_PER_MESSAGE


def test_a_price_is_rounded_up_to_the_next_millionth():
    one_token = prices.priced(Usage(input_tokens=1), "openai:gpt-4o-mini")

    assert one_token.cost_micro_usd == 1


def test_a_server_that_miscounts_its_cache_is_still_priced():
    usage = prices.priced(Usage(input_tokens=10, cached_tokens=20), "openai:gpt-4o")

    assert usage.priced
    assert usage.cost_micro_usd > 0


def test_a_price_is_never_taken_from_another_provider_of_the_same_name():
    assert prices.priced(Usage(input_tokens=1), "ollama:gpt-4o").priced is False


def test_only_the_last_turn_has_open_calls():
    call = ToolCall(id="1", tool="t", arguments={})
    turn = Turn(text="", calls=(call,), model="m", finish=Finish.TOOLS)
    asked = Conversation(task=Task(role="r", name="n")).then(turn)

    assert asked.open_calls == (call,)
    assert asked.then(ToolResults(results=())).open_calls == ()


def test_signed_thoughts_travel_back_to_the_provider_unchanged():
    response = ModelResponse(
        parts=[
            ThinkingPart(content="hm", signature="sig-1", provider_name="anthropic"),
            TextPart(content="Hello."),
        ]
    )
    turn = Turn(text="Hello.", model="m", finish=Finish.DONE, carried=translation.carried(response))
    conversation = Conversation(
        task=Task(role="r", name="n"), messages=(UserMessage(text="hi"), turn)
    )

    sent = translation.provider_messages(conversation)[1]

    assert isinstance(sent, ModelResponse)
    assert list(sent.parts) == list(response.parts)


def test_words_and_brains_can_be_imported_without_the_model_library():
    script = (
        "import sys, headrace.capabilities.agents.brains.model_brain as _;"
        "sys.exit('pydantic_ai' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
