"""Converters at work in other processes, where they keep nobody from answering requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.export.contract import Chunk, ChunkResult, ExportFormat
from data.export.converter import Converter
from data.model import Column
from processes import Processes


@dataclass(frozen=True)
class Elsewhere:
    """A converter that reads and writes in one of the service's processes."""

    processes: Processes
    converter: Converter

    @property
    def format(self) -> ExportFormat:
        """As the converter's."""
        return self.converter.format

    @property
    def media_type(self) -> str:
        """As the converter's."""
        return self.converter.media_type

    def convert(self, chunk: Chunk, columns: Sequence[Column], part: Path) -> ChunkResult:
        """Have a chunk read and written as a part."""
        return self.processes.run(self.converter.convert, chunk, columns, part)

    def assemble(self, parts: Sequence[Path], columns: Sequence[Column], target: Path) -> int:
        """Have the parts joined."""
        return self.processes.run(self.converter.assemble, parts, columns, target)
