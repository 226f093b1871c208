"""Answers: what the protocol says about a flag, and who is asked for it.

OpenFeature Remote Evaluation Protocol, https://github.com/open-feature/protocol, `service/openapi.yaml`
of versions 0.1 to 0.3, whose evaluation parts agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from headrace.kernel.json import Json


class ErrorCode(StrEnum):
    """Why there is no answer; the protocol's words."""

    PARSE_ERROR = "PARSE_ERROR"
    TARGETING_KEY_MISSING = "TARGETING_KEY_MISSING"
    INVALID_CONTEXT = "INVALID_CONTEXT"
    FLAG_NOT_FOUND = "FLAG_NOT_FOUND"
    GENERAL = "GENERAL"


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A flag's variant for whoever asks. `reason` is one of OpenFeature's; metadata is flat."""

    key: str
    value: Json
    variant: str
    reason: str
    metadata: Mapping[str, str | int | float | bool] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Json]:
        return {
            "key": self.key,
            "value": self.value,
            "variant": self.variant,
            "reason": self.reason,
            "metadata": self.metadata,
        }


@dataclass(frozen=True, kw_only=True)
class Unresolved:
    """Why a flag has no answer for whoever asks."""

    key: str
    code: ErrorCode
    details: str

    @property
    def document(self) -> dict[str, Json]:
        return {"key": self.key, "errorCode": self.code, "errorDetails": self.details}


Answer = Resolved | Unresolved


class Tenant(Protocol):
    """The flags of one organisation, in memory: answers at once and never waits."""

    def evaluate(self, key: str, context: Mapping[str, Json]) -> Answer: ...

    def evaluate_all(self, context: Mapping[str, Json]) -> Sequence[Answer]: ...


class Evaluator(Protocol):
    """Whoever holds the flags. It lives as long as the server."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def at_hand(self, token: str) -> Tenant | None:
        """What the token opens, if that is known in this moment; never waits."""

    def admit(self, token: str) -> Tenant:
        """What the token opens. May wait. Raises NotSignedIn, NotAllowed."""
