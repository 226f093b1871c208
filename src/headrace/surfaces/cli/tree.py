"""The tree of commands: a house's nouns, their verbs beneath them, and what stands beside them."""

from collections.abc import Callable, Mapping, Sequence

from cyclopts import App

from headrace.kernel.access import Credentials
from headrace.kernel.capability import Operation
from headrace.kernel.house import House
from headrace.surfaces.cli.commands import NamesFor, Perform, command, noun, verb
from headrace.surfaces.cli.outline import Extra, root


def build(
    house: House,
    perform: Perform,
    extras: Mapping[str, Extra] | None = None,
    *,
    defaults: Credentials | None = None,
    names: NamesFor | None = None,
    words: Sequence[str] | None = None,
) -> App:
    """The whole command line. Given the words of one call, only their noun's commands are made."""
    who = defaults or Credentials(trusted=True)

    def make(operation: Operation) -> App:
        return command(operation, perform, who, names)

    top = root(extras)
    for name, operations in _nouns(house).items():
        needed = words is None or name in words
        _add_noun(top, name, operations, make, needed=needed)
    return top


def outline_of(house: House) -> dict[str, str]:
    """Each noun with what the first page of help says of it; what is kept as the house's outline."""
    return {name: _told(name, operations) for name, operations in _nouns(house).items()}


def _nouns(house: House) -> dict[str, list[Operation]]:
    nouns: dict[str, list[Operation]] = {}
    for operation in house.operations.values():
        nouns.setdefault(noun(operation), []).append(operation)
    return dict(sorted(nouns.items()))


def _add_noun(
    top: App,
    name: str,
    operations: Sequence[Operation],
    make: Callable[[Operation], App],
    *,
    needed: bool,
) -> None:
    if _is_verb_itself(name, operations):
        top.command(make(operations[0]))
        return
    group = App(name=name, help=_told(name, operations), help_format="plaintext")
    for operation in operations if needed else ():
        group.command(make(operation))
    top.command(group)


def _is_verb_itself(name: str, operations: Sequence[Operation]) -> bool:
    return len(operations) == 1 and verb(operations[0]) == name


def _told(name: str, operations: Sequence[Operation]) -> str:
    if _is_verb_itself(name, operations):
        return operations[0].summary
    return ", ".join(verb(operation) for operation in operations)
