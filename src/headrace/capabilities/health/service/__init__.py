"""The verbs of health."""

from headrace.capabilities.health.service.figures import (
    COARSE_KEPT,
    FINE_KEPT,
    RAW_KEPT,
    courses,
    real_now,
    selector,
    series,
    tidy,
)
from headrace.capabilities.health.service.judging import judge
from headrace.capabilities.health.service.objectives import (
    Loaded,
    burn_course,
    load_targets,
    remove_target,
    standing,
    standings,
    targets,
)
from headrace.capabilities.health.service.reading import (
    Due,
    due,
    failed,
    ingest,
    put_source,
    remove_source,
    sources,
)
from headrace.capabilities.health.service.telling import troubles
from headrace.capabilities.health.service.watching import (
    judgements,
    put_watch,
    remove_watch,
    watches,
)

__all__ = [
    "COARSE_KEPT",
    "FINE_KEPT",
    "RAW_KEPT",
    "Due",
    "Loaded",
    "burn_course",
    "courses",
    "due",
    "failed",
    "ingest",
    "judge",
    "judgements",
    "load_targets",
    "put_source",
    "put_watch",
    "real_now",
    "remove_source",
    "remove_target",
    "remove_watch",
    "selector",
    "series",
    "sources",
    "standing",
    "standings",
    "targets",
    "tidy",
    "troubles",
    "watches",
]
