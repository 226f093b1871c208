"""Runs every comparison of this folder (`bench_*.py`) and prints ratios: `make bench`.

Trust the ratios more than the times: both sides ran in turns on the same machine.
"""

import argparse
import runpy
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from benchmarks.comparison import Comparison

FOLDER = Path(__file__).resolve().parent
MOST = 99


@dataclass(frozen=True)
class Result:
    """Median seconds per unit of both sides, and the ratio's median with its quartiles."""

    comparison: Comparison
    ours_seconds: float
    other_seconds: float
    ratio: float
    low: float
    high: float


def discovered(folder: Path) -> Iterator[Comparison]:
    """The comparisons (`COMPARISONS`) of every `bench_*.py` in the folder, by file name."""
    for path in sorted(folder.glob("bench_*.py")):
        yield from runpy.run_path(str(path))["COMPARISONS"]


def measured(comparison: Comparison) -> Result:
    """Times both sides in turns, after one round that does not count."""
    ours, other = [], []
    with comparison.ours.ready() as our_way, comparison.other.ready() as other_way:
        for round_number in range(comparison.rounds + 1):
            pair = _seconds(our_way), _seconds(other_way)
            if round_number:
                ours.append(pair[0] / comparison.units)
                other.append(pair[1] / comparison.units)
    ratios = sorted(a / b for a, b in zip(ours, other, strict=True))
    quarter = len(ratios) // 4
    return Result(
        comparison,
        ours_seconds=median(ours),
        other_seconds=median(other),
        ratio=median(ratios),
        low=ratios[quarter],
        high=ratios[-1 - quarter],
    )


def table(results: Iterable[Result]) -> Table:
    """One line per comparison: what was counted, both medians, the ratio and its middle half."""
    made = Table("comparison", "unit", "ours", "beside", "ratio", "middle half")
    for r in results:
        made.add_row(
            r.comparison.name,
            r.comparison.counted,
            _milliseconds(r.ours_seconds),
            f"{r.comparison.other.name} {_milliseconds(r.other_seconds)}",
            f"{r.ratio:.2f}",
            f"{r.low:.2f} to {r.high:.2f}",
        )
    return made


def _seconds(way: Callable[[], object]) -> float:
    started = perf_counter()
    way()
    return perf_counter() - started


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.3f} ms"


def main(arguments: list[str]) -> int:
    """Measures and prints; 1 when there is nothing to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="measure comparisons whose name holds this")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where bench_*.py files stand")
    parser.add_argument(
        "--rounds", type=int, default=MOST, help="at most so many turns of each side"
    )
    asked = parser.parse_args(arguments)
    found = [c for c in discovered(asked.folder) if asked.only in c.name]
    chosen = [replace(c, rounds=min(c.rounds, asked.rounds)) for c in found]
    if not chosen:
        print("There is nothing to measure: no bench_*.py declares such a comparison.")
        return 1
    Console().print(table(measured(comparison) for comparison in chosen))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
