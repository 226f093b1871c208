"""What a converter is: it writes chunks as parts, and joins parts to one file."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from data.export.contract import Chunk, ChunkResult, ExportFormat
from data.model import Column

COPIED_AT_ONCE = 1024 * 1024


class Converter(Protocol):
    """Turns chunks into one format. Parts may be written in any order and at the same time."""

    @property
    def format(self) -> ExportFormat:
        """The format that it writes."""

    @property
    def media_type(self) -> str:
        """How the file is called in HTTP."""

    def convert(self, chunk: Chunk, columns: Sequence[Column], part: Path) -> ChunkResult:
        """Write one chunk as a part."""

    def assemble(self, parts: Sequence[Path], columns: Sequence[Column], target: Path) -> int:
        """Join the parts, in the order given, to one file. Returns its size in bytes."""


def copy_into(target: BinaryIO, part: Path) -> None:
    """Append a part to an open file without holding it in memory."""
    with part.open("rb") as source:
        shutil.copyfileobj(source, target, COPIED_AT_ONCE)


def result(chunk: Chunk, part: Path, record_count: int) -> ChunkResult:
    """The result of a chunk of which so many records have been written."""
    return ChunkResult(
        record_count=record_count,
        byte_size=part.stat().st_size,
        chunk_index=chunk.index,
    )
