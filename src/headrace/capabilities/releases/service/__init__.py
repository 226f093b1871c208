"""The verbs of releases: draft, approve, begin, look, promote, hold, roll back."""

from headrace.capabilities.releases.rules.rollout import evidence, is_doubtful, malformed, routes
from headrace.capabilities.releases.service.drafting import (
    approve,
    draft,
    revise,
    tick,
    withdraw,
)
from headrace.capabilities.releases.service.reading import (
    get,
    history,
    listing,
    of_contract,
    set_archived,
)
from headrace.capabilities.releases.service.rolling import (
    against_promoting,
    begin,
    hold,
    look,
    look_later,
    promote,
    roll_back,
    watched,
)
from headrace.capabilities.releases.tools.access_log import requests, users

__all__ = [
    "against_promoting",
    "approve",
    "begin",
    "draft",
    "evidence",
    "get",
    "history",
    "hold",
    "is_doubtful",
    "listing",
    "look",
    "look_later",
    "malformed",
    "of_contract",
    "promote",
    "requests",
    "revise",
    "roll_back",
    "routes",
    "set_archived",
    "tick",
    "users",
    "watched",
    "withdraw",
]
