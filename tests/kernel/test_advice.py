"""Advice: commands in sentences of the house, read as operations; and every one that it names is one."""

import ast
import re
from pathlib import Path

import pytest

import headrace
from headrace.kernel.advice import Advice, parts

SOURCE = Path(headrace.__file__).parent


def told(text, house, **quotes):
    """The parts of a sentence, a advice as its operation and input."""
    return [
        one if isinstance(one, str) else (one.operation.name, dict(one.input))
        for one in parts(text, house.operations, **quotes)
    ]


def test_a_command_in_a_sentence_is_an_operation(house):
    assert told("No flag 'x'; `headrace flag list` shows them", house) == [
        "No flag 'x'; ",
        ("flag.list", {}),
        " shows them",
    ]
    assert told("`agent run-show R-1` tells more", house)[0] == ("agent.run-show", {"run": "R-1"})


@pytest.mark.parametrize(
    ("command", "operation", "given"),
    [
        ("headrace agent resume writer", "agent.resume", {"agent": "writer"}),
        ("headrace agent resume HANDLE", "agent.resume", {}),
        ("headrace team join leads ada", "team.join", {"team": "leads", "member": "ada"}),
        (
            "headrace budget set mission:export --period weekly",
            "budget.set",
            {"scope": "mission:export", "period": "weekly"},
        ),
        (
            "headrace artifact unarchive signal/one --why …",
            "artifact.unarchive",
            {"artifact": "signal/one"},
        ),
        ("headrace artifact list --type note --archived", "artifact.list",
         {"type": "note", "archived": "true"}),
        ("headrace why src/app.py:3", "why", {"path": "src/app.py:3"}),
        ("headrace flag kill export --as HANDLE", "flag.kill", {"flag": "export"}),
    ],
)  # fmt: skip
def test_its_words_are_read_as_the_command_line_reads_them(house, command, operation, given):
    assert told(f"`{command}`", house) == [(operation, given)]


@pytest.mark.parametrize(
    "text",
    [
        "`headrace demo`",
        "`why`",
        "`key`",
        "`headrace 'x`",
        "``",
        "`headrace`",
        "headrace flag list",
    ],
)
def test_what_is_no_operation_stays_as_it_is_written(house, text):
    assert told(text, house) == [text]


def test_what_a_sentence_quotes_of_others_is_no_advice(house):
    evil = "`headrace switch halt x`"
    text = f"No mission {evil!r}; `headrace mission list` names them"

    assert told(text, house, quotes={"slug": [evil]}) == [text]
    assert len(told(text.replace("`headrace switch", "headrace switch"), house)) > 1


def test_every_command_that_the_house_tells_a_reader_to_run_is_one(house):
    local = {"up", "demo", "migrate", "worker", "host", "import", "export", "lint", "doctor"}
    wrong = []
    for text, place in _texts():
        for command in re.findall(r"`headrace ([a-z][^`]*)`", text):
            named = [one for one in parts(f"`headrace {command}`", house.operations)]
            if not isinstance(named[0], Advice) and command.split()[0] not in local:
                wrong.append(f"{place}: {command}")

    assert not wrong


def _texts():
    """Every text of the source; what is put into one counts as one word."""
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "`headrace " in text else ():
            if isinstance(node, ast.JoinedStr):
                said = [one.value if isinstance(one, ast.Constant) else "x" for one in node.values]
                yield "".join(said), path.name
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, path.name
