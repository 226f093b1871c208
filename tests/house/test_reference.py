"""The generated pages say what the declarations say."""

from dataclasses import dataclass

import pytest
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from headrace.kernel.capability import Capability, Http, Operation
from headrace.kernel.events import Event
from tools import reference


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="HEADRACE_")

    workers: int = Field(default=2, description="Processes | that work.")
    home: str | None = Field(default=None, description="Folder.")


@dataclass(frozen=True, kw_only=True)
class Digging:
    depth: int
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dug(Event):
    """A hole was dug."""

    type = "garden.dug"
    depth: int


def dig(ctx, digging):
    """Dig a hole.

    Records Dug.
    """


GARDEN = Capability(
    name="garden",
    operations=(
        Operation(
            name="garden.dig",
            permission="garden:dig",
            input=Digging,
            output=Digging,
            run=dig,
            http=Http(method="POST", path="/garden/holes"),
        ),
    ),
    events=(Dug,),
)


def test_a_setting_stands_with_its_environment_name_default_and_meaning():
    page = reference.settings_page(Settings)

    assert "| `HEADRACE_WORKERS` | `int` | `2` | Processes \\| that work. |" in page
    assert "| `HEADRACE_HOME` | `str or none` | none | Folder. |" in page


@pytest.mark.parametrize(
    "words",
    [
        "### garden.dig",
        "Records Dug.",
        "`headrace garden dig`",
        "`POST /api/v1/garden/holes`",
        "Needs `garden:dig`; command, effect write",
        "Input: `depth: int`, `tools: tuple[str, …]`",
    ],
)
def test_an_operation_stands_with_its_help_its_doors_its_right_and_its_input(words):
    assert words in reference.operations_page([GARDEN])


def test_an_event_stands_with_its_room_meaning_and_fields():
    page = reference.events_page([GARDEN])

    assert "| `garden.dug` | garden | A hole was dug. | `depth: int` |" in page


def test_a_page_that_differs_is_missing_or_has_nothing_behind_it_is_outdated(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    (tmp_path / "same.md").write_text("same")
    (tmp_path / "old.md").write_text("old")
    (tmp_path / "orphan.md").write_text("")

    made = {"same.md": "same", "old.md": "new", "missing.md": "new"}

    assert reference.outdated(made) == ["missing.md", "old.md", "orphan.md"]
