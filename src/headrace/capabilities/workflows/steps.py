"""Steps: how a flow's verbs and acts become checkpoints, each made once however often the flow runs."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Concatenate, ParamSpec, TypeVar, cast, get_type_hints

import sqlalchemy as sa

from headrace.capabilities.workflows import store
from headrace.kernel import fence
from headrace.kernel.context import Ctx, system_actor
from headrace.kernel.fence import Fenced
from headrace.kernel.ids import OrganisationId, PrincipalId
from headrace.kernel.json import Json, from_json, to_json
from headrace.kernel.patience import is_passing, patiently
from headrace.kernel.unit import Units

P = ParamSpec("P")
T = TypeVar("T")

Checkpoint = Callable[[str, Callable[[], Json]], Json]
"""`checkpoint(name, work)`: the recorded result of this step, or that of doing the work now."""

_READ_ONLY = sa.text("SET TRANSACTION READ ONLY")
_LOG = logging.getLogger(__name__)


class DurableSteps:
    """The steps of one run of one flow, on one executor.

    `on_fenced` is called at the very place where the lease is found gone. It ends the process, so
    that not even the engine notes the refusal as the step's outcome; if it returns, Fenced rises.
    """

    def __init__(
        self,
        *,
        units: Units,
        organisation: OrganisationId,
        flow: str,
        key: str,
        executor: str,
        checkpoint: Checkpoint,
        on_fenced: Callable[[Fenced], None],
    ) -> None:
        self._units = units
        self._organisation = organisation
        self._flow = flow
        self._key = key
        self._executor = executor
        self._checkpoint = checkpoint
        self._on_fenced = on_fenced
        self._count = 0

    @property
    def organisation(self) -> OrganisationId:
        return self._organisation

    @property
    def actor(self) -> PrincipalId:
        return system_actor(self._organisation).principal

    @property
    def id(self) -> str:
        return f"{self._flow}:{self._key}"

    def verb(self, verb: Callable[Concatenate[Ctx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One verb in one unit of work. Its mark commits with it, so a repetition finds the mark."""
        self._count += 1
        step, name = self._count, _name(verb)
        kind = get_type_hints(verb).get("return", object)

        def work() -> Json:
            return self._once(step, name, lambda ctx: to_json(verb(ctx, *args, **kwargs), kind))

        return cast(T, from_json(kind, self._checkpoint(name, lambda: _patiently(work))))

    def act(self, name: str, act: Callable[[str], T], kind: type[T]) -> T:
        """One act upon the outside world, with the effect key `flow:key#step`.

        An act that the database left in the middle is made again like one that a crash cut short.
        The lease is looked at before, at each fence within, and before the result is noted.
        """
        self._count += 1
        effect_key = f"{self.id}#{self._count}"

        def work() -> Json:
            with fence.guarded(self._still_ours):
                fence.check()
                result = to_json(act(effect_key), kind)
                fence.check()
                return result

        return from_json(kind, self._checkpoint(name, lambda: _patiently(work)))

    def cancelled(self) -> bool:
        """Whether somebody asked this flow to stop. Read now, kept for a replay."""
        self._count += 1
        return bool(self._checkpoint("cancelled", lambda: _patiently(self._cancel_asked)))

    def look(self, verb: Callable[Concatenate[Ctx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One verb in a unit of work that the database lets read, and nothing else."""
        with self._unit() as ctx:
            ctx.db.execute(_READ_ONLY)
            return verb(ctx, *args, **kwargs)

    def note(self, verb: Callable[Concatenate[Ctx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One verb in a unit of work without a mark, while the lease stands."""
        with self._unit() as ctx:
            self._hold(ctx)
            return verb(ctx, *args, **kwargs)

    def _unit(self) -> AbstractContextManager[Ctx]:
        return self._units.open(system_actor(self._organisation), cause=self.id)

    def _cancel_asked(self) -> bool:
        with self._unit() as ctx:
            return store.cancel_asked(ctx.db, self._organisation, self._flow, self._key)

    def _still_ours(self) -> None:
        with self._unit() as ctx:
            self._hold(ctx)

    def _hold(self, ctx: Ctx) -> None:
        """Keep the lease from being taken while this unit lasts. Raises Fenced when it was."""
        if store.holds_lease(ctx.db, self._executor):
            return
        fault = Fenced(f"Executor {self._executor} lost its lease; {self.id} goes on elsewhere")
        self._on_fenced(fault)
        raise fault

    def _once(self, step: int, name: str, work: Callable[[Ctx], Json]) -> Json:
        with self._unit() as ctx:
            self._hold(ctx)
            made = store.effect(ctx.db, self._organisation, self.id, step)
            if made is not None:
                return made[1]
            result = work(ctx)
            store.mark(ctx.db, self._organisation, self.id, step, name, result)
            return result


def _name(verb: Callable[..., object]) -> str:
    room = verb.__module__.removeprefix("headrace.capabilities.").partition(".")[0]
    return f"{room}.{verb.__name__}"


def _patiently(work: Callable[[], Json]) -> Json:
    """Do the work; when the database is away or asks for another try, do it again for a minute.

    The work is a unit with a mark: if the lost connection had committed after all, the repetition
    finds the mark and does nothing.
    """
    return patiently(work, passes=_passes, told=_told)


def _passes(fault: BaseException) -> bool:
    """Also a mark that a twin of this step made in the meantime: the repetition finds it."""
    original = getattr(fault, "orig", None)
    twin = getattr(original, "sqlstate", None) == "23505" and "workflows_effect" in str(original)
    return twin or is_passing(fault)


def _told(fault: BaseException) -> None:
    kind = type(getattr(fault, "orig", fault)).__name__
    _LOG.warning("The database did not take a step (%s); trying again", kind)
