"""Puts the export panel on a dataset's page."""

from markupsafe import Markup

from data.model import Dataset
from features import SlotRequest
from ui.render import render

FORMATS = (
    ("csv", "CSV, for spreadsheets"),
    ("json", "JSON, for programs"),
    ("parquet", "Parquet, for analysis"),
)


def export_panel(request: SlotRequest) -> Markup:
    """The panel for the dataset of the page."""
    dataset = request.values["dataset"]
    assert isinstance(dataset, Dataset)
    return render("export/panel.html", dataset=dataset, formats=FORMATS)
