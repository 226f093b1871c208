"""Makes traffic: customers who read their records and export them, against a service on this machine.

    python examples/bulk-export/traffic.py FOLDER [--rate 40] [--seconds 600] [--control FILE]

FOLDER is where the deployment keeps its files. The customers are those of `sources/crm_accounts.csv`
and as many made-up ones as it takes; they are brought in first. Whoever finds that exports are there
for him uses them. A control file `{"profile": "wide-tables", "rate": 20}` changes what they do while
it runs. Loopback only, and never faster than 300 requests a second.
"""

import argparse
import csv
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
BULK = "/api/v2/export/bulk"
FORMATS = {"csv": 11, "json": 7, "parquet": 2}  # how often each is asked for, of twenty
FASTEST, MOST_THREADS = 300.0, 16
SMALL, WIDE = (120, 12), (1500, 640)
WIDE_AT_ONCE = 3
PATIENCE = 20.0  # seconds that a customer waits for an export


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What customers do: how many visits are of those who have exports, and what is exported."""

    eager: float  # share of visits by customers for whom exports are there
    exporting: float  # share of those visits in which something is exported
    wide: float  # share of exports by customers with a wide table that take it, as Parquet
    keen: float = 0.0  # share of visits by customers with a wide table who have exports


PROFILES = {
    # Of the others more requests are needed: what is usual must be known better than what is new.
    "usual": Profile(eager=0.4, exporting=0.25, wide=0.0),
    "wide-tables": Profile(eager=0.6, exporting=0.4, wide=0.7, keen=0.1),
    "quiet": Profile(eager=0.2, exporting=0.2, wide=0.0),
}


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Somebody who calls the service."""

    id: str
    name: str
    token: str
    wide: str = ""  # the id of a table of many columns

    @property
    def orders(self) -> str:
        return f"orders-{self.id.lower()}"


def customers(count: int, seed: int) -> list[Customer]:
    """The accounts of the CRM, then made-up ones; the same seed gives the same."""
    chance = random.Random(seed)
    with (HERE / "sources" / "crm_accounts.csv").open(newline="") as file:
        accounts = list(csv.DictReader(file))
    found = [
        Customer(
            id=one["account_id"],
            name=one["name"],
            token=f"rec_{chance.getrandbits(192):048x}",
            wide=f"telemetry-{one['account_id'].lower()}" if one["segment"] == "enterprise" else "",
        )
        for one in accounts
        if one["status"] == "active"
    ]
    made_up = range(1, max(0, count - len(found)) + 1)
    return found + [
        Customer(
            id=f"CUS-{number:04}",
            name=f"Customer {number}",
            token=f"rec_{chance.getrandbits(192):048x}",
        )
        for number in made_up
    ]


def bring_in(folder: Path, everybody: list[Customer]) -> None:
    """Load the customers with their tables into the data of the deployment; again does nothing."""
    file = folder / "data" / "customers.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"customers": [_loaded(one) for one in everybody]}))
    commits = [place for place in (folder / "commits").iterdir() if place.name[0] != "."]
    commit = max(commits, key=lambda place: place.stat().st_mtime)
    environment = {"PATH": os.environ["PATH"], "RECORDS_FOLDER": str(folder / "data")}
    subprocess.run(
        [sys.executable, "src/main.py", "load", str(file)],
        cwd=commit,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _loaded(customer: Customer) -> dict[str, Any]:
    tables = [{"id": customer.orders, "records": SMALL[0], "columns": SMALL[1]}]
    if customer.wide:
        tables.append({"id": customer.wide, "records": WIDE[0], "columns": WIDE[1]})
    return {
        "id": customer.id,
        "name": customer.name,
        "users": [{"id": "traffic", "token": customer.token}],
        "datasets": tables,
    }


@dataclass
class Control:
    """What is wanted now: from a file, which may be changed at any time, else as begun."""

    file: Path | None
    rate: float
    profile: str = "usual"
    _stamp: int = 0

    def look(self) -> None:
        """Read the file again if it has changed; one that cannot be read changes nothing."""
        if self.file is None:
            return
        with suppress(OSError, ValueError, TypeError, AttributeError):
            stamp = self.file.stat().st_mtime_ns
            if stamp != self._stamp:
                told = json.loads(self.file.read_text())
                self.rate = min(FASTEST, max(0.1, float(told.get("rate", self.rate))))
                profile = str(told.get("profile", self.profile))
                self.profile = profile if profile in PROFILES else self.profile
                self._stamp = stamp


@dataclass
class Report:
    """What was asked and answered, counted."""

    requests: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    exports: Counter[str] = field(default_factory=Counter)  # "parquet completed"
    unreached: int = 0
    exporting: int = 0  # customers for whom exports are there
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def answered(self, status: int) -> None:
        with self._lock:
            self.requests += 1
            self.statuses[str(status)] += 1

    def missed(self) -> None:
        with self._lock:
            self.unreached += 1

    def exported(self, format: str, outcome: str) -> None:
        with self._lock:
            self.exports[f"{format} {outcome}"] += 1

    def text(self) -> str:
        with self._lock:
            told = {
                "requests": self.requests,
                "statuses": dict(self.statuses),
                "exports": dict(self.exports),
                "unreached": self.unreached,
                "exporting": self.exporting,
            }
        return json.dumps(told, sort_keys=True)


class Traffic:
    """Threads that are customers, paced together."""

    def __init__(
        self, folder: Path, everybody: list[Customer], control: Control, seed: int
    ) -> None:
        self.folder, self.everybody, self.control = folder, everybody, control
        self.report = Report()
        self.stopping = threading.Event()
        self._seed = seed
        self._pacing = threading.Lock()
        self._next = time.monotonic()
        self._having: dict[str, Customer] = {}
        self._unvisited = list(everybody)
        random.Random(seed).shuffle(self._unvisited)
        self._wide = threading.Semaphore(WIDE_AT_ONCE)

    def run(self, seconds: float, threads: int) -> None:
        """Visit until the time is over or somebody stops it."""
        visitors = [
            threading.Thread(target=self._visit_on, args=(number,), daemon=True)
            for number in range(min(threads, MOST_THREADS))
        ]
        for one in visitors:
            one.start()
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.stopping.wait(1.0):
            self.control.look()
            self.report.exporting = len(self._having)
            self._write_report()
        self.stopping.set()
        for one in visitors:
            one.join(PATIENCE + 5)
        self._write_report()

    def pace(self) -> bool:
        """Wait for one's turn; False when it is over."""
        with self._pacing:
            now = time.monotonic()
            self._next = max(self._next + 1 / self.control.rate, now)
            wait = self._next - now
        return not self.stopping.wait(wait)

    def _visit_on(self, number: int) -> None:
        visitor = Visitor(self, random.Random(f"{self._seed}/{number}"))
        while not self.stopping.is_set():
            visitor.visit()

    def whose_turn(self, chance: random.Random) -> Customer:
        """Everybody once, one after the other; then those who have exports more often."""
        with self._pacing:
            if self._unvisited and chance.random() < 0.5:
                return self._unvisited.pop()
            having = list(self._having.values())
        profile = PROFILES[self.control.profile]
        keen = [one for one in having if one.wide]
        if keen and chance.random() < profile.keen:
            return chance.choice(keen)
        if having and chance.random() < profile.eager:
            return chance.choice(having)
        return chance.choice(self.everybody)

    def found_exports(self, customer: Customer, *, there: bool) -> None:
        """A customer has seen whether exports are there for him."""
        with self._pacing:
            if there:
                self._having[customer.id] = customer
            else:
                self._having.pop(customer.id, None)

    def has_exports(self, customer: Customer) -> bool:
        return customer.id in self._having

    def wide_turn(self) -> threading.Semaphore:
        return self._wide

    def address(self) -> str:
        """Where the service answers now; raises OSError when it does not."""
        address = (self.folder / "address").read_text().strip()
        if urlsplit(address).hostname not in ("127.0.0.1", "localhost", "::1"):
            raise OSError(f"{address} is not on this machine")
        return address

    def _write_report(self) -> None:
        draft = self.folder / ".traffic.json"
        draft.write_text(self.report.text() + "\n")
        draft.replace(self.folder / "traffic.json")


@dataclass
class Visitor:
    """One thread with its connection: visits as one customer after the other."""

    traffic: Traffic
    chance: random.Random
    _connection: HTTPConnection | None = None
    _address: str = ""

    def visit(self) -> None:
        """Look at the tables, read some pages, and export where that is there or has not been tried."""
        who = self.traffic.whose_turn(self.chance)
        if self.chance.random() < 0.3 and self.ask(who, "GET", "/api/v2/datasets")[0] == 0:
            return
        after: int | None = 0
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            path = f"/api/v2/datasets/{who.orders}/records?limit=40&after={after}"
            status, page = self.ask(who, "GET", path)
            after = page.get("next") if status == 200 else None
            if after is None:
                break
        profile = PROFILES[self.traffic.control.profile]
        has = self.traffic.has_exports(who)
        if self.chance.random() < (profile.exporting if has else 0.7):
            self._export(who, profile)

    def _export(self, who: Customer, profile: Profile) -> None:
        wide = bool(who.wide) and self.chance.random() < profile.wide
        if not wide:
            self._export_one(who, who.orders, self._format())
        elif self.traffic.wide_turn().acquire(blocking=False):
            try:
                self._export_one(who, who.wide, "parquet")
            finally:
                self.traffic.wide_turn().release()

    def _format(self) -> str:
        (chosen,) = self.chance.choices(list(FORMATS), weights=list(FORMATS.values()))
        return chosen

    def _export_one(self, who: Customer, table: str, format: str) -> None:
        body = {"datasetId": table, "format": format}
        status, started = self.ask(who, "POST", BULK, body)
        if status:
            self.traffic.found_exports(who, there=status != 404)
        if status != 202:
            if status >= 500:
                self.traffic.report.exported(format, "refused")
            return
        for shown in self._followed(who, f"{BULK}/{started['jobId']}"):
            if shown["status"] in ("failed", "completed"):
                self.traffic.report.exported(format, shown["status"])
            if shown["status"] == "completed" and shown.get("downloadUrl"):
                self.ask(who, "GET", shown["downloadUrl"])

    def _followed(self, who: Customer, place: str) -> Iterator[dict[str, Any]]:
        """How an export stands, asked ever more seldom until it ended or nobody waits any more."""
        until, pause = time.monotonic() + PATIENCE, 0.2
        while time.monotonic() < until and not self.traffic.stopping.wait(pause):
            status, shown = self.ask(who, "GET", place)
            if status != 200:
                return
            yield shown
            if shown["status"] in ("failed", "completed", "cancelled"):
                return
            pause = min(pause * 1.7, 2.0)

    def ask(
        self, who: Customer, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Status and answer, or 0 where nobody answered (a new connection is tried next time)."""
        if not self.traffic.pace():
            return 0, {}
        headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/json"}
        try:
            connection = self._connected()
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            told = answer.read()
        except (OSError, HTTPException):
            self._leave()
            self.traffic.report.missed()
            self.traffic.stopping.wait(0.3)
            return 0, {}
        self.traffic.report.answered(answer.status)
        return answer.status, _json(told)

    def _connected(self) -> HTTPConnection:
        """A connection to where the service answers now; it may have moved since the last request."""
        address = self.traffic.address()
        if self._connection is None or address != self._address:
            self._leave()
            place = urlsplit(address)
            self._connection = HTTPConnection(str(place.hostname), place.port, timeout=10)
            self._address = address
        return self._connection

    def _leave(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _json(text: bytes) -> dict[str, Any]:
    """The answer's object; of a file or a list nothing is looked at."""
    if text[:1] != b"{":
        return {}
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def main() -> int:
    """Bring the customers in, then let them come."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the deployment keeps its files")
    parser.add_argument("--rate", type=float, default=40.0, help="requests a second, all together")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--customers", type=int, default=600)
    parser.add_argument("--threads", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="usual")
    parser.add_argument("--control", type=Path, help="a file that says what is wanted now")
    parser.add_argument("--supervised", action="store_true", help="end with whoever started it")
    chosen = parser.parse_args()
    everybody = customers(chosen.customers, chosen.seed)
    bring_in(chosen.folder, everybody)
    control = Control(file=chosen.control, rate=min(FASTEST, chosen.rate), profile=chosen.profile)
    control.look()
    traffic = Traffic(chosen.folder, everybody, control, chosen.seed)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: traffic.stopping.set())
    if chosen.supervised:
        threading.Thread(target=_end_with, args=(os.getppid(), traffic), daemon=True).start()
    traffic.run(chosen.seconds, chosen.threads)
    print(traffic.report.text())
    return 0


def _end_with(parent: int, traffic: Traffic) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    traffic.stopping.set()


if __name__ == "__main__":
    sys.exit(main())
