"""One turn from a provider as a row of attempts: what is repeated, what is given up, what may have cost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.exceptions import ModelAPIError, UnexpectedModelBehavior
from pydantic_ai.messages import (
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
)
from pydantic_ai.models import Model

from headrace.capabilities.agents.brains import providers, translation
from headrace.capabilities.agents.brains.brain import Delta, DeltaKind, OnDelta
from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.brains.errors import ProviderUnavailable
from headrace.capabilities.agents.brains.failures import Failure, failure_of, silent_end
from headrace.capabilities.agents.brains.settings import ModelConfig, RetryPolicy
from headrace.capabilities.agents.conversation import Conversation, ToolSpec


@dataclass(frozen=True, kw_only=True)
class Answer:
    response: ModelResponse
    lost_calls: int


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """Everything the attempts at one turn share."""

    config: ModelConfig
    conversation: Conversation
    tools: tuple[ToolSpec, ...]
    on_delta: OnDelta | None
    cancellation: Cancellation
    chance: Callable[[], float]

    async def answer(self) -> Answer:
        """The first attempt that succeeds. Raises one of `brains.errors`."""
        self.cancellation.check()
        loop = asyncio.get_running_loop()
        work = asyncio.ensure_future(self._until_answered())
        with self.cancellation.watched_by(lambda: loop.call_soon_threadsafe(work.cancel)):
            await asyncio.wait([work])
        if work.cancelled():
            raise self.cancellation.error()  # before the first attempt began
        return work.result()

    async def _until_answered(self) -> Answer:
        lost = 0
        for attempt in range(1, self.config.retry.attempts + 1):
            try:
                outcome = await self._attempt()
                if isinstance(outcome, ModelResponse):
                    return Answer(response=outcome, lost_calls=lost)
            except asyncio.CancelledError:
                raise self.cancellation.error(lost_calls=lost + 1) from None
            lost += outcome.may_have_cost
            await self._wait_or_give_up(outcome, attempt, lost)
        raise AssertionError("the last attempt answers or gives up")

    async def _attempt(self) -> ModelResponse | Failure:
        # A failure is returned, not re-raised: a chained exception would carry the request and its key.
        try:
            async with providers.connect(self.config) as model:
                return await self._request(model)
        except (ModelAPIError, UnexpectedModelBehavior) as error:
            return failure_of(error)

    async def _request(self, model: Model) -> ModelResponse | Failure:
        messages = translation.provider_messages(self.conversation)
        settings = providers.request_settings(
            self.config, self.conversation.task.limits.output_tokens
        )
        parameters = translation.parameters(self.tools)
        if self.on_delta is None:
            return await model_request(
                model, messages, model_settings=settings, model_request_parameters=parameters
            )
        stream = model_request_stream(
            model, messages, model_settings=settings, model_request_parameters=parameters
        )
        async with stream as events:
            async for event in events:
                _tell(event, self.on_delta)
            response = events.get()
        # A connection that closes cleanly in the middle looks like an end, and is none.
        return response if translation.is_complete(response) else silent_end()

    async def _wait_or_give_up(self, failure: Failure, attempt: int, lost: int) -> None:
        wait = wait_before_next(self.config.retry, attempt, failure.retry_after, self.chance())
        if not failure.passing or wait is None:
            self._give_up(failure, attempt, lost)
        if self.on_delta is not None:
            self.on_delta(Delta(kind=DeltaKind.RESTART))
        try:
            await asyncio.sleep(wait.total_seconds())
        except asyncio.CancelledError:
            raise self.cancellation.error(lost_calls=lost) from None

    def _give_up(self, failure: Failure, attempt: int, lost: int) -> NoReturn:
        message = self.config.without_key(failure.message)
        if failure.error is ProviderUnavailable:
            message = f"{self.config.model} did not answer in {attempt} attempt(s): {message}"
        raise failure.error(
            message,
            attempts=attempt,
            lost_calls=lost,
            status=failure.status,
            retry_after_seconds=failure.retry_after,
        )


def wait_before_next(
    policy: RetryPolicy, attempt: int, asked_seconds: float | None, chance: float
) -> timedelta | None:
    """How long to wait after the failed `attempt` (from 1), or None when no further one is to be made."""
    if attempt >= policy.attempts:
        return None
    if asked_seconds is not None:
        asked = timedelta(seconds=max(asked_seconds, 0))
        return asked if asked <= policy.longest_wait else None
    doubled = policy.first_wait * (1 << (attempt - 1))
    return min(doubled * (1 + chance / 2), policy.longest_wait)


def _tell(event: ModelResponseStreamEvent, on_delta: OnDelta) -> None:
    if isinstance(event, PartStartEvent):
        if isinstance(event.part, TextPart) and event.part.content:
            on_delta(Delta(kind=DeltaKind.TEXT, text=event.part.content))
        elif isinstance(event.part, ToolCallPart):
            on_delta(Delta(kind=DeltaKind.CALL, text=event.part.tool_name))
    elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        on_delta(Delta(kind=DeltaKind.TEXT, text=event.delta.content_delta))
