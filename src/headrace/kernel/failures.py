"""Failures: how each family of errors looks at each door. The only place that knows."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import sqlalchemy as sa
from psycopg import errors
from pydantic_core import to_jsonable_python

from headrace.kernel.access import NotSignedIn
from headrace.kernel.advice import Advice, parts
from headrace.kernel.capability import Operation
from headrace.kernel.confirmation import ConfirmationNeeded, ConfirmationStale
from headrace.kernel.errors import Conflict, HeadraceError, Invalid, NotAllowed, NotFound
from headrace.kernel.ids import new_id
from headrace.kernel.json import Json

_OTHER_TABLES = (errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction)

_LOG = logging.getLogger(__name__)

DEFECT_EXIT = 1
USAGE_EXIT = 2
"""What a shell expects of a command that was called wrongly; the family Invalid shares it."""


class TooLarge(Invalid):
    """More was sent than is taken."""

    code = "too_large"


class Unavailable(HeadraceError):
    """Not now: the call itself may be fine, and may be made again."""

    code = "unavailable"


class TooOften(Unavailable):
    """The same was tried too many times; `retry_after` seconds from now it may be tried again."""

    code = "too_often"


class TimedOut(Unavailable):
    """The answer took too long; the work may still come to its end."""

    code = "timed_out"


@dataclass(frozen=True, kw_only=True)
class Family:
    """The form of one family of errors: an HTTP status, an exit code, a JSON-RPC error code."""

    status: HTTPStatus
    exit_code: int
    rpc_code: int


FAMILIES: Mapping[type[HeadraceError], Family] = {
    Invalid: Family(status=HTTPStatus.UNPROCESSABLE_ENTITY, exit_code=USAGE_EXIT, rpc_code=-32602),
    TooLarge: Family(
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, exit_code=USAGE_EXIT, rpc_code=-32602
    ),
    NotFound: Family(status=HTTPStatus.NOT_FOUND, exit_code=3, rpc_code=-32004),
    Conflict: Family(status=HTTPStatus.CONFLICT, exit_code=4, rpc_code=-32009),
    ConfirmationNeeded: Family(
        status=HTTPStatus.PRECONDITION_REQUIRED, exit_code=4, rpc_code=-32028
    ),
    ConfirmationStale: Family(status=HTTPStatus.CONFLICT, exit_code=4, rpc_code=-32009),
    NotAllowed: Family(status=HTTPStatus.FORBIDDEN, exit_code=5, rpc_code=-32003),
    NotSignedIn: Family(status=HTTPStatus.UNAUTHORIZED, exit_code=5, rpc_code=-32001),
    Unavailable: Family(status=HTTPStatus.SERVICE_UNAVAILABLE, exit_code=6, rpc_code=-32010),
    TooOften: Family(status=HTTPStatus.TOO_MANY_REQUESTS, exit_code=6, rpc_code=-32029),
    TimedOut: Family(status=HTTPStatus.GATEWAY_TIMEOUT, exit_code=6, rpc_code=-32010),
    HeadraceError: Family(
        status=HTTPStatus.INTERNAL_SERVER_ERROR, exit_code=DEFECT_EXIT, rpc_code=-32603
    ),
}
"""By family; a class below one of these takes the form of its nearest ancestor."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An error as the doors tell it. `details` are the values behind the message, as JSON data;
    `advice` the operations that it tells to run, where the door has asked for them."""

    family: Family
    code: str
    message: str
    details: Mapping[str, Json]
    advice: tuple[Advice, ...] = ()

    @property
    def problem(self) -> dict[str, Json]:
        """The document of RFC 9457, with the stable `code` and the `details` beside its members, and
        what is named in `detail` to be run, as operations with what is known of their input."""
        helps: Json = [{"operation": one.operation.name, "input": one.input} for one in self.advice]
        return {
            "type": f"urn:headrace:error:{self.code}",
            "title": self.family.status.phrase,
            "status": int(self.family.status),
            "detail": self.message,
            "code": self.code,
            "details": self.details,
            **({"advice": helps} if self.advice else {}),
        }


def failure(fault: BaseException, operations: Mapping[str, Operation] | None = None) -> Failure:
    """How `fault` is told. A defect is logged with an id; the caller sees the id and nothing else.

    With the house's operations, the advice that its message gives is told too.
    """
    told = fault if isinstance(fault, HeadraceError) else _of_database(fault) or _defect(fault)
    details: dict[str, Json] = to_jsonable_python(told.details, fallback=str)
    named = parts(told.message, operations or {}, quotes=details)
    return Failure(
        family=family(type(told)),
        code=told.code,
        message=told.message,
        details=details,
        advice=tuple(one for one in named if isinstance(one, Advice)),
    )


def family(kind: type[BaseException]) -> Family:
    """The form of a class of errors: its own, or its nearest ancestor's."""
    return next(FAMILIES[ancestor] for ancestor in kind.__mro__ if ancestor in FAMILIES)


def _of_database(fault: BaseException) -> HeadraceError | None:
    """What the database's refusals mean to a caller, where they mean anything but a defect."""
    if isinstance(fault, sa.exc.DataError):
        return Invalid("A value cannot be stored: it is too large, or not of its kind")
    if isinstance(fault, sa.exc.ProgrammingError) and isinstance(fault.orig, _OTHER_TABLES):
        _LOG.info("The tables are not those of this version", exc_info=fault)
        return Unavailable(
            "The tables of this database are not those of this version of Headrace; "
            "`headrace migrate` brings them up to date"
        )
    if isinstance(fault, sa.exc.TimeoutError | sa.exc.OperationalError):
        _LOG.warning("The database does not answer: %s", type(fault).__name__)
        return Unavailable("The database does not answer now; try again in a moment")
    return None


def _defect(fault: BaseException) -> HeadraceError:
    id = new_id("err")
    _LOG.error("Defect %s", id, exc_info=fault)
    return HeadraceError(f"Something went wrong on our side; the log tells more under {id}", id=id)
