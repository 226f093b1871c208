"""The server: one FastAPI application that offers every operation of the house."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import ASGIApp

from headrace.kernel.access import Call, Reception
from headrace.kernel.capability import Operation, OperationKind
from headrace.kernel.failures import TimedOut, failure
from headrace.kernel.json import Json
from headrace.surfaces.api.answers import answer, problem, refused
from headrace.surfaces.api.description import BELOW, describe
from headrace.surfaces.api.limits import BodyLimit, Limits, RawPath, Workers
from headrace.surfaces.api.requests import read_call
from headrace.surfaces.api.streams import LAST_EVENT_ID, Streams, Watch

Endpoint = Callable[[Request], Awaitable[Response]]
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def create_app(
    reception: Reception,
    *,
    limits: Limits | None = None,
    trust_loopback: bool = False,
    mounts: Mapping[str, ASGIApp] | None = None,
) -> FastAPI:
    """The application. It holds no state but its threads and open streams.

    `trust_loopback` lets programs of this machine in without a token, as its operator; only for a
    server that listens on the loopback address. `mounts` are other doors' applications by path.
    """
    door = _Door(reception, limits or Limits(), trust_loopback=trust_loopback)
    others = mounts or {}
    app = FastAPI(
        title="Headrace",
        openapi_url=f"{BELOW}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(door, others),
    )
    # Written when it is first asked for: it takes longer than everything else here together.
    app.openapi = cache(lambda: describe(reception.house, version=version("headrace")))  # type: ignore[method-assign]  # FastAPI's way to bring one's own
    for operation in sorted(reception.house.operations.values(), key=_specific_first):
        path = f"{BELOW}{operation.http.path}"
        app.add_route(path, door.endpoint(operation), methods=[operation.http.method])
    app.add_route("/healthz", door.health, methods=["GET"])
    for path, other in others.items():
        _mount(app, path, other)
    app.add_exception_handler(HTTPException, _unreached)
    app.add_middleware(RawPath, below=BELOW)
    app.add_middleware(BodyLimit, most=door.limits.body_bytes)
    return app


def _mount(app: FastAPI, path: str, other: ASGIApp) -> None:
    """A mounted application answers below its path; the path itself leads there."""

    async def inside(_request: Request) -> Response:
        return RedirectResponse(f"{path}/", HTTPStatus.TEMPORARY_REDIRECT)

    if path.strip("/"):
        app.add_route(path, inside, methods=["GET", "POST", "DELETE"])
    app.mount(path, other)


def _specific_first(operation: Operation) -> list[tuple[bool, str]]:
    """`/journal/parked` is matched before `/journal/{event}`."""
    return [(part.startswith("{"), part) for part in operation.http.path.split("/")]


def _lifespan(door: "_Door", others: Mapping[str, ASGIApp]) -> Callable[[FastAPI], Any]:
    """Mounted applications have a life of their own, which nobody else would begin and end."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.callback(door.workers.close)
            for other in others.values():
                router = getattr(other, "router", None)
                if router is not None:
                    await stack.enter_async_context(router.lifespan_context(other))
            yield

    return life


async def _unreached(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)  # the handler is registered for nothing else
    return refused(fault.status_code, f"{fault.detail}: {request.method} {request.url.path}")


class _Door:
    """Turns operations into endpoints."""

    def __init__(self, reception: Reception, limits: Limits, *, trust_loopback: bool) -> None:
        self.limits = limits
        self.workers = Workers(limits)
        self._reception = reception
        self._trust_loopback = trust_loopback
        self._streams = Streams(
            self._perform,
            Watch(self._newest, every=limits.look_seconds),
            most=limits.streams,
            beat=limits.beat_seconds,
        )

    def endpoint(self, operation: Operation) -> Endpoint:
        """What serves this operation; whatever goes wrong becomes a problem document."""
        serve = self._stream if operation.kind is OperationKind.STREAM else self._serve

        async def endpoint(request: Request) -> Response:
            try:
                return await serve(request, operation)
            except ClientDisconnect:
                return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
            except Exception as fault:  # noqa: BLE001 - an edge: a request ends here, whatever went wrong
                return problem(failure(fault, self._reception.house.operations))

        return endpoint

    async def health(self, _request: Request) -> Response:
        """Whether this process reaches its database."""
        try:
            await self._newest()
        except Exception as fault:  # noqa: BLE001 - an edge: ill health is an answer
            return problem(failure(fault))
        return JSONResponse({"status": "ok"})

    async def _serve(self, request: Request, operation: Operation) -> Response:
        return answer(operation, await self._perform(await self._call(request, operation)))

    async def _stream(self, request: Request, operation: Operation) -> Response:
        call = await self._call(request, operation)
        text = await self._streams.begin(call, request.headers.get(LAST_EVENT_ID))
        if request.method == "HEAD":
            return Response(media_type="text/event-stream", headers=_STREAM_HEADERS)
        return StreamingResponse(text, media_type="text/event-stream", headers=_STREAM_HEADERS)

    async def _call(self, request: Request, operation: Operation) -> Call:
        try:
            async with asyncio.timeout(self.limits.request_seconds):
                return await read_call(request, operation, trust_loopback=self._trust_loopback)
        except TimeoutError:
            raise TimedOut("The request did not arrive in time; send it again") from None

    async def _perform(self, call: Call) -> Json:
        return await self.workers.run(lambda: self._reception.perform(call))

    async def _newest(self) -> int:
        return await self.workers.run(self._reception.newest)
