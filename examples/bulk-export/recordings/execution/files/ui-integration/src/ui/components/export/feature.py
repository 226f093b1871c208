"""What the export panel offers to the service: its place on a dataset's page, and its files."""

from pathlib import Path

from features import Feature
from ui.components.export.slot import export_panel

FEATURE = Feature(
    name="ui.export",
    slots={"dataset.actions": export_panel},
    static=Path(__file__).parent / "static",
)
