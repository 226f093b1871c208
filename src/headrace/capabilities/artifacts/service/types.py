"""Types: the declarations that artifacts are written by."""

from collections.abc import Mapping

from headrace.capabilities.artifacts.layout import (
    path_parts,
    place_of,
)
from headrace.capabilities.artifacts.model import (
    ArtifactType,
    TypeUnknown,
)
from headrace.kernel.context import Ctx


def layout(ctx: Ctx, name: str) -> ArtifactType:
    """The declaration of a type. Raises TypeUnknown."""
    for declared in ctx.declared(ArtifactType):
        if declared.name == name:
            return declared
    known = ", ".join(sorted(t.name for t in ctx.declared(ArtifactType)))
    raise TypeUnknown(f"No artifact type {name!r}; there are: {known}", type=name)


def identify(ctx: Ctx, path: str) -> tuple[ArtifactType, Mapping[str, str]] | None:
    """The type whose files stand at such a path, archived ones too, and the path's parts; or None."""
    for declared in ctx.declared(ArtifactType):
        parts = path_parts(declared, place_of(declared, path))
        if parts is not None:
            return declared, parts
    return None
