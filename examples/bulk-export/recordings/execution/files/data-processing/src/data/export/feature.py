"""What the data side of the export offers to the service."""

from collections.abc import Mapping

from data.export.converter import Converter
from data.export.csv_format import CsvConverter
from data.export.elsewhere import Elsewhere
from data.export.extraction import chunks
from data.export.json_format import JsonConverter
from data.export.parquet_format import MEMORY_MEGABYTES, ParquetConverter
from features import Feature
from service import Service


def converters(service: Service) -> Mapping[str, Converter]:
    """The converters by format, at work in processes of their own.

    The parameter `parquet_memory_megabytes` limits one of them.
    """
    memory = service.parameters.number("parquet_memory_megabytes", MEMORY_MEGABYTES)
    made: tuple[Converter, ...] = (
        CsvConverter(),
        JsonConverter(),
        ParquetConverter(memory_megabytes=int(memory)),
    )
    return {one.format.value: Elsewhere(service.processes, one) for one in made}


FEATURE = Feature(
    name="data.export", provides={"export.source": chunks, "export.converters": converters}
)
