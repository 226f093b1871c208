"""Opens administrative connections from addresses, and tells why one cannot be opened."""

import contextlib
from collections.abc import Iterator

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from headrace.kernel.postgres.model import (
    DatabaseMissing,
    InvalidAddress,
    PasswordUnknown,
    ServerUnreachable,
)

DRIVER = "postgresql+psycopg"
_ACCEPTED = frozenset({DRIVER, "postgresql", "postgres"})
_CONNECT_SECONDS = 5


def parsed(address: str) -> sa.URL:
    """The address with our driver. Raises InvalidAddress; never repeats a password."""
    try:
        url = sa.make_url(address)
    except (ArgumentError, ValueError):
        raise InvalidAddress(
            "The database address cannot be read. Write it as "
            "postgresql+psycopg://user:password@host:port/database, with special characters of the "
            "password percent-encoded."
        ) from None  # the cause would quote parts of a password
    if url.drivername not in _ACCEPTED:
        raise InvalidAddress(
            f"Headrace needs PostgreSQL, not {url.drivername}. Write the address as "
            "postgresql+psycopg://user:password@host:port/database.",
            driver=url.drivername,
        )
    return url.set(drivername=DRIVER)


def rendered(url: sa.URL) -> str:
    """The address with its password: a secret."""
    return url.render_as_string(hide_password=False)


@contextlib.contextmanager
def connected(url: sa.URL) -> Iterator[psycopg.Connection]:
    """An open connection in autocommit. Raises ServerUnreachable, PasswordUnknown, DatabaseMissing."""
    arguments, options = url.get_dialect()().create_connect_args(url)
    options = {"connect_timeout": _CONNECT_SECONDS, **options}
    try:
        connection = psycopg.connect(*arguments, **options, autocommit=True)
    except psycopg.OperationalError as error:
        raise _explained(url, str(error)) from error
    with connection:
        yield connection


def _explained(url: sa.URL, reason: str) -> ServerUnreachable | PasswordUnknown | DatabaseMissing:
    shown = url.set(query={}).render_as_string(hide_password=True)
    if "password authentication failed" in reason or "no password supplied" in reason:
        return PasswordUnknown(
            f"The server refuses the password of {url.username!r} at {shown}. Correct the address "
            "or the credentials file.",
            address=shown,
        )
    if "does not exist" in reason and f'database "{url.database}"' in reason:
        return DatabaseMissing(
            f"There is no database {url.database!r} at {shown}. Create it or correct the address.",
            address=shown,
        )
    return ServerUnreachable(
        f"Cannot connect to {shown}: {reason.strip()}. Check that the server runs and the address "
        "is right.",
        address=shown,
    )
