"""The verbs of coding."""

from headrace.capabilities.coding.service.evaluating import (
    FACT,
    INSTRUMENT,
    evaluate,
    evaluated,
    evaluators,
    instrument,
    reports,
)
from headrace.capabilities.coding.service.evidence import (
    LEASE,
    SharedEvidence,
    check_runs,
    claim,
    give_up,
    hold,
    keep,
)

__all__ = [
    "FACT",
    "INSTRUMENT",
    "LEASE",
    "SharedEvidence",
    "check_runs",
    "claim",
    "evaluate",
    "evaluated",
    "evaluators",
    "give_up",
    "hold",
    "instrument",
    "keep",
    "reports",
]
