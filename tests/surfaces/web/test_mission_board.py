"""The missions page: what each waits for, what it has cost and when it moved, and who may see which."""

import pytest
import sqlalchemy as sa

from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import Amount, Claim, ReservationId, Use
from headrace.capabilities.control import service as control
from headrace.capabilities.missions import service as missions

_RUN = sa.text(
    "INSERT INTO streams_run (organisation, id, context, module, module_version, inputs, input_hash, "
    "attempt, state, agent_run, made_at, ended_at) VALUES (:organisation, :id, 'mission:export', "
    ":id, 1, '{}', '', 1, 'done', :agent_run, :at, :at)"
)


@pytest.fixture
def at_work(firm):
    """A mission with a run that used something before the mission had a budget of its own."""
    firm.begins_mission()
    with firm.company.units.open(firm.company.system) as ctx:
        for number in (1, 2):
            place = {"organisation": ctx.organisation, "id": f"run-{number}", "at": ctx.now}
            ctx.db.execute(_RUN, {**place, "agent_run": f"agr-{number}"})
        for run in ("agr-1", "agr-2", "agr-of-another-mission"):
            claim = Claim(
                id=ReservationId(run), scopes=(), amount=Amount(tokens=9), purpose="work", run=run
            )
            budgets.reserve(ctx, claim)
            budgets.settle(ctx, claim.id, [Use(model="m", tokens_in=7, micro_usd=1_000_000)])
    return firm


def test_a_lead_sees_who_owes_a_decision_since_when_and_what_it_has_cost(at_work, browser):
    gate = at_work.asks(context="mission:export", title="Approve the brief")
    at_work.asks(2, context="mission:export", title="Approve the fleet")

    (line,) = browser.get("/missions.json").json()["items"]
    text, board = browser.sees("/missions"), browser.sees("/missions?view=board")

    assert line["waits_for"]["of"] == ["@vp-product"]
    assert (line["waits_for"]["id"], line["more"]) == (gate.id, 1)
    assert (line["micro_usd"], line["unpriced"]) == (2_000_000, 0)
    assert line["moved_at"] >= line["opened_at"]
    for shown in (text, board):
        assert "waits for @vp-product" in shown
        assert "$2.00" in shown
        assert "and 1 more" in shown
    assert f'<a href="/inbox/{gate.id}">Approve the brief</a>' in text


def test_whoever_may_see_neither_money_nor_decisions_sees_missions_without_them(at_work, browser):
    at_work.asks(context="mission:export")
    at_work.company.adds("guest", "mission:read")
    browser.becomes("guest")

    (line,) = browser.get("/missions.json").json()["items"]

    assert (line["waits_for"], line["micro_usd"]) == (None, None)
    assert "Hire employee" not in browser.sees("/missions")


def test_the_board_asks_as_often_for_many_missions_as_for_one(at_work, database):
    """Statements, counted at the connection: rows may grow, questions may not."""
    asked: list[str] = []
    note = lambda *told: asked.append(told[2])  # noqa: E731 - a listener of five arguments
    counts = []
    for wanted in (1, 4):
        for number in range(wanted - 1):
            slug = f"more-{number}"
            _opens(at_work, slug)
            at_work.asks(10 * wanted + number, context=f"mission:{slug}")
        with at_work.company.units.open(at_work.company.system) as ctx:
            listed = missions.latest(ctx, limit=50)
            sa.event.listen(database.app, "before_cursor_execute", note)
            found = control.board(ctx, listed)
            sa.event.remove(database.app, "before_cursor_execute", note)
        counts.append((len(found), len(asked)))
        asked.clear()

    (one, first), (four, then) = counts
    assert (one, four) == (1, 4)
    assert first == then <= 8


def _opens(firm, slug: str) -> None:
    company = firm.company
    with company.units.open(company.system) as ctx:
        ctx.db.execute(
            sa.text(
                "INSERT INTO streams_context (organisation, id, kind, parent, title, stream, "
                "stream_version, state, opened_at) SELECT organisation, :id, kind, parent, title, "
                "stream, stream_version, state, opened_at FROM streams_context "
                "WHERE organisation = :organisation AND id = 'mission:export'"
            ),
            {"id": f"mission:{slug}", "organisation": ctx.organisation},
        )
        missions.open_mission(ctx, slug=slug, context=f"mission:{slug}", title=slug)
