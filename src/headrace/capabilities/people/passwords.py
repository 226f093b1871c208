"""Passwords: hashed with Argon2id, judged before they are taken. The only module that knows the library."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 12
LONGEST = 1000  # characters; a longer text costs nothing to refuse
_FEWEST_KINDS = 5  # different characters

# OWASP's Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)


def hashed(password: str) -> str:
    """The password as it may be kept: parameters, salt and hash in one text."""
    return _HASHER.hash(_plain(password))


def is_right(kept: str | None, password: str) -> bool:
    """Whether it is the password that was kept. Without one it takes as long, and is wrong."""
    if len(password) > LONGEST:
        password = ""
    try:
        _HASHER.verify(kept or _nobodys(), _plain(password))
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    try:
        return _HASHER.check_needs_rehash(kept)
    except InvalidHashError:
        return True


def weaknesses(password: str, *, login: str) -> tuple[str, ...]:
    """Every reason why the password is not taken. Length counts; kinds of characters are not asked for
    (NIST SP 800-63B)."""
    plain = _plain(password)
    found = []
    if len(plain) < SHORTEST:
        found.append(f"it has fewer than {SHORTEST} characters")
    if len(plain) > LONGEST:
        found.append(f"it has more than {LONGEST} characters")
    if len(set(plain)) < _FEWEST_KINDS:
        found.append("it repeats a few characters")
    name = login.partition("@")[0]
    if len(name) >= 4 and name.casefold() in plain.casefold():
        found.append("it holds your name")
    return tuple(found)


def _plain(password: str) -> str:
    """One form for what different keyboards type as the same text."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")
