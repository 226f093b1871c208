"""Measures the running service as a customer sees it, and prints a line of JSON for each figure.

    python checks/measure_exports.py latency | availability | api

`SERVICE_URL` says where the service answers, `SERVICE_DATA` where its database is, and
`SERVICE_USER` as whom to measure: the access log tells those requests from customers' by it.
`SERVICE_CHECKPOINT` names the occasion: `initial` is a first look, on fewer exports. Each run is a
customer of its own, so that what was measured yesterday does not use up today's quota.
"""

import http.client
import json
import math
import os
import secrets
import sqlite3
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from auth import store as auth_store  # noqa: E402 -- the source folder must be known first
from auth.model import Principal  # noqa: E402
from data import store as data_store  # noqa: E402
from data.generator import bodies, columns  # noqa: E402
from data.model import Dataset  # noqa: E402
from database import Database  # noqa: E402

BULK = "/api/v2/export/bulk"
FORMATS = ("csv", "json", "parquet")
SMALL, LARGE = 50_000, 1_000_000
COLUMNS = 8
EXPORTS, FIRST_LOOK = 20, 5
CHUNK = 5_000
BLOCKS, REQUESTS = 4, 150
SECONDS = 120
SOONEST, PRECISION = 0.02, 0.03  # seconds, and the part of an export's time it is asked about anew


class Unmeasurable(Exception):
    """The service does not let itself be measured; the message says why."""


@dataclass
class Customer:
    """Somebody with a token and a connection of their own."""

    address: str
    token: str

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
        """Status and answer of one request."""
        connection = http.client.HTTPConnection(self.address, timeout=SECONDS)
        try:
            content = json.dumps(body) if body is not None else None
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            told = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(told) if told[:1] in (b"{",) else {}

    def export(self, dataset: str, export_format: str) -> float:
        """Seconds from the request to the finished file."""
        began = time.perf_counter()
        status, answer = self.ask("POST", BULK, {"datasetId": dataset, "format": export_format})
        if status != 202:
            raise Unmeasurable(f"an export of {export_format} is answered with {status}")
        while time.perf_counter() - began < SECONDS:
            _, told = self.ask("GET", f"{BULK}/{answer['jobId']}")
            if told.get("status") == "completed":
                return time.perf_counter() - began
            if told.get("status") == "failed":
                raise Unmeasurable(f"an export of {export_format} failed: {told.get('error')}")
            # Whoever asks all the time slows down what he measures.
            time.sleep(max(SOONEST, PRECISION * (time.perf_counter() - began)))
        raise Unmeasurable(f"an export of {export_format} takes longer than {SECONDS} s")


def customer(*wanted: tuple[str, int]) -> Customer:
    """A new customer who owns datasets of these names and sizes; old ones are taken over."""
    database = Database(Path(os.environ["SERVICE_DATA"]) / "records.sqlite")
    token = f"rec_{secrets.token_urlsafe(32)}"
    user = os.environ.get("SERVICE_USER", "measuring")
    tenant = f"{user}-{secrets.token_hex(4)}"
    with database.write() as connection:
        auth_store.add_tenant(connection, tenant, "Measuring")
        auth_store.add_token(connection, token, Principal(tenant_id=tenant, user_id=user))
    for name, records in wanted:
        own(database, tenant, name, records)
    return Customer(urlsplit(os.environ["SERVICE_URL"]).netloc, token)


def own(database: Database, tenant: str, name: str, records: int) -> None:
    """Give the dataset to this customer, with as many records as wanted.

    They are written in small transactions: the service writes into the same file meanwhile. The
    first ones are made up, the others are copies of them with keys of their own.
    """
    with database.write() as connection:
        query = "UPDATE dataset SET tenant_id = ? WHERE id = ? RETURNING record_count"
        row = connection.execute(query, (tenant, name)).fetchone()
        if row is None:
            wanted = Dataset(
                id=name, tenant_id=tenant, name=name, columns=columns(COLUMNS), record_count=0
            )
            data_store.add_dataset(connection, wanted)
    made = row[0] if row else 0
    while made < min(records, SMALL):
        with database.write() as connection:
            part = bodies(min(CHUNK, records - made), columns(COLUMNS), seed=made)
            made = data_store.append_records(connection, name, part)
    while made < records:
        with database.write() as connection:
            made += _copy(connection, name, made, min(SMALL, records - made))


def _copy(connection: sqlite3.Connection, name: str, made: int, count: int) -> int:
    """Add copies of the first records, as many as wanted and there are; returns how many."""
    copied = connection.execute(
        "INSERT INTO record SELECT dataset_id, number + ?, replace(body,"
        " printf('R-%09d', number), printf('R-%09d', number + ?))"
        " FROM record WHERE dataset_id = ? AND number <= ?",
        (made, made, name, min(count, made)),
    ).rowcount
    connection.execute("UPDATE dataset SET record_count = ? WHERE id = ?", (made + copied, name))
    return copied


def quantile(values: Sequence[float], part: float) -> float:
    """The value that this part of all is not above: the nearest rank."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(part * len(ranked)) - 1)]


def tell(metric: str, value: float | None, unit: str, n: int, **more: object) -> None:
    """One figure."""
    print(json.dumps({"metric": metric, "value": value, "unit": unit, "n": n, **more}), flush=True)


def latency() -> None:
    """How long an export of a million records takes in the slowest format, 95 of 100 times.

    One export of a million records is timed for each format. How much slower the slow ones are is
    read from twenty exports of 50,000, because twenty of a million would take an hour: the figure
    is the long one, times the 95th percentile of the short ones over their median. A first look
    takes five short ones, and the long one in the format that was slowest.
    """
    asking = customer(("measuring-small", SMALL), ("measuring-large", LARGE))
    first_look = os.environ.get("SERVICE_CHECKPOINT") == "initial"
    times = FIRST_LOOK if first_look else EXPORTS
    short = {
        export_format: [asking.export("measuring-small", export_format) for _ in range(times)]
        for export_format in FORMATS
    }
    slowest = max(FORMATS, key=lambda one: statistics.median(short[one]))
    found = {}
    for export_format in (slowest,) if first_look else FORMATS:
        p95 = quantile(short[export_format], 0.95)
        long = asking.export("measuring-large", export_format)
        found[export_format] = long * p95 / statistics.median(short[export_format])
        tell(f"export_p95_50k_{export_format}", round(p95, 3), "s", times)
        tell(f"export_1m_{export_format}", round(long, 2), "s", 1)
    n = len(FORMATS) * times + len(found)
    tell("export_latency", round(max(found.values()), 2), "s", n)


def availability() -> None:
    """The share of authenticated export requests that are taken and end with a file."""
    asking = customer(("measuring-small", SMALL))
    ended = 0
    for export_format in FORMATS:
        try:
            asking.export("measuring-small", export_format)
            ended += 1
        except Unmeasurable as fault:
            print(fault, file=sys.stderr)
    tell("export_availability", 100 * ended / len(FORMATS), "%", len(FORMATS))


def api() -> None:
    """The 99th percentile of reading a page of records while exports run, beside that without them.

    Blocks with and without an export alternate, so that whatever else the machine does meets both.
    While the feature is off there is nothing to export, and the blocks without are the figure.
    """
    asking = customer(("measuring-small", SMALL))
    quiet: list[float] = []
    busy: list[float] = []
    for _ in range(BLOCKS):
        quiet += _block(asking)
        with _exporting(asking) as is_on:
            if is_on():
                busy += _block(asking)
    p99 = 1000 * quantile(quiet, 0.99)
    if not busy:
        tell("api_latency", round(p99, 2), "ms", len(quiet))
        return
    tell(
        "api_latency",
        round(1000 * quantile(busy, 0.99), 2),
        "ms",
        len(busy),
        baseline=round(p99, 2),
    )


def _block(asking: Customer) -> list[float]:
    """Seconds that each of a block of reads took."""
    taken = []
    for number in range(REQUESTS):
        began = time.perf_counter()
        path = f"/api/v2/datasets/measuring-small/records?after={number * 100}"
        status, _ = asking.ask("GET", path)
        taken.append(time.perf_counter() - began)
        if status != 200:
            raise Unmeasurable(f"a page of records is answered with {status}")
    return taken


@contextmanager
def _exporting(asking: Customer) -> Iterator[Callable[[], bool]]:
    """Export one after another while the block lasts; tells whether that is possible."""
    ended = threading.Event()
    body = {"datasetId": "measuring-small", "format": "csv"}
    status, _ = asking.ask("POST", BULK, body)

    def go_on() -> None:
        while not ended.is_set():
            asking.export("measuring-small", "csv")

    running = threading.Thread(target=go_on)
    if status == 202:
        running.start()
    try:
        yield lambda: status == 202
    finally:
        ended.set()
        if status == 202:
            running.join()


MEASURES = {"latency": latency, "availability": availability, "api": api}

if __name__ == "__main__":
    try:
        MEASURES[sys.argv[1]]()
    except (Unmeasurable, OSError) as fault:
        sys.exit(str(fault))
