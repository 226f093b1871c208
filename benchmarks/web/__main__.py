"""Runs the console's benchmark: `make bench-web`, or `python -m benchmarks.web --help`.

One server process, a played demonstration with 100,000 artifacts beside it, 1,000 open pages. It tells
for each page the time at the server's door without and with the crowd, the time until a browser has
it loaded, what an open page costs in memory, and how soon all of them hear of something. With a
peer's address it asks that server's pages in the same turns, so that the ratio is of one run.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import httpx2
from rich.console import Console
from rich.table import Table

from benchmarks.web.filling import TEAM, fill, play
from benchmarks.web.measuring import Timing, loaded, timed
from benchmarks.web.served import Served, Sights, served, sights
from benchmarks.web.viewers import Crowd

_TELL_WITHIN = 30.0  # seconds, for the last of the crowd to hear
_LIKE = {"list": "first 50 missions, over REST", "dashboard": "the six figures, as data"}
"""What a peer's page of this name stands beside: data beside data, for a peer's pages are drawn by the
browser."""


@dataclass(frozen=True, kw_only=True)
class Crowded:
    """What was measured while the crowd looked on."""

    timings: Mapping[str, Timing]
    bytes_per_viewer: int
    told_seconds: tuple[float, ...]


def main(arguments: list[str]) -> int:
    """Measures and prints."""
    asked = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as folder:
        home = asked.home or Path(folder)
        if asked.home is None:
            print("Playing the demonstration up to the mission brief …", flush=True)
            play(home, until="brief")
        print(f"Filling in {asked.artifacts:,} artifacts …", flush=True)
        fill(home, artifacts=asked.artifacts)
        with served(home) as server:
            _measure(server, asked)
    return 0


def _measure(server: Served, asked: argparse.Namespace) -> None:
    seen = sights(server.address, team=TEAM)
    alone = timed(server.address, seen.cookies, seen.pages, rounds=asked.rounds)
    peers = _peers(asked.peer)
    beside = timed(peers[0], {}, peers[1], rounds=asked.rounds) if peers else {}
    browsed = loaded(server.address, seen.cookies, seen.pages, rounds=3)
    crowded = asyncio.run(_before_a_crowd(server, seen, asked.viewers, asked.rounds))
    told = crowded.told_seconds
    console = Console(width=110)
    console.print(_table(alone, crowded.timings, browsed))
    console.print(
        f"{asked.viewers:,} open pages: {crowded.bytes_per_viewer / 1024:.1f} KiB of the server's "
        f"memory each; {len(told):,} heard of one event, the first after "
        f"{told[0]:.2f} s, the last after {told[-1]:.2f} s."
    )
    for name, timing in beside.items():
        like = _LIKE["list" if "list" in name else "dashboard"]
        ours = alone[like]
        console.print(
            f"Beside {like} ({ours.size / 1024:.0f} KiB, median {ours.median:.1f} ms): its {name} "
            f"({timing.size / 1024:.0f} KiB), median {timing.median:.1f} ms, p95 {timing.p95:.1f} ms; "
            f"ours over it {ours.median / timing.median:.2f}"
        )


async def _before_a_crowd(server: Served, seen: Sights, viewers: int, rounds: int) -> Crowded:
    """Memory before and after they come; then the pages once more; then one event for all."""
    before = server.memory()
    crowd = Crowd(server.address, seen.cookies)
    await crowd.gather(viewers)
    await asyncio.sleep(2)
    grown = server.memory() - before
    timings = await asyncio.to_thread(
        timed, server.address, seen.cookies, seen.pages, rounds=rounds
    )
    crowd.heard.clear()
    began = perf_counter()
    await asyncio.to_thread(_something_happens, server.address, seen.cookies)
    heard = await crowd.hear_all(within=_TELL_WITHIN)
    await crowd.leave()
    if not heard:
        raise RuntimeError(f"Nobody heard of the event within {_TELL_WITHIN} s.")
    return Crowded(
        timings=timings,
        bytes_per_viewer=grown // viewers,
        told_seconds=tuple(at - began for at in heard),
    )


def _something_happens(address: str, cookies: Mapping[str, str]) -> None:
    """A team more: one event in the journal."""
    name = f"team-{int(perf_counter() * 1000)}"
    house = cookies["headrace_who"].partition("/")[0]
    answer = httpx2.post(
        f"{address}/api/v1/teams",
        json={"handle": name, "name": name},
        headers={"Headrace-Organisation": house},
        timeout=30,
    )
    answer.raise_for_status()


def _peers(words: list[str]) -> tuple[str, dict[str, str]] | None:
    if not words:
        return None
    address, *pages = words
    return address, {name: path for name, _, path in (one.partition("=") for one in pages)}


def _table(
    alone: Mapping[str, Timing], crowded: Mapping[str, Timing], browsed: Mapping[str, float]
) -> Table:
    made = Table(
        "page", "KiB", "median ms", "p95 ms", "p95 before a crowd", "loaded in a browser ms"
    )
    for column in made.columns[1:]:
        column.justify = "right"
    for name, one in alone.items():
        made.add_row(
            name,
            f"{one.size / 1024:.0f}",
            f"{one.median:.1f}",
            f"{one.p95:.1f}",
            f"{crowded[name].p95:.1f}",
            f"{browsed[name]:.0f}" if name in browsed else "no browser",
        )
    return made


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a played demonstration; it keeps the filling")
    parser.add_argument("--artifacts", type=int, default=100_000)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=40, help="how often each page is asked for")
    parser.add_argument(
        "--peer",
        nargs="+",
        default=[],
        metavar="WORD",
        help="another server's address, and pages of it: http://127.0.0.1:3100 list=/api/… ",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
