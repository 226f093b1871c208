"""The world of a staged demonstration, as its pace must know it: who works, who is watched, what comes."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from headrace.app.demo.asking import Asking
from headrace.app.demo.driver import Script
from headrace.app.demo.happenings import Happenings
from headrace.app.demo.stage import Stage
from headrace.capabilities.workflows import outlook
from headrace.kernel.json import Json, from_json

_OVER = frozenset({"resolved"})

_WATCH_SECONDS = 1.0
"""Real seconds between two looks at releases and incidents."""

_TROUBLE = timedelta(minutes=45)
"""How long trouble is looked at closely; an incident that lasts longer waits for people."""


class StagedWorld:
    """What the pace of a stage depends on; somebody at the terminal is never hurried by leaps."""

    def __init__(self, stage: Stage, decide: Script | Asking, happenings: Happenings) -> None:
        self._stage, self._decide, self._happenings = stage, decide, happenings
        self._watched, self._troubled, self._looked_at = False, False, 0.0
        self._turned_at: datetime | None = None

    def is_working(self) -> bool:
        installation = self._stage.installation
        if isinstance(self._decide, Asking) and self._decide.is_asking:
            return True
        system, now = installation.database.system, self._stage.clock.now()
        return outlook.is_outstanding(system, installation.house, now)

    def is_watched(self) -> bool:
        """While services run in real time: one starts, a release reaches its users, an incident is open."""
        self._look()
        return self._watched

    def is_troubled(self) -> bool:
        """From the moment at which users do what a service does not bear, until its incident is over."""
        self._look()
        return self._troubled

    def _look(self) -> None:
        turned = self._happenings.turned_at
        # What has just turned is looked at now: in a second, time could leap over all of its trouble.
        if turned == self._turned_at and time.monotonic() - self._looked_at < _WATCH_SECONDS:
            return
        self._turned_at, self._looked_at = turned, time.monotonic()
        self._watched = self._starts() or self._has_any("release.list", status="deploying")
        self._troubled = self._has_trouble(self._stage.clock.now())

    def _has_trouble(self, now: datetime) -> bool:
        began = self._happenings.turned_at
        found = self._stage.office.perform("incident.list", {"limit": 20})
        incidents = [
            (from_json(datetime, one["opened_at"]), one["status"] not in _OVER)
            for one in cast(Mapping[str, Any], found)["items"]
        ]
        if began is not None and not any(opened >= began for opened, _ in incidents):
            return now < began + _TROUBLE
        return any(open_ and now < opened + _TROUBLE for opened, open_ in incidents)

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
