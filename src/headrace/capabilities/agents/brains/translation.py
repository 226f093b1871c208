"""Our words to pydantic-ai's and back: messages, tools and answers."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from pydantic_ai.messages import (
    FinishReason,
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    SystemPromptPart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from headrace.capabilities.agents.brains.calls import read_call
from headrace.capabilities.agents.conversation import (
    Conversation,
    Finish,
    SystemMessage,
    ToolCall,
    ToolResults,
    ToolSpec,
    Turn,
    UserMessage,
)

P = TypeVar("P", bound=ModelResponsePart)

FINISHES: dict[FinishReason, Finish] = {
    "stop": Finish.DONE,
    "tool_call": Finish.TOOLS,
    "length": Finish.LENGTH,
    "content_filter": Finish.REFUSED,
}


def provider_messages(conversation: Conversation) -> list[ModelMessage]:
    """The conversation as the library sends it: requests and responses in turn."""
    messages: list[ModelMessage] = []
    waiting: list[ModelRequestPart] = []
    tool_names: dict[str, str] = {}
    for message in conversation.messages:
        if isinstance(message, Turn):
            messages += [ModelRequest(parts=waiting), _response(message)]
            waiting = []
            tool_names |= {call.id: call.tool for call in message.calls}
        else:
            waiting += _request_parts(message, tool_names)
    return [*messages, ModelRequest(parts=waiting)]


def _request_parts(
    message: SystemMessage | UserMessage | ToolResults, tool_names: dict[str, str]
) -> list[ModelRequestPart]:
    if isinstance(message, SystemMessage):
        return [SystemPromptPart(content=message.text)]
    if isinstance(message, UserMessage):
        return [UserPromptPart(content=message.text)]
    return [
        ToolReturnPart(
            tool_name=tool_names[result.call_id],
            content=result.content,
            tool_call_id=result.call_id,
            outcome="failed" if result.is_error else "success",
        )
        for result in message.results
    ]


def _response(turn: Turn) -> ModelResponse:
    if turn.carried:
        carried = ModelMessagesTypeAdapter.validate_json(turn.carried)[0]
        if isinstance(carried, ModelResponse):
            return carried
    text: list[ModelResponsePart] = [TextPart(content=turn.text)] if turn.text else []
    return ModelResponse(parts=[*text, *(_call_part(call) for call in turn.calls)])


def _call_part(call: ToolCall) -> ToolCallPart:
    arguments = call.raw or dict(call.arguments)
    return ToolCallPart(tool_name=call.tool, args=arguments, tool_call_id=call.id)


def parameters(tools: Sequence[ToolSpec]) -> ModelRequestParameters:
    """The tools as the library offers them. Strict mode stays off: it rewrites the schemas we check by."""
    return ModelRequestParameters(
        function_tools=[
            ToolDefinition(
                name=tool.name,
                description=tool.description,
                parameters_json_schema=dict(tool.parameters),
                strict=False,
            )
            for tool in tools
        ]
    )


def calls(response: ModelResponse, tools: Sequence[ToolSpec]) -> tuple[ToolCall, ...]:
    """The tool calls of an answer, those with a fault included."""
    return tuple(
        read_call(part.tool_call_id, part.tool_name, part.args or "", tools)
        for part in _of_kind(response.parts, ToolCallPart)
    )


def text(response: ModelResponse) -> str:
    """What the model says in words; a refusal's own words where there are no others."""
    said = "".join(part.content for part in _of_kind(response.parts, TextPart))
    refusal = (response.provider_details or {}).get("refusal")
    return said or (refusal if isinstance(refusal, str) else "")


def finish(response: ModelResponse, has_calls: bool) -> Finish:
    """Why the answer ended. A provider that says "stop" beside calls still waits for their results."""
    reason = response.finish_reason
    told = FINISHES.get(reason, Finish.DONE) if reason else Finish.DONE
    return Finish.TOOLS if told is Finish.DONE and has_calls else told


def is_complete(response: ModelResponse) -> bool:
    """Whether the provider itself said that its stream is at the end.

    `finish_reason` alone does not tell: for chat completions the library fills in "stop" where none came.
    """
    told = response.provider_details or {}
    return bool(response.finish_reason) and ("finish_reason" in told or "refusal" in told)


def carried(response: ModelResponse) -> str:
    """The whole answer as JSON where it holds thoughts that the provider wants back, else nothing."""
    if not any(_of_kind(response.parts, ThinkingPart)):
        return ""
    return ModelMessagesTypeAdapter.dump_json([response]).decode()


def _of_kind(parts: Iterable[ModelResponsePart], kind: type[P]) -> list[P]:
    return [part for part in parts if isinstance(part, kind)]
