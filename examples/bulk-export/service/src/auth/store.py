"""Rows of customers and tokens. A token itself is never stored, only its digest."""

import hashlib
import sqlite3

from auth.model import Principal

MIGRATIONS = (
    "CREATE TABLE tenant (id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE token (
        digest TEXT PRIMARY KEY,
        tenant_id TEXT NOT NULL REFERENCES tenant (id),
        user_id TEXT NOT NULL,
        revoked INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
)


def digest(token: str) -> str:
    """What is stored of a token. Tokens are random and long, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_tenant(connection: sqlite3.Connection, tenant_id: str, name: str) -> None:
    """Add the customer, or leave it as it is."""
    connection.execute("INSERT INTO tenant VALUES (?, ?) ON CONFLICT DO NOTHING", (tenant_id, name))


def add_token(connection: sqlite3.Connection, token: str, principal: Principal) -> None:
    """Let this token speak for the principal."""
    connection.execute(
        "INSERT INTO token (digest, tenant_id, user_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (digest(token), principal.tenant_id, principal.user_id),
    )


def revoke(connection: sqlite3.Connection, token: str) -> None:
    """End the token's life; it is kept so that its use can still be told."""
    connection.execute("UPDATE token SET revoked = 1 WHERE digest = ?", (digest(token),))


def principal_of(connection: sqlite3.Connection, token: str) -> Principal | None:
    """Whom a live token speaks for."""
    row = connection.execute(
        "SELECT tenant_id, user_id FROM token WHERE digest = ? AND NOT revoked", (digest(token),)
    ).fetchone()
    if row is None:
        return None
    return Principal(tenant_id=row["tenant_id"], user_id=row["user_id"])
