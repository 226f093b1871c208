"""The driver: gives recorded decisions through the inbox, as the person who decides."""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from headrace.app.demo.scenario import Recorded, Scenario
from headrace.kernel.access import Call, Credentials, Reception
from headrace.kernel.clock import Clock
from headrace.kernel.errors import HeadraceError
from headrace.kernel.json import Json, from_json

Decide = Callable[[str, Mapping[str, Any]], Recorded | None]
"""`decide(handle, item)`: what this person decides about an inbox item now, or None to let it wait."""


class Office:
    """Performs operations as people of one organisation: the one way in that a door has too."""

    def __init__(self, reception: Reception, organisation: str) -> None:
        self._reception = reception
        self._organisation = organisation

    def perform(
        self,
        operation: str,
        input: Mapping[str, Json],
        by: str | None = None,
        *,
        nowhere: bool = False,
    ) -> Json:
        """An operation's answer, as the operator or as the person of a handle.

        `nowhere` names no organisation: for founding the first one.
        """
        return self._reception.perform(
            Call(
                operation=operation,
                input=input,
                credentials=Credentials(
                    organisation=None if nowhere else self._organisation,
                    stand_in=by,
                    trusted=True,
                ),
            )
        )

    def inbox(self, handle: str) -> Sequence[Mapping[str, Any]]:
        """What waits for this person, most urgent first."""
        answer = cast(Mapping[str, Any], self.perform("inbox.list", {}, by=handle))
        return cast(Sequence[Mapping[str, Any]], answer["items"])

    def decide(self, handle: str, item: Mapping[str, Any], wanted: Recorded) -> None:
        """Give a decision at the gate or to the question that an item is."""
        if item["kind"] == "question":
            answer = {"question": item["id"], "answer": wanted.decision, "note": wanted.note}
            self.perform("question.answer", answer, by=handle)
        else:
            decision = {
                "gate": item["id"],
                "decision": wanted.decision,
                "note": wanted.note,
                "hash": item["hash"],
            }
            self.perform("gate.decide", decision, by=handle)


class Script:
    """Decides as the scenario records it, when the recorded time since the asking has passed."""

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        self._decisions = scenario.decisions
        self._clock = clock
        self._given: dict[int, set[str]] = defaultdict(set)  # the items that a decision went to

    def __call__(self, handle: str, item: Mapping[str, Any]) -> Recorded | None:
        for place, one in enumerate(self._decisions):
            given = self._given[place]
            # An item that still waits was not decided: the same decision goes to it again.
            free = item["id"] in given or len(given) < one.times
            if one.by == handle and one.fits(item["kind"], item["asked"]) and free:
                since = from_json(datetime, item["waiting_since"])
                if self._clock.now() - since < one.after:
                    return None
                given.add(item["id"])
                return one
        return None


class Driver:
    """Looks into the inboxes of everybody who decides, again and again, until it is stopped."""

    def __init__(self, office: Office, people: Sequence[str], decide: Decide) -> None:
        self._office = office
        self._people = people
        self._decide = decide
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True, name="decisions")
        self.refused: list[str] = []

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _loop(self) -> None:
        while not self._stopping.wait(0.25):
            for handle in self._people:
                self._look(handle)

    def _look(self, handle: str) -> None:
        try:
            items = self._office.inbox(handle)
        except Exception as fault:  # noqa: BLE001 - an edge: the database may be on its way up
            self.refused.append(f"{handle}: {fault}")
            return
        for item in items:
            wanted = self._decide(handle, item)
            if wanted is None:
                continue
            try:
                self._office.decide(handle, item, wanted)
            except HeadraceError as refusal:
                self.refused.append(f"{handle}, {item['id']}: {refusal.message}")
            except Exception as fault:  # noqa: BLE001 - an edge: the database may have died amid it
                self.refused.append(f"{handle}, {item['id']}: {fault}")


def waiting(item: Mapping[str, Any]) -> timedelta:
    """How long an item has waited, in organisation time."""
    return from_json(timedelta, item["waiting"])
