from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from services.export.signing import LinkRefused, check, sign

KEY = b"a key"
NOW = datetime(2026, 3, 24, 12, tzinfo=UTC)
LIFETIME = timedelta(minutes=15)


def link(export_id="exp_1"):
    query = parse_qs(sign(KEY, export_id, now=NOW, lifetime=LIFETIME))
    return {name: values[0] for name, values in query.items()}


def verify(export_id="exp_1", now=NOW, key=KEY, **changed):
    parts = link() | changed
    check(key, export_id, now=now, **parts | {"expires": int(parts["expires"])})


def test_a_link_opens_its_file_until_its_last_second():
    verify(now=NOW + LIFETIME - timedelta(seconds=1))


def test_a_link_is_dead_when_its_time_is_over():
    with pytest.raises(LinkRefused, match="expired"):
        verify(now=NOW + LIFETIME)


@pytest.mark.parametrize(
    "change",
    [
        {"expires": "99999999999"},
        {"token": "another"},
        {"signature": "0" * 64},
        {"export_id": "exp_2"},
        {"key": b"another key"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_link_with_anything_changed_is_refused(change):
    with pytest.raises(LinkRefused, match="not valid"):
        verify(**change)


def test_each_link_has_256_random_bits_of_its_own():
    first, second = link()["token"], link()["token"]
    assert first != second
    assert len(first) >= 43
