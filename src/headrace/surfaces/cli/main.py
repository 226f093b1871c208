"""The command line of a house: built for one call, run, and ended with the exit code of its failure."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version

from cyclopts import App, CycloptsError

from headrace.kernel.access import Credentials
from headrace.kernel.capability import Operation
from headrace.kernel.errors import Invalid
from headrace.kernel.failures import failure
from headrace.kernel.house import House
from headrace.surfaces.cli.commands import Perform, command, noun, verb
from headrace.surfaces.cli.output import tell

INTERRUPTED = 130
_SWITCHES = {"--json": 0, "--organisation": 1, "--as": 1}
"""Switches that may also stand before the noun, with the number of their values."""

Extra = App | Callable[..., object]
"""A command that is no operation, such as `up` or `doctor`; it may return its exit code."""


def main(
    arguments: Sequence[str],
    *,
    house: House,
    perform: Perform,
    extras: Mapping[str, Extra] | None = None,
    defaults: Credentials | None = None,
) -> int:
    """Run one command; the exit code. 0 done, 1 defect, 2 wrongly called, 3 not found, 4 conflict,
    5 not allowed, 6 not available now, 130 interrupted."""
    words = _in_order(arguments)
    app = build(house, perform, extras, defaults=defaults, words=words)
    try:
        result = app(words, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
        return result if isinstance(result, int) and not isinstance(result, bool) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = None  # whoever read has enough; nothing is left to flush
        return 0
    except CycloptsError as fault:
        return _failed(
            Invalid(f"{str(fault).strip()} Add --help to see what is understood."), words
        )
    except Exception as fault:  # noqa: BLE001 - an edge: a command ends here, whatever went wrong
        return _failed(fault, words)


def _failed(fault: Exception, words: Sequence[str]) -> int:
    told = failure(fault)
    tell(told, as_json="--json" in words)
    return told.family.exit_code


def build(
    house: House,
    perform: Perform,
    extras: Mapping[str, Extra] | None = None,
    *,
    defaults: Credentials | None = None,
    words: Sequence[str] | None = None,
) -> App:
    """The whole command line. Given the words of one call, only their noun's commands are made."""
    who = defaults or Credentials(trusted=True)
    root = App(
        name="headrace",
        help="The operating system for organisations in which agents work and people decide.",
        help_format="plaintext",
        version=lambda: version("headrace"),
        suppress_keyboard_interrupt=False,  # its exit code is ours to give
    )
    for name, extra in (extras or {}).items():
        root.command(extra, name=name)
    for name, operations in _nouns(house).items():
        needed = words is None or name in words
        _add_noun(root, name, operations, perform, who, needed=needed)
    return root


def _nouns(house: House) -> dict[str, list[Operation]]:
    nouns: dict[str, list[Operation]] = {}
    for operation in house.operations.values():
        nouns.setdefault(noun(operation), []).append(operation)
    return dict(sorted(nouns.items()))


def _add_noun(
    root: App,
    name: str,
    operations: Sequence[Operation],
    perform: Perform,
    who: Credentials,
    *,
    needed: bool,
) -> None:
    if len(operations) == 1 and verb(operations[0]) == name:
        root.command(command(operations[0], perform, who))
        return
    group = App(name=name, help=_verbs(operations), help_format="plaintext")
    for operation in operations if needed else ():
        group.command(command(operation, perform, who))
    root.command(group)


def _verbs(operations: Iterable[Operation]) -> str:
    return ", ".join(verb(operation) for operation in operations)


def _in_order(arguments: Sequence[str]) -> list[str]:
    """The words with leading switches put behind the command that they belong to."""
    words, moved = list(arguments), []
    while words and words[0].partition("=")[0] in _SWITCHES:
        option = words.pop(0)
        moved.append(option)
        if "=" not in option and _SWITCHES[option] and words:
            moved.append(words.pop(0))
    end = words.index("--") if "--" in words else len(words)
    return [*words[:end], *moved, *words[end:]]
