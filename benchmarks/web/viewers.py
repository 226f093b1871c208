"""Viewers: open pages as the server sees them, a thousand streams of server-sent events in one process."""

import asyncio
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlsplit

_AT_ONCE = 50  # connections opened together


@dataclass
class Crowd:
    """Streams that stay open; `heard` holds when each was told that something moved."""

    address: str
    cookies: dict[str, str]
    heard: dict[int, float] = field(default_factory=dict)
    _open: list[asyncio.StreamWriter] = field(default_factory=list)
    _readers: list[asyncio.Task[None]] = field(default_factory=list)

    async def gather(self, number: int) -> None:
        """Opens the streams; every one has been greeted when this returns. Raises TimeoutError."""
        for first in range(0, number, _AT_ONCE):
            block = range(first, min(number, first + _AT_ONCE))
            await asyncio.wait_for(asyncio.gather(*map(self._join, block)), 60)

    async def hear_all(self, *, within: float) -> list[float]:
        """When each was told, once all are; those within the time, where it runs out before."""
        ends = perf_counter() + within
        while len(self.heard) < len(self._open) and perf_counter() < ends:
            await asyncio.sleep(0.01)
        return sorted(self.heard.values())

    async def leave(self) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        for writer in self._open:
            writer.close()

    async def _join(self, number: int) -> None:
        place = urlsplit(self.address)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        self._open.append(writer)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        asked = (
            f"GET /live?follow= HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {cookies}\r\n"
            "Accept: text/event-stream\r\n\r\n"
        )
        writer.write(asked.encode())
        await writer.drain()
        await reader.readuntil(b"event: hello")
        self._readers.append(asyncio.create_task(self._listen(number, reader)))

    async def _listen(self, number: int, reader: asyncio.StreamReader) -> None:
        while True:
            await reader.readuntil(b"event: moved")
            self.heard.setdefault(number, perf_counter())
