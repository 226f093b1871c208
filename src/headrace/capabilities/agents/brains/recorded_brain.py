"""The recorded brain: plays back what a model said, with the facts of this task in its places."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import JsonValue

from headrace.capabilities.agents import templates
from headrace.capabilities.agents.brains import prices, tokens
from headrace.capabilities.agents.brains.brain import Delta, DeltaKind, OnDelta
from headrace.capabilities.agents.brains.call_log import CallLog
from headrace.capabilities.agents.brains.calls import schema_faults
from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.brains.errors import (
    FactMissing,
    RecordingEnded,
    RecordingUnfit,
)
from headrace.capabilities.agents.conversation import (
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
from headrace.capabilities.agents.recordings import (
    CONTENT_FROM,
    RecordedCall,
    Recording,
    choose,
)


@dataclass(frozen=True, kw_only=True)
class RecordedBrain:
    """Answers from recordings. Holds no place in them: the turns said so far tell which comes next.

    `priced_as` names the model whose price its tokens are counted at ("anthropic:claude-sonnet-4-6");
    without it turns are not priced. `latency` is how long every turn takes. `call_log` notes each turn
    before it is given.
    """

    recordings: tuple[Recording, ...]
    priced_as: str | None = None
    latency: timedelta = timedelta(0)
    call_log: CallLog | None = None

    @property
    def kind(self) -> BrainKind:
        return BrainKind.RECORDED

    def identity(self, task: Task) -> str:
        """The recording's content: an edited recording is another recipe. Raises NoRecording."""
        return f"recorded/{choose(self.recordings, task).digest}"

    def worst_case(self, conversation: Conversation, tools: Sequence[ToolSpec]) -> Usage:
        """As for a model: a rehearsal reserves like the real run."""
        most = Usage(
            input_tokens=tokens.input_bound(conversation, tools),
            output_tokens=conversation.task.limits.output_tokens,
        )
        return self._priced(most)

    def say(
        self,
        conversation: Conversation,
        tools: Sequence[ToolSpec],
        *,
        on_delta: OnDelta | None = None,
        cancellation: Cancellation | None = None,
    ) -> Turn:
        """The recorded next turn.

        Raises NoRecording, RecordingEnded, FactMissing, RecordingUnfit, Cancelled.
        """
        (cancellation or Cancellation()).wait(self.latency)
        recording = choose(self.recordings, conversation.task)
        turn = self._counted(_played(recording, conversation, tools), conversation, tools)
        if self.call_log is not None:
            self.call_log.note(conversation, turn)
        if on_delta is not None:
            _tell(turn, on_delta)
        return turn

    def _counted(self, turn: Turn, conversation: Conversation, tools: Sequence[ToolSpec]) -> Turn:
        usage = Usage(
            input_tokens=tokens.input_estimate(conversation, tools),
            output_tokens=tokens.estimated(tokens.message_text(turn)),
        )
        return replace(turn, usage=self._priced(usage))

    def _priced(self, usage: Usage) -> Usage:
        if self.priced_as is None:
            return replace(usage, priced=False)
        return prices.priced(usage, self.priced_as)


def _played(recording: Recording, conversation: Conversation, tools: Sequence[ToolSpec]) -> Turn:
    place = len(conversation.turns)
    if place >= len(recording.turns):
        raise RecordingEnded(
            f"{recording.file} has {len(recording.turns)} turn(s), and the run asks for one more.",
            file=str(recording.file),
        )
    reading = _Reading(
        recording=recording, turn=place, names=_names(conversation), tools=tuple(tools)
    )
    recorded = recording.turns[place]
    calls = tuple(reading.call(n, call) for n, call in enumerate(recorded.calls))
    return Turn(
        text=reading.filled(recorded.text),
        calls=calls,
        model="recorded",
        finish=Finish.TOOLS if calls else Finish.DONE,
    )


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One turn being read out: its recording, its place and what its texts may name."""

    recording: Recording
    turn: int
    names: templates.Names
    tools: tuple[ToolSpec, ...]

    def call(self, number: int, recorded: RecordedCall) -> ToolCall:
        arguments = {
            key: value
            for name, item in recorded.arguments.items()
            for key, value in self._argument(name, item).items()
        }
        return ToolCall(
            id=f"recorded-{self.turn}-{number}",
            tool=recorded.tool,
            arguments=arguments,
            fault=self._fault(recorded, arguments),
        )

    def _fault(self, recorded: RecordedCall, arguments: Mapping[str, JsonValue]) -> str:
        """A tool that the role may not use is asked for all the same: the tool layer refuses it."""
        spec = next((t for t in self.tools if t.name == recorded.tool), None)
        if spec is None:
            return f"there is no tool {recorded.tool!r} for this role."
        faults = schema_faults(spec.parameters, arguments)
        if faults:
            raise RecordingUnfit(
                f"{self._where(recorded.line)}: {recorded.tool} does not take this: {'; '.join(faults)}.",
                file=str(self.recording.file),
            )
        return ""

    def _argument(self, name: str, item: JsonValue) -> dict[str, JsonValue]:
        if name == CONTENT_FROM and isinstance(item, str):
            return {"content": self.recording.contents[item]}
        return {name: self.value(item)}

    def value(self, item: JsonValue) -> JsonValue:
        if isinstance(item, dict):
            inner = (self._argument(name, below) for name, below in item.items())
            return {key: value for part in inner for key, value in part.items()}
        if isinstance(item, list):
            return [self.value(below) for below in item]
        return self._tried(templates.value, item) if isinstance(item, str) else item

    def filled(self, text: str) -> str:
        return str(self._tried(templates.render, text))

    def _tried(self, fill: Callable[[str, templates.Names], JsonValue], text: str) -> JsonValue:
        try:
            return fill(text, self.names)
        except templates.FactAbsent as absent:
            fact = str(absent.details["fact"])
        except templates.TemplateInvalid as wrong:
            raise RecordingUnfit(f"{self._where()}: {wrong.message}") from None
        raise FactMissing(
            f"{self._where()} needs {fact}, which this task does not give. The run stops.",
            fact=fact,
            file=str(self.recording.file),
            turn=self.turn + 1,
        )

    def _where(self, line: int | None = None) -> str:
        at = line or self.recording.turns[self.turn].line
        return f"{self.recording.file}:{at}, turn {self.turn + 1}"


def _names(conversation: Conversation) -> templates.Names:
    """What a recording may name: the task, its facts, and the last result of each tool."""
    task = conversation.task
    return {
        "facts": dict(task.facts),
        "task": {"role": task.role, "name": task.name, "element": task.element},
        "attempt": task.attempt,
        "results": _results(conversation),
    }


def _results(conversation: Conversation) -> dict[str, JsonValue]:
    """The newest result of each tool by its name; JSON where it is JSON, else text."""
    tool_of = {call.id: call.tool for turn in conversation.turns for call in turn.calls}
    results: dict[str, JsonValue] = {}
    for message in conversation.messages:
        if isinstance(message, ToolResults):
            for result in message.results:
                results[tool_of[result.call_id]] = _read(result.content)
    return results


def _read(content: str) -> JsonValue:
    try:
        found: JsonValue = json.loads(content)
    except json.JSONDecodeError:
        return content
    return found


def _tell(turn: Turn, on_delta: OnDelta) -> None:
    if turn.text:
        on_delta(Delta(kind=DeltaKind.TEXT, text=turn.text))
    for call in turn.calls:
        on_delta(Delta(kind=DeltaKind.CALL, text=call.tool))
