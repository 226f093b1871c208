"""The doors: they mount what rooms declare and know no room."""
