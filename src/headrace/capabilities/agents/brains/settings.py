"""What a model brain must be told: which model, where, with which key, how long and how often."""

from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import SecretStr


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How a call is repeated when the provider is busy, down or unreachable.

    The n-th wait is `first_wait` doubled n - 1 times, plus up to half of it by chance, so that many workers
    do not come back at once. What the provider asks for (Retry-After) counts instead; more than
    `longest_wait` is not waited for here.
    """

    attempts: int = 4
    first_wait: timedelta = timedelta(seconds=1)
    longest_wait: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """One model at one provider.

    `model` reads "provider:name": `openai:gpt-5` (responses protocol), `openai-chat:...` (chat completions,
    which local servers speak), `anthropic:claude-sonnet-5`, or any other provider that pydantic-ai knows
    and whose client is installed. `base_url` points elsewhere than the provider's own address. `key` may be
    left out where `base_url` names a server without keys, or where `ambient_credentials` says that the
    machine's own cloud identity counts. `price_as` names the model whose price counts, where the provider
    is a go-between. `timeout` bounds one attempt.
    """

    model: str
    key: SecretStr | None = None
    base_url: str | None = None
    ambient_credentials: bool = False
    timeout: timedelta = timedelta(minutes=10)
    temperature: float | None = None
    price_as: str | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    @property
    def provider(self) -> str:
        return self.model.partition(":")[0]

    @property
    def priced_model(self) -> str:
        return self.price_as or self.model

    def without_key(self, text: str) -> str:
        """`text` with the key struck out: providers like to repeat it in their errors."""
        key = self.key.get_secret_value() if self.key else ""
        return text.replace(key, "(key)") if key else text
