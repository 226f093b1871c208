"""Progress: the journal of a demonstration, told line by line as it happens."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape

Told = Mapping[str, Any]
"""An event's payload; under `handle` the handle of whom it names as `by`."""
Line = Callable[[Told], str | None]


def _run(told: Told) -> str | None:
    state = told["state"]
    of = f" · {told['element']}" if told["element"] else ""
    again = f" (attempt {told['attempt']})" if told["attempt"] > 1 else ""
    colours = {
        "done": "green",
        "failed": "red",
        "rejected": "red",
        "revised": "yellow",
        "waiting": "yellow",
    }
    if state in {"queued", "proposed"}:
        return None
    why = f": {'; '.join(told['reasons'])[:200]}" if told["reasons"] else ""
    colour = colours.get(state, "blue")
    return f"[{colour}]{state:>8}[/]  {escape(told['module'] + of)}{again}{escape(why)}"


def _judged(told: Told) -> str:
    colour = {"PASS": "green", "PASS WITH NOTES": "green"}.get(told["verdict"], "red")
    return f"[{colour}]{escape(told['verdict'])}[/]  {escape(told['policy'])} of {escape(told['subject'])}"


def _step(told: Told) -> str | None:
    colour = {"roll-back": "red", "ask": "yellow", "hold": "yellow"}.get(told["move"], "green")
    if told["move"] == "begin":
        return None
    why = "; ".join(told["reasons"])[:240]
    return f"[{colour}]{escape(told['move']):>8}[/]  {escape(told['stage'])}: {escape(why)}"


LINES: Mapping[str, Line] = {
    "intake.signal_registered": lambda t: f"  signal  {escape(t['signal'])} → {t['disposition']}",
    "streams.context_opened": lambda t: f"  [bold]opened[/]  {escape(t['context'])}",
    "streams.run_moved": _run,
    "record.change_opened": lambda t: (
        f"[yellow]proposed[/]  {t['change']}  {escape(', '.join(t['members']) or t['context'])}"
    ),
    "record.merged": lambda t: f"  [green]merged[/]  {t['change']} as {t['commit'][:10]}",
    "record.merge_failed": lambda t: f"[red]  failed[/]  merge of {t['change']}",
    "governance.gate_decided": lambda t: (
        f" decided  {t['gate']}: {t['decision']} by {escape(t['handle'])}"
    ),
    "governance.question_asked": lambda t: (
        f"[yellow]   asked[/]  {t['question']} about {escape(t['policy'])}"
    ),
    "governance.answered": lambda t: (
        f"answered  {t['question']}: {t['answer']} by {escape(t['handle'])}"
    ),
    "governance.judged": _judged,
    "agents.refused": lambda t: (
        f"[red] refused[/]  {escape(t['role'])}: {escape(t['tool'])} {escape(t['target'])}"
    ),
    "deployments.ready": lambda t: (
        f" [bold]running[/]  {escape(t['service'])} at {t['commit'][:10]}"
    ),
    "deployments.failed": lambda t: (
        f"[red]  failed[/]  {escape(t['service'])} does not run: {escape(t['why'])}"
    ),
    "deployments.parameter_set": lambda t: (
        f"     set  {escape(t['service'])}: {escape(t['parameter'])} "
        f"{t['before']:g} → {t['after']:g}"
    ),
    "deployments.restarted": lambda t: (
        f" [yellow]restart[/]  {escape(t['service'])}: {escape(t['why'])}"
    ),
    "releases.moved": lambda t: (
        f" [bold]release[/]  {escape(t['release'])}: {t['before'] or 'new'} → {t['after']}"
    ),
    "releases.stage_entered": lambda t: (
        f"   [blue]stage[/]  {escape(t['stage'])}: {escape(t['flag'])} for {t['percent']:g} %"
    ),
    "releases.step_taken": _step,
    "missions.outcome_measured": lambda t: (
        f"measured  {escape(t['outcome'])} ({escape(t['checkpoint'])}): {escape(t['verdict'])}"
    ),
    "operate.opened": lambda t: (
        f"[red]incident[/]  {escape(t['incident'])} {escape(t['severity'])}: {escape(t['title'])}"
    ),
    "operate.called": lambda t: (
        f"[yellow]  called[/]  {escape(', '.join(t['to']))}: {escape(t['why'])}"
    ),
    "operate.deed_done": lambda t: (
        f"    [blue]deed[/]  {escape(t['incident'])}: {escape(t['deed'])} {escape(t['subject'])}"
    ),
    "operate.deed_measured": lambda t: (
        f"measured  {escape(t['incident'])}: {escape('; '.join(t['told']))}"
    ),
    "operate.moved": lambda t: (
        f"[green]incident[/]  {escape(t['incident'])}: {t['before']} → {t['after']}"
    ),
    "flags.killed": lambda t: f"[red]  killed[/]  {escape(t['flag'])}: {escape(t['reason'])}",
    "flags.archived": lambda t: f"archived  {escape(t['flag'])}",
    "missions.moved": lambda t: (
        f" [bold]mission[/]  {escape(t['mission'])}: {t['before']} → {t['after']}"
    ),
}
"""How an event is told; types that stand here not are passed over."""


class Progress:
    """Writes lines; knows which event it told last."""

    def __init__(self, console: Console, handle_of: Callable[[str], str]) -> None:
        self._console = console
        self._handle_of = handle_of
        self.position = 0

    def tell(self, events: list[dict[str, Any]]) -> None:
        """Tell events in their order."""
        for event in events:
            self.position = max(self.position, event["position"])
            line = self._line(event)
            if line is not None:
                at = datetime.fromisoformat(event["at"]).strftime("%d %b %H:%M")
                self._console.print(f"[dim]{at}[/]  {line}", highlight=False, soft_wrap=True)

    def say(self, line: str) -> None:
        """Write a line that no event tells."""
        self._console.print(line, highlight=False, soft_wrap=True)

    def _line(self, event: Mapping[str, Any]) -> str | None:
        told = LINES.get(event["type"])
        if told is None:
            return None
        try:
            return told(self._with_handle(event["payload"]))
        except KeyError as missing:
            return f"[dim]{event['type']} (lacks {missing})[/]"

    def _with_handle(self, told: Told) -> Told:
        return {**told, "handle": self._handle_of(told["by"])} if told.get("by") else told
