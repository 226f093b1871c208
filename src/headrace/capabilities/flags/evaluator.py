"""The evaluator: flags of whole organisations in memory, answered without asking the database.

A snapshot is read when an organisation's token comes first, and again whenever the journal says that
its flags have changed. Where nothing can be heard it is compared every second; where the database is
away, what was known last is told on, marked as stale, for a service must be able to go on.
"""

import hashlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from headrace.capabilities.flags import rules, service
from headrace.capabilities.flags.model import Evaluation, Snapshot
from headrace.capabilities.people import service as people
from headrace.kernel.access import NotSignedIn
from headrace.kernel.clock import Clock
from headrace.kernel.context import Actor, system_actor
from headrace.kernel.errors import HeadraceError, NotAllowed
from headrace.kernel.failures import failure
from headrace.kernel.ids import OrganisationId
from headrace.kernel.journal.notices import Notices
from headrace.kernel.json import Json
from headrace.kernel.unit import Units
from headrace.surfaces.ofrep.answers import Answer, ErrorCode, Resolved, Unresolved

PERMISSION = "flags:evaluate"
_OPERATION = "flag.evaluate-remotely"
_NOWHERE = system_actor(OrganisationId(""))
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long things are believed and kept; seconds of real time."""

    admission: float = 5.0  # a revoked token still opens for so long
    stale_after: float = 10.0  # since the snapshot was last found to be the newest
    flush: float = 5.0  # between two notes of how often flags were asked for
    idle: float = 600.0  # an organisation nobody asks for is forgotten
    most_admissions: int = 10_000


@dataclass(frozen=True)
class _Admission:
    """What a token was found to open, or the refusal, and until when that is believed."""

    until: float
    organisation: OrganisationId | None
    refusal: HeadraceError | None


class OrganisationFlags:
    """The flags of one organisation as this process knows them."""

    def __init__(
        self, organisation: OrganisationId, snapshot: Snapshot, clock: Clock, timing: Timing
    ) -> None:
        self.organisation = organisation
        self.snapshot = snapshot
        self.confirmed = self.asked = time.monotonic()
        self._clock = clock
        self._timing = timing
        self._counts: Counter[tuple[str, str]] = Counter()
        self._counting = threading.Lock()

    def evaluate(self, key: str, context: Mapping[str, Json]) -> Answer:
        """One flag; it counts as use."""
        answer = self._answer(key, context)
        if isinstance(answer, Resolved):
            with self._counting:
                self._counts[key, answer.variant] += 1
        return answer

    def evaluate_all(self, context: Mapping[str, Json]) -> Sequence[Answer]:
        """Every flag by key; counts as nobody's use, because it names no flag."""
        return [self._answer(key, context) for key in self.snapshot.flags]

    def counted(self) -> Mapping[tuple[str, str], int]:
        """What was asked for since the last call."""
        with self._counting:
            counts, self._counts = self._counts, Counter()
        return counts

    def _answer(self, key: str, context: Mapping[str, Json]) -> Answer:
        self.asked = time.monotonic()
        known = self.snapshot
        flag = known.flags.get(key)
        if flag is None:
            details = f"No flag {key!r} in this organisation"
            return Unresolved(key=key, code=ErrorCode.FLAG_NOT_FOUND, details=details)
        found = rules.evaluate(flag, known.segments, context, self._clock.now())
        if isinstance(found, Evaluation):
            return self._resolved(found)
        return Unresolved(key=key, code=ErrorCode(found.fault), details=found.details)

    def _resolved(self, found: Evaluation) -> Resolved:
        metadata: dict[str, str | int | float | bool] = {"revision": found.revision}
        if found.rule:
            metadata["rule"] = found.rule
        if self.asked - self.confirmed > self._timing.stale_after:
            metadata["stale"] = True
        return Resolved(
            key=found.key,
            value=found.value,
            variant=found.variant,
            reason=found.reason,
            metadata=metadata,
        )


class FlagEvaluator:
    """All organisations whose tokens came by lately. One per process."""

    def __init__(self, units: Units, notices: Notices, timing: Timing | None = None) -> None:
        self._units = units
        self._notices = notices
        self._timing = timing or Timing()
        self._admissions: dict[str, _Admission] = {}
        self._known: dict[OrganisationId, OrganisationFlags] = {}
        self._flushed = time.monotonic()

    def start(self) -> None:
        """Begin to hear of changes."""
        self._notices.start(self.renew)

    def stop(self) -> None:
        """Hear no more, and note what was asked for."""
        self._notices.stop()
        self._guarded(self._flush)

    def at_hand(self, token: str) -> OrganisationFlags | None:
        """What the token opens as far as this process knows now. Raises what it was refused with."""
        admission = self._admissions.get(_digest(token))
        if admission is None or admission.until < time.monotonic():
            return None
        if admission.refusal is not None:
            raise admission.refusal.with_traceback(None)  # raised again, it would grow
        assert admission.organisation is not None  # it was admitted or refused
        return self._known.get(admission.organisation)

    def admit(self, token: str) -> OrganisationFlags:
        """What the token opens. Raises NotSignedIn, NotAllowed. Believed for some seconds."""
        try:
            organisation = self._admitted(token)
        except NotAllowed as refusal:
            self._believe(token, None, refusal)
            raise
        self._believe(token, organisation, None)
        found = self._known.get(organisation)
        if found is None:
            found = OrganisationFlags(
                organisation, self._read(organisation), self._units.clock, self._timing
            )
            found = self._known.setdefault(organisation, found)
        return found

    def _admitted(self, token: str) -> OrganisationId:
        actor = self._units.run(_NOWHERE, people.authenticate, token)
        try:
            self._units.run(actor, people.authorise, PERMISSION)
        except NotAllowed as refusal:
            self._note(actor, refusal)
            raise
        return actor.organisation

    def _note(self, actor: Actor, refusal: NotAllowed) -> None:
        self._units.run(actor, people.record_refusal, _OPERATION, refusal)

    def _believe(
        self, token: str, organisation: OrganisationId | None, refusal: HeadraceError | None
    ) -> None:
        if len(self._admissions) >= self._timing.most_admissions:
            self._admissions.clear()  # whoever is still there is looked up again
        if isinstance(refusal, NotSignedIn):
            return  # anything may be tried as a token: nothing is kept of it
        until = time.monotonic() + self._timing.admission
        self._admissions[_digest(token)] = _Admission(until, organisation, refusal)

    def renew(self) -> None:
        """Compare every snapshot with the database, and read those anew that have changed."""
        for found in list(self._known.values()):
            if time.monotonic() - found.asked > self._timing.idle:
                self._guarded(partial(self._forget, found))
            else:
                self._guarded(partial(self._renew, found))
        if time.monotonic() - self._flushed > self._timing.flush:
            self._guarded(self._flush)

    def _renew(self, found: OrganisationFlags) -> None:
        began = time.monotonic()
        newest = self._units.run(system_actor(found.organisation), service.revision)
        if newest != found.snapshot.revision:
            found.snapshot = self._read(found.organisation)
        found.confirmed = began

    def _read(self, organisation: OrganisationId) -> Snapshot:
        return self._units.run(system_actor(organisation), service.snapshot)

    def _forget(self, found: OrganisationFlags) -> None:
        self._known.pop(found.organisation, None)
        self._write(found)

    def _flush(self) -> None:
        self._flushed = time.monotonic()
        for found in list(self._known.values()):
            self._write(found)

    def _write(self, found: OrganisationFlags) -> None:
        counts = found.counted()
        if counts:
            self._units.run(system_actor(found.organisation), service.note_use, counts)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Whatever fails is tried again in a moment; answers go on from what is known."""
        try:
            work()
        except Exception as fault:  # noqa: BLE001 - an edge: a chore that fails is tried again
            _LOG.warning("Flags could not be brought up to date: %s", failure(fault).message)


def _digest(token: str) -> str:
    """Tokens themselves are kept nowhere."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
