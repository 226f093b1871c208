"""Errors that every room raises; the doors map each family to a status, an exit code and an MCP error."""

from dataclasses import dataclass
from typing import ClassVar


class HeadraceError(Exception):
    """An expected refusal, told in words that a person or an agent can act on.

    `code` is stable and machine-readable; `details` holds the values behind the message.
    Anything that is not a HeadraceError is a defect and is reported as one.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class NotFound(HeadraceError):
    """The thing named does not exist, or the actor may not know that it does."""

    code = "not_found"


class Invalid(HeadraceError):
    """The request itself is malformed; sending it again cannot succeed."""

    code = "invalid"


class Conflict(HeadraceError):
    """The request is well formed but the present state refuses it."""

    code = "conflict"


class NotAllowed(HeadraceError):
    """A permission, a policy or a limit refuses this actor."""

    code = "not_allowed"


@dataclass(frozen=True)
class Refusal:
    """Every reason why a thing may not happen now; never empty. Rules return it, verbs raise it."""

    reasons: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("A refusal names at least one reason.")

    def __str__(self) -> str:
        return "; ".join(self.reasons)
