"""The world of a staged demonstration, as its pace must know it: who works, who is watched, what comes."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from headrace.app.demo.asking import Asking
from headrace.app.demo.driver import Script
from headrace.app.demo.happenings import Happenings
from headrace.app.demo.stage import Stage
from headrace.capabilities.workflows import outlook
from headrace.kernel.json import Json

_WATCH_SECONDS = 1.0
"""Real seconds between two looks at releases and incidents."""


class StagedWorld:
    """What the pace of a stage depends on; somebody at the terminal is never hurried by leaps."""

    def __init__(self, stage: Stage, decide: Script | Asking, happenings: Happenings) -> None:
        self._stage, self._decide, self._happenings = stage, decide, happenings
        self._watched, self._looked_at = False, 0.0

    def is_working(self) -> bool:
        installation = self._stage.installation
        if isinstance(self._decide, Asking) and self._decide.is_asking:
            return True
        system, now = installation.database.system, self._stage.clock.now()
        return outlook.is_outstanding(system, installation.house, now)

    def is_watched(self) -> bool:
        """While services run in real time: one starts, a release reaches its users, an incident is open."""
        if time.monotonic() - self._looked_at > _WATCH_SECONDS:
            self._looked_at = time.monotonic()
            self._watched = (
                self._starts()
                or self._has_any("release.list", status="deploying")
                or self._has_any("incident.list", only_open=True)
            )
        return self._watched

    def _has_any(self, operation: str, **given: Json) -> bool:
        found = self._stage.office.perform(operation, {**given, "limit": 1})
        return bool(cast(Mapping[str, Any], found)["items"])

    def _starts(self) -> bool:
        found = self._stage.office.perform("deployment.list", {"limit": 50})
        items = cast(Mapping[str, Any], found)["items"]
        return any(one["state"] in {"wanted", "starting"} for one in items)

    def next_date(self, now: datetime) -> datetime | None:
        installation = self._stage.installation
        timer = outlook.next_date(installation.database.system, installation.house, now)
        decided = self._decide.next_due() if isinstance(self._decide, Script) else None
        happens = self._happenings.next_due()
        return min((one for one in (timer, decided, happens) if one is not None), default=None)
