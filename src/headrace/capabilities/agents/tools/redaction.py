"""Striking secrets out of what tools found, before a row, a prompt or a log holds it."""

import re

STRUCK = "(secret)"

_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # AWS access keys
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}\b"  # GitHub tokens
    r"|\bsk-[A-Za-z0-9_-]{20,}"  # keys of model providers
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"  # Slack tokens
    r"|\bhr_[0-9a-z]{26}_[0-9a-f]{64}\b"  # our own
    r"|(?<=://)[^/@\s:]+:[^/@\s]+(?=@)",  # user and password in an address
    re.DOTALL,
)


def struck(text: str, known: tuple[str, ...] = ()) -> str:
    """`text` without what looks like a key, and without the `known` secrets, whatever they look like."""
    for secret in known:
        if secret:
            text = text.replace(secret, STRUCK)
    return _SECRETS.sub(STRUCK, text)


def storable(text: str) -> str:
    """`text` as PostgreSQL can keep it: no NUL, no half of a pair."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
