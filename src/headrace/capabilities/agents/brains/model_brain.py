"""The model brain: one turn from any provider, with its retries, its limits and its price."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.capabilities.agents.brains import prices, tokens
from headrace.capabilities.agents.brains.brain import OnDelta
from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.brains.settings import ModelConfig
from headrace.capabilities.agents.conversation import (
    BrainKind,
    Conversation,
    Task,
    ToolSpec,
    Turn,
    Usage,
)

if TYPE_CHECKING:
    from headrace.capabilities.agents.brains.attempts import Answer


@dataclass(frozen=True, kw_only=True)
class ModelBrain:
    """Speaks through a provider's protocol. Thread-safe: every turn opens and closes its own connection.

    `chance` gives numbers in [0, 1) for the spread of waits.
    """

    config: ModelConfig
    chance: Callable[[], float] = field(default=random.random, repr=False)

    @property
    def kind(self) -> BrainKind:
        return BrainKind.MODEL

    def identity(self, task: Task) -> str:
        """Model and temperature. The address is left out: the same model elsewhere is the same recipe."""
        return f"model/{self.config.model}/temperature={self.config.temperature}"

    def worst_case(self, conversation: Conversation, tools: Sequence[ToolSpec]) -> Usage:
        """The most that the next turn can use; not priced where the model has no known price."""
        most = Usage(
            input_tokens=tokens.input_bound(conversation, tools),
            output_tokens=conversation.task.limits.output_tokens,
        )
        return prices.priced(most, self.config.priced_model)

    def say(
        self,
        conversation: Conversation,
        tools: Sequence[ToolSpec],
        *,
        on_delta: OnDelta | None = None,
        cancellation: Cancellation | None = None,
    ) -> Turn:
        """The model's next turn. Streams when `on_delta` is given.

        Blocks its thread; from asynchronous code call it with `asyncio.to_thread`. Raises Cancelled,
        ProviderUnavailable, ProviderRejected, ContextTooLong, AccessRefused, QuotaExhausted,
        BrainMisconfigured.
        """
        # Here, not above: pydantic-ai takes over a second to import.
        from headrace.capabilities.agents.brains.attempts import Attempts

        attempts = Attempts(
            config=self.config,
            conversation=conversation,
            tools=tuple(tools),
            on_delta=on_delta,
            cancellation=cancellation or Cancellation(),
            chance=self.chance,
        )
        return self._turn(asyncio.run(attempts.answer()), conversation, tools)

    def _turn(
        self, answer: "Answer", conversation: Conversation, tools: Sequence[ToolSpec]
    ) -> Turn:
        from headrace.capabilities.agents.brains import translation

        calls = translation.calls(answer.response, tools)
        return Turn(
            text=translation.text(answer.response),
            calls=calls,
            usage=self._usage(answer, conversation, tools),
            model=answer.response.model_name or self.config.model,
            finish=translation.finish(answer.response, bool(calls)),
            lost_calls=answer.lost_calls,
            carried=translation.carried(answer.response),
        )

    def _usage(
        self, answer: "Answer", conversation: Conversation, tools: Sequence[ToolSpec]
    ) -> Usage:
        """What the provider counted; where a server counts nothing, our own estimate."""
        counted = answer.response.usage
        written = tokens.estimated(" ".join(str(part) for part in answer.response.parts))
        usage = Usage(
            input_tokens=counted.input_tokens or tokens.input_estimate(conversation, tools),
            output_tokens=counted.output_tokens or written,
            cached_tokens=counted.cache_read_tokens,
        )
        return prices.priced(
            usage, self.config.priced_model, cache_write_tokens=counted.cache_write_tokens
        )
