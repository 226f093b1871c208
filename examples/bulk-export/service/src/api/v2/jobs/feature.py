"""What the jobs' routes offer to the service."""

from api.v2.jobs.routes import router
from features import Feature

FEATURE = Feature(name="api.jobs", router=router)
