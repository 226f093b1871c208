"""A service's files: written whole or not at all, read at their end, and kept from growing for ever."""

import os
import shutil
from pathlib import Path

OUTPUT_BYTES = 8 * 1024 * 1024
"""What is kept of a service's output, twice."""

ACCESS_LOG_BYTES = 64 * 1024 * 1024
"""At this size an access log is set aside as `access.jsonl.1`; the service begins another."""


def write_whole(path: Path, text: str) -> None:
    """Whoever reads the file sees the old text or the new one, never a part; safe from a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def tail(path: Path, *, most_bytes: int = 4_000) -> str:
    """The end of a file as text; empty when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - most_bytes))
            return file.read().decode(errors="replace").strip()
    except FileNotFoundError:
        return ""


def keep_bounded(access_log: Path, output: Path) -> None:
    """Set aside what has grown too large; one of each is kept beside the one that is written.

    An access log is renamed, and the service begins a new one, so that no line is lost. Output is
    copied and cut, for whoever writes it knows nothing of files; what comes in between is lost.
    """
    if _size(access_log) > ACCESS_LOG_BYTES:
        access_log.replace(access_log.with_name(f"{access_log.name}.1"))
    if _size(output) > OUTPUT_BYTES:
        shutil.copyfile(output, output.with_name(f"{output.name}.1"))
        os.truncate(output, 0)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
