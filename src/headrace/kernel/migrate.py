"""Migrations: one Alembic branch per room, all brought to their heads under one lock, by the owner."""

from collections.abc import Iterable
from importlib.resources import files

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from headrace.kernel.house import House
from headrace.kernel.schema import Roles
from headrace.kernel.tenancy import tenancy_secret

KERNEL_VERSIONS = "headrace.kernel.migrations.versions"
_LOCK = 0x6865616472616365  # "headrace"; the advisory lock of schema changes


def migrate(owner: sa.Engine, house: House, *, roles: Roles, app_password: str) -> None:
    """Bring every table to its newest form. Safe to call by several processes at once; repeats do nothing."""
    with owner.connect() as db:
        db.execute(sa.text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        db.commit()
        try:
            command.upgrade(_config(db, house, roles, app_password), "heads")
            db.commit()
        finally:
            db.execute(sa.text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            db.commit()


def pending(app: sa.Connection, house: House) -> tuple[str, ...]:
    """The heads that this database has not reached yet; empty when it is up to date."""
    scripts = ScriptDirectory.from_config(_script(house))
    heads = scripts.get_heads()
    known = app.execute(sa.text("SELECT to_regclass('alembic_version')")).scalar_one()
    if known is None:
        return tuple(heads)
    reached = set(app.execute(sa.text("SELECT version_num FROM alembic_version")).scalars())
    behind = _ancestors(scripts, reached)
    return tuple(head for head in heads if head not in behind)


def _ancestors(scripts: ScriptDirectory, revisions: Iterable[str]) -> set[str]:
    """The revisions and everything under them: Alembic's table names only the uppermost."""
    found: set[str] = set()
    waiting = list(revisions)
    while waiting:
        name = waiting.pop()
        script = scripts.get_revision(name)
        if name not in found and script is not None:
            found.add(name)
            waiting.extend(_names(script.down_revision) + _names(script.dependencies))
    return found


def _names(value: str | Iterable[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _config(db: sa.Connection, house: House, roles: Roles, app_password: str) -> Config:
    config = _script(house)
    config.attributes["connection"] = db
    config.attributes["roles"] = roles
    config.attributes["tenancy_secret"] = tenancy_secret(app_password)
    return config


def _script(house: House) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("headrace.kernel.migrations")))
    config.set_main_option("version_path_separator", "newline")
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(_locations(house)))
    return config


def _locations(house: House) -> Iterable[str]:
    packages = [KERNEL_VERSIONS, *(c.migrations for c in house.capabilities if c.migrations)]
    return (str(files(package)) for package in packages)
