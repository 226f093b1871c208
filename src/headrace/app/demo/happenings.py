"""Happenings: what the world does by itself in a demonstration, so long after something was recorded."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from headrace.app.demo.scenario import Happening
from headrace.kernel.clock import Clock
from headrace.kernel.json import Json, from_json

USUAL = "usual"
"""What traffic does that nothing is wrong with."""

Act = Callable[[Happening, Mapping[str, Json], str], None]
"""`act(happening, its input with its files read, a key)`: do it; calls with one key count once."""


class Happenings:
    """Hears the journal, and lets each happening happen once, when its time has come."""

    def __init__(
        self, happenings: Sequence[Happening], folder: Path, clock: Clock, act: Act
    ) -> None:
        self._folder, self._clock, self._act = folder, clock, act
        self._unheard = dict(enumerate(happenings))
        self._dues: dict[int, tuple[datetime, Happening]] = {}
        self.turned_at: datetime | None = None
        """When users began to do what is not usual, as long as they do."""

    def hear(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Events of the journal in their order; the first that fits a happening sets its time."""
        for event in events:
            for place, one in tuple(self._unheard.items()):
                if one.fits(event["type"], event["payload"]):
                    del self._unheard[place]
                    self._dues[place] = (from_json(datetime, event["at"]) + one.after, one)

    def next_due(self) -> datetime | None:
        """When the next one happens, as far as it is known."""
        return min((due for due, _ in self._dues.values()), default=None)

    def let_happen(self) -> Sequence[Happening]:
        """Do what is due, and tell what it was. One that is refused is tried again at the next call."""
        now = self._clock.now()
        done = []
        for place, (due, one) in sorted(self._dues.items(), key=lambda item: item[1][0]):
            if due <= now:
                self._act(one, self._read(one), f"happening-{place}")
                del self._dues[place]
                done.append(one)
                if one.traffic:
                    self.turned_at = None if one.traffic == USUAL else now
        return done

    def _read(self, one: Happening) -> Mapping[str, Json]:
        return {name: self._text(value) for name, value in one.input.items()}

    def _text(self, value: Json) -> Json:
        """A text that begins with `@` names a file beside the scenario."""
        if isinstance(value, str) and value.startswith("@"):
            return (self._folder / value.removeprefix("@")).read_text(encoding="utf-8")
        return value
