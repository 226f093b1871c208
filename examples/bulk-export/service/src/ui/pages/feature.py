"""What the pages offer to the service: their routes and the design system's styles."""

from pathlib import Path

from features import Feature
from ui.pages.routes import router

FEATURE = Feature(name="ui.pages", router=router, static=Path(__file__).parent.parent / "static")
