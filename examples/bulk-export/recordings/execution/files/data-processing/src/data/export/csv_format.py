"""CSV by RFC 4180, in UTF-8: a header line, CRLF line ends, an empty field for a missing value."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.export import table
from data.export.contract import Chunk, ChunkResult, ExportFormat
from data.export.converter import copy_into, result
from data.export.extraction import bodies
from data.model import Column, ColumnType

FORM = r"FORMAT csv, HEADER false, NEW_LINE '\r\n'"
# Numbers and times are written as they stand in the record; only a boolean is read.
TYPES = {kind: "VARCHAR" for kind in ColumnType} | {ColumnType.BOOLEAN: "BOOLEAN"}
MEMORY_MEGABYTES = 256


@dataclass(frozen=True, kw_only=True)
class CsvConverter:
    """Writes CSV. Only the assembled file has the header."""

    format: ExportFormat = ExportFormat.CSV
    media_type: str = "text/csv; charset=utf-8"

    def convert(self, chunk: Chunk, columns: Sequence[Column], part: Path) -> ChunkResult:
        """Write the rows of one chunk."""
        records = bodies(chunk)
        table.write(records, columns, TYPES, part, form=FORM, memory_megabytes=MEMORY_MEGABYTES)
        return result(chunk, part, len(records))

    def assemble(self, parts: Sequence[Path], columns: Sequence[Column], target: Path) -> int:
        """Write the header and append every part."""
        header = io.StringIO(newline="")
        csv.writer(header).writerow([column.name for column in columns])
        with target.open("wb") as file:
            file.write(header.getvalue().encode())
            for part in parts:
                copy_into(file, part)
        return target.stat().st_size
