"""Parquet with typed columns, written by DuckDB, which works outside Python's lock."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data.export.contract import Chunk, ChunkResult, ExportFormat
from data.export.converter import result
from data.model import Column, ColumnType

TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.DECIMAL: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.TIME: "TIMESTAMP",
}
MEMORY_MEGABYTES = 128


@dataclass(frozen=True, kw_only=True)
class ParquetConverter:
    """Writes Parquet. Each use has a small database in memory with a limit of its own."""

    memory_megabytes: int = MEMORY_MEGABYTES
    format: ExportFormat = ExportFormat.PARQUET
    media_type: str = "application/vnd.apache.parquet"

    def convert(self, chunk: Chunk, columns: Sequence[Column], part: Path) -> ChunkResult:
        """Write one chunk: its JSON texts go through a file, which DuckDB reads fastest."""
        lines = part.with_suffix(".jsonl")
        lines.write_text("\n".join(chunk.bodies) + "\n", encoding="utf-8")
        source = (
            f"read_json({_quoted(lines)}, format = 'newline_delimited', "
            f"columns = {_typed(columns)})"
        )
        with self._database(part.parent) as database:
            database.execute(_copy(source, columns, part))
        lines.unlink()
        return result(chunk, part)

    def assemble(self, parts: Sequence[Path], columns: Sequence[Column], target: Path) -> int:
        """Join the parts in their order."""
        files = ", ".join(_quoted(part) for part in parts)
        with self._database(target.parent) as database:
            database.execute(_copy(f"read_parquet([{files}])", columns, target))
        return target.stat().st_size

    @contextmanager
    def _database(self, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{self.memory_megabytes}MB",
            "temp_directory": str(folder / "spill"),
            # The caller runs several at once; more threads here would only fight for the cores.
            "threads": "1",
        }
        with duckdb.connect(":memory:", config=settings) as database:
            yield database


def _copy(source: str, columns: Sequence[Column], target: Path) -> str:
    names = ", ".join(_name(column.name) for column in columns)
    # COPY takes no parameters; every name and path goes through the quoting below.
    return f"COPY (SELECT {names} FROM {source}) TO {_quoted(target)} (FORMAT parquet)"  # noqa: S608


def _typed(columns: Sequence[Column]) -> str:
    return "{" + ", ".join(f"{_text(c.name)}: '{TYPES[c.type]}'" for c in columns) + "}"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(path: Path) -> str:
    return _text(str(path))
