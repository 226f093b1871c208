"""Parquet with typed columns, written by DuckDB, which works outside Python's lock."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
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
    """Writes Parquet. Each thread has a small database in memory with a limit of its own.

    Opening one takes longer than converting a chunk, so a thread keeps its own for the next.
    """

    memory_megabytes: int = MEMORY_MEGABYTES
    format: ExportFormat = ExportFormat.PARQUET
    media_type: str = "application/vnd.apache.parquet"
    _opened: threading.local = field(default_factory=threading.local, repr=False, compare=False)

    def convert(self, chunk: Chunk, columns: Sequence[Column], part: Path) -> ChunkResult:
        """Write one chunk: its JSON texts go through a file, which DuckDB reads fastest."""
        lines = part.with_suffix(".jsonl")
        lines.write_text("\n".join(chunk.bodies) + "\n", encoding="utf-8")
        source = (
            f"read_json({_quoted(lines)}, format = 'newline_delimited', "
            f"columns = {_typed(columns)})"
        )
        self._database(part.parent).execute(_copy(source, columns, part))
        lines.unlink()
        return result(chunk, part)

    def assemble(self, parts: Sequence[Path], columns: Sequence[Column], target: Path) -> int:
        """Join the parts in their order."""
        files = ", ".join(_quoted(part) for part in parts)
        self._database(target.parent).execute(_copy(f"read_parquet([{files}])", columns, target))
        return target.stat().st_size

    def _database(self, folder: Path) -> duckdb.DuckDBPyConnection:
        database = getattr(self._opened, "database", None)
        if database is None:
            settings: dict[str, str | bool | int | float | list[str]] = {
                "memory_limit": f"{self.memory_megabytes}MB",
                "temp_directory": str(folder / "spill"),
                # The caller runs several at once; more threads here would only fight for the cores.
                "threads": "1",
            }
            database = self._opened.database = duckdb.connect(":memory:", config=settings)
        return database


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
