"""What the service tells about itself: structured logs with a trace id, and metrics."""

import json
import logging
import logging.handlers
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

trace_id: ContextVar[str] = ContextVar("trace_id", default="")
LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0)


@contextmanager
def traced(value: str) -> Iterator[None]:
    """Everything logged inside carries this trace id."""
    token = trace_id.set(value)
    try:
        yield
    finally:
        trace_id.reset(token)


class JsonLines(logging.Formatter):
    """One JSON object for each line; `extra={"facts": {...}}` adds fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "trace_id": trace_id.get(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def log_to_stdout() -> None:
    """Send all logs to standard output as JSON lines."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class Metrics:
    """The metrics of one running service; asking twice for one name gives the same metric."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._known: dict[str, Counter | Gauge | Histogram] = {}

    def counter(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
        """A number that only grows."""
        if name not in self._known:
            self._known[name] = Counter(name, meaning, labels, registry=self.registry)
        metric = self._known[name]
        assert isinstance(metric, Counter)
        return metric

    def gauge(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Gauge:
        """A number that goes up and down."""
        if name not in self._known:
            self._known[name] = Gauge(name, meaning, labels, registry=self.registry)
        metric = self._known[name]
        assert isinstance(metric, Gauge)
        return metric

    def histogram(
        self,
        name: str,
        meaning: str,
        labels: Sequence[str] = (),
        buckets: Sequence[float] = LATENCY_BUCKETS,
    ) -> Histogram:
        """Durations in seconds, counted in buckets."""
        if name not in self._known:
            self._known[name] = Histogram(
                name, meaning, labels, buckets=buckets, registry=self.registry
            )
        metric = self._known[name]
        assert isinstance(metric, Histogram)
        return metric


class AccessLog:
    """Who asked for what, and how it went: a JSON object a line.

    `user` is the customer, by whom features are turned on. Whoever keeps the file may rename it,
    and a new one is begun. What nobody in particular asked for (health, metrics) is not in it.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = None
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._file = logging.handlers.WatchedFileHandler(file, encoding="utf-8", delay=True)

    def note(self, user: str, route: str, status: int, seconds: float) -> None:
        """Write one line, if there is a file and somebody who asked."""
        if self._file is None or not user:
            return
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "user": user,
            "route": route,
            "status": status,
            "seconds": round(seconds, 6),
        }
        self._file.handle(logging.makeLogRecord({"msg": json.dumps(line)}))

    def close(self) -> None:
        """Write no more."""
        if self._file is not None:
            self._file.close()


class RequestTelemetry:
    """Middleware: gives each request its trace id, logs it, measures it, notes who asked."""

    def __init__(self, app: ASGIApp, metrics: Metrics, access_log: AccessLog) -> None:
        self.app = app
        self.access_log = access_log
        self.seconds = metrics.histogram(
            "http_request_seconds", "Time to answer a request.", ("method", "route", "status")
        )
        self.log = logging.getLogger("http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and look at what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        request_trace = _trace_of(scope)
        started = time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-trace-id", request_trace.encode())]
            await send(message)

        with traced(request_trace):
            try:
                await self.app(scope, receive, watched)
            finally:
                self._report(scope, status, time.perf_counter() - started)

    def _report(self, scope: Scope, status: int, seconds: float) -> None:
        # The route's pattern, not the path: a label for each id would never stop growing.
        route = getattr(scope.get("route"), "path", "none")
        self.seconds.labels(scope["method"], route, str(status)).observe(seconds)
        facts = {"method": scope["method"], "route": route, "status": status, "seconds": seconds}
        user = scope.get("state", {}).get("customer", "")
        self.access_log.note(user, f"{scope['method']} {route}", status, seconds)
        self.log.info("request answered", extra={"facts": facts})


def _trace_of(scope: Scope) -> str:
    """The caller's trace id from `traceparent` (W3C), else a new one."""
    header: bytes = dict(scope["headers"]).get(b"traceparent", b"")
    parts = header.decode("latin-1").split("-")
    if len(parts) == 4 and len(parts[1]) == 32 and parts[1].isalnum():
        return parts[1]
    return secrets.token_hex(16)
