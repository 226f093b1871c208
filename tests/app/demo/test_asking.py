"""An interactive demonstration: what is asked at the terminal, and what an answer becomes."""

import io
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from headrace.app.demo.asking import Asking


def an_item(**facts):
    return {
        "kind": "gate",
        "id": "G-3",
        "asked": "Mission brief: [Bulk] export",
        "subject": {"kind": "change", "id": "CR-3"},
        "why": "work/missions/bulk-data-export/BRIEF.md",
        "on_yes": "it is merged",
        "on_no": "it goes back",
        "waiting": "PT2H10M",
        **facts,
    }


class Terminal:
    """Somebody who types these words, and what they are shown."""

    def __init__(self, *words: str) -> None:
        self.words = list(words)
        self.prompts: list[str] = []
        self.console = Console(file=io.StringIO(), width=100)
        self.asking = Asking(self.console, Path("/home/demo"), ask=self._ask)

    def _ask(self, prompt, **_):
        self.prompts.append(prompt)
        if not self.words:
            raise EOFError
        return self.words.pop(0)

    def decides(self, item):
        """The decision as the one who looks into inboxes gets it, from a thread of their own."""
        given = []
        looking = threading.Thread(target=lambda: given.append(self.asking("vp-product", item)))
        looking.start()
        while looking.is_alive() and not self.asking.ask_next():
            looking.join(timeout=0.01)
        looking.join(timeout=10)
        return given[0]

    def asks_on(self) -> None:
        while True:
            self.asking.ask_next()

    @property
    def shown(self) -> str:
        return self.console.file.getvalue()


@pytest.mark.parametrize(
    ("kind", "words", "decision", "note"),
    [
        ("gate", ["approve"], "approve", ""),
        ("gate", ["revise", "say who pays"], "revise", "say who pays"),
        ("gate", ["revise", "", " ", "say who pays"], "revise", "say who pays"),
        ("gate", ["reject", "not now"], "reject", "not now"),
        ("question", ["allow"], "allow", ""),
        ("question", ["refuse", "too novel"], "refuse", "too novel"),
    ],
)
def test_an_answer_becomes_the_decision_of_the_person_asked(kind, words, decision, note):
    terminal = Terminal(*words)

    given = terminal.decides(an_item(kind=kind))

    assert (given.by, given.decision, given.note) == ("vp-product", decision, note)
    assert given.after == timedelta(0)
    assert not terminal.words


def test_everything_that_a_decision_needs_is_shown():
    terminal = Terminal("approve")

    terminal.decides(an_item())

    for told in (
        "G-3",
        "you are vp-product",
        "waiting 2 h 10 m",
        "Mission brief: [Bulk] export",
        "work/missions/bulk-data-export/BRIEF.md",
        "it is merged",
        "it goes back",
        "HEADRACE_HOME=/home/demo headrace change diff CR-3",
    ):
        assert told in terminal.shown


def test_work_that_a_person_does_elsewhere_is_not_asked_about():
    terminal = Terminal()

    assert terminal.asking("vp-product", an_item(kind="task")) is None
    assert not terminal.asking.ask_next()


def test_where_nobody_answers_whoever_waits_is_let_go():
    terminal = Terminal()
    given = []
    looking = threading.Thread(target=lambda: given.append(terminal.asking("ada", an_item())))
    looking.start()

    with pytest.raises(EOFError):
        terminal.asks_on()
    terminal.asking.close()
    looking.join(timeout=10)

    assert given == [None]
    assert terminal.asking("ada", an_item()) is None
