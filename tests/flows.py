"""Runs durable flows in the test's own process: jobs, timers and events, until nothing moves.

A `Runner` takes the queued jobs of one organisation and runs their bodies with steps that keep the
contract of the real ones: a verb runs in one unit of work with its mark, once; an act runs at least
once, under an effect key that is the same at every repetition; what a step gave is given again after
a crash. `drain` also brings events to their subscribers, and starts timers that are due.

A `Crash` ends a flow as `kill -9` would, before a step, or after its effect and before anybody has
noted it. The next `drain` resumes the flow from its start, like a worker that took it over.

    def test_x(run_jobs):                    # from flows import run_jobs  # noqa: F401, in conftest.py
        run_jobs()                           # until nothing moves
        run_jobs(crash=Crash(flow="record.merge", step=2, when=When.AFTER))
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, get_type_hints

import pytest
import sqlalchemy as sa

from headrace.capabilities.workflows import store
from headrace.capabilities.workflows.model import JobState
from headrace.kernel.context import Ctx, system_actor
from headrace.kernel.database import Database
from headrace.kernel.flow import Flow, Job
from headrace.kernel.ids import OrganisationId
from headrace.kernel.journal.dispatch import Dispatcher
from headrace.kernel.journal.sequencer import sequence
from headrace.kernel.json import Json, from_json, to_json
from headrace.kernel.unit import Units

_ROUNDS = 1000
_OPEN_JOBS = sa.text(
    "SELECT flow, key, arguments FROM workflows_job WHERE organisation = :organisation "
    "AND state IN ('queued', 'running') ORDER BY asked_at, flow, key"
)


class When(StrEnum):
    """At which side of a step a crash comes."""

    BEFORE = "before"
    AFTER = "after"  # its effect stands; nobody has noted its result


@dataclass(frozen=True, kw_only=True)
class Crash:
    """A crash of the first job of `flow`, at its step number `step` (1 first)."""

    flow: str
    step: int
    when: When = When.BEFORE


class Crashed(BaseException):
    """The process is gone; no flow may catch it."""


class FlowFailed(AssertionError):
    """A flow's body raised; the cause is what it raised."""


class Endless(AssertionError):
    """Things go on moving for ever."""


@dataclass(frozen=True, kw_only=True)
class StepRun:
    """A step that was begun, by its flow, job key, number and name."""

    flow: str
    key: str
    number: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Drained:
    """What a drain did. `failed` are jobs whose body raised, with what it raised."""

    jobs: int = 0
    events: int = 0
    crashed: bool = False
    failed: tuple[tuple[Job, Exception], ...] = ()


@dataclass
class Runner:
    """Runs the flows of one organisation; what its steps gave is kept over crashes."""

    units: Units
    system: sa.Engine
    organisation: OrganisationId
    seen: list[StepRun] = field(default_factory=list)
    _results: dict[tuple[str, int], Json] = field(default_factory=dict)

    def __call__(self, *, crash: Crash | None = None, tolerate: bool = False) -> Drained:
        """See `drain`."""
        return self.drain(crash=crash, tolerate=tolerate)

    def drain(self, *, crash: Crash | None = None, tolerate: bool = False) -> Drained:
        """Deliver events, start due timers and run jobs until nothing moves, or until the crash.

        Raises FlowFailed when a body raises, unless failures are tolerated; AssertionError when a
        subscriber could not take an event.
        """
        dispatcher = Dispatcher(units=self.units, system=self.system)
        jobs = events = 0
        failed: list[tuple[Job, Exception]] = []
        for _ in range(_ROUNDS):
            sequence(self.system)
            moved = dispatcher.deliver()
            self._refuse_parked(dispatcher)
            moved += self._start_timers()
            events += moved
            waiting = self.waiting()
            if not waiting and not moved:
                return Drained(jobs=jobs, events=events, failed=tuple(failed))
            for job in waiting:
                jobs += 1
                try:
                    fault = self.run(job, crash)
                except Crashed:
                    return Drained(jobs=jobs, events=events, crashed=True, failed=tuple(failed))
                if fault is not None:
                    failed.append((job, fault))
                    if not tolerate:
                        raise FlowFailed(f"{job.flow}:{job.key}: {fault}") from fault
        raise Endless(f"after {_ROUNDS} rounds there are still jobs: {self.waiting()}")

    def waiting(self) -> Sequence[Job]:
        """Jobs that are queued, or that a crash has left half done, oldest first."""
        with self.units.open(system_actor(self.organisation)) as ctx:
            rows = ctx.db.execute(_OPEN_JOBS, {"organisation": self.organisation})
            return [Job(flow=row.flow, key=row.key, arguments=row.arguments) for row in rows]

    def start(self, flow: str, key: str, **arguments: str) -> None:
        """Ask for a job, as a schedule or a person would."""
        with self.units.open(system_actor(self.organisation)) as ctx:
            ctx.start(Job(flow=flow, key=key, arguments=arguments))

    def _start_timers(self) -> int:
        now = self.units.clock.now()
        with self.system.connect() as db:
            due = store.due_timers(db, now)
        mine = [job for organisation, job in due if organisation == self.organisation]
        for job in mine:
            with self.units.open(system_actor(self.organisation)) as ctx:
                if store.drop_timer(ctx.db, self.organisation, job, now):
                    ctx.start(job)
        return len(mine)

    def _refuse_parked(self, dispatcher: Dispatcher) -> None:
        parked = dispatcher.parked(self.organisation)
        assert not parked, "; ".join(f"{p.subscriber} on {p.lineage}: {p.error}" for p in parked)

    def run(self, job: Job, crash: Crash | None = None) -> Exception | None:
        """Run one job to its end, and give what its body raised; safe in several threads at once."""
        flow = self.units.house.flow(job.flow)
        with self.units.open(system_actor(self.organisation)) as ctx:
            if not store.begin(ctx.db, self.organisation, job.flow, job.key):
                return None
        steps = InProcessSteps(runner=self, flow=flow, key=job.key, crash=crash)
        try:
            flow.run(steps, **job.arguments)
        except Exception as fault:  # noqa: BLE001 - as the engine does: told, not lost
            error = f"{type(fault).__name__}: {fault}"
            if flow.on_failure is not None:
                with self.units.open(system_actor(self.organisation), cause=steps.id) as ctx:
                    flow.on_failure(ctx, error, **job.arguments)
            self._end(job, JobState.FAILED, error)
            return fault
        self._end(job, JobState.DONE, None)
        return None

    def _end(self, job: Job, state: JobState, error: str | None) -> None:
        with self.units.open(system_actor(self.organisation)) as ctx:
            store.end(ctx.db, self.organisation, job.flow, job.key, state, error)


@dataclass
class InProcessSteps:
    """Steps with the contract of `kernel.flow.Steps`."""

    runner: Runner
    flow: Flow
    key: str
    crash: Crash | None = None
    _count: int = 0

    @property
    def organisation(self) -> OrganisationId:
        return self.runner.organisation

    @property
    def actor(self) -> str:
        return system_actor(self.organisation).principal

    @property
    def id(self) -> str:
        return f"{self.flow.name}:{self.key}"

    def verb(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        kind = get_type_hints(verb).get("return", object)
        number = self._next()

        def work() -> Json:
            with self.runner.units.open(system_actor(self.organisation), cause=self.id) as ctx:
                return self._marked(ctx, number, verb.__name__, verb, args, kwargs, kind)

        return from_json(kind, self._step(number, verb.__name__, work))

    def act(self, name: str, act: Callable[[str], Any], kind: type) -> Any:
        number = self._next()
        effect_key = f"{self.id}#{number}"
        return from_json(kind, self._step(number, name, lambda: to_json(act(effect_key), kind)))

    def look(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._unit() as ctx:
            ctx.db.execute(sa.text("SET TRANSACTION READ ONLY"))
            return verb(ctx, *args, **kwargs)

    def note(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._unit() as ctx:
            return verb(ctx, *args, **kwargs)

    def _unit(self) -> AbstractContextManager[Ctx]:
        return self.runner.units.open(system_actor(self.organisation), cause=self.id)

    def cancelled(self) -> bool:
        with self.runner.units.open(system_actor(self.organisation)) as ctx:
            return store.cancel_asked(ctx.db, self.organisation, self.flow.name, self.key)

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _marked(
        self,
        ctx: Ctx,
        number: int,
        name: str,
        verb: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        kind: Any,
    ) -> Json:
        made = store.effect(ctx.db, self.organisation, self.id, number)
        if made is not None:
            return made[1]
        result = to_json(verb(ctx, *args, **kwargs), kind)
        store.mark(ctx.db, self.organisation, self.id, number, name, result)
        return result

    def _step(self, number: int, name: str, work: Callable[[], Json]) -> Json:
        """The noted result, or that of doing the work now; a crash leaves what is done undone or unnoted."""
        noted = (self.id, number)
        if noted in self.runner._results:
            return self.runner._results[noted]
        self.runner.seen.append(
            StepRun(flow=self.flow.name, key=self.key, number=number, name=name)
        )
        self._perhaps_crash(number, When.BEFORE)
        result = work()
        self._perhaps_crash(number, When.AFTER)
        self.runner._results[noted] = result
        return result

    def _perhaps_crash(self, number: int, when: When) -> None:
        if self.crash == Crash(flow=self.flow.name, step=number, when=when):
            raise Crashed


def drain(units: Units, database: Database, organisation: OrganisationId) -> Drained:
    """Run everything that an organisation has to do, without a crash."""
    return Runner(units=units, system=database.system, organisation=organisation).drain()


def every_crash(flow: str, steps: int) -> Sequence[Crash]:
    """Each way in which a flow of that many steps can be killed between its steps."""
    return [Crash(flow=flow, step=step, when=when) for step in range(1, steps + 1) for when in When]


@pytest.fixture
def run_jobs(units: Units, database: Database, organisation: OrganisationId) -> Runner:
    """The runner of the test's organisation; call it to let everything happen that is due."""
    return Runner(units=units, system=database.system, organisation=organisation)
