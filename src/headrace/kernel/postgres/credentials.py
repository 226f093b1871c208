"""The file with the generated passwords of the roles, readable by its owner alone."""

import json
from collections.abc import Mapping
from pathlib import Path

from headrace.kernel.postgres.location import make_with_parents
from headrace.kernel.postgres.model import PasswordUnknown
from headrace.kernel.postgres.private_files import read_if_there, write_private


def read_passwords(file: Path) -> Mapping[str, str]:
    """Password by role name; empty when there is no file. Raises PasswordUnknown if it is damaged."""
    try:
        held = json.loads(read_if_there(file) or "{}")
        return {str(role): str(password) for role, password in held.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise PasswordUnknown(
            f"The credentials file {file} cannot be read ({error}). Put it back from a backup, or move "
            "it away and bootstrap again with reset_passwords.",
            file=str(file),
        ) from error


def keep_passwords(file: Path, passwords: Mapping[str, str]) -> None:
    """Replace the file; others' roles that it held stay in it if the caller passes them again."""
    if not file.parent.exists():
        make_with_parents(file.parent, 0o700)
    write_private(file, json.dumps(passwords, indent=2, sort_keys=True) + "\n")
