"""What authentication offers to the service: its tables."""

from auth.store import MIGRATIONS
from features import Feature

FEATURE = Feature(name="auth", migrations=MIGRATIONS)
