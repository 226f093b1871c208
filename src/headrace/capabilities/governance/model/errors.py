"""Refusals of governance."""

from headrace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound


class GateNotFound(NotFound):
    """No such gate."""

    code = "governance.gate_not_found"


class QuestionNotFound(NotFound):
    """No such question."""

    code = "governance.question_not_found"


class PolicyUnknown(NotFound):
    """No policy of this key is declared."""

    code = "governance.policy_unknown"


class ReportRefused(Invalid):
    """The report contradicts itself or its policy."""

    code = "governance.report_refused"


class SelfJudged(NotAllowed):
    """Whoever made a thing does not evaluate it."""

    code = "governance.self_judged"


class NotEligible(NotAllowed):
    """This actor may not decide here."""

    code = "governance.not_eligible"


class NoteMissing(Invalid):
    """Whoever says anything but yes says why."""

    code = "governance.note_missing"


class NotYet(Conflict):
    """What a gate asks about is not ready to be approved; `reasons` are all of them."""

    code = "governance.not_yet"


class AlreadyDecided(Conflict):
    """Somebody was faster."""

    code = "governance.already_decided"


class Stale(Conflict):
    """What was to be decided has changed since."""

    code = "governance.stale"


class NotAlike(Invalid):
    """These gates are not of one sort, so one decision does not fit them all."""

    code = "governance.not_alike"


class HaltStands(NotAllowed):
    """Agents never start themselves again."""

    code = "governance.halt_stands"
