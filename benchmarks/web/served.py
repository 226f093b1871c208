"""The server under test: `headrace up` as a process of its own, and what there is to look at."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

_STARTS_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running server. `pid` is the process that answers; its workers are processes of their own."""

    address: str
    pid: int

    def memory(self) -> int:
        """Bytes that the serving process holds in memory, nobody else's."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return sum(
            int(found) * 1024 for found in re.findall(r"^Private_\w+:\s+(\d+) kB", text, re.M)
        )


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """The server on a free port; told to end, and waited for, at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "headrace", "up", "--port", "0"],
        env={**os.environ, "HEADRACE_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(_STARTS_SECONDS, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None  # it is piped above
        said = process.stdout.readline()
        watchdog.cancel()
        found = re.search(r"http://\S+", said)
        if found is None:
            raise RuntimeError(f"The server did not start within {_STARTS_SECONDS} s: {said!r}")
        yield Served(address=found[0], pid=process.pid)
    finally:
        watchdog.cancel()
        process.send_signal(signal.SIGINT)
        process.wait(30)


@dataclass(frozen=True, kw_only=True)
class Sights:
    """Who looks, and the pages that are looked at, by what they are called."""

    cookies: dict[str, str]
    pages: dict[str, str]


def sights(address: str, *, team: str) -> Sights:
    """The pages of what the demonstration left behind, and of what was filled in beside it."""
    with httpx2.Client(base_url=address, timeout=60) as client:
        house = _data(client, "/who")["houses"][0]["organisation"]["slug"]
        teams = _data(client, "/people")["teams"]
        person = next(one["members"][0] for one in teams if one["handle"] == team)
        every = client.get("/api/v1/missions").raise_for_status().json()["items"]
        real = [one["slug"] for one in every if not one["slug"].startswith("load-")]
        gates = [one["id"] for one in _all_gates(client) if int(one["id"][2:]) < 90000]
        changes = _data(client, "/changes")["items"]
        layers = _data(client, "/agents")["layers"]
    mission = real[-1]
    return Sights(
        cookies={"headrace_who": f"{house}/{person}"},
        pages={
            "inbox": "/",
            "a gate": "/inbox/G-90001",
            "a gate on a change": f"/inbox/{gates[-1]}",
            "missions": "/missions",
            "missions, board": "/missions?view=board",
            "missions, as data": "/missions.json",
            "the six figures, as data": "/api/v1/overview",
            "first 50 missions, over REST": "/api/v1/missions?newest=50",
            "first 50 artifacts, over REST": "/api/v1/artifacts?limit=50",
            "first 50 changes, over REST": "/api/v1/changes?limit=50",
            "a mission": f"/missions/{mission}",
            "a filled mission": "/missions/load-7?tab=artifacts",
            "signals": "/signals",
            "artifacts": "/artifacts",
            "artifacts, far on": "/artifacts?type=signal&after=signal/load-070000",
            "an artifact": "/artifacts/signal/load-090000",
            "its lineage": "/artifacts/signal/load-090000?tab=lineage",
            "its diff": "/artifacts/signal/load-090000?version=2&tab=diff",
            "changes": "/changes",
            "a change": f"/changes/{changes[0]['change']}",
            "releases": "/releases",
            "flags": "/flags",
            "operate": "/operate",
            "agents": "/agents",
            "an agent": f"/agents/{layers[0]['agents'][0]['handle']}",
            "people": "/people",
            "budgets": "/budgets",
            "journal": "/journal",
            "decisions": "/decisions",
            "search": "/search?q=load-0900",
            "settings": "/settings",
        },
    )


def _all_gates(client: httpx2.Client) -> Iterator[dict[str, str]]:
    after = ""
    while True:
        page = _data(client, f"/decisions{after}")
        yield from page["items"]
        if page["next"] is None:
            return
        after = f"?after={page['next']}"


def _data(client: httpx2.Client, path: str) -> dict:
    place, _, query = path.partition("?")
    answer = client.get(f"{place}.json" + (f"?{query}" if query else ""))
    answer.raise_for_status()
    return answer.json()
