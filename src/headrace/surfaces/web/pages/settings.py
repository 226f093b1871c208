"""Settings: who reads and what they may do, and the state of the machine room."""

from dataclasses import dataclass

from headrace.kernel.errors import HeadraceError
from headrace.surfaces.web.answers import (
    Executor,
    Executors,
    Halt,
    Repositories,
    Repository,
    SettingLine,
    SettingLines,
    Standing,
    Switch,
)
from headrace.surfaces.web.asked import Asked


@dataclass(frozen=True, kw_only=True)
class SettingsPage:
    """A part that the reader may not see is empty."""

    standing: Standing
    halt: Halt | None
    executors: tuple[Executor, ...]
    repositories: tuple[Repository, ...]
    settings: tuple[SettingLine, ...]
    is_operator: bool


def show(asked: Asked) -> SettingsPage:
    """The organisation's standing arrangements."""
    listed = asked.client.ask_if_allowed(SettingLines, "setting.list")
    return SettingsPage(
        settings=listed.items if listed else (),
        is_operator=listed is not None,
        standing=asked.client.ask(Standing, "whoami"),
        halt=_halt(asked),
        executors=_executors(asked),
        repositories=_repositories(asked),
    )


def _halt(asked: Asked) -> Halt | None:
    try:
        return asked.client.ask(Switch, "switch.show").halt
    except HeadraceError:
        return None


def _executors(asked: Asked) -> tuple[Executor, ...]:
    try:
        return asked.client.ask(Executors, "workflow.executors").items
    except HeadraceError:
        return ()


def _repositories(asked: Asked) -> tuple[Repository, ...]:
    try:
        return asked.client.ask(Repositories, "repository.list", limit=200).items
    except HeadraceError:
        return ()
