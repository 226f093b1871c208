"""What a provider's error means for us: to repeat or to give up, and whether it may have cost."""

from dataclasses import dataclass

from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelRequestTimeout,
    ModelServerError,
    ModelUnavailableError,
)

from headrace.capabilities.agents.brains.errors import (
    AccessRefused,
    ContextTooLong,
    ProviderRejected,
    ProviderUnavailable,
    QuotaExhausted,
)
from headrace.kernel.errors import HeadraceError

FINAL: tuple[tuple[type[ModelAPIError], type[HeadraceError]], ...] = (
    (ModelContextWindowExceededError, ContextTooLong),
    (ModelAuthenticationError, AccessRefused),
    (ModelQuotaExceededError, QuotaExhausted),
    (ModelRequestRejectedError, ProviderRejected),
)
"""Errors that no repetition helps, the particular before the general."""

NOT_SENT = frozenset({"pool", "connect"})
"""Stages of a connection at which the provider has seen nothing yet."""

LONGEST_MESSAGE = 500


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One attempt that gave no answer."""

    error: type[HeadraceError]
    message: str
    passing: bool = False  # a later attempt may succeed
    may_have_cost: bool = False
    status: int | None = None
    retry_after: float | None = None  # seconds


def failure_of(error: AgentRunError) -> Failure:
    """The failure behind an error of pydantic-ai."""
    status = error.status_code if isinstance(error, ModelHTTPError) else None
    message = str(error)[:LONGEST_MESSAGE]
    if isinstance(error, ModelAPIError):
        for kind, ours in FINAL:
            if isinstance(error, kind):
                return Failure(error=ours, message=message, status=status)
    return Failure(
        error=ProviderUnavailable,
        message=message,
        passing=True,
        may_have_cost=_may_have_cost(error),
        status=status,
        retry_after=error.retry_after if isinstance(error, ModelAPIError) else None,
    )


def silent_end() -> Failure:
    """A stream that stopped without saying that it is complete."""
    return Failure(
        error=ProviderUnavailable,
        message="The stream ended before the answer was complete.",
        passing=True,
        may_have_cost=True,
    )


def _may_have_cost(error: AgentRunError) -> bool:
    """Whether the provider can have worked for this attempt. In doubt it has."""
    if isinstance(error, ModelConnectionError):
        return error.phase not in NOT_SENT
    if isinstance(error, ModelRequestTimeout):
        return True
    if isinstance(error, ModelRateLimitError | ModelUnavailableError | ModelServerError):
        return error.in_stream
    return True  # an answer came but could not be read
