"""Deliberations: all that was judged, asked and decided about some subjects."""

from dataclasses import dataclass

from headrace.capabilities.governance.model.gates import Gate
from headrace.capabilities.governance.model.judgements import Judgement, Question


@dataclass(frozen=True, kw_only=True)
class Deliberation:
    """Everything ever judged, asked and decided, on any hash; each oldest first."""

    gates: tuple[Gate, ...]
    judgements: tuple[Judgement, ...]
    questions: tuple[Question, ...]
