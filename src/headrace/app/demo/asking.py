"""Asking: an interactive demonstration stops at each gate and lets the person at the terminal decide."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from queue import Empty, Queue
from threading import Event
from typing import Any, Literal, cast

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.prompt import Prompt

from headrace.app.demo.driver import waiting
from headrace.app.demo.scenario import Recorded
from headrace.surfaces.cli.cells import span

Item = Mapping[str, Any]
Choice = Literal["approve", "revise", "reject", "allow", "refuse"]
Ask = Callable[..., str]

CHOICES: Mapping[str, list[Choice]] = {
    "gate": ["approve", "revise", "reject"],
    "question": ["allow", "refuse"],
}
"""By what an item is; work that waits for a person is done elsewhere and not asked about here."""

_NEEDS_NOTE = frozenset({"revise", "reject", "refuse"})


class Asking:
    """Hands what lies in an inbox to whoever sits at the terminal, and waits for the decision.

    It is called where inboxes are looked at, and asks where `ask_next` is called: in the thread that
    also tells what happens, so that nothing is written over a question.
    """

    def __init__(self, console: Console, home: Path, ask: Ask = Prompt.ask) -> None:
        self._console = console
        self._home = home
        self._ask = ask
        self._waiting: Queue[tuple[str, Item]] = Queue()
        self._answers: Queue[Recorded | None] = Queue()
        self._closed = Event()

    def __call__(self, handle: str, item: Item) -> Recorded | None:
        """What the person at the terminal decides in this person's name; None once nobody is there."""
        if item["kind"] not in CHOICES or self._closed.is_set():
            return None
        self._waiting.put((handle, item))
        return self._answers.get()

    @property
    def is_asking(self) -> bool:
        """Whether something waits for an answer."""
        return not self._waiting.empty()

    def ask_next(self) -> bool:
        """Ask about the item that waits; whether there was one. Raises EOFError when nobody answers."""
        try:
            handle, item = self._waiting.get_nowait()
        except Empty:
            return False
        self._answers.put(self._decision(handle, item))
        return True

    def close(self) -> None:
        """Nobody answers any more: whoever waits is let go."""
        self._closed.set()
        self._answers.put(None)

    def _decision(self, handle: str, item: Item) -> Recorded:
        self._show(handle, item)
        choices = CHOICES[item["kind"]]
        answer = self._ask("Decision", choices=choices, default=choices[0], console=self._console)
        note = ""
        while answer in _NEEDS_NOTE and not note.strip():
            note = self._ask("What has to change, or why", console=self._console)
        return Recorded(
            asked="*", by=handle, decision=cast(Choice, answer), note=note, after=timedelta(0)
        )

    def _show(self, handle: str, item: Item) -> None:
        told = [f"[bold]{escape(item['asked'])}[/]", ""]
        lines = {"Why": item["why"], "On yes": item["on_yes"], "On no": item["on_no"]}
        told += [f"[dim]{name:<7}[/]{escape(str(text))}" for name, text in lines.items()]
        if item["subject"]["kind"] == "change":
            look = f"HEADRACE_HOME={self._home} headrace change diff {item['subject']['id']}"
            told += [f"[dim]{'Look':<7}{escape(look)}[/]"]
        self._console.print(
            Panel(
                "\n".join(told),
                title=escape(f"{item['id']} · you are {handle} · waiting {span(waiting(item))}"),
                title_align="left",
                border_style="yellow",
            )
        )
