"""Answers: JSON for what was asked, problem+json (RFC 9457) for what failed."""

from http import HTTPStatus

from starlette.responses import JSONResponse, Response

from headrace.kernel.capability import Operation, OperationKind
from headrace.kernel.failures import Failure
from headrace.kernel.json import Json

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def answer(operation: Operation, value: Json) -> Response:
    """200 with the value, 202 for a job that goes on, 204 when there is nothing to say."""
    if value is None:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=_HEADERS)
    status = HTTPStatus.ACCEPTED if operation.kind is OperationKind.JOB else HTTPStatus.OK
    return JSONResponse(value, status_code=status, headers=_HEADERS)


def problem(failure: Failure) -> Response:
    """The failure as a problem document, with the header that its status asks for."""
    headers = dict(_HEADERS)
    if failure.family.status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="headrace"'
    if failure.family.status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "2"
    return document(failure.problem, int(failure.family.status), headers)


def refused(status: int, message: str) -> Response:
    """The problem of a request that reached no operation: no such path, or no such method there."""
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "_")
    return document(
        {
            "type": f"urn:headrace:error:{code}",
            "title": phrase,
            "status": status,
            "detail": message,
            "code": code,
            "details": {},
        },
        status,
        dict(_HEADERS),
    )


def document(content: dict[str, Json], status: int, headers: dict[str, str]) -> Response:
    """A problem document as a response."""
    return JSONResponse(
        content, status_code=status, headers=headers, media_type="application/problem+json"
    )
