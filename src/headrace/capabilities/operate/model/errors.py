"""Refusals of operate."""

from headrace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound


class IncidentNotFound(NotFound):
    """No such incident."""

    code = "operate.incident_not_found"


class IncidentEnded(Conflict):
    """An incident goes on in its order and never back."""

    code = "operate.incident_ended"


class OutcomeMissing(Conflict):
    """Something was changed and nobody has measured what came of it; an unmeasured deed is not done."""

    code = "operate.outcome_missing"


class RunbookMalformed(Invalid):
    """A runbook that nobody could follow; `reasons` are all of them."""

    code = "operate.runbook_malformed"


class NeverAllowed(NotAllowed):
    """Operations never do this, whoever asks."""

    code = "operate.never_allowed"


class PlanNotFound(NotFound):
    """No such plan."""

    code = "operate.plan_not_found"
