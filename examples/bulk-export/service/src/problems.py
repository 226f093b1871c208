"""Errors as the caller sees them: problem+json with a code and a remedy."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """An expected refusal. `detail` tells what to do about it."""

    status = 400
    code = "invalid"

    def __init__(
        self, detail: str, *, code: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.headers = dict(headers or {})


class Invalid(Problem):
    """The request cannot be carried out as it stands."""

    status, code = 422, "invalid"


class NotSignedIn(Problem):
    """No valid token came with the request."""

    status, code = 401, "not_signed_in"


class NotAllowed(Problem):
    """The caller is known and may not do this."""

    status, code = 403, "not_allowed"


class NotFound(Problem):
    """There is no such thing for this customer."""

    status, code = 404, "not_found"


class Conflict(Problem):
    """The thing is in a state in which this cannot be done."""

    status, code = 409, "conflict"


class TooMany(Problem):
    """A limit is reached; the header `Retry-After` says when to try again."""

    status, code = 429, "too_many"


def response(problem: Problem) -> JSONResponse:
    """The problem as an HTTP answer."""
    body = {"status": problem.status, "code": problem.code, "detail": problem.detail}
    return JSONResponse(
        body, status_code=problem.status, headers=problem.headers, media_type=MEDIA_TYPE
    )


async def on_problem(request: Request, problem: Exception) -> JSONResponse:
    """Answer an expected refusal."""
    assert isinstance(problem, Problem)
    return response(problem)


async def on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    """Answer a body or parameter that does not fit, naming each place."""
    assert isinstance(error, RequestValidationError)
    reasons = [
        f"{'.'.join(str(part) for part in reason['loc'])}: {reason['msg']}"
        for reason in error.errors()
    ]
    return response(Invalid("; ".join(reasons)))
