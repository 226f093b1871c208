"""Counting tokens without a tokenizer: an estimate to report, and a bound to reserve by. Pure.

Tokenizers are the providers' own and need a download, so neither function asks one.
"""

from collections.abc import Sequence
from math import ceil

from headrace.capabilities.agents.conversation import (
    Conversation,
    Message,
    ToolResults,
    ToolSpec,
    Turn,
)
from headrace.kernel.json import canonical

BYTES_PER_TOKEN = 4
"""English prose and code run at 3.5 to 4.5 bytes a token in the byte-pair encodings in use."""

TOKENS_PER_MESSAGE = 16
"""Upper bound of a protocol's own tokens around one message or tool (OpenAI documents 3 to 8)."""

TOKENS_FOR_TOOLS = 1_024
"""Upper bound of the hidden instructions a provider adds when tools are given (Anthropic: up to 804)."""


def estimated(text: str) -> int:
    """About how many tokens `text` is. Deterministic; for counting what no provider counted."""
    return ceil(len(text.encode()) / BYTES_PER_TOKEN)


def at_most(text: str) -> int:
    """How many tokens `text` can be at most: a byte-pair token is never shorter than one byte."""
    return len(text.encode())


def message_text(message: Message) -> str:
    """All text of a message that a brain reads, tool calls and results included."""
    if isinstance(message, Turn):
        calls = [f"{c.tool} {c.raw or canonical(c.arguments).decode()}" for c in message.calls]
        return "\n".join([message.text, *calls])
    if isinstance(message, ToolResults):
        return "\n".join(result.content for result in message.results)
    return message.text


def tool_text(tool: ToolSpec) -> str:
    """All text of a tool that a brain reads."""
    return f"{tool.name} {tool.description} {canonical(tool.parameters).decode()}"


def input_estimate(conversation: Conversation, tools: Sequence[ToolSpec]) -> int:
    """About how many input tokens the next turn reads."""
    said = sum(estimated(message_text(m)) for m in conversation.messages)
    return said + sum(estimated(tool_text(t)) for t in tools)


def input_bound(conversation: Conversation, tools: Sequence[ToolSpec]) -> int:
    """The most input tokens the next turn can read.

    What the last turn read and said is known from its usage; only what came after it is bounded by
    its bytes. So the bound is wide for the first turn alone.
    """
    known, fresh = _since_last_count(conversation)
    bound = known + sum(at_most(message_text(m)) + TOKENS_PER_MESSAGE for m in fresh)
    if known == 0 and tools:
        bound += TOKENS_FOR_TOOLS
        bound += sum(at_most(tool_text(t)) + TOKENS_PER_MESSAGE for t in tools)
    return bound


def _since_last_count(conversation: Conversation) -> tuple[int, Sequence[Message]]:
    """The tokens counted up to the last counted turn, and the messages after it."""
    messages = conversation.messages
    for place in range(len(messages) - 1, -1, -1):
        message = messages[place]
        if isinstance(message, Turn) and message.usage.input_tokens:
            counted = message.usage.input_tokens + message.usage.output_tokens
            return counted, messages[place + 1 :]
    return 0, messages
