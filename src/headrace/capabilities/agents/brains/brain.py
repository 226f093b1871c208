"""The port that every speaking brain fills."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.conversation import (
    BrainKind,
    Conversation,
    Task,
    ToolSpec,
    Turn,
    Usage,
)


class DeltaKind(StrEnum):
    TEXT = "text"  # more of the text
    CALL = "call"  # a tool call begins; `text` is the tool's name
    RESTART = "restart"  # the attempt broke off: forget what was shown of this turn


@dataclass(frozen=True, kw_only=True)
class Delta:
    """A piece of a turn while it is being said: for a screen, never for the record."""

    kind: DeltaKind
    text: str = ""


OnDelta: TypeAlias = Callable[[Delta], None]


class Brain(Protocol):
    """Answers one turn at a time. Holds no state of a conversation: any process can ask for the next."""

    @property
    def kind(self) -> BrainKind:
        """What an artifact names as its maker."""

    def identity(self, task: Task) -> str:
        """What answers this task, exactly enough for a recipe: another identity may answer otherwise."""

    def worst_case(self, conversation: Conversation, tools: Sequence[ToolSpec]) -> Usage:
        """The most that the next turn can use: what to reserve before asking for it."""

    def say(
        self,
        conversation: Conversation,
        tools: Sequence[ToolSpec],
        *,
        on_delta: OnDelta | None = None,
        cancellation: Cancellation | None = None,
    ) -> Turn:
        """The next turn. Blocks; runs no tool; raises one of `brains.errors`.

        `on_delta` hears the turn while it is made, where the brain can stream.
        """
