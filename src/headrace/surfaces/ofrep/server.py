"""The server of the protocol: one flag, or all of them, for whoever a context describes."""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, NoReturn

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from headrace.kernel.access import NotSignedIn
from headrace.kernel.failures import TooLarge, failure
from headrace.kernel.json import Json
from headrace.surfaces.ofrep.answers import ErrorCode, Evaluator, Resolved, Tenant, Unresolved

_THREADS = 4  # tokens looked up at once; the rest waits
_BODY_BYTES = 64 * 1024
_TARGETING_KEY = "targetingKey"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Endpoint = Callable[[Request], Awaitable[Response]]


class _Refused(Exception):
    """The request cannot be understood; the code says in what way."""

    def __init__(self, code: ErrorCode, details: str) -> None:
        super().__init__(details)
        self.code = code
        self.details = details


def create_ofrep(evaluator: Evaluator) -> Starlette:
    """The application, to be mounted at `/ofrep`. It begins and ends the evaluator's life.

    Every call needs a token (`Authorization: Bearer hr_…` or `X-API-Key: hr_…`), from this machine too:
    the token says whose flags are asked for.
    """
    door = _Door(evaluator)

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        evaluator.start()
        try:
            yield
        finally:
            await to_thread.run_sync(evaluator.stop)

    return Starlette(
        routes=[
            Route("/v1/evaluate/flags/{key}", door.endpoint(door.one), methods=["POST"]),
            Route("/v1/evaluate/flags", door.endpoint(door.bulk), methods=["POST"]),
        ],
        lifespan=life,
        exception_handlers={HTTPException: _unreached},
    )


class _Door:
    """Turns requests into contexts, and answers into documents with the protocol's statuses."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._threads = CapacityLimiter(_THREADS)

    def endpoint(self, serve: Endpoint) -> Endpoint:
        """What serves a route; whatever goes wrong is told as the protocol tells it."""

        async def endpoint(request: Request) -> Response:
            try:
                return await serve(request)
            except _Refused as refused:
                return _bad_request(request, refused)
            except ClientDisconnect:
                return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
            except Exception as fault:  # noqa: BLE001 - an edge: a request ends here, whatever went wrong
                return _failed(fault)

        return endpoint

    async def one(self, request: Request) -> Response:
        """One flag: 200, 400 with the reason, or 404."""
        tenant = await self._tenant(request)
        found = tenant.evaluate(request.path_params["key"], await _context(request))
        if isinstance(found, Resolved):
            return _told(found.document)
        missing = found.code is ErrorCode.FLAG_NOT_FOUND
        return _told(found.document, HTTPStatus.NOT_FOUND if missing else HTTPStatus.BAD_REQUEST)

    async def bulk(self, request: Request) -> Response:
        """Every flag, with a tag of the whole answer: 304 when the client has that already."""
        tenant = await self._tenant(request)
        context = await _context(request)
        flags = [found.document for found in tenant.evaluate_all(context)]
        answer = _told({"flags": flags})
        tag = f'"{hashlib.sha256(bytes(answer.body)).hexdigest()[:32]}"'
        if _has(request.headers.get("If-None-Match", ""), tag):
            answer = Response(status_code=HTTPStatus.NOT_MODIFIED)
        # `no-cache`, not `no-store`: clients keep the answer and ask whether it still holds.
        answer.headers.update({"ETag": tag, "Cache-Control": "private, no-cache"})
        return answer

    async def _tenant(self, request: Request) -> Tenant:
        """Whose flags are asked for; at hand in all but a token's first call in a while."""
        token = _token(request)
        found = self._evaluator.at_hand(token)
        if found is None:
            found = await to_thread.run_sync(self._evaluator.admit, token, limiter=self._threads)
        return found


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = token.strip() if scheme.lower() == "bearer" else request.headers.get("X-API-Key", "")
    if not found:
        raise NotSignedIn(
            "Send a token that may ask for flags: `Authorization: Bearer hr_…`. "
            "`headrace token issue --scopes flags:evaluate` makes one"
        )
    return found


async def _context(request: Request) -> Mapping[str, Json]:
    """The context of the body; without one, nobody in particular asks."""
    data = _parsed(await _body(request))
    context = data.get("context") if isinstance(data, dict) else data
    if context is None and isinstance(data, dict):
        return {}
    if not isinstance(data, dict) or not isinstance(context, dict):
        raise _Refused(ErrorCode.INVALID_CONTEXT, "`context` is to be a JSON object")
    key = context.get(_TARGETING_KEY)
    if key is not None and not isinstance(key, str):
        raise _Refused(ErrorCode.INVALID_CONTEXT, f"`{_TARGETING_KEY}` is to be a text")
    return context


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _BODY_BYTES:
            raise TooLarge(f"More than {_BODY_BYTES} bytes; send fewer attributes")
    return body


def _parsed(body: bytes) -> Any:  # noqa: ANN401 - JSON, whose form is judged next
    if not body.strip():
        return {}
    try:
        return json.loads(body.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError) as fault:
        raise _Refused(ErrorCode.PARSE_ERROR, f"The body is no JSON: {fault}") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _has(header: str, tag: str) -> bool:
    """Whether `If-None-Match` names this tag; compared weakly, as the header asks."""
    given = [part.strip().removeprefix("W/") for part in header.split(",")]
    return tag in given or "*" in given


def _told(document: Mapping[str, Json], status: HTTPStatus = HTTPStatus.OK) -> Response:
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Response(text, status_code=status, headers=_HEADERS, media_type="application/json")


def _bad_request(request: Request, refused: _Refused) -> Response:
    """A single evaluation names its flag, a bulk one has none to name."""
    key = request.path_params.get("key")
    if key is not None:
        answer = Unresolved(key=key, code=refused.code, details=refused.details)
        return _told(answer.document, HTTPStatus.BAD_REQUEST)
    document: dict[str, Json] = {"errorCode": refused.code, "errorDetails": refused.details}
    return _told(document, HTTPStatus.BAD_REQUEST)


def _failed(fault: Exception) -> Response:
    told = failure(fault)
    answer = _told({"errorDetails": told.message}, told.family.status)
    if told.family.status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="headrace"'
    if told.family.status is HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = "2"
    return answer


async def _unreached(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)  # the handler is registered for nothing else
    details = f"{fault.detail}: {request.method} {request.url.path}"
    return _told({"errorDetails": details}, HTTPStatus(fault.status_code))
