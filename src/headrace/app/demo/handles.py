"""Handles: how people and agents are called, by the ids that events and answers name them by."""

from collections.abc import Mapping
from typing import Any, cast

from headrace.app.demo.driver import Office
from headrace.kernel.json import Json


class Handles:
    """Looks handles up, all at once, and again when somebody new is named."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._known: dict[str, str] = {}

    def of(self, principal: str | None) -> str:
        """`ada`; the id itself of somebody unknown here, and a dash for nobody."""
        if not principal:
            return "—"
        if principal not in self._known:
            self._known = {principal: principal, **self._all()}
        return self._known[principal]

    def _all(self) -> dict[str, str]:
        found: dict[str, str] = {}
        after: str | None = None
        while True:
            asked: dict[str, Json] = {"limit": 200, **({"after": after} if after else {})}
            page = cast(Mapping[str, Any], self._office.perform("person.list", asked))
            found |= {one["id"]: one["handle"] for one in page["items"]}
            after = page["next"]
            if after is None:
                return found
