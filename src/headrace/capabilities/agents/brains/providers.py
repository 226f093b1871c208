"""Connecting to a provider: the one place that turns a ModelConfig into a pydantic-ai model.

Imported only when a model is really asked: the library takes one to two seconds.
"""

import inspect
from collections.abc import Mapping

from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.providers import Provider, infer_provider_class
from pydantic_ai.settings import ModelSettings

from headrace.capabilities.agents.brains.errors import BrainMisconfigured
from headrace.capabilities.agents.brains.settings import ModelConfig

NO_KEY = "no-key"
"""Sent to servers without keys: the clients refuse to start with none at all."""

ADDRESS_PARAMETERS = ("base_url", "azure_endpoint")
"""How providers call their address, in the order of preference."""


def connect(config: ModelConfig) -> Model:
    """A model ready to be entered (`async with`). Raises BrainMisconfigured."""
    provider_class = _provider_class(config)
    arguments = _arguments(config, provider_class)
    try:
        return infer_model(config.model, provider_factory=lambda _: provider_class(**arguments))
    except (UserError, TypeError, ValueError) as fault:
        reason = config.without_key(str(fault))
    raise BrainMisconfigured(f"The model {config.model!r} cannot be used: {reason}")


def request_settings(config: ModelConfig, output_tokens: int) -> ModelSettings:
    """The settings of one attempt. The client's own retries are off: ours count the attempts."""
    seconds = config.timeout.total_seconds()
    settings = ModelSettings(
        max_tokens=output_tokens, max_retries=0, timeout=seconds, request_timeout=seconds
    )
    if config.temperature is not None:
        settings["temperature"] = config.temperature
    if config.provider in {"openai", "openai-responses"}:
        # By default this protocol keeps every conversation on the provider's side for 30 days.
        return {**settings, "openai_store": False}  # type: ignore[typeddict-unknown-key]  # OpenAI's own key
    return settings


def _provider_class(config: ModelConfig) -> "type[Provider[object]]":
    if ":" not in config.model:
        raise BrainMisconfigured(
            f"The model {config.model!r} names no provider: write it as 'anthropic:claude-sonnet-5'."
        )
    try:
        return infer_provider_class(config.provider)
    except ValueError:
        reason = "it is not a provider that pydantic-ai knows"
    except ImportError:
        reason = f"its client is not installed (pip install 'pydantic-ai-slim[{config.provider}]')"
    raise BrainMisconfigured(f"The provider {config.provider!r} cannot be used: {reason}.")


def _arguments(config: ModelConfig, provider_class: "type[Provider[object]]") -> Mapping[str, str]:
    accepted = inspect.signature(provider_class.__init__).parameters
    arguments: dict[str, str] = {}
    if config.base_url is not None:
        arguments[_address_parameter(config, accepted)] = config.base_url
    if "api_key" in accepted and not config.ambient_credentials:
        arguments["api_key"] = _key(config)
    return arguments


def _address_parameter(config: ModelConfig, accepted: Mapping[str, inspect.Parameter]) -> str:
    for name in ADDRESS_PARAMETERS:
        if name in accepted:
            return name
    raise BrainMisconfigured(
        f"The provider {config.provider!r} has a fixed address: leave base_url out, or use 'openai-chat:...'."
    )


def _key(config: ModelConfig) -> str:
    """The key. Given explicitly always: a client must not pick one up from the environment by itself."""
    if config.key is not None:
        return config.key.get_secret_value()
    if config.base_url is not None:
        return NO_KEY
    raise BrainMisconfigured(
        f"There is no key for {config.model!r}: set it, set base_url to a server without keys,"
        " or set ambient_credentials where the machine has a cloud identity."
    )
