"""Limits: how much, how long and how many at once this door takes."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headrace.kernel.failures import TimedOut, TooLarge, failure
from headrace.surfaces.api.answers import problem

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one process of the server allows."""

    body_bytes: int = 1024 * 1024
    request_seconds: float = 30.0
    threads: int = 16  # units of work at once; the rest waits, within its seconds
    streams: int = 200  # listeners at once
    beat_seconds: float = 15.0  # a stream's sign of life, so that nobody between closes it
    look_seconds: float = 0.25  # how soon a stream learns of news


class Workers:
    """A bounded pool of threads for verbs, which are synchronous.

    When the seconds run out the caller is told so; work that has begun still comes to its end,
    which a repeat with the same Idempotency-Key will tell.
    """

    def __init__(self, limits: Limits) -> None:
        self._pool = ThreadPoolExecutor(limits.threads, thread_name_prefix="headrace-api")
        self._seconds = limits.request_seconds

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives, from another thread. Raises TimedOut."""
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        try:
            return await asyncio.wait_for(future, self._seconds)
        except TimeoutError:
            raise TimedOut(
                f"No answer within {self._seconds:g} seconds. It may still be done: ask again with "
                "the same Idempotency-Key"
            ) from None

    def close(self) -> None:
        """Take nothing more; what runs comes to its end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class BodyLimit:
    """Refuses a body that is larger than allowed, whether it says so or not."""

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise self._refusal()
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            self._check_length(scope)
            await self._app(scope, counted, noted)
        except TooLarge as refusal:
            if started:
                raise
            await problem(failure(refusal))(scope, receive, send)

    def _check_length(self, scope: Scope) -> None:
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if told.isdigit() and int(told) > self._most:
            raise self._refusal()

    def _refusal(self) -> TooLarge:
        return TooLarge(f"More than {self._most} bytes; send less at once", most=self._most)


class RawPath:
    """Matches routes on the path as it was sent, so that a reference may hold an encoded slash.

    `/artifacts/brief%2Fexport` has two parts, not three; the route's parts are decoded one by one.
    """

    def __init__(self, app: ASGIApp, *, below: str) -> None:
        self._app = app
        self._below = below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = scope.get("raw_path")
        if scope["type"] == "http" and raw and scope["path"].startswith(self._below):
            scope = {**scope, "path": raw.partition(b"?")[0].decode("latin-1")}
        await self._app(scope, receive, send)
