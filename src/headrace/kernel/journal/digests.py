"""Digests of events and blocks: pure, so that sealing and verifying cannot differ."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import RowMapping

from headrace.kernel.json import canonical

GENESIS = "0" * 64
"""The `previous` of an organisation's first block."""


def event_digest(row: Mapping[str, object] | RowMapping) -> str:
    """SHA-256 over everything an event row says; its payload stands in by its hash, so that a
    payload may be erased by law without breaking the chain."""
    at = row["at"]
    assert isinstance(at, datetime)
    parts = [str(row[key]) for key in ("organisation", "id", "type", "lineage", "number", "actor")]
    cause = row["cause"]
    return hashlib.sha256(
        canonical(
            [
                *parts,
                None if cause is None else str(cause),
                at.astimezone(UTC).isoformat(timespec="microseconds"),
                str(row["payload_hash"]),
            ]
        )
    ).hexdigest()


def block_hash(previous: str, number: int, positions: Sequence[int], digests: Sequence[str]) -> str:
    """SHA-256 over the previous block's hash and this block's events, in their order."""
    return hashlib.sha256(canonical([previous, number, list(positions), list(digests)])).hexdigest()
