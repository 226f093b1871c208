import json
import logging
from datetime import timedelta

import pytest

from app import build_service
from feature_flags import FlagClient
from features import Feature, discover
from service import CapabilityMissing
from telemetry import JsonLines, Metrics, traced


def test_health_names_each_part(web):
    answer = web.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["parts"]["database"] == "ok"


def test_a_failing_part_of_a_feature_makes_the_service_unhealthy(settings):
    from fastapi.testclient import TestClient

    from app import create_app

    feature = Feature(name="test", health={"disk": lambda service: False})
    service = build_service(settings, features=(*discover(), feature))
    with TestClient(create_app(service)) as client:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["disk"]) == (503, "failing")


def test_metrics_count_requests_by_route_and_not_by_path(web, anna):
    web.get("/api/v2/datasets/orders", headers=anna)
    text = web.get("/metrics").text
    assert 'route="/api/v2/datasets/{dataset_id}"' in text
    assert "/datasets/orders" not in text


def test_a_trace_id_of_the_caller_is_kept_and_sent_back(web):
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = web.get("/healthz", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert answer.headers["x-trace-id"] == trace


def test_a_log_line_is_json_and_carries_the_trace_id():
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "said %s", ("it",), None)
    record.facts = {"rows": 3}
    with traced("abc"):
        line = json.loads(JsonLines().format(record))
    assert (line["message"], line["trace_id"], line["rows"]) == ("said it", "abc", 3)


def client_of(url, **more):
    kept = {"timeout": timedelta(seconds=1), "believed_for": timedelta(seconds=5)} | more
    return FlagClient(url, metrics=Metrics(), **kept)


def test_a_flag_is_on_for_the_customers_for_whom_the_service_says_so(flag_server):
    flag_server.turn_on("new_page", "acme")
    flags = client_of(flag_server.url)
    assert flags.is_on("new_page", targeting_key="acme")
    assert not flags.is_on("new_page", targeting_key="bolt")


def test_the_flag_service_is_told_who_asks(flag_server):
    client_of(flag_server.url, token="secret").is_on("new_page", targeting_key="acme")
    client_of(flag_server.url).is_on("new_page", targeting_key="acme")
    assert flag_server.signed == ["Bearer secret", None]


def test_an_answer_is_believed_for_a_while_and_then_asked_again(flag_server):
    clock = iter([0.0, 4.0, 6.0, 6.0]).__next__
    flags = client_of(flag_server.url, clock=clock)
    for _ in range(3):
        flags.is_on("new_page", targeting_key="acme")
    assert len(flag_server.asked) == 2


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:1"])
def test_a_flag_is_off_when_nobody_answers(url):
    assert not client_of(url).is_on("new_page", targeting_key="acme")


def test_two_features_that_offer_the_same_are_refused_with_both_named():
    from features import _refuse_twins

    twins = [Feature(name="one", jobs={"a": print}), Feature(name="two", jobs={"a": print})]
    with pytest.raises(ValueError, match="one and two"):
        _refuse_twins(twins)


def test_asking_for_what_nothing_provides_says_so(service):
    with pytest.raises(CapabilityMissing, match="nothing"):
        service.provided("nothing.here")


def test_what_a_feature_counts_is_named_before_anything_was_counted(settings):
    from fastapi.testclient import TestClient

    from app import create_app

    def declare(metrics):
        metrics.counter("test_things", "Things.", ("kind",))

    feature = Feature(name="test", metrics=declare)
    service = build_service(settings, features=(*discover(), feature))
    with TestClient(create_app(service)) as client:
        assert "# HELP test_things" in client.get("/metrics").text
