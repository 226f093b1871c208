"""The durable flow of a run: claimed before, begun, worked on, committed, ended."""

from collections.abc import Callable, Mapping
from itertools import count

from headrace.capabilities.agents import acts, finishing, outside, service
from headrace.capabilities.agents.acts import Passed, Said
from headrace.capabilities.agents.desk import Desk, desk_of
from headrace.capabilities.agents.model import RunEnd
from headrace.capabilities.agents.service import Group, GroupKind, Told, Way
from headrace.kernel.flow import Flow, Queue, Steps

CANCELLED = Passed(state=RunEnd.CANCELLED, error="the job was cancelled")


def run(steps: Steps, *, run: str) -> None:
    """Do one task: in a worktree where it has one, by whichever brain was chosen for it.

    A task for a person only begins here: it waits as a row until somebody hands it in. So does one
    whose provider is away: the flow ends, and a timer starts another that goes on at the same turn.
    """
    begun = steps.verb(service.begin, run)
    if begun.way is Way.OVER:
        return
    desk = desk_of(steps)
    passed = Passed()
    if begun.in_workspace:
        passed = steps.act("prepare", lambda _: acts.prepare(desk, run), Passed)
    if passed.state is None:
        passed = _WAYS[begun.way](steps, desk, run, begun.turn)
    if passed.stalled:
        steps.verb(service.stall, run, passed.error, passed.retry_after)
        return
    if begun.in_workspace:
        passed = _put_in_order(steps, desk, run, passed)
    steps.verb(service.end, run, passed.state or RunEnd.SUCCEEDED, passed.error)


def _put_in_order(steps: Steps, desk: Desk, run: str, passed: Passed) -> Passed:
    if passed.state is None:
        passed = steps.act("commit", lambda _: finishing.commit(desk, run), Passed)
    steps.act("put away", lambda _: finishing.put_away(desk, run), Passed)
    return passed


def _talk(steps: Steps, desk: Desk, run: str, first: int) -> Passed:
    """Turn after turn, until the result is handed in or a limit ends it."""
    for number in count(first):
        if steps.cancelled():
            return CANCELLED
        said = _said(steps, desk, run, number)
        if said.passed is not None:
            return said.passed
        for group in said.groups:
            told, passed = _do(steps, desk, run, number, group)
            if passed.state is not None:
                return passed
            if told.given_up:
                return Passed(state=RunEnd.FAILED, error=told.given_up)
            if told.handed_in:
                return Passed()
    raise AssertionError("turns are counted without an end")


def _said(steps: Steps, desk: Desk, run: str, number: int) -> Said:
    return steps.act("say", lambda _: acts.say(desk, run, number), Said)


def _do(steps: Steps, desk: Desk, run: str, turn: int, group: Group) -> tuple[Told, Passed]:
    """One group of calls: a verb where the effect is rows of ours, else an act."""
    if group.kind is GroupKind.TELL:
        return steps.verb(service.take, run, turn, group.calls[0]), Passed()
    name = "look" if group.kind is GroupKind.LOOK else "do"
    return Told(), steps.act(name, lambda _: acts.use(desk, run, turn, group.calls), Passed)


def _practise(steps: Steps, desk: Desk, run: str, first: int) -> Passed:
    told = steps.verb(service.practise, run)
    if told.given_up:
        return Passed(state=told.state, error=told.given_up)
    return Passed()


def _operate(steps: Steps, desk: Desk, run: str, first: int) -> Passed:
    return steps.act("operate", lambda _: outside.operate(desk, run), Passed)


def _perform(steps: Steps, desk: Desk, run: str, first: int) -> Passed:
    return steps.act("perform", lambda _: outside.perform(desk, run), Passed)


_WAYS: Mapping[Way, Callable[[Steps, Desk, str, int], Passed]] = {
    Way.TALK: _talk,
    Way.SKILL: _practise,
    Way.INSTRUMENT: _operate,
    Way.WHOLE: _perform,
}

RUN = Flow(name=service.FLOW, run=run, queue=Queue.AGENTS, on_failure=service.broken)
