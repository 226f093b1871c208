"""Every `headrace …` that a page tells a reader to type is understood by the real command line."""

import re
import shlex

import pytest
from cyclopts import CycloptsError

from headrace.app import HOUSE
from headrace.app.commands import COMMANDS
from headrace.surfaces.cli.tree import build
from house import tree

PAGES = {
    tree.told(path): path.read_text()
    for path in tree.tracked_files()
    if path.suffix == ".md" and not {"src", "tests", "reference"} & set(path.parts)
}
_BLOCK = re.compile(r"^( *)```[a-z]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:\.venv/bin/)?headrace [a-z][^`]*)`")
_END = re.compile(r"\s(?:\||&&|;|#|>|<)(?:\s|$)")
"""Where a shell's own words begin after a command: a pipe, a second command, a comment."""

ROOT = build(HOUSE, lambda call: None, COMMANDS)


def typed(text: str) -> list[str]:
    """The commands in a page's blocks, each on one line, as the shell would hand them over."""
    lines = []
    for block in _BLOCK.finditer(text):
        for line in block[2].replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|;\s+(?=headrace)", line):
                command = part.strip().removeprefix("$ ").removeprefix(".venv/bin/")
                if command.startswith("headrace "):
                    lines.append(_END.split(command)[0].strip())
    return lines


def named(text: str) -> list[str]:
    """The commands in a page's running text."""
    prose = _BLOCK.sub("", text)
    return [" ".join(found.removeprefix(".venv/bin/").split()) for found in _INLINE.findall(prose)]


def understood(command: str) -> None:
    """Raises CycloptsError where the command line would."""
    words = shlex.split(command)[1:]
    ROOT.parse_args(words, exit_on_error=False, print_error=False)


TYPED = [(page, command) for page, text in PAGES.items() for command in typed(text)]
NAMED = [(page, command) for page, text in PAGES.items() for command in named(text)]


def test_there_is_something_to_type():
    assert {page for page, _ in TYPED} >= {"docs/howto/first-steps.md"}
    assert len(TYPED) > 30
    assert len(NAMED) > 15


@pytest.mark.parametrize(("page", "command"), TYPED, ids=lambda told: told)
def test_what_a_page_tells_to_type_is_understood(page, command):
    try:
        understood(command)
    except CycloptsError as fault:
        pytest.fail(f"{page}: {command}\n{fault}")


@pytest.mark.parametrize(("page", "command"), NAMED, ids=lambda told: told)
def test_what_a_page_names_is_a_command(page, command):
    words = [word for word in command.split()[1:] if re.fullmatch(r"[a-z][a-z-]*", word)]

    first = ROOT[words[0]]

    if words[0] in COMMANDS or first.default_command is not None or len(words) == 1:
        return
    assert words[1] in list(first), f"{page}: {command}"


@pytest.mark.parametrize(
    "command",
    [
        "headrace gate decide G-1 perhaps",
        "headrace gate decide G-1 approve --loud",
        "headrace person add",
        "headrace nowhere at-all",
    ],
)
def test_what_is_not_understood_is_found(command):
    with pytest.raises(CycloptsError):
        understood(command)
