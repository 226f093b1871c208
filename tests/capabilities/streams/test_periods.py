"""Periods, episodes and the contexts that a module opens."""

from datetime import UTC, datetime, timedelta

import pytest

from capabilities.streams.conftest import a_module, a_type
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import Prose
from headrace.capabilities.streams import service
from headrace.capabilities.streams.model import (
    Cardinality,
    ContextId,
    ContextNotFound,
    ContextOpened,
    ContextState,
    Finished,
    NewContext,
    Opening,
    RunOpen,
    RunState,
    Scope,
    Selector,
    Start,
    Stream,
    StreamRefused,
    Work,
)
from headrace.capabilities.streams.service.making import period_name
from racing import at_once

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
FIRM = ContextId("firm")

DIGEST_TYPE = a_type("digest", "work/digests/{week}.md", Prose(name="text"), approval=False)
DIGEST = a_module(
    "digest", "scout", "note",
    Selector(name="notes", type="note", cardinality=Cardinality.COLLECT, in_period=True, least=1),
    context_kind="firm",
    outputs=("digest",),
    start=Start.EACH_PERIOD,
    every=WEEK,
    opening=Opening(kind="job", contexts=lambda ctx, run: (NewContext(slug="alarm", title="Alarm"),)),
)  # fmt: skip
ANSWER = a_module(
    "answer", "clerk", "verdict",
    Selector(name="digest", type="digest", scope=Scope.ANCESTOR),
    outputs=("verdict",),
)  # fmt: skip
ALARM = a_module(
    "alarm", "scout", "note", context_kind="firm", start=Start.ON_EVENT, event="toy.alarm",
    finish=lambda ctx, run, submitted: Finished(),
)  # fmt: skip
WEEKLY = Stream(
    name="weekly", title="Weekly", kinds=("firm", "job"), modules=(DIGEST, ANSWER, ALARM)
)


@pytest.fixture
def weekly(firm):
    """A firm whose outermost context was opened on the Monday of ISO week 12."""
    firm.open(DIGEST_TYPE, WEEKLY)
    firm.do(service.open_context, stream="weekly", kind="firm", slug="", title="The firm")
    firm.jobs()
    return firm


def tick(firm) -> list[str]:
    """Periods of the runs that were made."""
    made = [one.period for one in firm.do(service.periods)]
    firm.jobs()
    return made


class TestPeriods:
    def test_a_period_that_ended_before_its_context_began_is_not_run(self, weekly):
        assert tick(weekly) == []

    def test_the_period_that_ended_last_is_run_on_what_was_handed_in_within_it(self, weekly, clock):
        weekly.stands("note", "inside", FIRM)
        clock.advance(WEEK)
        weekly.stands("note", "too-late", FIRM)

        assert tick(weekly) == ["2026-W12"]

        (run,) = weekly.runs("digest", FIRM)
        assert [str(ref) for ref in run.inputs["notes"]] == ["note/inside@1"]
        assert run.state is RunState.DONE
        assert weekly.effective("digest/2026-w12").path == "work/digests/2026-W12.md"

    def test_a_period_is_run_once_whatever_becomes_effective_afterwards(self, weekly, clock):
        weekly.stands("note", "early", FIRM)
        late = weekly.stands("note", "late", FIRM, effective=False)
        clock.advance(WEEK)
        first = tick(weekly)
        weekly.do(artifacts.make_effective, [late.ref], change=None, commit="c0ffee")

        assert (first, tick(weekly), tick(weekly)) == (["2026-W12"], [], [])

    def test_of_eight_ticks_at_once_one_makes_the_run(self, weekly, clock):
        weekly.stands("note", "early", FIRM)
        clock.advance(WEEK)

        results = at_once(8, lambda _: weekly.do(service.periods))

        assert sorted(len(made) for made in results) == [0] * 7 + [1]

    def test_a_period_with_too_little_is_not_run_and_the_next_one_is(self, weekly, clock):
        clock.advance(WEEK)
        empty = tick(weekly)
        weekly.stands("note", "later", FIRM)
        clock.advance(WEEK)

        assert (empty, tick(weekly)) == ([], ["2026-W13"])

    def test_a_paused_context_runs_no_period(self, weekly, clock):
        weekly.stands("note", "early", FIRM)
        clock.advance(WEEK)
        weekly.do(service.close_context, FIRM, ContextState.PAUSED)

        assert tick(weekly) == []

    def test_by_hand_the_last_period_is_run_once_more(self, weekly, clock):
        weekly.stands("note", "early", FIRM)
        clock.advance(WEEK)
        tick(weekly)
        weekly.start("digest", at=FIRM)
        with pytest.raises(RunOpen):
            weekly.start("digest", at=FIRM)

        runs = weekly.runs("digest", FIRM)
        assert [(one.period, one.attempt) for one in runs] == [("2026-W12", 1), ("2026-W12", 2)]

    def test_the_schedule_starts_them(self, weekly, clock):
        weekly.stands("note", "early", FIRM)
        clock.advance(WEEK)
        weekly.jobs.start("streams.periods", "tick", period="2026-03-23T09:00")
        weekly.jobs()

        assert [one.period for one in weekly.runs("digest", FIRM)] == ["2026-W12"]

    @pytest.mark.parametrize(
        ("begin", "every", "name"),
        [
            (datetime(2026, 3, 16, tzinfo=UTC), WEEK, "2026-W12"),
            (datetime(2025, 12, 29, tzinfo=UTC), WEEK, "2026-W01"),
            (datetime(2026, 12, 28, tzinfo=UTC), WEEK, "2026-W53"),
            (datetime(2026, 3, 16, tzinfo=UTC), DAY, "2026-03-16"),
            (datetime(2026, 3, 16, tzinfo=UTC), 4 * WEEK, "2026-03-16"),
            (datetime(2026, 3, 16, 6, tzinfo=UTC), timedelta(hours=6), "2026-03-16T06:00"),
        ],
    )
    def test_a_period_is_named_so_that_no_two_share_a_name(self, begin, every, name):
        assert period_name(begin, every) == name


class TestOpening:
    def digested(self, weekly, clock) -> None:
        weekly.stands("note", f"n{clock.now():%j}", FIRM)
        clock.advance(WEEK)
        tick(weekly)

    def test_a_run_that_is_done_opens_what_its_module_names(self, weekly, clock):
        self.digested(weekly, clock)

        opened = weekly.do(service.context, ContextId("job:alarm"))
        (run,) = weekly.runs("digest", FIRM)
        assert (opened.parent, opened.opened_by, opened.title) == (FIRM, run.id, "Alarm")
        assert (opened.stream, opened.stream_version) == ("weekly", 1)

    def test_what_is_effective_above_makes_modules_below_ready(self, weekly, clock):
        self.digested(weekly, clock)

        answer = weekly.run("answer", at="job:alarm")
        assert answer.state is RunState.DONE
        assert [str(ref) for ref in answer.inputs["digest"]] == ["digest/2026-w12@1"]

    def test_a_context_that_is_there_is_not_opened_again(self, weekly, clock):
        self.digested(weekly, clock)
        self.digested(weekly, clock)

        told = [one["context"] for one in weekly.events(ContextOpened.type)]
        assert told == ["firm", "job:alarm"]
        assert len(weekly.runs("answer", "job:alarm")) == 1

    def test_a_kind_that_the_stream_lacks_is_refused(self, weekly):
        with pytest.raises(StreamRefused, match="firm, job"):
            weekly.do(service.open_context, stream="weekly", kind="season", slug="w", title="W")

    def test_a_parent_that_is_not_there_is_told(self, weekly):
        with pytest.raises(ContextNotFound):
            weekly.job("one", "weekly", parent=ContextId("job:nowhere"))

    def test_a_context_keeps_the_version_of_its_stream(self, weekly):
        newer = Stream(
            name="weekly", title="Weekly", kinds=("firm", "job"), modules=(ANSWER,), version=2
        )
        weekly.open(DIGEST_TYPE, WEEKLY, newer)

        fresh = weekly.job("fresh", "weekly")
        modules = weekly.do(lambda ctx: service.modules(ctx, service.context(ctx, FIRM)))
        assert fresh.stream_version == 2
        assert [one.key for one in modules] == ["digest", "alarm"]

    def test_linked_contexts_see_each_other(self, weekly):
        linked = a_module(
            "answer", "clerk", "verdict",
            Selector(name="digest", type="note", scope=Scope.LINKED),
            outputs=("verdict",),
        )  # fmt: skip
        weekly.open(DIGEST_TYPE, Stream(name="two", title="Two", kinds=("job",), modules=(linked,)))
        for slug in ("one", "other", "stranger"):
            weekly.job(slug, "two")
        weekly.do(service.link_contexts, ContextId("job:one"), ContextId("job:other"))
        weekly.stands("note", "seen", "job:other")
        weekly.jobs()

        assert [one.context for one in weekly.runs("answer", None)] == ["job:one"]


class TestEpisodes:
    def episode(self, firm, name: str, element: str = ""):
        return firm.do(service.episode, FIRM, "alarm", element=element, name=name, cause="evt_1")

    def test_an_event_starts_one_run_and_its_repetition_none(self, weekly):
        first = self.episode(weekly, "fire")
        weekly.jobs()
        again = self.episode(weekly, "fire")

        assert (first.period, first.cause, again) == ("fire", "evt_1", None)
        assert weekly.run("alarm", at=FIRM).state is RunState.DONE

    def test_the_next_episode_starts_another(self, weekly):
        for name in ("fire", "flood"):
            self.episode(weekly, name)
            weekly.jobs()

        assert [one.period for one in weekly.runs("alarm", FIRM)] == ["fire", "flood"]

    def test_of_eight_that_hear_it_at_once_one_starts_it(self, weekly):
        results = at_once(8, lambda _: self.episode(weekly, "fire"))

        assert sum(one is not None for one in results) == 1

    def test_elements_have_episodes_of_their_own(self, weekly):
        made = [self.episode(weekly, "fire", element) for element in ("api", "ui")]

        assert [one.element for one in made] == ["api", "ui"]

    def test_while_one_is_open_the_next_of_its_element_is_not_started(self, weekly):
        self.episode(weekly, "fire")

        assert self.episode(weekly, "flood") is None

    def test_a_paused_context_starts_none(self, weekly):
        weekly.do(service.close_context, FIRM, ContextState.PAUSED)

        assert self.episode(weekly, "fire") is None


class TestInsideModules:
    """What a module may decide by its functions, where data does not say it."""

    def made(self, firm, **changes):
        module = a_module(
            "one", "scout", "note", start=Start.BY_HAND, **{"outputs": ("note",), **changes}
        )
        firm.open(Stream(name="inside", title="Inside", kinds=("job",), modules=(module,)))
        firm.job(stream="inside")
        firm.start("one")
        firm.jobs()
        return firm.run("one")

    def test_the_run_may_decide_who_works(self, firm):
        run = self.made(
            firm, outputs=("verdict",), work_for=lambda ctx, run: Work(role="clerk", task="verdict")
        )

        assert firm.effective("verdict/export").made.run == run.id

    def test_it_is_told_when_a_run_is_done(self, firm):
        told = []
        self.made(firm, after=lambda ctx, run: told.append(run.state))

        assert told == [RunState.DONE]

    def test_a_context_may_demand_what_is_optional_elsewhere(self, firm):
        module = a_module(
            "one", "scout", "note",
            Selector(name="plan", type="plan", required=False),
            outputs=("note",),
            demands=lambda ctx, context: ("plan",) if context == "job:strict" else (),
        )  # fmt: skip
        firm.open(Stream(name="inside", title="Inside", kinds=("job",), modules=(module,)))
        for slug in ("strict", "free"):
            firm.job(slug, "inside")
        firm.jobs()

        assert [one.context for one in firm.runs(at=None)] == ["job:free"]
