"""The driver: gives recorded decisions through the inbox, as the person who decides."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from headrace.app.demo.scenario import Happening, Recorded, Scenario
from headrace.kernel.access import Call, Credentials, Reception, perform_confirmed
from headrace.kernel.clock import Clock
from headrace.kernel.errors import HeadraceError
from headrace.kernel.ids import new_id
from headrace.kernel.json import Json, from_json
from headrace.kernel.patience import PATIENCE, patiently

Decide = Callable[[str, Mapping[str, Any]], Recorded | None]
"""`decide(handle, item)`: what this person decides about an inbox item now, or None to let it wait."""


_SELDOM = 2.0
"""Real seconds between two looks into inboxes when nothing was asked."""

_LATELY = 5.0
"""Real seconds for which what was seen in an inbox is taken to lie there still."""


class Office:
    """Performs operations as people of one organisation: the one way in that a door has too."""

    last_away = 0.0  # on the monotonic clock: when it last waited for the database

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
        key: str | None = None,
    ) -> Json:
        """An operation's answer, as the operator or as the person of a handle.

        `nowhere` names no organisation: for founding the first one. Calls with one `key` count once.
        """
        return perform_confirmed(
            self._reception.perform,
            Call(
                operation=operation,
                input=input,
                credentials=Credentials(
                    organisation=None if nowhere else self._organisation,
                    stand_in=by,
                    trusted=True,
                ),
                key=key,
            ),
        )

    def inbox(self, handle: str) -> Sequence[Mapping[str, Any]]:
        """What waits for this person, most urgent first."""
        answer = cast(Mapping[str, Any], self.perform("inbox.list", {}, by=handle))
        return cast(Sequence[Mapping[str, Any]], answer["items"])

    def decide(self, handle: str, item: Mapping[str, Any], wanted: Recorded) -> None:
        """Give a decision at the gate or to the question that an item is."""
        if item["kind"] == "question":
            answer = {
                "question": item["id"],
                "answer": wanted.decision,
                "note": wanted.note,
                "hash": item["hash"],
            }
            self.perform("question.answer", answer, by=handle)
        else:
            decision = {
                "gate": item["id"],
                "decision": wanted.decision,
                "note": wanted.note,
                "hash": item["hash"],
            }
            self.perform("gate.decide", decision, by=handle)

    def happen(self, happening: Happening, input: Mapping[str, Json], key: str) -> None:
        """Do what the world does by itself, as the operator."""
        if happening.operation:
            self.perform(happening.operation, input, key=key)


class PatientOffice(Office):
    """An office that outlives a database that goes away: it waits for it, says so, and asks again.

    Every call carries a key of its own, so that one whose answer was lost is not done twice.
    """

    def __init__(self, office: Office, tell: Callable[[str], None]) -> None:
        super().__init__(office._reception, office._organisation)
        self._tell = tell

    def perform(
        self,
        operation: str,
        input: Mapping[str, Json],
        by: str | None = None,
        *,
        nowhere: bool = False,
        key: str | None = None,
    ) -> Json:
        """As of any office. Raises the fault of a database that stays away for a minute."""
        own = key or new_id("key")
        missed = False

        def told(_: BaseException) -> None:
            nonlocal missed
            if not missed:
                self._tell(f"The database is away; waiting up to {PATIENCE:.0f} s for it")
            missed, self.last_away = True, time.monotonic()

        def ask() -> Json:
            return super(PatientOffice, self).perform(
                operation, input, by, nowhere=nowhere, key=own
            )

        answer = patiently(ask, told=told)
        if missed:
            self._tell("The database is back")
        return answer


class Script:
    """Decides as the scenario records it, when the recorded time since the asking has passed."""

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        self._decisions = scenario.decisions
        self._clock = clock
        self._given: dict[int, set[str]] = defaultdict(set)  # the items that a decision went to
        self._dues: dict[str, tuple[datetime, float]] = {}  # of items: when, and when last seen

    def next_due(self) -> datetime | None:
        """When the next decision is given about something that lay in an inbox just now."""
        lately = time.monotonic() - _LATELY
        return min((due for due, seen in self._dues.copy().values() if seen > lately), default=None)

    def is_due(self) -> bool:
        """Whether the time of a decision has come."""
        due = self.next_due()
        return due is not None and due <= self._clock.now()

    def settled(self, item: str) -> None:
        """A decision was taken or refused. Until then it is due: time must not leap from under it."""
        self._dues.pop(item, None)

    def __call__(self, handle: str, item: Mapping[str, Any]) -> Recorded | None:
        for place, one in enumerate(self._decisions):
            given = self._given[place]
            # An item that still waits was not decided: the same decision goes to it again.
            free = item["id"] in given or len(given) < one.times
            if one.by == handle and one.fits(item["kind"], item["asked"]) and free:
                due = from_json(datetime, item["waiting_since"]) + one.after
                self._dues[item["id"]] = (due, time.monotonic())
                if self._clock.now() < due:
                    return None
                given.add(item["id"])
                return one
        return None


class Driver:
    """Looks into the inboxes of everybody who decides until it is stopped.

    It looks when something was asked or decided, when `is_due` says that a decision is, and else every
    other second: looks cost the machine that agents work on.
    """

    def __init__(
        self,
        office: Office,
        people: Sequence[str],
        decide: Decide,
        is_due: Callable[[], bool] = lambda: False,
        settled: Callable[[str], None] = lambda item: None,
    ) -> None:
        self._office = office
        self._people = people
        self._decide = decide
        self._is_due, self._settled = is_due, settled
        self._seen, self._looked_at = -1, 0.0
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
        while not self._stopping.wait(0.15):
            if not self._is_worth_a_look():
                continue
            self._looked_at = time.monotonic()
            for handle in self._people:
                self._look(handle)

    def _is_worth_a_look(self) -> bool:
        if self._is_due() or time.monotonic() - self._looked_at > _SELDOM:
            return True
        asked: dict[str, Json] = {"type": "governance", "limit": 1}
        try:
            found = cast(Mapping[str, Any], self._office.perform("journal.list", asked))["items"]
        except Exception:  # noqa: BLE001 - an edge: the look itself will tell the fault
            return True
        newest = found[0]["position"] if found else 0
        seen, self._seen = self._seen, newest
        return bool(newest != seen)

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
            self._settled(item["id"])


def waiting(item: Mapping[str, Any]) -> timedelta:
    """How long an item has waited, in organisation time."""
    return from_json(timedelta, item["waiting"])
