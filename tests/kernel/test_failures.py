"""Each family of errors, as each door tells it."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from headrace.kernel.access import NotSignedIn
from headrace.kernel.errors import Conflict, HeadraceError, Invalid, NotAllowed, NotFound
from headrace.kernel.failures import TimedOut, TooLarge, Unavailable, failure


class SlotTaken(Conflict):
    code = "toy.slot_taken"


@pytest.mark.parametrize(
    ("fault", "status", "exit_code"),
    [
        (Invalid("x"), 422, 2),
        (TooLarge("x"), 413, 2),
        (NotFound("x"), 404, 3),
        (Conflict("x"), 409, 4),
        (SlotTaken("x"), 409, 4),
        (NotAllowed("x"), 403, 5),
        (NotSignedIn("x"), 401, 5),
        (Unavailable("x"), 503, 6),
        (TimedOut("x"), 504, 6),
        (HeadraceError("x"), 500, 1),
        (RuntimeError("x"), 500, 1),
        (sa.exc.TimeoutError(), 503, 6),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_a_family_has_one_status_and_one_exit_code(fault, status, exit_code):
    told = failure(fault)

    assert (int(told.family.status), told.family.exit_code) == (status, exit_code)


def test_a_problem_carries_code_message_and_the_values_behind_it():
    told = failure(SlotTaken("Take another", at=datetime(2026, 3, 16, tzinfo=UTC), who={"ada"}))

    assert told.problem == {
        "type": "urn:headrace:error:toy.slot_taken",
        "title": "Conflict",
        "status": 409,
        "detail": "Take another",
        "code": "toy.slot_taken",
        "details": {"at": "2026-03-16T00:00:00Z", "who": ["ada"]},
    }


def test_a_defect_is_logged_under_the_id_that_the_caller_sees(caplog):
    told = failure(RuntimeError("the secret is Suleika"))

    assert "Suleika" not in str(told.problem)
    assert told.details["id"] in caplog.text
    assert "the secret is Suleika" in caplog.text
