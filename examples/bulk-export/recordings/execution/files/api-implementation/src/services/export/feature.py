"""What the export offers to the service: its tables, its jobs, its health, its metrics."""

from features import Feature
from services.export.files import can_be_written
from services.export.metrics import metrics_of
from services.export.processor import EXPIRE, EXPORT, expire_file, run_export
from services.export.store import MIGRATIONS

FEATURE = Feature(
    name="services.export",
    migrations=MIGRATIONS,
    jobs={EXPORT: run_export, EXPIRE: expire_file},
    health={"export.files": can_be_written},
    metrics=metrics_of,
)
