"""Cards as they are kept: a text that never changes, read into the same card as often as it is asked for."""

import json
from functools import lru_cache

from headrace.capabilities.agents.cards import RoleCard
from headrace.kernel.json import from_json

_MOST = 512  # texts; an organisation has about forty cards


@lru_cache(maxsize=_MOST)
def parsed(text: str) -> RoleCard:
    """The card of its kept text. A pure function of the text, so what it gave once stays true."""
    return from_json(RoleCard, json.loads(text))
