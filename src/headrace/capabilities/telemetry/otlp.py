"""OTLP: spans to a collector, by OpenTelemetry's own exporter and under its own variables.

The spans are made of rows, so nothing here measures, samples or runs in the background: what is given
is encoded, sent and answered for.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags
from opentelemetry.trace import SpanKind as Kind

from headrace.capabilities.telemetry.model import Sent, Span, SpanKind

_KINDS = {SpanKind.INTERNAL: Kind.INTERNAL, SpanKind.CLIENT: Kind.CLIENT}
_UNKNOWN = "unknown_service"


def send(spans: Sequence[Span]) -> Sent:
    """Send spans to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, within OTEL's time limit."""
    if not spans:
        return Sent(taken=True)
    resource = _resource()
    exporter = OTLPSpanExporter()
    try:
        done = exporter.export([_readable(span, resource) for span in spans])
    finally:
        exporter.shutdown()  # type: ignore[no-untyped-call]  # its library says no type
    return Sent(taken=done is SpanExportResult.SUCCESS)


def _resource() -> Resource:
    """Who tells: what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before what we say."""
    own = {
        SERVICE_NAME: "headrace",
        "service.namespace": "headrace",
        "service.version": version("headrace"),
        "deployment.environment.name": "development",
    }
    told = {
        name: value
        for name, value in Resource.create().attributes.items()
        if not (name == SERVICE_NAME and str(value).startswith(_UNKNOWN))
    }
    return Resource({**own, **told})


def _readable(span: Span, resource: Resource) -> ReadableSpan:
    attributes = {**span.attributes, **({"error.type": span.error} if span.error else {})}
    return ReadableSpan(
        name=span.name,
        context=_context(span.trace, span.id),
        parent=_context(span.trace, span.parent) if span.parent else None,
        resource=resource,
        attributes=attributes,
        events=[
            Event(one.name, attributes=dict(one.attributes), timestamp=_nanoseconds(one.at))
            for one in span.events
        ],
        kind=_KINDS[span.kind],
        status=Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.OK),
        start_time=_nanoseconds(span.began),
        end_time=_nanoseconds(span.ended),
        instrumentation_scope=InstrumentationScope("headrace", version("headrace")),
    )


def _context(trace: str, id: str) -> SpanContext:
    return SpanContext(
        trace_id=int(trace, 16),
        span_id=int(id, 16),
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1_000
