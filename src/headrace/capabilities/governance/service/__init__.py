"""The verbs of governance."""

from headrace.capabilities.governance.exempting import scope_of
from headrace.capabilities.governance.service.changes import (
    advance,
    ended,
    merge_objections,
    novel,
    present,
    reviewed,
)
from headrace.capabilities.governance.service.decisions import (
    DELEGATE,
    decide,
    decide_each,
    delegate,
)
from headrace.capabilities.governance.service.deliberations import deliberation, open_in
from headrace.capabilities.governance.service.eligibility import asked_of
from headrace.capabilities.governance.service.exceptions import (
    DUE,
    exception_due,
    exception_faults,
    exemptions,
    grant,
    revoke,
    rule_exception,
    rule_exceptions,
)
from headrace.capabilities.governance.service.gates import ask, standing, withdraw
from headrace.capabilities.governance.service.gates import get as gate
from headrace.capabilities.governance.service.gates import listing as gates
from headrace.capabilities.governance.service.gates import of_subject as gates_of
from headrace.capabilities.governance.service.inbox import (
    BLOCKS,
    everything,
    inbox,
    of_gate,
    of_question,
    of_source,
    waiting,
)
from headrace.capabilities.governance.service.judging import judge, run_of
from headrace.capabilities.governance.service.judging import listing as judgements
from headrace.capabilities.governance.service.policies import (
    EVALUATOR,
    assess,
    judgements_of,
    objections,
    policies,
    policy,
    tally,
)
from headrace.capabilities.governance.service.policies import standing as verdict_on
from headrace.capabilities.governance.service.questions import answer
from headrace.capabilities.governance.service.questions import get as question
from headrace.capabilities.governance.service.questions import of_subject as questions_of
from headrace.capabilities.governance.service.switch import (
    claim_objections,
    halt,
    halted,
    resume,
)

__all__ = [
    "BLOCKS",
    "DELEGATE",
    "DUE",
    "EVALUATOR",
    "advance",
    "answer",
    "ask",
    "asked_of",
    "assess",
    "claim_objections",
    "decide",
    "decide_each",
    "delegate",
    "deliberation",
    "ended",
    "everything",
    "exception_due",
    "exception_faults",
    "exemptions",
    "gate",
    "gates",
    "gates_of",
    "grant",
    "halt",
    "halted",
    "inbox",
    "judge",
    "judgements",
    "judgements_of",
    "merge_objections",
    "novel",
    "objections",
    "of_gate",
    "of_question",
    "of_source",
    "open_in",
    "policies",
    "policy",
    "present",
    "question",
    "questions_of",
    "resume",
    "reviewed",
    "revoke",
    "rule_exception",
    "rule_exceptions",
    "run_of",
    "scope_of",
    "standing",
    "tally",
    "verdict_on",
    "waiting",
    "withdraw",
]
