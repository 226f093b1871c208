"""Brings customers in: their users with tokens, and datasets of generated records."""

import json
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from auth import store as auth_store
from auth.model import Principal
from data import store
from data.generator import bodies, columns
from data.model import Dataset
from database import Database


@dataclass
class Loaded:
    """How much was new."""

    customers: int = 0
    datasets: int = 0
    records: int = 0


def load(database: Database, file: Path) -> Loaded:
    """Add what the file lists and is not there yet, so that it may be loaded again.

    The file is `{"customers": [{"id", "name", "users": [{"id", "token"}], "datasets": [{"id",
    "records", "columns"}]}]}`.
    """
    loaded = Loaded()
    made: dict[tuple[int, int], list[str]] = {}
    for customer in json.loads(file.read_text())["customers"]:
        for wanted in customer["datasets"]:
            shape = (wanted["records"], wanted["columns"])
            if shape not in made:  # records alike in shape are alike in content
                made[shape] = list(bodies(shape[0], columns(shape[1])))
        # One transaction for each customer, with everything made before: a service that runs is
        # never kept from writing for long.
        with database.write() as connection:
            _load(connection, customer, made, loaded)
    return loaded


def _load(
    connection: Connection,
    customer: dict[str, Any],
    made: dict[tuple[int, int], list[str]],
    loaded: Loaded,
) -> None:
    auth_store.add_tenant(connection, customer["id"], customer["name"])
    loaded.customers += 1
    for user in customer["users"]:
        principal = Principal(tenant_id=customer["id"], user_id=user["id"])
        auth_store.add_token(connection, user["token"], principal)
    for wanted in customer["datasets"]:
        if store.dataset(connection, customer["id"], wanted["id"]) is not None:
            continue
        shape = (wanted["records"], wanted["columns"])
        dataset = Dataset(
            id=wanted["id"],
            tenant_id=customer["id"],
            name=wanted["id"],
            columns=columns(shape[1]),
            record_count=shape[0],
        )
        store.add_dataset(connection, dataset)
        store.append_records(connection, dataset.id, made[shape])
        loaded.datasets += 1
        loaded.records += shape[0]
