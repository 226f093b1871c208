"""Where the service puts the files that it makes, and whether it can."""

import os
import random
from dataclasses import dataclass
from pathlib import Path

from parameters import Parameters
from problems import Problem

DRILL = "drill_storage_failing"
"""The parameter of a drill: the share of uses of the storage that fail. 0 outside of drills."""


class StorageUnavailable(Problem):
    """Files cannot be put away now; nobody outside can do anything about it."""

    status, code = 503, "storage_unavailable"


@dataclass(frozen=True, kw_only=True)
class Storage:
    """One folder of files."""

    folder: Path
    parameters: Parameters

    def require(self) -> None:
        """Refuse now what could not be put away later. Raises StorageUnavailable."""
        if self._fails() or not os.access(self.folder, os.W_OK):
            raise StorageUnavailable("Files cannot be written at the moment; try again later.")

    def place(self, *parts: str) -> Path:
        """The path of a file or folder in the storage."""
        return self.folder.joinpath(*parts)

    def _fails(self) -> bool:
        share = self.parameters.number(DRILL, 0)
        return share > 0 and random.random() < share  # noqa: S311 -- chance, not a secret
