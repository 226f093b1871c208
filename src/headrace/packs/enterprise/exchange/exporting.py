"""Export: the record as a tree in the public layout, every effective work product a file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Version
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import RepositoryKind
from headrace.kernel.context import Ctx
from headrace.packs.enterprise.exchange import own
from headrace.packs.enterprise.exchange.places import path_fault
from headrace.packs.enterprise.exchange.public_form import (
    Surroundings,
    public_path,
    public_text,
)
from headrace.packs.enterprise.types.imported_document import NAME as IMPORTED
from headrace.packs.enterprise.types.imported_document import original

_SIGNAL = re.compile(r"\bsignals?/(\d{4}-\d{2}-\d{2}-[\w-]+)")


@dataclass(frozen=True, kw_only=True)
class ExportedFile:
    """One file of the tree, and the version that it shows."""

    path: str
    text: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Export:
    """The files, by path, and why versions were left out."""

    files: tuple[ExportedFile, ...]
    left_out: tuple[str, ...]


def export(ctx: Ctx, *, context: str = "", renamed: bool = False) -> Export:
    """Every effective version as its file. What was imported stands where it came from, as it came;
    where a work product of ours stands there too, ours is written and the other one is left out.
    """
    versions = list(own.effective_versions(ctx, context))
    ours = [one for one in versions if one.type != IMPORTED]
    around = Surroundings(
        paths={one.ref.artifact: one.path for one in ours},
        product=_product(ctx),
        renamed=renamed,
    )
    taken_up = _taken_up(ctx)
    files = {one.path: one for one in (_ours(ctx, version, around, taken_up) for version in ours)}
    left_out: list[str] = []
    for version in versions:
        if version.type == IMPORTED:
            _place(version, files, left_out)
    return Export(files=tuple(files[path] for path in sorted(files)), left_out=tuple(left_out))


def _ours(
    ctx: Ctx, version: Version, around: Surroundings, taken_up: frozenset[str]
) -> ExportedFile:
    written = record.document(ctx, version)
    waits = version.ref.artifact.partition("/")[2] not in taken_up
    return ExportedFile(
        path=public_path(written.path, renamed=around.renamed),
        text=public_text(version.type, written.text, around, waits=waits),
        version=str(version.ref),
    )


def _taken_up(ctx: Ctx) -> frozenset[str]:
    """The slugs of the signals that an approved mission brief names, as an id or as a path."""
    briefs = artifacts.effective_of(ctx, "mission-brief")
    return frozenset(
        found for one in briefs for found in _SIGNAL.findall(record.document(ctx, one).text)
    )


def _place(version: Version, files: dict[str, ExportedFile], left_out: list[str]) -> None:
    """Put what was imported back where it came from."""
    path, text = original(version.content)
    if path in files:
        left_out.append(f"{version.ref}: {files[path].version} stands at {path}")
    elif fault := path_fault(path):
        left_out.append(f"{version.ref}: {fault}")
    else:
        files[path] = ExportedFile(path=path, text=text, version=str(version.ref))


def _product(ctx: Ctx) -> str:
    """What paths of a product's files are written under: its name where there is one product."""
    names = list(_products(ctx))
    return names[0] if len(names) == 1 else "product"


def _products(ctx: Ctx) -> Iterator[str]:
    for one in record.repositories(ctx, after="", limit=100):
        if one.kind is RepositoryKind.PRODUCT:
            yield one.slug
