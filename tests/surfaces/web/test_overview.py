"""Six figures of the organisation at work equal the database, on the page and in the reply, at every tick."""

import threading
from datetime import timedelta

import httpx2
import pytest
import sqlalchemy as sa

from headrace.capabilities.agents import service as agents
from headrace.surfaces.api.server import create_app
from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, served
from surfaces.web.conftest import Browser, patient
from surfaces.web.office import Office, until

_FIGURES = sa.text(
    """SELECT
    (SELECT count(*) FROM agents_run WHERE state = 'working') AS live_runs,
    (SELECT count(*) FROM agents_run WHERE state = 'working' AND brain = 'external')
      AS external_runs,
    (SELECT count(DISTINCT employee) FROM agents_run WHERE state = 'working') AS agents_at_work,
    (SELECT count(*) FROM agents_employee WHERE state = 'active' AND NOT paused) AS workforce,
    (SELECT count(*) FROM agents_run WHERE state = 'queued')
      + (SELECT count(*) FROM streams_run WHERE state = 'queued') AS queued,
    (SELECT count(*) FROM streams_run WHERE state = 'waiting')
      + (SELECT count(*) FROM missions_task WHERE status = 'blocked') AS blocked,
    (SELECT coalesce(sum(micro_usd), 0) FROM budgets_entry WHERE at >= :today) AS today_micro_usd
    """
)


@pytest.fixture
def office(database, clock, organisation, system, tmp_path):
    made = Office(
        folder=tmp_path, database=database, clock=clock, organisation=organisation, system=system
    )
    made.settle()
    made.visitor("vp", "agent:read", "mission:read", "budgets:read")
    return made


@pytest.fixture
def doors(office):
    """The page and the REST reply, both as the operator of this machine sees them."""
    reception = a_reception(office.units)
    pages, rest = (
        create_pages(reception, trust_loopback=True),
        create_app(reception, trust_loopback=True),
    )
    with (
        served(pages) as at,
        served(rest) as over,
        Browser(base_url=at, timeout=20, transport=patient()) as browser,
        httpx2.Client(base_url=f"{over}/api/v1", timeout=20, transport=patient()) as client,
    ):
        yield (
            lambda: browser.get("/missions.json").json()["overview"],
            lambda: client.get("/overview").json(),
        )


def rows(office) -> dict[str, int]:
    with office.units.open(office.system) as ctx:
        today = ctx.now.replace(hour=0, minute=0, second=0, microsecond=0)
        return dict(ctx.db.execute(_FIGURES, {"today": today}).mappings().one())


def agree(office, doors) -> dict[str, int] | None:
    """The figures of this instant, checked at both doors; None where something moved meanwhile."""
    before = rows(office)
    told = [ask() for ask in doors]
    if rows(office) != before:
        return None
    for one in told:
        assert {name: one[name] for name in before} == before
    return before


def test_the_figures_equal_the_rows_at_every_tick_of_agents_at_work(office, doors):
    office.takes_its_time(timedelta(seconds=0.4))
    seen = [agree(office, doors)]
    for element in ("api", "ui"):
        office.begins(element)
        seen.append(agree(office, doors))
    with office.at_work():
        while office.rows("SELECT 1 FROM agents_run WHERE ended_at IS NULL"):
            seen.append(agree(office, doors))
            threading.Event().wait(0.05)
    seen.append(agree(office, doors))
    ticks = [one for one in seen if one is not None]

    assert len(ticks) >= 6
    assert {one["queued"] for one in ticks} >= {0, 2}
    assert max(one["live_runs"] for one in ticks) >= 1
    assert ticks[-1]["live_runs"] == ticks[-1]["queued"] == 0
    assert ticks[-1]["today_micro_usd"] > 0


def test_who_is_paused_is_no_workforce_and_a_new_day_has_cost_nothing_yet(office, doors, clock):
    office.takes_its_time(timedelta(0))
    office.begins("api")
    office.runner.drain()
    spent = agree(office, doors)
    office.do(agents.pause, "writer")
    clock.advance(timedelta(days=1))
    later = agree(office, doors)

    assert later["workforce"] == spent["workforce"] - 1
    assert spent["today_micro_usd"] > 0 == later["today_micro_usd"]


def test_outside_agents_are_counted_apart(office, doors):
    office.takes_its_time(timedelta(0))
    office.begins("api")
    with office.units.open(office.system) as ctx:
        ctx.db.execute(sa.text("UPDATE agents_run SET state = 'working', brain = 'external'"))
    until(lambda: rows(office)["external_runs"] == 1)

    assert agree(office, doors)["live_runs"] == 1
