"""What the export needs of the data side, asked for by name; the design says the same to both."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from data.model import Column
from database import Database
from service import Service

SOURCE = "export.source"
CONVERTERS = "export.converters"


class Chunk(Protocol):
    """Consecutive records. Only a converter looks inside."""

    @property
    def index(self) -> int:
        """Place among the chunks, from 0."""

    @property
    def last_number(self) -> int:
        """Number of the last record read: how far the dataset has been gone through."""


class ChunkResult(Protocol):
    """What became of one chunk."""

    @property
    def record_count(self) -> int:
        """How many records were written."""

    @property
    def byte_size(self) -> int:
        """How many bytes they took."""

    @property
    def chunk_index(self) -> int:
        """Which chunk it was."""


class Source(Protocol):
    """Reads a dataset in chunks."""

    def __call__(
        self, database: Database, dataset_id: str, *, filters: Mapping[str, Any], up_to: int
    ) -> Iterator[Chunk]:
        """Chunks of the records up to a number that match all filters."""


class Converter(Protocol):
    """Writes one format: chunks as parts, in any order and at the same time, then one file."""

    @property
    def media_type(self) -> str:
        """How the file is called in HTTP."""

    def convert(self, chunk: Any, columns: Sequence[Column], part: Path) -> ChunkResult:  # noqa: ANN401
        """Write one chunk; its kind is known to source and converter alone."""

    def assemble(self, parts: Sequence[Path], columns: Sequence[Column], target: Path) -> int:
        """Join parts to one file and return its bytes."""


def source_of(service: Service) -> Source:
    """The installed source of chunks."""
    return cast(Source, service.provided(SOURCE))


def converters_of(service: Service) -> Mapping[str, Converter]:
    """The installed converters, by format."""
    make = cast(Callable[[Service], Mapping[str, Converter]], service.provided(CONVERTERS))
    return make(service)
