"""Streams: server-sent events from an operation that is asked again whenever there is news.

A stream operation's input has `after`; its output has `items`, each with its `position`, and the
`position` to go on from. Each time it is asked through the reception, so a right or a token that is
taken back ends the stream.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from headrace.kernel.access import Call
from headrace.kernel.errors import Invalid
from headrace.kernel.failures import Unavailable, failure
from headrace.kernel.json import Json

LAST_EVENT_ID = "Last-Event-ID"

Perform = Callable[[Call], Awaitable[Json]]
Page = Mapping[str, Any]


class Watch:
    """Looks for news, once for all streams of this process, and only while there is one."""

    def __init__(self, newest: Callable[[], Awaitable[int]], *, every: float) -> None:
        self._newest = newest
        self._every = every
        self._position = 0
        self._moved = asyncio.Condition()
        self._streams = 0
        self._looking: asyncio.Task[None] | None = None

    async def position(self) -> int:
        """The newest position as it stands now."""
        return await self._newest()

    async def past(self, position: int, *, seconds: float) -> bool:
        """Whether something newer than `position` came within the time."""
        self._streams += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: self._position > position)
            return True
        except TimeoutError:
            return False
        finally:
            self._streams -= 1

    async def _look(self) -> None:
        try:
            while self._streams:
                with suppress(Exception):  # the database may be away for a moment; streams beat on
                    await self._renew()
                await asyncio.sleep(self._every)
        finally:
            self._looking = None

    async def _renew(self) -> None:
        position = await self._newest()
        async with self._moved:
            self._position = position
            self._moved.notify_all()


class Streams:
    """Serves streams, up to a number of them at once."""

    def __init__(self, perform: Perform, watch: Watch, *, most: int, beat: float) -> None:
        self._perform = perform
        self._watch = watch
        self._most = most
        self._beat = beat
        self._open = 0

    async def begin(self, call: Call, last_event_id: str | None) -> AsyncIterator[str]:
        """The stream's text. What the first asking raises, this raises, before anything is sent."""
        if self._open >= self._most:
            raise Unavailable(f"{self._most} streams are open already; try again later")
        if last_event_id:
            call = _resumed(call, last_event_id)
        seen = await self._watch.position()
        page = cast(Page, await self._perform(call))
        return self._told(call, page, seen)

    async def _told(self, call: Call, page: Page, seen: int) -> AsyncIterator[str]:
        self._open += 1
        try:
            yield f"id: {page['position']}\n\n"
            while True:
                for item in page["items"]:
                    yield _event(item)
                call = _from(call, page["position"])
                if not page["items"] and not await self._watch.past(seen, seconds=self._beat):
                    yield ": beat\n\n"
                seen = await self._watch.position()
                page = cast(Page, await self._perform(call))
        except Exception as fault:  # noqa: BLE001 - an edge: the headers are sent, so it is told in the stream
            yield f"event: error\ndata: {json.dumps(failure(fault).problem)}\n\n"
        finally:
            self._open -= 1


def _resumed(call: Call, last_event_id: str) -> Call:
    if not last_event_id.isascii() or not last_event_id.isdigit() or len(last_event_id) > 18:
        raise Invalid(f"{LAST_EVENT_ID} is the number of an event")
    return _from(call, int(last_event_id))


def _from(call: Call, position: int) -> Call:
    return replace(call, input={**call.input, "after": position})


def _event(item: Mapping[str, Any]) -> str:
    """One event as the standard writes it; the data is JSON on one line."""
    return (
        f"id: {item['position']}\nevent: {item.get('type', 'message')}\n"
        f"data: {json.dumps(item, ensure_ascii=False)}\n\n"
    )
