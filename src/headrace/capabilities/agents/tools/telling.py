"""Tools that tell us something: file_signal and submit. Their effect is rows, written by a verb."""

from collections.abc import Mapping

from pydantic import JsonValue

from headrace.capabilities.agents.conversation import SUBMIT_TOOL
from headrace.capabilities.agents.tools.tool import Tool, ToolEffect, form, text

SIGNAL_TOOL = "file_signal"
QUESTION_TOOL = "ask"
LONGEST_OBSERVATION = 4_000

ASKED = (
    "It was asked. The answer does not come in this run: go on with what you know, leave open what"
    " depends on it, and say in your result what is open."
)

_SELF_CHECK: JsonValue = {
    "type": "object",
    "properties": {
        "policy": {"type": "string", "minLength": 1},
        "verdict": {"type": "string", "enum": ["PASS", "PASS WITH NOTES", "FAIL", "ESCALATE"]},
        "because": {"type": "string", "minLength": 1},
    },
    "required": ["policy", "verdict", "because"],
    "additionalProperties": False,
}

WORK = form(
    {"summary": {"type": "string", "minLength": 1}},
    self_evaluation={
        "type": "array",
        "description": "Your own look at each policy, before others judge.",
        "items": _SELF_CHECK,
    },
    tasks={
        "type": "array",
        "description": "Ids of the tasks this fulfils.",
        "items": {"type": "string"},
    },
    notes={"type": "string"},
)
"""The form of a result that is work in a place: told in a summary, with the maker's own check."""

SIGNAL = Tool(
    name=SIGNAL_TOOL,
    description="File a signal about something that you noticed and others should know. Facts only.",
    parameters=form(
        {
            "title": {"type": "string", "minLength": 1, "maxLength": 200},
            "category": text(
                "What it is about.",
                "market", "customer", "technical", "internal", "competitive", "financial",
            ),
            "urgency": text("How soon.", "immediate", "next-cycle", "monitor"),
            "observation": {
                "type": "string",
                "minLength": 1,
                "maxLength": LONGEST_OBSERVATION,
            },
        },
        impact=text("How much depends on it.", "high", "medium", "low"),
        confidence=text("How sure you are.", "high", "medium", "low"),
    ),
    effect=ToolEffect.ROW,
    in_workspace=False,
)  # fmt: skip

QUESTION = Tool(
    name=QUESTION_TOOL,
    description="Ask one of those to whom you escalate. The answer does not come in this run.",
    parameters=form(
        {
            "to": text("To whom, as your card names them."),
            "question": {"type": "string", "minLength": 1, "maxLength": 2_000},
            "because": {"type": "string", "minLength": 1, "maxLength": 2_000},
        }
    ),
    effect=ToolEffect.ROW,
    in_workspace=False,
)


def submit(parameters: Mapping[str, JsonValue]) -> Tool:
    """The tool with which a result of this form is handed in; it ends the run."""
    return Tool(
        name=SUBMIT_TOOL,
        description="Hand in your result. This ends your work; what you do not hand in does not count.",
        parameters=parameters,
        effect=ToolEffect.ROW,
        in_workspace=False,
    )
