"""Numbers that are changed while the service runs; the default when in doubt."""

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger("parameters")


@dataclass
class Parameters:
    """What a small file says now. Without one that can be read, every default holds."""

    file: Path | None
    _stamp: tuple[int, int] | None = field(default=None, repr=False)
    _values: dict[str, float] = field(default_factory=dict, repr=False)

    def number(self, name: str, default: float) -> float:
        """The parameter of this name, or its default."""
        self._read_if_changed()
        return self._values.get(name, default)

    def _read_if_changed(self) -> None:
        if self.file is None:
            return
        try:
            state = self.file.stat()
            stamp = (state.st_mtime_ns, state.st_ino)
            if stamp != self._stamp:
                self._values = _numbers(json.loads(self.file.read_text()))
                self._stamp = stamp
                log.info("parameters read", extra={"facts": dict(self._values)})
        except (OSError, ValueError) as error:
            if self._stamp is not None or self._values:
                log.warning("parameters cannot be read", extra={"facts": {"cause": str(error)}})
            self._stamp, self._values = None, {}


def _numbers(told: object) -> dict[str, float]:
    if not isinstance(told, dict):
        raise ValueError("the file is no object")
    return {
        str(name): value
        for name, value in told.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
