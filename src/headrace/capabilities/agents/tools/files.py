"""Files of a worktree, reached without ever following a link out of it."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from headrace.capabilities.agents.authority import faults_of_form
from headrace.capabilities.agents.model import FileMissing, PathRefused, ToolMisused
from headrace.capabilities.agents.tools.tool import Ground
from headrace.kernel import fence

LARGEST = 2_000_000  # bytes of a file that is read or written; source code has no larger ones


def readable(ground: Ground, path: str) -> Path:
    """Where `path` is, when the run may read it. Raises PathRefused, FileMissing."""
    refusal = ground.authority.against_reading(path)
    if refusal is not None:
        raise PathRefused(f"{refusal}.", path=path, reasons=refusal.reasons)
    place = _reached(ground.root, path)
    if not place.is_file():
        raise FileMissing(f"There is no file {path}.", path=path)
    return place


def writable(ground: Ground, path: str) -> Path:
    """Where `path` is or will be, when the run may write it. Raises PathRefused."""
    refusal = ground.authority.against_writing(path)
    if refusal is not None:
        raise PathRefused(f"{refusal}.", path=path, reasons=refusal.reasons)
    place = _reached(ground.root, path)
    if place.is_dir():
        raise ToolMisused(f"{path} is a folder, not a file.", path=path)
    return place


def folder(ground: Ground, path: str) -> Path:
    """Where a folder of the worktree is; its files are still judged one by one. Raises PathRefused."""
    if path in ("", "."):
        return ground.root
    reasons = tuple(faults_of_form(path))
    if reasons:
        raise PathRefused(f"{'; '.join(reasons)}.", path=path, reasons=reasons)
    return _reached(ground.root, path)


def content_at(place: Path) -> bytes | None:
    """The bytes of a file, or None where none is. Raises ToolMisused for one that is too large."""
    try:
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with os.fdopen(handle, "rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ToolMisused(f"{place.name} is larger than {LARGEST} bytes.")
    return content


def put(root: Path, path: str, content: bytes | None) -> None:
    """Make the file at `path` hold `content`, whole or not at all; None deletes it.

    Raises Fenced when the act that writes belongs to another process by now.
    """
    place = _reached(root, path)
    fence.check()
    if content is None:
        place.unlink(missing_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    mode = place.stat().st_mode & 0o777 if place.exists() else 0o644
    draft = place.with_name(f".{place.name[:200]}.headrace-draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.replace(draft, place)


def fingerprint(content: bytes | None) -> str | None:
    """SHA-256 of a file's content, or None where there is none."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def listed(ground: Ground, below: str = "") -> Iterator[str]:
    """Every file that the run may read, below a folder, sorted; links are not followed."""
    for inside, folders, names in os.walk(folder(ground, below)):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            place = Path(inside) / name
            path = place.relative_to(ground.root).as_posix()
            if not place.is_symlink() and ground.authority.against_reading(path) is None:
                yield path


def _reached(root: Path, path: str) -> Path:
    """The place of a path none of whose parts is a link. Raises PathRefused."""
    place = root
    for part in path.split("/"):
        place = place / part
        if place.is_symlink():
            raise PathRefused(f"{path} leads through a link; name the file itself.", path=path)
    _refuse_twin(place, path)
    return place


def _refuse_twin(place: Path, path: str) -> None:
    """Two names that differ in case only are one file on some machines."""
    if place.exists() or not place.parent.is_dir():
        return
    for other in os.listdir(place.parent):
        if other.casefold() == place.name.casefold() and other != place.name:
            raise PathRefused(
                f"{path} differs from {other} in case only, which some machines take for one file.",
                path=path,
            )
