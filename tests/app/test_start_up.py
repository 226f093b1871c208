"""Starting up: what a command does not import, so that it starts at once."""

import json
import os
import subprocess
import sys

import pytest

from headrace.app import HOUSE
from headrace.app.commands import COMMANDS
from headrace.app.nouns import NOUNS
from headrace.surfaces.cli.outline import suffices
from headrace.surfaces.cli.tree import outline_of

HEAVY = ("dbos", "alembic", "fastapi", "starlette", "pydantic_ai", "openai", "anthropic", "jinja2")
"""What no operation needs that reads: engine, migrations, servers, models, templates."""

WITH_THE_HOUSE = ("sqlalchemy", "psycopg", "pydantic", "pygit2", "headrace.app.house")
"""What comes with the house, and so with every operation."""


def imported_by(*words: str) -> tuple[set[str], str]:
    """The modules that this command left imported, and what it printed."""
    program = (
        "import json, sys\n"
        f"sys.argv = ['headrace', *{list(words)!r}]\n"
        "from headrace.app.main import main\n"
        "code = main()\n"
        "print(json.dumps([code, sorted(sys.modules)]))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    printed, _, last = ended.stdout.rstrip().rpartition("\n")
    code, modules = json.loads(last)
    assert code == 0, ended.stderr
    return set(modules), printed


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["up", "--help"]])
def test_help_is_told_without_composing_the_house(words):
    modules, printed = imported_by(*words)

    assert printed
    assert not modules & {*HEAVY, *WITH_THE_HOUSE}


def test_an_operation_is_told_without_engine_migrations_servers_models_and_role_cards():
    modules, printed = imported_by("inbox", "list", "--help")

    assert "--organisation" in printed
    assert not modules & {*HEAVY, "headrace.capabilities.agents.card_files"}


def test_the_first_page_of_help_names_every_noun_of_the_house():
    assert outline_of(HOUSE) == NOUNS, "run `make reference`"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], True),
        (["--help"], True),
        (["--version"], True),
        (["demo", "--until", "brief"], True),
        (["up", "--help"], True),
        (["inbox", "list"], False),
        (["inbox", "--help"], False),
        (["inbox"], False),
        (["nowhere"], False),
    ],
)
def test_only_words_without_a_noun_do_without_the_house(words, expected):
    assert suffices(words, COMMANDS) is expected


def test_a_setting_that_cannot_be_used_is_named():
    ended = subprocess.run(
        [sys.executable, "-m", "headrace", "whoami"],
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": os.environ["PATH"], "HEADRACE_PORT": "many"},
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stderr.startswith(
        "error: A setting in the environment cannot be used: HEADRACE_PORT"
    )
    assert "Traceback" not in ended.stderr
