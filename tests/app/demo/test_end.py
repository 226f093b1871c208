"""What a demonstration tells: handles as it happens, and at the end one screen."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from headrace.app.demo.driver import Office
from headrace.app.demo.handles import Handles
from headrace.app.demo.progress import Progress
from headrace.app.demo.table import Part, tell_end, tell_more

PEOPLE = [{"id": f"prn_{number}", "handle": f"person-{number}"} for number in range(8)]
GATES = [
    {
        "id": f"G-{number}",
        "state": "approved",
        "asked_at": "2026-03-16T00:00:00Z",
        "decided_at": f"2026-03-16T0{number}:30:00Z" if number < 4 else None,
        "decided_by": "prn_1",
    }
    for number in range(5)
]
VERDICTS = [
    {"policy": "architecture", "subject": {"id": "CR-5"}, "verdict": verdict}
    for verdict in ("PASS", "FAIL")  # newest first, as the list gives them
]
USES = [
    {"agent": f"agent-{number}", "use": {"tokens_in": 10, "tokens_out": 1, "micro_usd": number}}
    for number in range(9)
]


class Answers(Office):
    """An organisation that has these rows."""

    def __init__(self, **lists) -> None:
        self.lists = lists
        self.asked: list[str] = []

    def perform(self, operation, input, by=None, **_):
        self.asked.append(operation)
        if operation == "artifact.show":
            return {"made_by": "prn_2"}
        if operation == "artifact.lineage":
            return {"made_from": [{}, {}]}
        return {"items": self.lists.get(operation.partition(".")[0], []), "next": None}


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=100)


def lines(console) -> list[str]:
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def test_the_end_fits_on_a_screen_and_counts_everything(console):
    artifacts = [{"id": f"signal/{n}", "effective": 1, "head": 2} for n in range(20)]
    office = Answers(person=PEOPLE, artifact=artifacts, gate=GATES, verdict=VERDICTS, ledger=USES)

    tell_end(console, office, [Part(name="set-up", seconds=2), Part(name="the way", seconds=3.5)])

    told = lines(console)
    assert "signal 20 40 40 person-2" in told
    assert "architecture 2 CR-5 FAIL, PASS" in told
    assert any(line.startswith("person-1 4 G-") and "up to 3 h 30 m" in line for line in told)
    assert "3 others 3 30 3 0.0000" in told
    assert "all 9 90 9 0.0000" in told
    assert "Seconds set-up 2.0, the way 3.5, all 5.5" in told
    assert len(told) < 40


def test_decisions_that_were_refused_are_told_once_each(console):
    tell_end(console, Answers(), [], ["ada, G-1: [no] gate", "ada, G-1: [no] gate", "bob: away"])

    told = lines(console)
    assert "ada, G-1: [no] gate (2 times)" in told
    assert "bob: away" in told


def test_nothing_is_said_of_what_there_is_nothing_of(console):
    tell_end(console, Answers(), [])

    assert lines(console) == []


def test_the_way_to_read_on_names_the_home(console):
    tell_more(console, Path("/srv/demo"))

    assert "export HEADRACE_HOME=/srv/demo" in console.file.getvalue()
    assert any(line.startswith("headrace artifact list") for line in lines(console))


def test_a_decision_is_told_with_the_handle_of_whoever_took_it(console):
    office = Answers(person=PEOPLE)
    progress = Progress(console, Handles(office).of)
    event = {
        "type": "governance.gate_decided",
        "at": "2026-03-16T01:08:21Z",
        "position": 7,
        "payload": {"gate": "G-1", "decision": "approve", "by": "prn_3"},
    }

    progress.tell([event, event])

    assert lines(console) == ["16 Mar 01:08 decided G-1: approve by person-3"] * 2
    assert office.asked.count("person.list") == 1


def test_somebody_unknown_keeps_their_id():
    assert Handles(Answers()).of("prn_9") == "prn_9"
    assert Handles(Answers()).of(None) == "—"
