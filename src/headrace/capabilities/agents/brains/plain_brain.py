"""The plain brain: with no model configured, it drafts from the facts and says that it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from headrace.capabilities.agents.brains.brain import Delta, DeltaKind, OnDelta
from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.brains.errors import NoModelConfigured
from headrace.capabilities.agents.conversation import (
    SUBMIT_TOOL,
    BrainKind,
    Conversation,
    Finish,
    Task,
    ToolCall,
    ToolResults,
    ToolSpec,
    Turn,
    Usage,
)
from headrace.capabilities.agents.drafts import NOTE, Draft, draft

REMEDY = "Configure a model, point to recordings, or give the task to a person."


@dataclass(frozen=True, kw_only=True)
class PlainBrain:
    """Hands in one draft with the submit tool, then ends. Costs nothing."""

    @property
    def kind(self) -> BrainKind:
        return BrainKind.PLAIN

    def identity(self, task: Task) -> str:
        return "plain/1"

    def worst_case(self, conversation: Conversation, tools: Sequence[ToolSpec]) -> Usage:
        return Usage()

    def say(
        self,
        conversation: Conversation,
        tools: Sequence[ToolSpec],
        *,
        on_delta: OnDelta | None = None,
        cancellation: Cancellation | None = None,
    ) -> Turn:
        """The draft, or the end after it.

        Raises NoModelConfigured when the task asks for work in a place, or when the draft was not accepted.
        """
        (cancellation or Cancellation()).check()
        turn = _after(conversation) if conversation.turns else _drafted(conversation.task, tools)
        if on_delta is not None:
            on_delta(Delta(kind=DeltaKind.TEXT, text=turn.text))
        return turn


def _drafted(task: Task, tools: Sequence[ToolSpec]) -> Turn:
    if task.output_schema is None:
        raise NoModelConfigured(
            f"{task.role}/{task.name} is work that no draft can stand for. {REMEDY}"
        )
    submit = next((tool for tool in tools if tool.name == SUBMIT_TOOL), None)
    made = draft(_form(task.output_schema, submit), task.facts)
    if submit is None:
        return _turn(made, ())
    arguments = made.content if isinstance(made.content, dict) else {}
    return _turn(made, (ToolCall(id="plain-0", tool=SUBMIT_TOOL, arguments=arguments),))


def _form(
    output_schema: Mapping[str, JsonValue], submit: ToolSpec | None
) -> Mapping[str, JsonValue]:
    """The form to fill: the submit tool's own where it has one, for it may wrap the result."""
    if submit is not None and submit.parameters.get("properties"):
        return submit.parameters
    return output_schema


def _turn(made: Draft, calls: tuple[ToolCall, ...]) -> Turn:
    finish = Finish.TOOLS if calls else Finish.DONE
    return Turn(text=made.note, calls=calls, model="plain", finish=finish)


def _after(conversation: Conversation) -> Turn:
    last = conversation.messages[-1]
    refused = (
        [r.content for r in last.results if r.is_error] if isinstance(last, ToolResults) else []
    )
    if refused:
        raise NoModelConfigured(
            f"The draft from the facts was not accepted: {' '.join(refused)} {REMEDY}",
            reasons=refused,
        )
    return Turn(text=NOTE, model="plain", finish=Finish.DONE)
