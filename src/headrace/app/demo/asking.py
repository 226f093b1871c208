"""Asking: an interactive demonstration stops at each gate and lets the person at the terminal decide."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, cast

from rich.console import Console
from rich.panel import Panel
from rich.prompt import Prompt

from headrace.app.demo.driver import waiting
from headrace.app.demo.scenario import Recorded

Choice = Literal["approve", "revise", "reject", "allow", "refuse"]
_NEEDS_NOTE = frozenset({"revise", "reject", "refuse"})


class Asking:
    """Shows each item once it lies in an inbox, and asks until it is decided."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, handle: str, item: Mapping[str, Any]) -> Recorded:
        """What the person at the terminal decides in this person's name."""
        question = item["kind"] == "question"
        choices = ["allow", "refuse"] if question else ["approve", "revise", "reject"]
        self._console.print(
            Panel(
                f"{item['asked']}\n\n[dim]Why[/] {item['why']}\n[dim]On yes[/] {item['on_yes']}\n"
                f"[dim]On no[/] {item['on_no']}",
                title=f"{handle} · {item['id']} · waiting {_hours(waiting(item))}",
                border_style="yellow",
            )
        )
        answer = Prompt.ask("Decision", choices=choices, default=choices[0], console=self._console)
        note = Prompt.ask("Note", console=self._console) if answer in _NEEDS_NOTE else ""
        return Recorded(
            asked="*", by=handle, decision=cast(Choice, answer), note=note, after=timedelta(0)
        )


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.1f} h"
