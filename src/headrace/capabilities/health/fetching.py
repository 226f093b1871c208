"""Fetching: figures from a page of metrics, and from a Prometheus server's HTTP API.

Nothing of the database here. Sources: the text format 0.0.4 as `prometheus_client` reads it, and
https://prometheus.io/docs/prometheus/latest/querying/api/ (range queries).
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from prometheus_client.parser import text_string_to_metric_families

from headrace.capabilities.health.model import Figure, Query, SeriesKind, SourceKind
from headrace.capabilities.health.service import Due

MOST_BYTES = 16 * 1024 * 1024
_LONGEST_BACK = timedelta(hours=1)
_COUNTED = ("_bucket", "_count", "_sum", "_total")
_LEFT_OUT = ("_created", "_gsum", "_gcount")


class Unread(Exception):
    """A source gave nothing that can be read; the message says what was wrong."""


class _Stay(HTTPRedirectHandler):
    """A source is where its address says; it may not lead us to another place."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


_OPENER = build_opener(_Stay)


def fetch(due: Due, at: datetime, *, seconds: float = 10.0) -> Sequence[Figure]:
    """Everything that a source has to tell at a moment. Raises Unread."""
    if due.source.kind is SourceKind.ENDPOINT:
        text = _get(due.source.url, seconds).decode(errors="replace")
        return list(scraped(text, due.source.metrics))
    return [
        figure
        for name, query in due.queries.items()
        for figure in _asked(due, name, query, at, seconds)
    ]


def scraped(text: str, kept: Sequence[str] = ()) -> Iterator[Figure]:
    """The figures of a page; `kept` are beginnings of names, none keeps all. Raises Unread.

    Of a histogram its buckets, count and sum are counters; quantiles of a summary are gauges.
    """
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                figure = _figure(family.type, sample)
                if figure is not None and (not kept or figure.name.startswith(tuple(kept))):
                    yield figure
    except ValueError as fault:
        raise Unread(f"the page is not in Prometheus' text format: {fault}") from None


def _figure(family: str, sample: Any) -> Figure | None:  # noqa: ANN401 - the parser's own type
    value = float(sample.value)
    if not math.isfinite(value) or sample.name.endswith(_LEFT_OUT):
        return None
    counts = family == "counter" or (
        family in {"histogram", "summary"} and sample.name.endswith(_COUNTED)
    )
    kind = SeriesKind.COUNTER if counts else SeriesKind.GAUGE
    return Figure(name=sample.name, labels=dict(sample.labels), kind=kind, value=value)


def _asked(due: Due, name: str, query: Query, at: datetime, seconds: float) -> Iterator[Figure]:
    """What the server says of a query since it was last asked, an hour back at most."""
    since = max(due.since or at - due.source.every, at - _LONGEST_BACK)
    asked = urlencode(
        {
            "query": query.expression,
            "start": f"{since.timestamp():.3f}",
            "end": f"{at.timestamp():.3f}",
            "step": f"{due.source.every.total_seconds():g}",
        }
    )
    body = _get(f"{due.source.url.rstrip('/')}/api/v1/query_range?{asked}", seconds)
    for row in _matrix(body, query.expression):
        labels = {str(k): str(v) for k, v in row["metric"].items() if k != "__name__"}
        for moment, value in row["values"]:
            number = float(value)
            if math.isfinite(number):
                yield Figure(
                    name=name,
                    labels=labels,
                    kind=query.kind,
                    value=number,
                    at=datetime.fromtimestamp(moment, UTC),
                )


def _matrix(body: bytes, expression: str) -> Sequence[Mapping[str, Any]]:
    try:
        answer = json.loads(body)
        if answer["status"] != "success":
            raise Unread(f"{expression!r}: {answer.get('error', 'no success')}")
        if answer["data"]["resultType"] != "matrix":
            raise Unread(f"{expression!r}: its answer is no matrix")
        found: Sequence[Mapping[str, Any]] = answer["data"]["result"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unread("the answer is not that of a Prometheus server") from None
    return found


def _get(url: str, seconds: float) -> bytes:
    request = Request(url, headers={"Accept": "text/plain;version=0.0.4, application/json"})  # noqa: S310 - checked when the source was made
    try:
        with _OPENER.open(request, timeout=seconds) as answer:
            body: bytes = answer.read(MOST_BYTES + 1)
    except (URLError, OSError, HTTPException, ValueError) as fault:
        raise Unread(f"no answer: {fault}") from None
    if len(body) > MOST_BYTES:
        raise Unread(f"more than {MOST_BYTES} bytes; name the metrics that are needed")
    return body
