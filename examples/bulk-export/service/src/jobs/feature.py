"""What the job framework offers to the service: its table."""

from features import Feature
from jobs.queue import MIGRATIONS

FEATURE = Feature(name="jobs", migrations=MIGRATIONS)
