"""Signed download links: whoever has one may fetch that one file, until it expires."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from problems import NotAllowed

TOKEN_BYTES = 32
"""256 bits at random, so that no two links are alike and none can be guessed."""


class LinkRefused(NotAllowed):
    """The link is not one of ours, or its time is over."""

    code = "link_refused"


def sign(key: bytes, export_id: str, *, now: datetime, lifetime: timedelta) -> str:
    """The query of a link to this export's file."""
    expires = int((now + lifetime).timestamp())
    token = secrets.token_urlsafe(TOKEN_BYTES)
    signature = _signature(key, export_id, expires, token)
    return urlencode({"expires": expires, "token": token, "signature": signature})


def check(
    key: bytes, export_id: str, *, expires: int, token: str, signature: str, now: datetime
) -> None:
    """Raise `LinkRefused` unless the link is genuine and still alive."""
    genuine = hmac.compare_digest(_signature(key, export_id, expires, token), signature)
    if not genuine:
        raise LinkRefused("This link is not valid; ask for the export's status to get one.")
    if now.timestamp() >= expires:
        raise LinkRefused("This link has expired; ask for the export's status to get a new one.")


def _signature(key: bytes, export_id: str, expires: int, token: str) -> str:
    message = f"{export_id}\n{expires}\n{token}".encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()
