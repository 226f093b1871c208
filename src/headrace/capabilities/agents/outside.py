"""Work that is not said turn by turn: an outside agent in a worktree, and an instrument at its bench."""

from collections.abc import Mapping

from headrace.capabilities.agents import grounds, service
from headrace.capabilities.agents.acts import Passed, end_of
from headrace.capabilities.agents.benches import WorktreeBench
from headrace.capabilities.agents.brains.external_agent import ExternalAgent, Outcome
from headrace.capabilities.agents.brains.worktree_changes import ChangeKind
from headrace.capabilities.agents.conversation import Finish, Turn, Usage
from headrace.capabilities.agents.desk import Desk, watched
from headrace.capabilities.agents.model import Instrument, Run, RunEnd
from headrace.capabilities.agents.service import Ordered, Stop
from headrace.capabilities.agents.tools import files
from headrace.capabilities.agents.tools.redaction import struck
from headrace.kernel.errors import HeadraceError

UNCOUNTED = Usage(priced=False)
"""What an outside agent used: it pays its own provider and tells nobody, which is not nothing."""


def perform(desk: Desk, id: str) -> Passed:
    """Have an outside agent do the whole task in the worktree; what it changed is judged afterwards."""
    asked = desk.do(service.ask_whole, id)
    if isinstance(asked, Stop):
        return Passed(state=asked.state, error=asked.error)
    if isinstance(asked, Turn):
        words = asked
    else:
        performed = _performed(desk, id, asked)
        if isinstance(performed, Passed):
            return performed
        words = performed
    why = desk.do(service.keep_message, id, words.text)
    return Passed(state=RunEnd.FAILED, error=why) if why else Passed()


def _performed(desk: Desk, id: str, asked: Ordered) -> Turn | Passed:
    agent = desk.settings.external
    if agent is None:
        desk.do(service.unsaid, id, asked.attempt, 0)
        return Passed(state=RunEnd.FAILED, error="No outside agent is configured here any more.")
    run = desk.do(service.run, id)
    try:
        made = _made(desk, run, agent, asked)
    except HeadraceError as fault:
        desk.do(service.unsaid, id, asked.attempt, 0)
        return Passed(state=end_of(fault), error=struck(fault.message, desk.settings.secrets))
    refused = _judged(desk, run, {c.path: c.kind for c in made.changes.files})
    text = struck(made.message, desk.settings.secrets)
    words = Turn(text=text, model="external", finish=Finish.DONE, usage=UNCOUNTED)
    desk.do(service.said, id, asked.attempt, words)
    return refused or words


def _made(desk: Desk, run: Run, agent: ExternalAgent, asked: Ordered) -> Outcome:
    """What the agent did; one that was cut short before begins again in a clean worktree."""
    site = grounds.afresh(desk, run) if asked.again else grounds.standing(desk, run)
    with watched(desk, run.id) as cancellation:
        return agent.perform(asked.prompt, site.folder, cancellation)


def _judged(desk: Desk, run: Run, changed: Mapping[str, ChangeKind]) -> Passed | None:
    """Judge every path that was changed. A new file beyond the agent's authority is taken away; a
    change there to what was there before ends the run."""
    with watched(desk, run.id) as cancellation:
        ground = grounds.ground(desk, run, cancellation)
    judged = {path: ground.authority.against_writing(path) for path in changed}
    beyond = {path: str(refusal) for path, refusal in judged.items() if refusal is not None}
    if not beyond:
        return None
    desk.do(service.refuse, run, "whole", "external", beyond)
    if all(changed[path] is ChangeKind.ADDED for path in beyond):
        for path in beyond:
            files.put(ground.root, path, None)
        return None
    paths = ", ".join(sorted(beyond))
    return Passed(state=RunEnd.REFUSED, error=f"It changed what is not its own: {paths}.")


def operate(desk: Desk, id: str) -> Passed:
    """Have an instrument do the task with real tools, and keep what it hands in."""
    run = desk.do(service.run, id)
    why = desk.do(service.stop_wanted, id)
    if why:
        return Passed(state=RunEnd.CANCELLED, error=why)
    if run.submitted is not None:
        return Passed()
    named = desk.do(service.skill, run.brain_name)
    assert isinstance(named, Instrument)  # the flow took the way of an instrument
    try:
        with (
            watched(desk, id) as cancellation,
            grounds.bench_ground(desk, run, cancellation) as ground,
        ):
            submitted = named.run(WorktreeBench(ground, desk.do), run.order)
    except HeadraceError as fault:
        return Passed(state=end_of(fault), error=struck(fault.message, desk.settings.secrets))
    desk.do(service.keep, id, submitted)
    return Passed()
