"""What the data offers to the service: its tables."""

from data.store import MIGRATIONS
from features import Feature

FEATURE = Feature(name="data", migrations=MIGRATIONS)
