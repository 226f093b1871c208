"""Small files that only their owner reads: replaced whole or not at all."""

import contextlib
import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str, *, uid: int | None = None, gid: int | None = None) -> None:
    """Replace `path` by a file with `text`, mode 0600, safe on disk before it is seen.

    It belongs to `uid` and `gid`, by default to the owner of its directory (else root, asked once to
    help, would leave an ordinary user with files that he cannot read).
    """
    parent = path.parent.stat()
    draft = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            give_to(
                file.fileno(),
                parent.st_uid if uid is None else uid,
                parent.st_gid if gid is None else gid,
            )
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_if_there(path: Path) -> str | None:
    """The text of `path`, or None when there is no such file."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return path.read_text(encoding="utf-8", errors="replace")
    return None


def give_to(target: int | Path, uid: int, gid: int) -> None:
    """Change the owner of a file or handle when we are root; others cannot and need not."""
    if os.geteuid() == 0:
        os.chown(target, uid, gid)
