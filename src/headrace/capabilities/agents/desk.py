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
from headrace.capabilities.agents.configuration import BrainSettings, configured
from headrace.capabilities.agents.service.beginning import stop_wanted
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Steps
from headrace.kernel.ids import OrganisationId
from headrace.kernel.patience import patiently, tried

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Units of work for the acts of one flow, and what the composition root declared."""

    steps: Steps
    settings: BrainSettings

    @property
    def organisation(self) -> OrganisationId:
        return self.steps.organisation

    def do(self, verb: Callable[Concatenate[Ctx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One verb in one unit of work, now. It leaves no mark, so it must be harmless to repeat."""
        return patiently(lambda: self.steps.note(verb, *args, **kwargs))

    def why_stop(self, run: str) -> str:
        """Why a run must not go on, or nothing; nothing also while the database is away."""
        return tried(lambda: self.steps.look(stop_wanted, run), "")


def desk_of(steps: Steps) -> Desk:
    """The desk of a flow that runs now."""
    return Desk(steps=steps, settings=patiently(lambda: steps.look(configured)))


@contextmanager
def watched(desk: Desk, run: str) -> Iterator[Cancellation]:
    """A cancellation that is given as soon as somebody stops the run, or all agents, inside the block."""
    cancellation, over = Cancellation(), threading.Event()
    pause = desk.settings.watch_pause.total_seconds()

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
