"""Money for tokens, by the price list in the installed `genai-prices`; never fetched from the network."""

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from headrace.capabilities.agents.conversation import Usage

PRICE_LIST_NAMES = {
    "openai-chat": "openai",
    "openai-responses": "openai",
    "google-gla": "google",
    "google-vertex": "google",
    "google-cloud": "google",
    "bedrock": "aws",
}
"""Providers that the price list calls otherwise than the settings do."""


def priced(usage: Usage, model: str, *, cache_write_tokens: int = 0) -> Usage:
    """`usage` with its cost for `model` ("anthropic:claude-sonnet-5"), or marked as not priced.

    Cost is rounded up to the next millionth of a dollar. A model the list does not know is not priced;
    it is not free.
    """
    cost = _dollars(usage, model, cache_write_tokens)
    if cost is None:
        return replace(usage, cost_micro_usd=0, priced=False)
    micro = (cost * 1_000_000).to_integral_value(rounding=ROUND_CEILING)
    return replace(usage, cost_micro_usd=int(micro), priced=True)


def _dollars(usage: Usage, model: str, cache_write_tokens: int) -> Decimal | None:
    # Imported here: the list takes a tenth of a second that no command needs at its start.
    import genai_prices

    provider, _, name = model.partition(":")
    # A server that miscounts its cache must not make an answer fail that was paid for.
    read = min(usage.cached_tokens, usage.input_tokens)
    tokens = genai_prices.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=read,
        cache_write_tokens=min(cache_write_tokens, usage.input_tokens - read),
    )
    try:
        found = genai_prices.calc_price(
            tokens, name, provider_id=PRICE_LIST_NAMES.get(provider, provider)
        )
    except LookupError:
        return None
    return found.total_price
