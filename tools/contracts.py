"""Import contracts of our own, run by import-linter; `.importlinter` says which stand where."""

import re
from collections.abc import Iterable

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class RoomsContract(Contract):
    """A room may look into another room only through that room's open modules.

    Rooms are the direct children of `house`. Imports inside one room are free; an import from
    one room, or from any of `guests`, to another room must end at `<room>.<open module>`.
    """

    type_name = "rooms"
    house = fields.StringField()
    guests = fields.SetField(subfield=fields.StringField(), required=False)
    open_modules = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import that goes past a room's open modules."""
        illegal = sorted(
            (importer, imported)
            for importer in graph.modules
            if self._room(importer) or self._is_guest(importer)
            for imported in graph.find_modules_directly_imported_by(importer)
            if self._is_closed(importer, imported)
        )
        return ContractCheck(kept=not illegal, metadata={"illegal": illegal})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Names each offence on a line of its own."""
        for importer, imported in check.metadata["illegal"]:
            output.print_error(f"{importer} -> {imported}: not an open module of that room")

    def _room(self, module: str) -> str | None:
        """The room a module lives in, or None outside the house."""
        prefix = f"{self.house}."
        return module.removeprefix(prefix).split(".")[0] if module.startswith(prefix) else None

    def _is_guest(self, module: str) -> bool:
        guests: Iterable[str] = self.guests or ()  # type: ignore[assignment]  # a field's value
        return any(_is_within(module, guest) for guest in guests)

    def _is_closed(self, importer: str, imported: str) -> bool:
        room = self._room(imported)
        if room is None or room == self._room(importer):
            return False
        doors: Iterable[str] = self.open_modules  # type: ignore[assignment]  # a field's value
        return imported not in {f"{self.house}.{room}.{name}" for name in doors}


class SoleImporterContract(Contract):
    """Only the modules named may import a library (or a package of ours), directly.

    import-linter's own `protected` contract does the same but fails where either side does not
    exist yet; this one lets a room, or the first use of a library, arrive later. `importers` are
    module names; `*` stands for one part, and what lies below a name belongs to it.
    """

    type_name = "sole_importer"
    packages = fields.ListField(subfield=fields.StringField())
    importers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every direct import of a package by a module that is not named."""
        packages: Iterable[str] = self.packages  # type: ignore[assignment]  # a field's value
        illegal = sorted(
            (importer, imported)
            for imported in graph.modules
            if any(_is_within(imported, package) for package in packages)
            for importer in graph.find_modules_that_directly_import(imported)
            if not self._is_allowed(importer)
        )
        return ContractCheck(kept=not illegal, metadata={"illegal": illegal})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Names each offence and who alone may do it."""
        importers: Iterable[str] = self.importers  # type: ignore[assignment]  # a field's value
        for importer, imported in check.metadata["illegal"]:
            output.print_error(f"{importer} -> {imported}: only {', '.join(importers)} may")

    def _is_allowed(self, importer: str) -> bool:
        importers: Iterable[str] = self.importers  # type: ignore[assignment]  # a field's value
        return any(_matches(importer, expression) for expression in importers)


def _is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _matches(module: str, expression: str) -> bool:
    """Whether `module` is what `expression` names or lies below it."""
    pattern = re.escape(expression).replace(r"\*", r"[^.]+")
    return re.fullmatch(rf"{pattern}(\..+)?", module) is not None
