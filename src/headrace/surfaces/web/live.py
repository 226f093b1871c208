"""Live: tells open pages that something happened, so that they ask for themselves again.

One hub for all viewers of this process: it looks at the journal once for each organisation that has
viewers, however many they are. A viewer is one event object and one short tuple.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

Kinds = Sequence[str]

_BEAT = 20.0  # seconds of silence before a sign of life
_REST = 0.5  # seconds between two looks where nobody listens for the hub
MOST_VIEWERS = 4000


@dataclass(eq=False)
class Viewer:
    """An open page: whose organisation it shows, and which events it follows (none: all)."""

    organisation: str
    follows: tuple[str, ...]
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def hears(self, kinds: Kinds) -> bool:
        """Whether one of these event types matters here."""
        return not self.follows or any(kind.startswith(self.follows) for kind in kinds)


class Ears(Protocol):
    """Calls `heard`, from a thread of its own, whenever the journal may have grown."""

    def start(self, heard: Callable[[], None]) -> None:
        """Begin to listen."""

    def stop(self) -> None:
        """Listen no longer."""


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """Where news come from. `newest` is the journal's position; `since` gives an organisation's event
    types after a position; without `ears` the hub looks by itself."""

    newest: Callable[[], Awaitable[int]]
    since: Callable[[str, int], Awaitable[Kinds]]
    ears: Ears | None = None


class Hub:
    """Fans news out to viewers; works only while there are any."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._viewers: set[Viewer] = set()
        self._working: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    @property
    def viewers(self) -> int:
        """How many pages are open."""
        return len(self._viewers)

    def close(self) -> None:
        """Ends every stream; may be called from any thread, also from a signal's handler."""
        self._closed = True
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is over, and its streams with it
                self._loop.call_soon_threadsafe(self._wake_all)

    async def follow(self, organisation: str, follows: tuple[str, ...]) -> AsyncIterator[str]:
        """A viewer's stream, as the standard for server-sent events writes it."""
        viewer = Viewer(organisation, follows)
        self._viewers.add(viewer)
        self._begin()
        try:
            yield "retry: 1000\nevent: hello\ndata: \n\n"
            while not self._closed:
                try:
                    await asyncio.wait_for(viewer.moved.wait(), _BEAT)
                except TimeoutError:
                    yield ": beat\n\n"
                    continue
                viewer.moved.clear()
                if not self._closed:
                    yield "event: moved\ndata: \n\n"
        finally:
            self._viewers.discard(viewer)

    def _begin(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())

    async def _work(self) -> None:
        ears, loop = self._pulse.ears, asyncio.get_running_loop()
        news = asyncio.Event()
        if ears is not None:
            ears.start(lambda: _set_in(loop, news))
        try:
            await self._watch(news, every=_BEAT if ears else _REST)
        finally:
            if ears is not None:
                await asyncio.to_thread(ears.stop)

    async def _watch(self, news: asyncio.Event, *, every: float) -> None:
        seen = -1
        while self._viewers and not self._closed:
            with suppress(Exception):  # the database may be away for a moment; viewers stay
                seen = await self._look(seen)
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), every)
            news.clear()

    async def _look(self, seen: int) -> int:
        newest = await self._pulse.newest()
        if seen < 0 or newest == seen:
            return newest
        for organisation in {viewer.organisation for viewer in self._viewers}:
            kinds = await self._pulse.since(organisation, seen)
            for viewer in self._viewers:
                if viewer.organisation == organisation and viewer.hears(kinds) and kinds:
                    viewer.moved.set()
        return newest

    def _wake_all(self) -> None:
        for viewer in self._viewers:
            viewer.moved.set()


def _set_in(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    """Sets an event of a loop from another thread; a loop that is over needs none."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(event.set)
