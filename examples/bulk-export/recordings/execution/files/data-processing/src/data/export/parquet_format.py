"""Parquet with typed columns, written by DuckDB under a memory limit of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.export import table
from data.export.contract import Chunk, ChunkResult, ExportFormat
from data.export.converter import result
from data.export.extraction import bodies
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
    """Writes Parquet. What does not fit into its memory is refused."""

    memory_megabytes: int = MEMORY_MEGABYTES
    format: ExportFormat = ExportFormat.PARQUET
    media_type: str = "application/vnd.apache.parquet"

    def convert(self, chunk: Chunk, columns: Sequence[Column], part: Path) -> ChunkResult:
        """Write the records of one chunk."""
        records, memory = bodies(chunk), self.memory_megabytes
        table.write(records, columns, TYPES, part, form="FORMAT parquet", memory_megabytes=memory)
        return result(chunk, part, len(records))

    def assemble(self, parts: Sequence[Path], columns: Sequence[Column], target: Path) -> int:
        """Join the parts in their order."""
        files, memory = ", ".join(table.quoted(part) for part in parts), self.memory_megabytes
        source = f"read_parquet([{files}])"
        table.copy(source, columns, target, form="FORMAT parquet", memory_megabytes=memory)
        return target.stat().st_size
