"""Generates passwords."""

import secrets

_BYTES = 24
"""192 bits: beyond guessing, and free of characters that a URL would have to quote."""


def new_password() -> str:
    """A random password of letters, digits, '-' and '_'."""
    return secrets.token_urlsafe(_BYTES)
