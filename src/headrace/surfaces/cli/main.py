"""The command line of a house: built for one call, run, and ended with the exit code of its failure."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cyclopts import App, CycloptsError

from headrace.kernel.errors import Invalid

if TYPE_CHECKING:  # what needs the house is imported where a house is at hand
    from headrace.kernel.access import Credentials
    from headrace.kernel.house import House
    from headrace.surfaces.cli.commands import NamesFor, Perform
    from headrace.surfaces.cli.outline import Extra

INTERRUPTED = 130
_SWITCHES = {"--json": 0, "--organisation": 1, "--as": 1}
"""Switches that may also stand before the noun, with the number of their values."""


def main(
    arguments: Sequence[str],
    *,
    house: "House",
    perform: "Perform",
    extras: "Mapping[str, Extra] | None" = None,
    defaults: "Credentials | None" = None,
    names: "NamesFor | None" = None,
) -> int:
    """Run one command of a house; its exit code, as `run` gives it."""
    from headrace.surfaces.cli.tree import build

    words = in_order(arguments)
    app = build(house, perform, extras, defaults=defaults, names=names, words=words)
    return run(app, words)


def run(app: App, words: Sequence[str]) -> int:
    """Run one command; the exit code. 0 done, 1 defect, 2 wrongly called, 3 not found, 4 conflict,
    5 not allowed, 6 not available now, 130 interrupted."""
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
        return failed(Invalid(f"{str(fault).strip()} Add --help to see what is understood."), words)
    except Exception as fault:  # noqa: BLE001 - an edge: a command ends here, whatever went wrong
        return failed(fault, words)


def failed(fault: Exception, words: Sequence[str]) -> int:
    """Tell what went wrong; its exit code."""
    from headrace.kernel.failures import failure
    from headrace.surfaces.cli.output import tell

    told = failure(fault)
    tell(told, as_json="--json" in words)
    return told.family.exit_code


def in_order(arguments: Sequence[str]) -> list[str]:
    """The words with leading switches put behind the command that they belong to."""
    words, moved = list(arguments), []
    while words and words[0].partition("=")[0] in _SWITCHES:
        option = words.pop(0)
        moved.append(option)
        if "=" not in option and _SWITCHES[option] and words:
            moved.append(words.pop(0))
    end = words.index("--") if "--" in words else len(words)
    return [*words[:end], *moved, *words[end:]]
