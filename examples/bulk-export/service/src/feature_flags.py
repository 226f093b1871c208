"""Asks for feature flags over HTTP (OpenFeature Remote Evaluation); off when in doubt."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from telemetry import Metrics, trace_id

log = logging.getLogger("flags")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the flag service said, and until when it is believed."""

    on: bool
    reason: str
    believed_until: float


class FlagClient:
    """One flag service. A flag is on only if the service says so in time."""

    def __init__(
        self,
        url: str | None,
        *,
        timeout: timedelta,
        believed_for: timedelta,
        metrics: Metrics,
        token: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url.rstrip("/") if url else None
        self.timeout = timeout
        self.believed_for = believed_for
        self.clock = clock
        self._signed = {"Authorization": f"Bearer {token}"} if token else {}
        self._answers: dict[tuple[str, str], Answer] = {}
        self._asked = metrics.counter(
            "feature_flag_evaluations", "Flags asked for.", ("flag", "reason")
        )

    def is_on(self, flag: str, *, targeting_key: str) -> bool:
        """Whether the flag is on for this customer. Unreachable, unknown or late means off."""
        known = self._answers.get((flag, targeting_key))
        if known is None or known.believed_until <= self.clock():
            known = self._ask(flag, targeting_key)
            self._answers[flag, targeting_key] = known
        return known.on

    def _ask(self, flag: str, targeting_key: str) -> Answer:
        on, reason = self._evaluate(flag, targeting_key)
        self._asked.labels(flag, reason).inc()
        until = self.clock() + self.believed_for.total_seconds()
        return Answer(on=on, reason=reason, believed_until=until)

    def _evaluate(self, flag: str, targeting_key: str) -> tuple[bool, str]:
        if self.url is None:
            return False, "not_configured"
        request = Request(  # noqa: S310 -- the address is the operator's setting, not a caller's
            f"{self.url}/ofrep/v1/evaluate/flags/{quote(flag, safe='')}",
            data=json.dumps({"context": {"targetingKey": targeting_key}}).encode(),
            headers={
                "Content-Type": "application/json",
                "X-Trace-Id": trace_id.get(),
                **self._signed,
            },
            method="POST",
        )
        try:
            with urlopen(request, timeout=self.timeout.total_seconds()) as answer:  # noqa: S310
                body = json.load(answer)
        except HTTPError as error:
            error.close()
            return False, "unknown_flag" if error.code == 404 else "error"
        except (URLError, OSError, ValueError) as error:
            facts = {"flag": flag, "cause": str(error)}
            log.warning("flag service gave no answer; the flag is off", extra={"facts": facts})
            return False, "unreachable"
        return body.get("value") is True, str(body.get("reason", "unknown")).lower()
