"""The desk: how the acts of a flow read and write rows of this room, outside any checkpoint.

What is said in a run is content, which the engine's tables must not hold; so an act fetches it here
and gives the engine back only what the flow needs to go on.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.configuration import BrainSettings
from headrace.capabilities.agents.service.beginning import stop_wanted
from headrace.kernel.context import Ctx, system_actor
from headrace.kernel.flow import Steps
from headrace.kernel.ids import OrganisationId
from headrace.kernel.patience import patiently, tried
from headrace.kernel.unit import Units

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Units of work for the acts of one flow."""

    units: Units
    organisation: OrganisationId
    cause: str

    @property
    def settings(self) -> BrainSettings:
        """What the composition root declared."""
        return next(iter(self.units.house.declared(BrainSettings)), BrainSettings())

    def do(self, verb: Callable[Concatenate[Ctx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One verb in one unit of work, now. It leaves no mark, so it must be harmless to repeat."""

        def work() -> T:
            with self.units.open(system_actor(self.organisation), cause=self.cause) as ctx:
                return verb(ctx, *args, **kwargs)

        return patiently(work)

    def why_stop(self, run: str) -> str:
        """Why a run must not go on, or nothing; nothing also while the database is away."""

        def look() -> str:
            with self.units.open(system_actor(self.organisation), cause=self.cause) as ctx:
                return stop_wanted(ctx, run)

        return tried(look, "")


def desk_of(steps: Steps) -> Desk:
    """The desk of a flow that runs now."""
    return Desk(units=_units_behind(steps), organisation=steps.organisation, cause=steps.id)


def _units_behind(steps: Steps) -> Units:
    """The units of work that the steps themselves use.

    `Steps` offers verbs, whose results are checkpointed, and acts, which see no rows. Until it offers
    acts a look at rows that leaves no mark, the way to them is found here, and nowhere else.
    """
    for value in vars(steps).values():
        for candidate in (value, getattr(value, "units", None)):
            if isinstance(candidate, Units):
                return candidate
    raise TypeError(f"{type(steps).__name__} has no units of work for acts")


@contextmanager
def watched(desk: Desk, run: str) -> Iterator[Cancellation]:
    """A cancellation that is given as soon as somebody stops the run, or all agents, inside the block."""
    cancellation, over = Cancellation(), threading.Event()
    pause = desk.settings.watch_every.total_seconds()

    def watch() -> None:
        while not over.wait(pause):
            why = desk.why_stop(run)
            if why:
                cancellation.cancel(why)
                return

    thread = threading.Thread(target=watch, name=f"watch-{run}", daemon=True)
    thread.start()
    try:
        yield cancellation
    finally:
        over.set()
        thread.join()
