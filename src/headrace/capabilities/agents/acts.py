"""What a run does to the world outside our rows: a brain is asked, files are changed, commands run.

Every act may be repeated after a crash. A turn that was said is not asked for again, a call that was
done is not done again, and one that was cut short sees from its plan how far it got.
"""

import hashlib
from dataclasses import dataclass

from headrace.capabilities.agents import grounds, service, workspaces
from headrace.capabilities.agents.brains.errors import Cancelled, ProviderUnavailable
from headrace.capabilities.agents.conversation import Turn
from headrace.capabilities.agents.desk import Desk, watched
from headrace.capabilities.agents.model import PathRefused, RunEnd, Step
from headrace.capabilities.agents.service import Doing, Group, Stop
from headrace.capabilities.agents.tools import files
from headrace.capabilities.agents.tools.redaction import struck
from headrace.capabilities.agents.tools.tool import Ground, Outcome, ToolEffect
from headrace.kernel.errors import HeadraceError


@dataclass(frozen=True, kw_only=True)
class Passed:
    """How an act went: with nothing to say, or as the end of the run, and why.

    `stalled` says that the provider does not answer now, `retry_after` the seconds it asked for.
    """

    state: RunEnd | None = None
    error: str = ""
    stalled: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """A turn was said. `groups` are its calls in order; `passed` is set when the run stops here."""

    groups: tuple[Group, ...] = ()
    passed: Passed | None = None


def prepare(desk: Desk, id: str) -> Passed:
    """Begin the branch of a run and make its worktree."""
    run = desk.do(service.run, id)
    try:
        site = desk.do(workspaces.site_of, run)
        desk.do(service.set_base, id, workspaces.begin(site))
        grounds.standing(desk, run)
    except HeadraceError as fault:
        return Passed(state=RunEnd.FAILED, error=fault.message)
    return Passed()


def say(desk: Desk, id: str, number: int) -> Said:
    """Have turn `number` said, unless it was."""
    try:
        asked = desk.do(service.ask, id, number)
    except HeadraceError as fault:
        return Said(passed=Passed(state=RunEnd.FAILED, error=fault.message))
    if isinstance(asked, Stop):
        return Said(passed=Passed(state=asked.state, error=asked.error))
    if not isinstance(asked, Turn):
        try:
            with watched(desk, id) as cancellation:
                tools = asked.conversation.task.tools
                turn = asked.brain.say(asked.conversation, tools, cancellation=cancellation)
        except HeadraceError as fault:
            desk.do(service.unsaid, id, asked.attempt, _lost(fault))
            return Said(passed=_unsaid(fault, struck(fault.message, desk.settings.secrets)))
        desk.do(service.said, id, asked.attempt, turn)
    return Said(groups=desk.do(service.groups, id, number))


def _unsaid(fault: HeadraceError, message: str) -> Passed:
    """What becomes of a run whose turn was not said: it waits for its provider, or ends."""
    if not isinstance(fault, ProviderUnavailable):
        return Passed(state=end_of(fault), error=message)
    asked = fault.details.get("retry_after_seconds")
    after = float(asked) if isinstance(asked, int | float) else None
    return Passed(stalled=True, error=message, retry_after=after)


def _lost(fault: HeadraceError) -> int:
    found = fault.details.get("lost_calls", 0)
    return found if isinstance(found, int) else 0


def end_of(fault: HeadraceError) -> RunEnd:
    """How a run ends that meets an error: stopped, or failed."""
    return RunEnd.CANCELLED if isinstance(fault, Cancelled) else RunEnd.FAILED


def use(desk: Desk, id: str, turn: int, numbers: tuple[int, ...]) -> Passed:
    """Do calls of a turn one after the other; those that were done stay as they are."""
    for number in numbers:
        one = desk.do(service.doing, id, turn, number)
        if one.is_done:
            continue
        try:
            outcome = _outcome(desk, one)
        except Cancelled as fault:
            return Passed(state=RunEnd.CANCELLED, error=fault.message)
        clean = struck(outcome.content, desk.settings.secrets)
        kept = Outcome(content=clean, is_error=outcome.is_error, refused=outcome.refused)
        desk.do(service.done, one, kept, output=_filed(desk, outcome.complete))
    return Passed()


def _outcome(desk: Desk, one: Doing) -> Outcome:
    if one.tool is None:
        return service.without_tool(one)
    if one.tool.effect is ToolEffect.LOOKUP:
        return desk.do(service.look_up, one)
    try:
        with watched(desk, one.run.id) as cancellation:
            return _performed(desk, one, grounds.ground(desk, one.run, cancellation))
    except PathRefused as fault:
        path = str(fault.details.get("path", ""))
        return Outcome(content=fault.message, is_error=True, refused=path)
    except Cancelled:
        raise
    except HeadraceError as fault:
        return Outcome(content=fault.message, is_error=True)


def _performed(desk: Desk, one: Doing, ground: Ground) -> Outcome:
    assert one.tool is not None  # calls without a tool were answered before
    if one.tool.run is not None:
        return one.tool.run(ground, one.call.arguments)
    if one.step is not None and _was_done(ground, one.step):
        return Outcome(content=one.step.content)
    assert one.tool.plan is not None  # a tool runs or plans
    change = one.tool.plan(ground, one.call.arguments)
    step = Step(
        turn=one.turn,
        number=one.number,
        call=one.call,
        done=False,
        path=change.path,
        before=files.fingerprint(change.before),
        after=files.fingerprint(change.after),
        content=change.content,
        output=None,
        is_error=False,
    )
    desk.do(service.planned, one, step)
    files.put(ground.root, change.path, change.after)
    return Outcome(content=change.content)


def _was_done(ground: Ground, step: Step) -> bool:
    """Whether a change that was planned before a crash is in its file."""
    if not step.path:
        return False
    place = files.writable(ground, step.path)
    return files.fingerprint(files.content_at(place)) == step.after


def _filed(desk: Desk, text: str) -> str | None:
    """The hash under which a long output was put away, or None."""
    folder = desk.settings.outputs
    if not text or folder is None:
        return None
    content = struck(text, desk.settings.secrets).encode("utf-8", "replace")
    name = hashlib.sha256(content).hexdigest()
    files.put(folder, f"{desk.organisation}/{name}", content)
    return name
