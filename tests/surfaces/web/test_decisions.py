"""Decisions from a page: sealed, bound to what was shown, taken once."""

from datetime import UTC, datetime, timedelta

import pytest

from headrace.kernel.access import Credentials
from headrace.kernel.errors import NotFound
from headrace.surfaces.web import answers
from headrace.surfaces.web.answers import Inbox, Item
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.pages import inbox


@pytest.fixture
def gate(firm, browser):
    """A gate that the VP looks at."""
    browser.becomes("vp-product")
    return firm.asks()


def decide(browser, gate, decision="approve", **given):
    form = {"seal": browser.seal(), "hash": gate.hash, "decision": decision, **given}
    return browser.sends(f"/inbox/{gate.id}/decision", **form)


def test_a_decision_is_taken_in_the_name_of_the_person_chosen(firm, browser, gate):
    decided = decide(browser, gate)

    assert (decided.status_code, decided.headers["location"]) == (303, f"/?decided={gate.id}")
    assert firm.state_of(gate) == "approved"
    assert "Nothing waits for you" in browser.sees("/")


def test_a_decision_works_once(firm, browser, gate):
    decide(browser, gate)

    again = decide(browser, gate, "reject", note="Changed my mind")

    assert again.status_code == 409
    assert firm.state_of(gate) == "approved"


def test_a_decision_on_what_has_changed_since_is_refused_with_what_changed(firm, browser, gate):
    seal = browser.seal()
    firm.asks(hash="hash-two", members={"card": "bbbb"})

    refused = decide(browser, gate, seal=seal)

    assert refused.status_code == 409
    assert "card" in refused.text
    assert firm.state_of(gate) == "superseded"


def test_a_form_with_another_hash_than_the_gates_is_refused(firm, browser, gate):
    assert decide(browser, gate, hash="hash-zero").status_code == 409
    assert decide(browser, gate, hash="").status_code == 422
    assert firm.state_of(gate) == "open"


def test_a_revision_without_a_note_is_refused_and_says_so(firm, browser, gate):
    refused = decide(browser, gate, "revise")

    assert refused.status_code == 422
    assert "note" in refused.text.lower()
    assert decide(browser, gate, "revise", note="Name the cost").status_code == 303
    assert firm.state_of(gate) == "revised"


@pytest.mark.parametrize("seal", ["", "0" * 64, "é"], ids=["none", "guessed", "no hex"])
def test_a_form_without_its_seal_is_refused(firm, browser, gate, seal):
    assert decide(browser, gate, seal=seal).status_code == 403
    assert firm.state_of(gate) == "open"


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null"])
def test_a_form_from_another_site_is_refused_even_with_the_seal(firm, browser, gate, origin):
    assert decide(browser, gate, origin=origin).status_code == 403
    assert firm.state_of(gate) == "open"


def test_a_form_that_does_not_tell_its_origin_is_refused(firm, browser, gate):
    form = {"seal": browser.seal(), "hash": gate.hash, "decision": "approve"}

    assert browser.post(f"/inbox/{gate.id}/decision", data=form).status_code == 403
    assert firm.state_of(gate) == "open"


def test_a_seal_is_of_one_person_and_one_browser(firm, browser, gate):
    old = browser.seal()
    browser.becomes("ada")

    assert decide(browser, gate, seal=old).status_code == 403
    browser.cookies.clear()
    assert decide(browser, gate, seal=old).status_code == 403


def test_somebody_whom_a_gate_does_not_wait_for_is_refused(firm, browser, gate):
    browser.becomes("ada")

    assert decide(browser, gate).status_code == 403
    assert firm.state_of(gate) == "open"


def test_the_operator_decides_nothing(firm, browser):
    gate = firm.asks()

    refused = decide(browser, gate)

    assert refused.status_code == 403
    assert "/who" in refused.text
    assert firm.state_of(gate) == "open"


def test_a_form_that_is_too_large_is_refused(firm, browser, gate):
    assert decide(browser, gate, "revise", note="x" * 70_000).status_code == 413


def test_a_choice_that_is_no_handle_is_refused(firm, browser):
    refused = browser.sends("/who", seal=browser.seal(), who="acme/../x; Path=/")

    assert refused.status_code == 422
    assert "headrace_who" not in browser.cookies


def test_what_was_decided_is_kept_with_who_and_why(firm, browser, gate):
    other = firm.asks(2)
    decide(browser, gate, "revise", note="Name the cost")

    every = browser.sees("/decisions")
    data = browser.get("/decisions.json?state=revised").json()

    assert gate.title in every
    assert other.title in every
    assert "Name the cost" in every
    assert [(one["id"], one["state"]) for one in data["items"]] == [(gate.id, "revised")]
    assert "vp-product" in data["items"][0]["decided_by"]


def test_a_queue_shows_why_each_thing_is_asked(firm, browser, gate):
    assert "Two missions wait for a writer" in browser.sees("/")
    assert browser.get("/inbox.json").json()["items"][0]["why"] == gate.why


def test_alike_approvals_go_in_one_go_and_others_are_refused(firm, browser):
    browser.becomes("vp-product")
    alike = [firm.asks(number, alike="hiring") for number in (1, 2)]
    other = firm.asks(3, alike="spending")
    seal = browser.seal()

    mixed = browser.sends(
        "/inbox/decisions", seal=seal, decision="approve", gate=[alike[0].id, other.id]
    )
    decided = browser.sends(
        "/inbox/decisions", seal=seal, decision="approve", gate=[one.id for one in alike]
    )

    assert mixed.status_code in {409, 422}
    assert decided.status_code == 303
    assert [firm.state_of(one) for one in (*alike, other)] == ["approved", "approved", "open"]


def test_a_gate_is_handed_on_to_somebody_else(firm, browser, gate):
    assert '<option value="vp-product">' not in browser.sees(f"/inbox/{gate.id}")
    handed = browser.sends(f"/inbox/{gate.id}/delegation", seal=browser.seal(), to="ada")

    assert handed.status_code == 303
    assert "@ada" in browser.sees(f"/inbox/{gate.id}")


def test_a_preference_never_leads_to_another_site(firm, browser):
    led = browser.sends("/preferences", seal=browser.seal(), theme="dark", back="/journal")
    away = browser.sends("/preferences", seal=browser.seal(), back="//elsewhere.example/")

    assert (led.status_code, led.headers["location"]) == (303, "/journal")
    assert 'data-theme="dark"' in browser.sees("/missions")
    assert away.status_code == 422


def test_the_operator_sees_what_waits_for_anybody_and_is_told_who_decides(firm, browser):
    gate = firm.asks()

    seen = browser.sees("/")

    assert "Waits for somebody" in seen
    assert gate.title in seen
    assert "the operator of this machine decides nothing" in seen
    assert 'value="approve"' not in seen


class Desk:
    """A client in whose inbox nothing but a task lies."""

    credentials = Credentials(stand_in="ada")
    person = "ada"
    task = Item(
        kind="task",
        id="arun_1",
        asked="write as author: the brief",
        subject=answers.Subject(kind="run", id="arun_1"),
        hash="",
        why="",
        tier=1,
        waiting_since=datetime(2026, 3, 16, tzinfo=UTC),
        waiting=timedelta(hours=1),
        on_yes="",
        on_no="",
        blocks=1,
        context=None,
        alike="",
    )

    def ask(self, kind, operation, **_):
        if operation == "inbox.list":
            return Inbox(items=(self.task,))
        raise NotFound(operation)


def test_a_task_lies_in_the_queue_and_is_not_opened_as_something_to_decide():
    page = inbox.show(Asked(client=Desk(), path={}, query={}))

    assert page.items == (Desk.task,)
    assert page.shown is None
