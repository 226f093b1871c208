"""Requests: from an HTTP request to a call of an operation."""

import ipaddress
import json
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

from starlette.requests import Request

from headrace.kernel.access import Call, Credentials, NotSignedIn
from headrace.kernel.capability import Operation
from headrace.kernel.errors import Invalid
from headrace.kernel.form import InputField, input_fields
from headrace.kernel.json import Json

ORGANISATION = "Headrace-Organisation"
STAND_IN = "Headrace-As"
KEY = "Idempotency-Key"
CONFIRMATION = "Headrace-Confirmation"
_LONGEST_KEY = 200  # characters
_NAMES = {"127.0.0.1", "::1", "localhost"}


async def read_call(request: Request, operation: Operation, *, trust_loopback: bool) -> Call:
    """The call that a request makes. Raises Invalid (every fault of one kind), NotSignedIn."""
    key = request.headers.get(KEY)
    if key is not None and not 0 < len(key) <= _LONGEST_KEY:
        raise Invalid(f"{KEY} has between 1 and {_LONGEST_KEY} characters")
    given = _query(request, operation) if _has_no_body(request) else await _body(request)
    return Call(
        operation=operation.name,
        input=_merged(given, _path(request)),
        credentials=credentials(request, trust_loopback=trust_loopback),
        key=key,
        confirmation=request.headers.get(CONFIRMATION),
    )


def _has_no_body(request: Request) -> bool:
    return request.method in {"GET", "HEAD", "DELETE"}


def credentials(request: Request, *, trust_loopback: bool) -> Credentials:
    """What the request says about its caller. Raises NotSignedIn for anything but a bearer token."""
    header = request.headers.get("Authorization")
    token = None
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotSignedIn("Send the token as `Authorization: Bearer hr_…`")
    return Credentials(
        token=token.strip() if token else None,
        organisation=request.headers.get(ORGANISATION),
        stand_in=request.headers.get(STAND_IN),
        trusted=trust_loopback and is_local(request),
    )


def is_local(request: Request) -> bool:
    """Whether a program or a page of this very machine asks.

    The name in `Host` keeps away pages whose name was re-bound to the loopback address; `Origin` and
    `Sec-Fetch-Site` keep away other sites' pages; a proxy's mark means that somebody else may ask.
    """
    headers = request.headers
    forwarded = any(
        name in headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via")
    )
    return (
        not forwarded
        and request.scope.get("http_version") != "1.0"  # a proxy that tells nothing of its caller
        and _is_loopback(request.client.host if request.client else "")
        and _host_of(f"//{headers.get('host', '')}") in _NAMES
        and headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
        and headers.get("origin", f"http://{headers.get('host')}")
        == f"http://{headers.get('host')}"
    )


def _host_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _path(request: Request) -> dict[str, Json]:
    try:
        return {
            name: unquote(value, errors="strict") for name, value in request.path_params.items()
        }
    except UnicodeDecodeError:
        raise Invalid("The path is not encoded in UTF-8") from None


def _query(request: Request, operation: Operation) -> dict[str, Json]:
    fields = {field.name: field for field in input_fields(operation)}
    values: dict[str, Any] = {}
    for name, text in request.query_params.multi_items():
        field = fields.get(name)
        if field is not None and field.kind == "array":
            values.setdefault(name, []).append(text)
        elif name in values:
            raise Invalid(f"{name} is given twice")
        else:
            values[name] = _value(field, text)
    return values


def _value(field: InputField | None, text: str) -> Json:
    return loads(text) if field is not None and field.kind in {"object", "any"} else text


async def _body(request: Request) -> dict[str, Json]:
    """The object in the body; no body is an empty object."""
    content = await request.body()
    if not content:
        return {}
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Invalid("Send the body as JSON, with Content-Type: application/json")
    try:
        data = loads(content.decode())
    except UnicodeDecodeError:
        raise Invalid("The body is not encoded in UTF-8") from None
    if not isinstance(data, dict):
        raise Invalid("The body is to be a JSON object")
    return data


def loads(text: str) -> Any:  # noqa: ANN401 - JSON, whose form is judged next
    """The JSON of a text, without the numbers that JSON has not. Raises Invalid."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise Invalid("The JSON is nested too deeply") from None
    except ValueError as fault:
        raise Invalid(f"This is no JSON: {fault}") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _merged(given: Mapping[str, Json], path: Mapping[str, Json]) -> dict[str, Json]:
    twice = sorted(set(given) & set(path))
    if twice:
        raise Invalid(f"{', '.join(twice)} stands in the path already; leave it out elsewhere")
    return {**given, **path}
