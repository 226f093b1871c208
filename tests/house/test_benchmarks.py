"""The runner of the benchmarks measures both sides of what it finds, and fails on nothing."""

import subprocess
import sys
import textwrap

from benchmarks import run
from house import tree

DOUBLE = textwrap.dedent(
    """
    from contextlib import contextmanager
    from benchmarks.comparison import Comparison, Side

    def side(name, size):
        @contextmanager
        def ready():
            yield lambda: sum(range(size))
        return Side(name=name, ready=ready)

    COMPARISONS = (
        Comparison(
            name="sum", counted="number", units=1000, rounds=9,
            ours=side("long", 400_000), other=side("short", 40_000),
        ),
    )
    """
)


def test_the_ratio_tells_how_much_longer_ours_takes(tmp_path):
    (tmp_path / "bench_sum.py").write_text(DOUBLE)

    (comparison,) = run.discovered(tmp_path)
    result = run.measured(comparison)

    assert result.ratio > 3
    assert result.low <= result.ratio <= result.high


def test_the_table_names_both_sides(tmp_path, capsys):
    (tmp_path / "bench_sum.py").write_text(DOUBLE)

    assert run.main(["--folder", str(tmp_path)]) == 0

    told = capsys.readouterr().out
    assert "sum" in told
    assert "short" in told


def test_with_nothing_to_measure_it_fails(tmp_path, capsys):
    assert run.main(["--folder", str(tmp_path)]) == 1
    assert "nothing to measure" in capsys.readouterr().out


def test_every_comparison_of_this_repository_can_be_measured():
    words = [sys.executable, "-m", "benchmarks.run", "--rounds", "1"]

    done = subprocess.run(words, cwd=tree.ROOT, capture_output=True, text=True, timeout=240)

    assert done.returncode == 0, done.stderr
    for name in ("durable", "journal"):
        assert name in done.stdout
