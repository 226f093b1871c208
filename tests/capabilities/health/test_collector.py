"""The collector reads real HTTP: a service's page of metrics, and a server that speaks Prometheus' API."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from headrace.capabilities.health import fetching, service
from headrace.capabilities.health.collector import Collector
from headrace.capabilities.health.model import Query, SeriesKind, Source, SourceKind


@contextmanager
def served(answer) -> Iterator[str]:
    """`answer(path)` gives status, headers and body; the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def collector(units, system):
    made = Collector(units, lambda: [system.organisation], pause=0.02, seconds=5.0)
    yield made
    made.stop()


@pytest.fixture
def do(units, system):
    return lambda verb, *a, **k: units.run(system, verb, *a, **k)


def a_source(url, kind=SourceKind.ENDPOINT, **other) -> Source:
    return Source(name="api", service="records", kind=kind, url=url, **other)


def test_a_page_of_metrics_is_read_with_what_each_figure_means(do, collector, system):
    registry = CollectorRegistry()
    Counter("exports", "Exports.", ("format",), registry=registry).labels("csv").inc(3)
    Gauge("queue", "Waiting.", registry=registry).set(7)
    Gauge("unknown_figure", "None.", registry=registry).set(float("nan"))
    Histogram("seconds", "Time.", registry=registry, buckets=(1, 5)).observe(2)
    with served(lambda path: (200, {}, generate_latest(registry))) as url:
        do(service.put_source, a_source(f"{url}/metrics"))

        assert collector.collect(system.organisation) == 1

    found = {(s.name, s.labels.get("le", "")): (s.kind, s.last) for s in do(service.series)}
    assert found == {
        ("exports_total", ""): (SeriesKind.COUNTER, 3.0),
        ("queue", ""): (SeriesKind.GAUGE, 7.0),
        ("seconds_bucket", "1.0"): (SeriesKind.COUNTER, 0.0),
        ("seconds_bucket", "5.0"): (SeriesKind.COUNTER, 1.0),
        ("seconds_bucket", "+Inf"): (SeriesKind.COUNTER, 1.0),
        ("seconds_count", ""): (SeriesKind.COUNTER, 1.0),
        ("seconds_sum", ""): (SeriesKind.COUNTER, 2.0),
    }


def test_only_the_metrics_named_are_kept(do, collector, system):
    page = b"a_total 1\nb_total 2\nab 3\n"
    with served(lambda path: (200, {}, page)) as url:
        do(service.put_source, a_source(url, metrics=("a_", "ab")))
        collector.collect(system.organisation)

    assert [s.name for s in do(service.series)] == ["a_total", "ab"]


def test_a_prometheus_server_is_asked_for_what_was_missed(do, collector, system):
    asked = []

    def answer(path):
        query = {k: v[0] for k, v in parse_qs(urlsplit(path).query).items()}
        asked.append((urlsplit(path).path, query))
        end = float(query["end"])
        values = [[end - 15, "10"], [end, "14"]]
        data = {
            "resultType": "matrix",
            "result": [{"metric": {"__name__": "x", "job": "a"}, "values": values}],
        }
        return 200, {}, json.dumps({"status": "success", "data": data}).encode()

    with served(answer) as url:
        queries = {"requests": Query(expression="sum(x) by (job)", kind=SeriesKind.COUNTER)}
        do(service.put_source, a_source(f"{url}/", SourceKind.PROMETHEUS, queries=queries))
        collector.collect(system.organisation)

    ((path, query),) = asked
    assert path == "/api/v1/query_range"
    assert query["query"] == "sum(x) by (job)"
    assert (query["step"], float(query["end"]) - float(query["start"])) == ("15", 15.0)
    (series,) = do(service.series)
    assert (series.name, series.labels, series.last) == ("requests", {"job": "a"}, 14.0)
    now = do(service.real_now)
    (course,) = do(
        service.courses,
        service.selector("requests"),
        "increase",
        since=now - timedelta(hours=1),
        until=now,
        step=timedelta(hours=1),
    )
    assert sum(point.value for point in course.points) == 4.0


def test_targets_have_the_server_answer_what_is_more_than_a_selector(do, collector, system):
    asked = []

    def answer(path):
        asked.append(parse_qs(urlsplit(path).query)["query"][0])
        end = float(parse_qs(urlsplit(path).query)["end"][0])
        data = {"resultType": "matrix", "result": [{"metric": {}, "values": [[end, "0.3"]]}]}
        return 200, {}, json.dumps({"status": "success", "data": data}).encode()

    text = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: speed}
spec:
  service: records
  indicator:
    spec:
      thresholdMetric:
        metricSource:
          metricSourceRef: api
          spec: {query: 'histogram_quantile(0.95, rate(x_bucket[5m]))'}
  timeWindow: [{duration: 1d}]
  budgetingMethod: Occurrences
  objectives: [{op: lt, value: 0.5, target: 0.9}]
"""
    with served(answer) as url:
        do(service.put_source, a_source(url, SourceKind.PROMETHEUS))
        do(service.load_targets, text)
        collector.collect(system.organisation)

    assert asked == ["histogram_quantile(0.95, rate(x_bucket[5m]))"]
    found = do(service.standing, "speed")
    assert (found.condition.value, found.achieved) == ("healthy", 1.0)


@pytest.mark.parametrize(
    ("kind", "answer", "told"),
    [
        (SourceKind.ENDPOINT, (500, {}, b""), "no answer"),
        (SourceKind.ENDPOINT, (200, {}, b"<html>"), "text format"),
        (SourceKind.ENDPOINT, (302, {"Location": "http://127.0.0.1:1/"}, b""), "no answer"),
        (SourceKind.PROMETHEUS, (200, {}, b"{}"), "not that of a Prometheus"),
        (SourceKind.PROMETHEUS, (200, {}, b'{"status": "error", "error": "bad"}'), "bad"),
    ],
    ids=["broken", "a web page", "led elsewhere", "something else", "refused"],
)
def test_what_cannot_be_read_is_told_with_its_reason(do, collector, system, kind, answer, told):
    with served(lambda path: answer) as url:
        queries = {"x": Query(expression="x")}
        do(service.put_source, a_source(url, kind, queries=queries))
        collector.collect(system.organisation)

    (state,) = do(service.sources)
    assert state.failures == 1
    assert told in state.error


def test_nobody_there_is_a_failure_like_any_other(do, collector, system):
    do(service.put_source, a_source("http://127.0.0.1:1/metrics"))

    collector.collect(system.organisation)

    assert do(service.sources)[0].failures == 1


def test_a_page_larger_than_is_taken_is_told(monkeypatch, do, collector, system):
    monkeypatch.setattr(fetching, "MOST_BYTES", 10)
    with served(lambda path: (200, {}, b"a_total 1\n" * 9)) as url:
        do(service.put_source, a_source(url))
        collector.collect(system.organisation)

    assert "more than 10 bytes" in do(service.sources)[0].error


def test_two_collectors_share_the_work(do, units, system, collector):
    read = []
    with served(lambda path: (200, {}, read.append(path) or b"a_total 1\n")) as url:
        do(service.put_source, a_source(url))
        other = Collector(units, lambda: [system.organisation])
        threads = [
            threading.Thread(target=one.collect, args=(system.organisation,))
            for one in (collector, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        other.stop()

    assert len(read) == 1


def test_it_collects_by_itself_what_is_due(do, collector):
    came = threading.Event()
    with served(lambda path: (200, {}, came.set() or b"a_total 1\n")) as url:
        do(service.put_source, a_source(url))
        collector.start()

        assert came.wait(20)
        collector.stop()

    assert do(service.sources)[0].read_at > datetime(2026, 1, 1, tzinfo=UTC)
