"""What is measured of exports: how many, how long, how many failed, each by format."""

from dataclasses import dataclass

from prometheus_client import Counter, Histogram

from telemetry import Metrics

BUCKETS = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)


@dataclass(frozen=True, kw_only=True)
class ExportMetrics:
    """The three metrics of the health targets."""

    count: Counter
    errors: Counter
    seconds: Histogram


def metrics_of(metrics: Metrics) -> ExportMetrics:
    """The export's metrics in this service."""
    return ExportMetrics(
        count=metrics.counter("export_job_count", "Exports ended.", ("format", "status")),
        errors=metrics.counter("export_job_errors", "Exports failed for good.", ("format",)),
        seconds=metrics.histogram(
            "export_job_duration",
            "Seconds from the start of processing to the file.",
            ("format",),
            BUCKETS,
        ),
    )
