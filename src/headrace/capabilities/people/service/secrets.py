"""Secrets: made of chance, shown once, kept as a hash."""

import hashlib

from headrace.kernel.context import Ctx

_BITS = 256


def fresh(ctx: Ctx) -> str:
    """A secret of 256 random bits, in hex."""
    return f"{ctx.random.getrandbits(_BITS):064x}"


def hash_of(secret: str) -> str:
    """Plain SHA-256: a secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
