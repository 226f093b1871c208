"""What the world does by itself in a demonstration."""

from datetime import UTC, datetime, timedelta

import pytest

from headrace.app.demo.happenings import Happenings
from headrace.app.demo.scenario import Happening
from headrace.kernel.clock import FakeClock

NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)
OUT = Happening(
    says="customers buy again",
    event="releases.moved",
    where={"after": "deployed"},
    after=timedelta(days=13),
    operation="source.load",
    input={"source": "crm", "text": "@crm.csv"},
)


@pytest.fixture
def clock():
    return FakeClock(NOON)


@pytest.fixture
def done():
    return []


@pytest.fixture
def happenings(clock, done, tmp_path):
    (tmp_path / "crm.csv").write_text("account\nacme\n")
    return Happenings(
        (OUT,), tmp_path, clock, lambda one, input, key: done.append((one.says, input, key))
    )


def moved(after, at=NOON):
    return {"type": "releases.moved", "at": at.isoformat(), "payload": {"after": after}}


def test_it_happens_once_so_long_after_the_first_event_that_fits(happenings, clock, done):
    happenings.hear([moved("deploying"), moved("deployed")])
    assert happenings.next_due() == NOON + OUT.after
    clock.advance(OUT.after - timedelta(hours=1))
    assert happenings.let_happen() == []

    clock.advance(timedelta(hours=1))
    assert happenings.let_happen() == [OUT]
    happenings.hear([moved("deployed", clock.now())])
    clock.advance(timedelta(days=30))
    assert happenings.let_happen() == []

    input = {"source": "crm", "text": "account\nacme\n"}
    assert done == [("customers buy again", input, "happening-0")]
    assert happenings.next_due() is None


def test_what_is_refused_is_tried_again(happenings, clock, done):
    def refuse_once(one, input, key):
        if not done:
            done.append(key)
            raise LookupError("not yet")
        done.append(key)

    happenings._act = refuse_once
    happenings.hear([moved("deployed")])
    clock.advance(OUT.after)
    with pytest.raises(LookupError):
        happenings.let_happen()
    assert happenings.let_happen() == [OUT]
    assert done == ["happening-0", "happening-0"]


def test_users_do_what_is_not_usual_until_they_do_the_usual_again(clock, tmp_path):
    begins = Happening(says="wide tables", event="releases.moved", traffic="wide-tables")
    ends = Happening(says="as ever", event="operate.moved", traffic="usual")
    happenings = Happenings((begins, ends), tmp_path, clock, lambda *_: None)

    happenings.hear([moved("deployed")])
    happenings.let_happen()
    assert happenings.turned_at == NOON

    happenings.hear([{**moved("resolved"), "type": "operate.moved"}])
    happenings.let_happen()
    assert happenings.turned_at is None
