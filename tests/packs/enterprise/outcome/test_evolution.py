"""Evolution proposals: three signals on one matter and a figure, decided by everybody whom they name."""

from datetime import date

import pytest

from headrace.capabilities.artifacts.model import Made
from headrace.capabilities.intake import service as intake
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeState
from headrace.kernel.context import Actor, ActorKind
from headrace.packs.enterprise.discover import filing
from headrace.packs.enterprise.discover.contents import signal_content
from headrace.packs.enterprise.outcome import evolution
from headrace.packs.enterprise.outcome.evolution import Evolving, ProposalRefused


def file(world, title: str, topic: str = "evaluation waits") -> str:
    content = signal_content(
        title=title, category="internal", system="by hand", topic=topic, confidence="high",
        observation="A question waited 14 hours.", urgency="next-cycle", impact="medium",
        recommended="monitor",
    )  # fmt: skip
    made = Made(by=world.people["mission-lead"].principal, brain="human")

    def verb(ctx) -> str:
        return filing.file_signal(ctx, filing.signal_draft(ctx, content, made)).ref.artifact

    filed = world.do(verb)
    world.jobs(tolerate=True)
    return filed


@pytest.fixture
def steered(world):
    """An organisation with a chief operating and a chief technology officer."""
    world.found()
    for handle in ("coo", "cto"):
        world.do(people.add_team, handle=handle, name=handle)
        person = world.do(people.add_principal, handle=f"a-{handle}", name=handle)
        world.do(people.join_team, handle, person.handle)
        world.people[handle] = Actor(
            organisation=world.organisation, principal=person.id, kind=ActorKind.PERSON
        )
    world.jobs(tolerate=True)
    return world


def asked(*signals: str, **changes) -> Evolving:
    given = {
        "title": "Ask While Others Evaluate",
        "category": "process-improvement",
        "current": "A person is asked when every other evaluation has ended.",
        "proposed": "A person is asked as soon as the pattern is seen to be new.",
        "signal": signals,
        "data": ("The longest wait was 14 hours (fleet report of Bulk Data Export)",),
        "impact": ("Quality: asks earlier",),
        "rollback": "Ask at the end again.",
        "metric": "longest wait for an answer",
        "baseline": "14 hours",
        "target": "at most 4 hours",
        "by": date(2026, 6, 30),
        "plan": ("Flag new patterns when a change is opened",),
        **changes,
    }
    return Evolving(**given)


def test_two_signals_are_refused_with_what_is_missing(steered):
    signals = [file(steered, f"Answer Waits {n}") for n in range(2)]

    with pytest.raises(ProposalRefused) as refused:
        steered.do(evolution.propose, asked(*signals, data=()), by="mission-lead")

    assert "it rests on 2 signals; 1 more on the same matter are missing" in refused.value.message
    assert "it rests on no figure" in refused.value.message


def test_three_signals_on_two_matters_are_refused(steered):
    signals = [file(steered, f"Answer Waits {n}") for n in range(2)]
    signals.append(file(steered, "Something Else", topic="charts"))

    with pytest.raises(ProposalRefused, match="several matters: charts, evaluation waits"):
        steered.do(evolution.propose, asked(*signals), by="mission-lead")


def test_one_signal_named_three_times_is_one(steered):
    signal = file(steered, "Answer Waits")

    with pytest.raises(ProposalRefused, match="it rests on 1 signals; 2 more"):
        steered.do(evolution.propose, asked(signal, signal, signal), by="mission-lead")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"category": "make-it-nice"}, "'make-it-nice' is no category"),
        ({"category": "vision-update"}, "nobody is @ceo"),
        ({"by": date(2026, 1, 1)}, "has passed"),
    ],
)
def test_what_nobody_could_decide_or_measure_is_refused(steered, changes, missing):
    with pytest.raises(ProposalRefused, match=missing):
        steered.do(evolution.propose, asked("signal/x", **changes), by="mission-lead")


def test_it_takes_effect_when_both_of_its_category_have_agreed(steered):
    signals = [file(steered, f"Answer Waits {n}") for n in range(3)]

    made = steered.do(evolution.propose, asked(*signals), by="mission-lead")
    steered.jobs(tolerate=True)

    assert made.approvers == ("@coo", "@cto")
    for handle in ("steering", "coo"):
        (item,) = steered.inbox(handle)
        steered.say(handle, item, "approve")
    steered.jobs(tolerate=True)
    assert steered.effective(made.proposal) is None
    change = steered.do(record.change, made.change)
    assert steered.do(evolution.objections, change) == ["@cto has not agreed yet"]

    (item,) = steered.inbox("cto")
    steered.say("cto", item, "approve")
    steered.jobs(tolerate=True)

    assert steered.do(record.change, made.change).state is ChangeState.MERGED
    content = steered.effective(made.proposal).content
    assert content["sections"]["alternatives"][0]["name"] == "Do nothing"
    assert len(content["sections"]["evidence"]["signals"]) == 3
    for path in content["sections"]["evidence"]["signals"]:
        assert steered.read(path).startswith("---")
    assert content["sections"]["evidence"]["data"][0].startswith(
        "3 signals on 'evaluation waits' since 2026-03-16"
    )
    assert len(steered.do(intake.listing)) == 3


def test_there_are_twelve_categories_each_with_somebody_who_decides():
    assert len(evolution.APPROVERS) == 12
    assert all(evolution.APPROVERS.values())
