"""What the datasets' routes offer to the service."""

from api.v2.datasets.routes import router
from features import Feature

FEATURE = Feature(name="api.datasets", router=router)
