"""Plays a scenario in a home of its own, to where it stands still, while a killer is at work.

It is played in two acts, so that the machine's speed decides nothing: in the first the signals come
in while organisation time almost stands still; in the second it runs from the end of that week on.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from acceptance.doubles import budget_faults, git_faults
from acceptance.ending import Ending, ending, faults, ledger_faults
from acceptance.killer import Death, Killer, look, until
from headrace.app.demo.driver import Driver, Office, Script
from headrace.app.demo.scenario import Scenario, load
from headrace.app.demo.stage import Stage, clear, set_up
from headrace.app.installation import Installation
from headrace.app.server import worker_command
from headrace.capabilities.agents.brains.call_log import CallLog
from headrace.capabilities.workflows.supervisor import Supervisor
from headrace.kernel.clock import ScaledClock, format_clock
from headrace.kernel.errors import HeadraceError
from headrace.kernel.postgres import DataDirectory, scratch_location, stop

FOLDER = Path(__file__).parents[2] / "examples" / "bulk-export"
_WEEKS_BEGIN = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday
_WEEK = timedelta(weeks=1)
_TOLD = "FROM journal_event WHERE type <> 'people.stood_in'"  # the driver's looks are no progress
_EVENTS = sa.text(f"SELECT count(*) {_TOLD}")
_OUTSTANDING = sa.text(
    "SELECT (SELECT count(*) FROM workflows_job WHERE state IN ('queued', 'running')"
    " AND arguments ->> 'period' IS NULL)"  # schedules tick for ever, and fast on a fast clock
    f" + (SELECT count(*) {_TOLD} AND position IS NULL)"
    f" + (SELECT count(*) FROM journal_subscriber WHERE position < (SELECT max(position) {_TOLD}))"
)
_SCANNED = sa.text(
    "SELECT count(*) FROM streams_run WHERE module = ANY(:modules) AND state = 'done'"
)


@dataclass(frozen=True, kw_only=True)
class Form:
    """How far the scenario is played, and how fast. Decisions after the last one are never given.

    The scale is so small that no further week ends within a run, however slow kills make it: each
    week brings a digest of its own. So nobody thinks about a decision for longer than `patience`.
    """

    ends_with: str
    last_decision: str | None = None  # the `asked` of it; None: all are given
    scale: float = 200.0
    patience: timedelta = timedelta(minutes=20)
    seconds: float = 200.0  # real time that each act may take at most


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of a scenario. `events` counts those since killing could begin."""

    ending: Ending
    faults: list[str]
    killed: list[Death]
    not_killed: list[Death]
    refused: list[str]
    events: int
    lost_calls: int
    reached: bool
    seconds: float


@dataclass
class Theatre:
    """One playing of a scenario, with everything that is started for it."""

    form: Form
    workers: int = 1
    deaths: list[Death] = field(default_factory=list)
    seed: int = 0

    def play(self) -> Played:
        """Set up, play both acts, read the end, and clear everything away."""
        home = scratch_location().path
        scenario = _cut(load(FOLDER), self.form)
        began = time.monotonic()
        try:
            stage = set_up(scenario, FOLDER, home, scale=1.0)
            directory = DataDirectory(path=home / "postgres")
            killer = Killer(
                database=stage.installation.database,
                directory=directory,
                plan=list(self.deaths),
                dice=random.Random(self.seed),
            )
            self._first_act(scenario, stage, killer)
            refused = self._second_act(scenario, stage, killer)
            return _told(scenario, stage, killer, refused, time.monotonic() - began)
        finally:
            stop(DataDirectory(path=home / "postgres"))
            clear(home)

    def _first_act(self, scenario: Scenario, stage: Stage, killer: Killer) -> None:
        """From an empty house until every signal is filed and triaged."""
        modules = [one.module for one in scenario.begin]
        done = _SCANNED.bindparams(modules=modules)
        database = stage.installation.database
        with self._staffed(stage, stage.environment, killer) as start_killing:
            until(lambda: bool(_contexts(stage.office)), "the organisation has a context", 90)
            for source in scenario.take:
                stage.office.perform("signal.take", {"source": source})
            for begin in scenario.begin:
                stage.office.perform(
                    "run.start", {"context": begin.context, "module": begin.module}
                )
            start_killing()
            until(
                lambda: look(database, done) == len(modules) and _is_still(stage, quiet=2.0),
                "every scan is done",
                self.form.seconds,
            )

    def _second_act(self, scenario: Scenario, stage: Stage, killer: Killer) -> list[str]:
        """From the end of the week until nothing happens any more; what the driver was refused."""
        clock = self._late_in_week(stage.installation.clock.now())
        environment = {**stage.environment, "HEADRACE_CLOCK": clock}
        settings = stage.installation.settings.model_copy(update={"clock": clock})
        installation = Installation(settings)
        office = Office(installation.reception, scenario.organisation)
        people = [person.handle for person in scenario.people]
        driver = Driver(office, people, Script(scenario, installation.clock))
        longest = max(one.after for one in scenario.decisions).total_seconds()
        with self._staffed(stage, environment, killer) as start_killing:
            driver.start()
            start_killing()
            try:
                until(lambda: bool(_runs(stage, "digest")), "the digest is begun", 90)
                quiet = longest / self.form.scale + 4.0
                until(lambda: _is_still(stage, quiet=quiet), "nothing happens", self.form.seconds)
            except AssertionError as late:
                raise AssertionError(f"{late}; last: {_last(stage)}") from None
            finally:
                driver.stop()
                installation.database.dispose()
        return driver.refused

    def _late_in_week(self, now: datetime) -> str:
        """A clock that begins some minutes before the week of `now` ends."""
        weeks = (now - _WEEKS_BEGIN) // _WEEK + 1
        origin = _WEEKS_BEGIN + weeks * _WEEK - timedelta(minutes=10)
        clock = ScaledClock(origin=origin, started=datetime.now(UTC), scale=self.form.scale)
        return format_clock(clock)

    @contextmanager
    def _staffed(
        self, stage: Stage, environment: Mapping[str, str], killer: Killer
    ) -> Iterator[Callable[[], None]]:
        """Worker processes for an act; the yielded function lets the killer loose upon them."""
        supervisor = Supervisor(
            worker_command(),
            count=self.workers,
            system=stage.installation.database.system,
            environment=environment,
            replace_environment=True,
        )
        supervisor.start()
        try:
            yield lambda: killer.begin(supervisor.pids)
        finally:
            killer.pause()
            supervisor.stop()


def _cut(scenario: Scenario, form: Form) -> Scenario:
    """The scenario up to the form's last decision."""
    decisions = scenario.decisions
    if form.last_decision is not None:
        asked = [one.asked for one in decisions]
        decisions = decisions[: asked.index(form.last_decision) + 1]
    decisions = tuple(replace(one, after=min(one.after, form.patience)) for one in decisions)
    return replace(scenario, decisions=decisions, ends_with=(form.ends_with,))


def _contexts(office: Office) -> object:
    try:
        return office.perform("context.list", {})["items"]  # type: ignore[index,call-overload]  # an answer is JSON
    except (sa.exc.DBAPIError, HeadraceError):
        return None


def _runs(stage: Stage, module: str, state: str = "%") -> object | None:
    sql = sa.text("SELECT count(*) FROM streams_run WHERE module = :module AND state LIKE :state")
    return look(stage.installation.database, sql.bindparams(module=module, state=state))


def _last(stage: Stage) -> str:
    """The last that was told, and what is not done: where a scenario hangs."""
    sql = (
        "SELECT json_agg(t)::text FROM ((SELECT position, type || ' ' || payload::text AS told "
        f"{_TOLD} ORDER BY position DESC LIMIT 12) UNION ALL (SELECT 0, flow || ' ' || key || ' ' || "
        "state || ' ' || coalesce(error, '') FROM workflows_job WHERE state <> 'done' LIMIT 12)) t"
    )
    return str(look(stage.installation.database, sa.text(sql)))


def _is_still(stage: Stage, *, quiet: float) -> bool:
    """Whether nothing is outstanding, and nothing is told for so many seconds."""
    database = stage.installation.database
    before = look(database, _EVENTS)
    end = time.monotonic() + quiet
    while time.monotonic() < end:
        if look(database, _OUTSTANDING) != 0 or look(database, _EVENTS) != before:
            return False
        time.sleep(0.2)
    return before is not None


def _told(
    scenario: Scenario, stage: Stage, killer: Killer, refused: list[str], seconds: float
) -> Played:
    installation = stage.installation
    log = installation.settings.call_log
    assert log is not None  # demonstrations have one
    with installation.database.system.connect() as db:
        told = Played(
            ending=ending(db, installation.home / "repositories"),
            faults=[
                *faults(db),
                *ledger_faults(db, CallLog(log)),
                *budget_faults(db),
                *git_faults(installation.home / "repositories"),
            ],
            killed=killer.done,
            not_killed=killer.plan,
            refused=refused,
            events=db.execute(sa.text("SELECT count(*) FROM journal_event")).scalar_one()
            - (killer.base or 0),
            lost_calls=db.execute(
                sa.text("SELECT count(*) FROM budgets_entry WHERE lost")
            ).scalar_one(),
            reached=all(_runs(stage, one, "done") not in (None, 0) for one in scenario.ends_with),
            seconds=seconds,
        )
    installation.database.dispose()
    return told
