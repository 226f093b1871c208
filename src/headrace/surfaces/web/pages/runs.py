"""Runs of agents: what works now, step by step, at which cost, and how to stop it."""

from collections.abc import Mapping
from dataclasses import dataclass

from headrace.surfaces.web.answers import AgentRun, AgentRuns, Overview
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages.acts import Act, allowed

_PAGE = 50
STATES = ("working", "queued", "waiting", "stalled", "succeeded", "failed", "cancelled", "refused")
OPEN = STATES[:4]

_CANCEL = Act(operation="agent.run-cancel", word=said("Cancel"))


@dataclass(frozen=True, kw_only=True)
class RunsPage:
    """Runs of one state, those that work now unless the address says otherwise. `titles` are what their
    contexts are called."""

    overview: Overview
    state: str
    states: tuple[str, ...]
    is_open: bool
    runs: tuple[AgentRun, ...]
    next: str | None
    may_cancel: bool
    titles: Mapping[str, str]


def show(asked: Asked) -> RunsPage:
    """Runs, newest first."""
    client, state = asked.client, asked.word("state") or "working"
    page = client.ask(
        AgentRuns, "agent.runs", state=state, before=asked.word("before"), limit=_PAGE
    )
    return RunsPage(
        overview=client.ask(Overview, "overview"),
        state=state,
        states=STATES,
        is_open=state in OPEN,
        runs=page.items,
        next=page.next,
        may_cancel=state in OPEN and bool(allowed(client, (_CANCEL,))),
        titles=client.titles(one.context for one in page.items),
    )
