"""What the export's routes offer to the service."""

from api.v2.export.routes import router
from features import Feature

FEATURE = Feature(name="api.export", router=router)
