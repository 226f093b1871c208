"""Values: where a field takes one of several words, and another word stands there."""

import re
from collections.abc import Iterable

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Each,
    Fault,
    Group,
    Section,
    Table,
    slug,
)
from headrace.capabilities.record import service as record
from headrace.packs.enterprise.exchange.model import Corpus, Found, Piece, error
from headrace.packs.enterprise.types import TYPES

_BY_NAME = {one.name: one for one in TYPES}


def value_not_allowed(corpus: Corpus) -> Found:
    """A field holds a word that its type does not know."""
    for piece in corpus.pieces:
        declared = _BY_NAME.get(piece.kind)
        if declared is None:
            continue
        choices = _choices(declared)
        for finding in record.read_document(declared, piece.source).findings:
            plain = re.split(r"\s+[(—–-]", finding.found, maxsplit=1)[0]
            if plain in finding.allowed:  # said with a remark: "SEV3 (Minor)"
                continue
            if finding.fault is Fault.NOT_ALLOWED and finding.allowed in choices:
                yield (
                    f"{finding.found!r} is none of {', '.join(finding.allowed)} "
                    f"({finding.path.removeprefix('sections.').removeprefix('fields.')})",
                    (piece.at(_line(piece, finding.path, finding.found)),),
                )


def _choices(declared: ArtifactType) -> set[tuple[str, ...]]:
    found = {one.choices for one in declared.fields if one.choices}
    for section in declared.sections:
        found |= _of_section(section)
    return found


def _of_section(section: Section) -> set[tuple[str, ...]]:
    if isinstance(section, Table):
        return {one.choices for one in section.columns if one.choices}
    if isinstance(section, Group | Each):
        found = {one.choices for one in section.fields if one.choices}
        return found.union(*(_of_section(one) for one in section.sections))
    return set()


def _line(piece: Piece, path: str, found: str) -> int:
    """The line on which the word stands: of the row or item that the path names, where it does."""
    word, key = found.casefold(), path.rpartition("[")[2].partition("]")[0].partition("~")[0]
    rows = [row for row in piece.rows if word in map(str.casefold, row.cells.values())]
    keyed = [
        row for row in rows if key and all(_has(row.cells.values(), one) for one in key.split(">"))
    ]
    if keyed or rows:
        return (keyed or rows)[0].line
    label = path.rpartition(".")[2].replace("_", " ")
    pairs = [pair for pair in piece.pairs if word in pair.value.casefold()]
    own = [pair for pair in pairs if label in pair.label]
    return (own or pairs)[0].line if pairs else piece.line


def _has(cells: Iterable[str], key: str) -> bool:
    return any(slug(one) == key for one in cells)


RULES = (
    error("value-not-allowed", "a field holds a word that its type has not", value_not_allowed),
)
