"""Finishing: what a run wrote is committed, and its worktree put away."""

from headrace.capabilities.agents import grounds, service, workspaces
from headrace.capabilities.agents.acts import Passed
from headrace.capabilities.agents.conversation import BrainKind
from headrace.capabilities.agents.desk import Desk
from headrace.capabilities.agents.model import Run, RunEnd
from headrace.capabilities.agents.workspaces import Site
from headrace.kernel.errors import HeadraceError

MOST_LEFT_OUT = 200


def commit(desk: Desk, id: str) -> Passed:
    """Commit what a run wrote, and nothing else that lies in its worktree.

    What checks and tests left behind is told and left out: it was made by nobody with authority.
    """
    run = desk.do(service.run, id)
    if run.card.evaluates:
        return Passed()
    try:
        site = grounds.standing(desk, run)
        strays = _strays(desk, run, site)
        if strays:
            site = grounds.afresh(desk, run)
        workspaces.commit(site, desk.do(workspaces.signed, run, _summary(run)))
        assert run.base is not None  # it was kept before the worktree was made
        work = workspaces.work_since(site, run.base)
    except HeadraceError as fault:
        return Passed(state=RunEnd.FAILED, error=fault.message)
    desk.do(service.set_work, id, head=work.head, changed=work.changed, left_out=strays)
    return Passed()


def _strays(desk: Desk, run: Run, site: Site) -> tuple[str, ...]:
    if run.brain is BrainKind.EXTERNAL:
        return ()  # it works without our tools, and was judged path by path
    wrote = {step.path for step in grounds.written(desk.do(service.steps, run.id))}
    left = [path for path in workspaces.uncommitted(site) if path not in wrote]
    return tuple(left[:MOST_LEFT_OUT])


def _summary(run: Run) -> str:
    told = (run.submitted or {}).get("summary", "")
    return told if isinstance(told, str) else ""


def put_away(desk: Desk, id: str) -> Passed:
    """Remove the worktree of a run; its branch stays, unless it was this run's alone."""
    run = desk.do(service.run, id)
    try:
        workspaces.remove(desk.do(workspaces.site_of, run))
    except HeadraceError as fault:
        return Passed(error=fault.message)
    return Passed()
