import pytest

from headrace.capabilities.agents.brains.calls import schema_faults
from headrace.capabilities.agents.brains.errors import NoModelConfigured
from headrace.capabilities.agents.brains.plain_brain import PlainBrain
from headrace.capabilities.agents.conversation import (
    Conversation,
    Finish,
    Task,
    ToolResult,
    ToolResults,
    ToolSpec,
)
from headrace.capabilities.agents.drafts import GAP, NOTE, draft

SIGNAL = {
    "type": "object",
    "required": ["title", "category", "observation", "customers", "risks", "source"],
    "properties": {
        "title": {"type": "string"},
        "category": {"enum": ["customer", "technical"]},
        "observation": {"type": "string"},
        "customers": {"type": "integer"},
        "arr": {"type": "number", "x-fact": "money.at_risk"},
        "risks": {"type": "array", "items": {"$ref": "#/$defs/risk"}},
        "source": {
            "type": "object",
            "required": ["system"],
            "properties": {"system": {"type": "string"}, "url": {"type": "string"}},
        },
        "owner": {"anyOf": [{"type": "null"}, {"type": "string"}]},
        "kind": {"const": "signal"},
        "revision": {"type": "integer", "default": 1},
    },
    "$defs": {
        "risk": {
            "type": "object",
            "required": ["risk", "impact"],
            "properties": {"risk": {"type": "string"}, "impact": {"type": "string"}},
        }
    },
}
FACTS = {
    "Title": "Bulk export",
    "category": "customer",
    "customers": 15,
    "money": {"at_risk": 2.4},
    "risks": [{"risk": "overload", "impact": "high"}, {"risk": "late"}],
    "impact": "never mixed into a part",
    "system": "CRM",
    "owner": "Ada",
}


def test_a_form_is_filled_from_facts_of_the_same_names():
    made = draft(SIGNAL, FACTS)

    assert made.content == {
        "title": "Bulk export",
        "category": "customer",
        "observation": made.content["observation"],
        "customers": 15,
        "arr": 2.4,
        "risks": [{"risk": "overload", "impact": "high"}, {"risk": "late", "impact": GAP}],
        "source": {"system": "CRM"},
        "owner": "Ada",
        "kind": "signal",
        "revision": 1,
    }
    assert made.gaps == ("risks[1].impact",)
    assert schema_faults(SIGNAL, made.content) == ()


def test_a_narrative_without_a_fact_lists_the_facts_and_says_what_it_is():
    text = draft(SIGNAL, FACTS).content["observation"]

    assert text.startswith(NOTE)
    assert "- customers: 15" in text
    assert "- risks: 2" in text


@pytest.mark.parametrize(
    ("form", "value"),
    [
        pytest.param({"enum": ["customer"]}, "partner", id="not among the values"),
        pytest.param({"type": "integer"}, "15", id="a figure as text"),
        pytest.param({"type": "integer"}, True, id="a truth as a figure"),
        pytest.param({"type": "boolean"}, "yes", id="a text as a truth"),
        pytest.param({"type": "string"}, None, id="null"),
    ],
)
def test_a_fact_of_another_type_is_a_gap_and_not_bent(form, value):
    made = draft({"type": "object", "required": ["x"], "properties": {"x": form}}, {"x": value})

    assert made.gaps == ("x",)
    assert made.content in ({}, {"x": GAP})


def test_without_facts_nothing_is_invented():
    made = draft(SIGNAL, {})

    assert set(made.gaps) == {
        "title",
        "category",
        "observation",
        "customers",
        "risks",
        "source.system",
    }
    assert made.content["title"] == GAP
    assert "category" not in made.content
    assert "Not in the facts: title" in made.note


def a_conversation(**task):
    known = {"role": "customer-signal-scanner", "name": "scan", "facts": FACTS}
    return Conversation(task=Task(**{**known, "output_schema": SIGNAL, **task}))


SUBMIT = ToolSpec(
    name="submit",
    description="Hands in.",
    parameters={
        "type": "object",
        "required": ["content"],
        "properties": {"content": SIGNAL, "self_evaluation": {"type": "array"}},
        "$defs": SIGNAL["$defs"],
    },
)


def test_the_brain_hands_its_draft_in_and_ends():
    conversation = a_conversation()
    turn = PlainBrain().say(conversation, (SUBMIT,))
    result = ToolResults(results=(ToolResult(call_id=turn.calls[0].id, content="accepted"),))
    after = PlainBrain().say(conversation.then(turn).then(result), (SUBMIT,))

    assert turn.calls[0].arguments["content"]["title"] == "Bulk export"
    assert schema_faults(SUBMIT.parameters, turn.calls[0].arguments) == ()
    assert turn.text.startswith(NOTE)
    assert turn.model == "plain"
    assert turn.usage.cost_micro_usd == 0
    assert turn.usage.priced
    assert (turn.finish, after.finish) == (Finish.TOOLS, Finish.DONE)


def test_a_draft_that_is_refused_goes_to_a_person():
    conversation = a_conversation()
    turn = PlainBrain().say(conversation, (SUBMIT,))
    refusal = ToolResult(call_id=turn.calls[0].id, content="category is missing", is_error=True)

    with pytest.raises(NoModelConfigured, match=r"category is missing.*person"):
        PlainBrain().say(conversation.then(turn).then(ToolResults(results=(refusal,))), (SUBMIT,))


def test_work_in_a_place_cannot_be_drafted():
    with pytest.raises(NoModelConfigured, match="coding-agent/implement"):
        PlainBrain().say(
            a_conversation(role="coding-agent", name="implement", output_schema=None), (SUBMIT,)
        )
