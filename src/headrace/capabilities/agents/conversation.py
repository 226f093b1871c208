"""What is said between a task and a brain: the words of one turn, ready to be checkpointed.

Every class here is a frozen value that `kernel.json.to_json` writes and `from_json` reads back,
because each turn is stored before anything follows from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue

SUBMIT_TOOL = "submit"
"""The tool with which every task hands in its result; its parameters are the result's form."""


class BrainKind(StrEnum):
    """What may answer for a task, as a role card prefers it."""

    SKILL = "skill"  # deterministic Python
    MODEL = "model"  # a language model of any provider
    RECORDED = "recorded"  # played back from a recording
    PLAIN = "plain"  # a draft from the facts, where no model is configured
    EXTERNAL = "external"  # a command line agent in a worktree
    HUMAN = "human"


@dataclass(frozen=True, kw_only=True)
class ToolSpec:
    """A tool as a brain sees it. `parameters` is a JSON Schema of type object."""

    name: str
    description: str
    parameters: Mapping[str, JsonValue]


@dataclass(frozen=True, kw_only=True)
class ToolCall:
    """A brain's wish to use a tool.

    `fault` says why the call must not run: arguments that cannot be read or do not fit, or an unknown tool.
    The loop answers such a call with `asked_again` and lets the brain speak once more.
    `raw` is then the arguments' text as the brain wrote it.
    """

    id: str
    tool: str
    arguments: Mapping[str, JsonValue]
    fault: str = ""
    raw: str = ""


@dataclass(frozen=True, kw_only=True)
class ToolResult:
    """What came of one call, as text for the brain. Made by our tool layer, never by a brain."""

    call_id: str
    content: str
    is_error: bool = False


def asked_again(call: ToolCall) -> ToolResult:
    """The answer to a call with a fault: what is wrong, so that the brain can send it anew."""
    return ToolResult(
        call_id=call.id,
        content=f"The call to {call.tool} did not run: {call.fault} Send it again, corrected.",
        is_error=True,
    )


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens and money of calls that have been answered.

    `cached_tokens` is the part of `input_tokens` that the provider read from its cache. `cost_micro_usd` is
    in millionths of a US dollar, rounded up; where no price is known it is 0 and `priced` is False, so
    that an unknown price is never read as free.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_micro_usd: int = 0
    priced: bool = True

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            cost_micro_usd=self.cost_micro_usd + other.cost_micro_usd,
            priced=self.priced and other.priced,
        )


class Finish(StrEnum):
    """Why a brain stopped speaking."""

    DONE = "done"  # it has nothing to add
    TOOLS = "tools"  # it waits for the results of its calls
    LENGTH = "length"  # cut at the output limit: text and calls may be incomplete
    REFUSED = "refused"  # the model or its provider declined the content


@dataclass(frozen=True, kw_only=True)
class SystemMessage:
    text: str
    kind: Literal["system"] = "system"


@dataclass(frozen=True, kw_only=True)
class UserMessage:
    text: str
    kind: Literal["user"] = "user"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One answer of a brain.

    `model` is what really answered ("claude-sonnet-5", "recorded", "plain"). `lost_calls` counts
    attempts that broke off after they were sent: the provider may have charged them, so the ledger
    charges each at its reservation. `carried` is what a provider wants back unread with the next call
    (a signed thought); only the brain that wrote it reads it.
    """

    text: str
    calls: tuple[ToolCall, ...] = ()
    usage: Usage = field(default_factory=Usage)
    model: str
    finish: Finish
    lost_calls: int = 0
    carried: str = ""
    kind: Literal["turn"] = "turn"


@dataclass(frozen=True, kw_only=True)
class ToolResults:
    """The results of all calls of one turn, in the order of the calls."""

    results: tuple[ToolResult, ...]
    kind: Literal["results"] = "results"


Message: TypeAlias = Annotated[
    SystemMessage | UserMessage | Turn | ToolResults, Field(discriminator="kind")
]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How far one run may go. None means that only its budget limits it."""

    output_tokens: int = 8_000  # of one turn
    turns: int = 40
    run_tokens: int | None = None  # input and output of all turns together
    run_cost_micro_usd: int | None = None


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a brain is asked to do.

    `name` is the task's name on the role card; `element` the part of the artifact it is about (a stream, a
    section) or empty; `attempt` counts from 1. `facts` are structured data, made by tools and rooms: a
    figure, an id or a date in the answer comes from here. `output_schema` is the JSON Schema of the
    result, or None where the result is work in a place (a change to files).
    """

    role: str
    name: str
    element: str = ""
    attempt: int = 1
    instructions: str = ""
    facts: Mapping[str, JsonValue] = field(default_factory=dict)
    tools: tuple[ToolSpec, ...] = ()
    limits: Limits = field(default_factory=Limits)
    output_schema: Mapping[str, JsonValue] | None = None


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A task and everything said about it so far. A new value after every turn."""

    task: Task
    messages: tuple[Message, ...] = ()

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What the brain has said, oldest first."""
        return tuple(m for m in self.messages if isinstance(m, Turn))

    @property
    def open_calls(self) -> tuple[ToolCall, ...]:
        """The calls of the last turn that have no results yet."""
        last = self.messages[-1] if self.messages else None
        return last.calls if isinstance(last, Turn) else ()

    def then(self, message: Message) -> "Conversation":
        """The conversation with one more message."""
        return replace(self, messages=(*self.messages, message))
