"""JSON: one array of objects in UTF-8, one record a line."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.export.contract import Chunk, ChunkResult, ExportFormat
from data.export.converter import copy_into, result
from data.export.extraction import bodies
from data.model import Column

BETWEEN = ",\n"


@dataclass(frozen=True, kw_only=True)
class JsonConverter:
    """Writes JSON. A part is the array's inside, so parts are joined with a comma."""

    format: ExportFormat = ExportFormat.JSON
    media_type: str = "application/json"

    def convert(self, chunk: Chunk, columns: Sequence[Column], part: Path) -> ChunkResult:
        """Write the records of one chunk."""
        names = [column.name for column in columns]
        records = bodies(chunk)
        part.write_text(BETWEEN.join(_texts(chunk, records, names)), encoding="utf-8")
        return result(chunk, part, len(records))

    def assemble(self, parts: Sequence[Path], columns: Sequence[Column], target: Path) -> int:
        """Join the parts to one array."""
        with target.open("wb") as file:
            file.write(b"[\n")
            # Of a chunk in which nothing matched there is nothing to join.
            for place, part in enumerate(one for one in parts if one.stat().st_size):
                file.write(BETWEEN.encode() if place else b"")
                copy_into(file, part)
            file.write(b"\n]\n")
        return target.stat().st_size


def _texts(chunk: Chunk, records: Sequence[str], names: Sequence[str]) -> Iterable[str]:
    if list(names) == list(chunk.columns):
        # Stored as it is delivered: nothing is parsed, nothing can change.
        return records
    read = json.loads(f"[{','.join(records)}]")
    chosen = ({name: values.get(name) for name in names} for values in read)
    return [json.dumps(values, ensure_ascii=False, separators=(",", ":")) for values in chosen]
