"""Names that a type's declaration shapes: its path in the repository and its reference."""

import re
from string import Formatter

from headrace.capabilities.artifacts.layout.artifact_type import ArtifactType
from headrace.kernel.errors import Invalid

_SHAPES = {
    "date": r"\d{4}-\d{2}-\d{2}",
    "week": r"\d{4}-W\d{2}(?:-[a-z]+)?",  # 2026-W12, and what is told before its end: -interim
    "year": r"\d{4}",
    "number": r"\d+",
}
_ARCHIVE = "archive/"
_ANY = r"[^\W_][\w.-]*?"
"""A slug: letters of any script, digits, hyphens; it never leaves its folder."""


def path_for(layout: ArtifactType, **parts: object) -> str:
    """Where a version of this type lives; Invalid names every part that is missing or unfit."""
    return _filled(layout.path, parts, f"The path of a {layout.title.lower()}")


def reference_for(layout: ArtifactType, **parts: object) -> str:
    """The reference people use, "MISSION-2026-015"; Invalid names what is missing."""
    return _filled(layout.reference_shape, parts, f"The reference of a {layout.title.lower()}")


def path_parts(layout: ArtifactType, path: str) -> dict[str, str] | None:
    """The parts that `path_for` would have made `path` from, None when it is no such path."""
    return _parts(layout.path, path)


def reference_parts(layout: ArtifactType, reference: str) -> dict[str, str] | None:
    """The parts of a reference of this type, None when it is none."""
    return _parts(layout.reference_shape, reference) if layout.reference_shape else None


def archived_path(layout: ArtifactType, path: str) -> str:
    """Where a file of this type goes when it is archived: the folder `archive/` of the type's area.

    The area is what all paths of the type begin with, so that a mission's folder moves as a whole.
    """
    area = _area(layout)
    return f"{area}{_ARCHIVE}{path.removeprefix(area)}"


def place_of(layout: ArtifactType, path: str) -> str:
    """Where a file of this type stood before it was archived; `path` itself when it is not."""
    area, archive = _area(layout), _area(layout) + _ARCHIVE
    return area + path.removeprefix(archive) if path.startswith(archive) else path


def _area(layout: ArtifactType) -> str:
    head, slash, _ = layout.path.partition("{")[0].rpartition("/")
    return head + slash


def _filled(shape: str, parts: dict[str, object], what: str) -> str:
    names = _names(shape)
    missing = [name for name in names if parts.get(name) in (None, "")]
    if missing:
        raise Invalid(f"{what} needs {', '.join(missing)} as well.", missing=missing)
    unfit = [name for name in names if not re.fullmatch(_shape(name), str(parts[name]))]
    if unfit:
        raise Invalid(f"{what} cannot hold this {', '.join(unfit)}.", unfit=unfit)
    return shape.format(**parts)


def _parts(shape: str, whole: str) -> dict[str, str] | None:
    seen: set[str] = set()
    pattern = ""
    for literal, name, _, _ in Formatter().parse(shape):
        pattern += re.escape(literal)
        if name:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>{_shape(name)})"
            seen.add(name)
    found = re.fullmatch(pattern, whole)
    return found.groupdict() if found else None


def _names(shape: str) -> list[str]:
    return list(dict.fromkeys(name for _, name, _, _ in Formatter().parse(shape) if name))


def _shape(name: str) -> str:
    return _SHAPES.get(name, _ANY)
