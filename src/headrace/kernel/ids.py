"""Identifiers: sortable by time, told apart by their prefix, opaque otherwise."""

from random import Random, SystemRandom
from time import time_ns
from typing import NewType

OrganisationId = NewType("OrganisationId", str)
"""A tenant. Opaque below the room `people`."""

PrincipalId = NewType("PrincipalId", str)
"""Whoever acts: a person, an agent, a service or the system itself."""

EventId = NewType("EventId", str)

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case
_TIME_DIGITS = 10  # 48 bits of milliseconds
_RANDOM_DIGITS = 16  # 80 bits


def new_id(prefix: str, random: Random | None = None) -> str:
    """A fresh id such as `run_01jd3v…`: prefix, 10 digits of real time, 16 of randomness.

    Ids of one prefix sort by the millisecond of their making. The layout is that of a ULID
    (48 bits of time, 80 of randomness), in lower case.
    """
    source = random or SystemRandom()
    return f"{prefix}_{_digits(time_ns() // 1_000_000, _TIME_DIGITS)}" + _digits(
        source.getrandbits(5 * _RANDOM_DIGITS), _RANDOM_DIGITS
    )


def _digits(number: int, count: int) -> str:
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(count)))
