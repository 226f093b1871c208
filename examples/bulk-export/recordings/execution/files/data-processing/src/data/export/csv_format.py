"""CSV by RFC 4180, in UTF-8: a header line, CRLF line ends, an empty field for a missing value."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.export.contract import Chunk, ChunkResult, ExportFormat
from data.export.converter import copy_into, result
from data.model import Column, ColumnType

BOOLEANS = {True: "true", False: "false"}


@dataclass(frozen=True, kw_only=True)
class CsvConverter:
    """Writes CSV. Only the assembled file has the header."""

    format: ExportFormat = ExportFormat.CSV
    media_type: str = "text/csv; charset=utf-8"

    def convert(self, chunk: Chunk, columns: Sequence[Column], part: Path) -> ChunkResult:
        """Write the rows of one chunk."""
        with part.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(_rows(chunk, columns))
        return result(chunk, part)

    def assemble(self, parts: Sequence[Path], columns: Sequence[Column], target: Path) -> int:
        """Write the header and append every part."""
        header = io.StringIO(newline="")
        csv.writer(header).writerow([column.name for column in columns])
        with target.open("wb") as file:
            file.write(header.getvalue().encode())
            for part in parts:
                copy_into(file, part)
        return target.stat().st_size


def _rows(chunk: Chunk, columns: Sequence[Column]) -> Iterator[list[Any]]:
    names = [column.name for column in columns]
    booleans = [place for place, column in enumerate(columns) if column.type is ColumnType.BOOLEAN]
    # A record has its values in the order of the columns: where all are wanted, none is looked up.
    are_all = names == list(chunk.columns)
    # One call for the whole chunk is faster than one for each record.
    for values in json.loads(f"[{','.join(chunk.bodies)}]"):
        row = list(values.values()) if are_all else [values.get(name) for name in names]
        for place in booleans:
            row[place] = BOOLEANS.get(row[place])
        yield row
