"""The texts of a change: the worktree as it is, and the commit that it began at."""

import tarfile
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from headrace.capabilities.agents.model import Bench
from headrace.capabilities.coding.model import EvaluationInvalid

PATIENCE = timedelta(minutes=2)
LARGEST = (
    500_000  # bytes of a text that is judged; generated files are larger, and nobody wrote them
)
_TEXTS = frozenset(
    {
        *(".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".vue", ".svelte", ".css"),
        *(".html", ".htm", ".jinja", ".jinja2", ".j2", ".md", ".txt", ".sql", ".sh"),
        *(".toml", ".json", ".yaml", ".yml", ".cfg", ".ini", ".mod", ".env"),
        *(".go", ".rs", ".java", ".kt", ".rb", ".php"),
    }
)


def texts_now(bench: Bench, paths: tuple[str, ...]) -> dict[str, str]:
    """The texts of the worktree, by path: all of the usual kinds, and every text of `paths`.

    Read from the files themselves: the bench strikes secrets out of what it shows, and the search for
    secrets must see them.
    """
    wanted = [path for path in bench.files() if Path(path).suffix in _TEXTS or path in paths]
    found = {path: _text(bench.folder / path) for path in wanted}
    return {path: text for path, text in found.items() if text is not None}


def _text(file: Path) -> str | None:
    """The text of a file, or None when it is no text or larger than a person writes."""
    if file.stat().st_size > LARGEST:
        return None
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def texts_before(bench: Bench, base: str) -> dict[str, str]:
    """The texts of the commit `base`, by path. Raises EvaluationInvalid when it cannot be read."""
    with tempfile.TemporaryDirectory(prefix="headrace-base-") as folder:
        archive = Path(folder) / "base.tar"
        _git(bench, base, "archive", "--format=tar", f"--output={archive}", base)
        with tarfile.open(archive) as tar:
            return dict(_members(tar))


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, str]]:
    for member in tar:
        if member.isfile() and member.size <= LARGEST and Path(member.name).suffix in _TEXTS:
            file = tar.extractfile(member)
            if file is not None:
                try:
                    yield member.name, file.read().decode()
                except UnicodeDecodeError:
                    continue


def changed_since(bench: Bench, base: str) -> tuple[str, ...]:
    """The paths that differ between `base` and the worktree's commit, sorted."""
    with tempfile.TemporaryDirectory(prefix="headrace-diff-") as folder:
        listing = Path(folder) / "paths"
        names = ("diff", "--name-only", "--no-renames", "-z", f"--output={listing}")
        _git(bench, base, *names, base, "HEAD", "--")
        return tuple(sorted(filter(None, listing.read_text().split("\0"))))


def _git(bench: Bench, base: str, *arguments: str) -> None:
    if not base or base.startswith("-"):
        raise EvaluationInvalid("Say with `base` which commit the change began at.")
    outcome = bench.run(["git", *arguments], at_most=PATIENCE)
    if outcome.exit_code:
        raise EvaluationInvalid(
            f"The commit {base!r} cannot be read in the worktree: {outcome.output.strip()[-300:]}",
            base=base,
        )
