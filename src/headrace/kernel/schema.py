"""Schema: the three classes of tables, for migrations. A table without a class fails the house test.

*tenant* tables are guarded by organisation in every row; *shared* ones hold the catalogue and
sign-in; *engine* ones belong to mechanisms and hold ids only.
"""

from dataclasses import dataclass
from enum import StrEnum

from alembic import context, op


class TableClass(StrEnum):
    """What guards a table; stored as its comment."""

    TENANT = "tenant"
    SHARED = "shared"
    ENGINE = "engine"


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The names of the three database roles."""

    owner: str
    app: str
    system: str


def roles() -> Roles:
    """The roles of the migration that is running."""
    found = context.config.attributes["roles"]
    assert isinstance(found, Roles)
    return found


def tenant_table(name: str, columns: str) -> None:
    """A table whose rows belong to organisations: row-level security, organisation first.

    `columns` is SQL; the column `organisation` is added before them. Keys name it first.
    """
    op.execute(f"CREATE TABLE {name} (organisation text NOT NULL, {columns})")
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant ON {name} USING (organisation = (SELECT headrace_organisation())) "
        "WITH CHECK (organisation = (SELECT headrace_organisation()))"
    )
    _open(name, TableClass.TENANT, "SELECT, INSERT, UPDATE, DELETE")


def shared_table(name: str, columns: str, *, app: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """A table that all organisations share; `app` is what the application's role may do."""
    op.execute(f"CREATE TABLE {name} ({columns})")
    _open(name, TableClass.SHARED, app)


def engine_table(name: str, columns: str) -> None:
    """A table of a mechanism: ids and positions, no content."""
    op.execute(f"CREATE TABLE {name} ({columns})")
    _open(name, TableClass.ENGINE, "SELECT, INSERT, UPDATE, DELETE")


def secret_table(name: str, columns: str) -> None:
    """A table that only the owner may read."""
    op.execute(f"CREATE TABLE {name} ({columns})")
    op.execute(f"COMMENT ON TABLE {name} IS '{TableClass.ENGINE}'")


def drop(*names: str) -> None:
    """Drop tables, in the order given, when a migration is taken back."""
    for name in names:
        op.execute(f"DROP TABLE {name}")


def _open(name: str, table_class: TableClass, app: str) -> None:
    op.execute(f"COMMENT ON TABLE {name} IS '{table_class}'")
    op.execute(f"GRANT {app} ON {name} TO {roles().app}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {roles().system}")
