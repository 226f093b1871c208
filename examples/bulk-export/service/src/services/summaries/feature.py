"""What summaries offer to the service: the job that makes them."""

from features import Feature
from services.summaries.service import KIND, summarise

FEATURE = Feature(name="services.summaries", jobs={KIND: summarise})
