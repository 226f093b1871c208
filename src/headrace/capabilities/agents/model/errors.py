"""What can be wrong with what is asked of agents."""

from headrace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound


class RunNotFound(NotFound):
    """No run of this id."""

    code = "agents.run_not_found"


class RunOpen(Conflict):
    """The run has not ended yet."""

    code = "agents.run_open"


class RunOver(Conflict):
    """The run has ended."""

    code = "agents.run_over"


class RoleUnknown(NotFound):
    """No pack declares such a role, or the role has no such task."""

    code = "agents.role_unknown"


class SkillUnknown(NotFound):
    """No pack declares the skill that a role card names."""

    code = "agents.skill_unknown"


class EmployeeNotFound(NotFound):
    """No employee of this handle."""

    code = "agents.employee_not_found"


class NotEmployable(Conflict):
    """The role may not be hired now."""

    code = "agents.not_employable"


class StateRefused(Conflict):
    """The employee may not enter that state now."""

    code = "agents.state_refused"


class PeopleDecide(NotAllowed):
    """Only people decide about agents."""

    code = "agents.people_decide"


class NotWaiting(Conflict):
    """The run waits for no person."""

    code = "agents.not_waiting"


class SubmissionRefused(Invalid):
    """What was handed in does not have the form of the result."""

    code = "agents.submission_refused"


class PathRefused(NotAllowed):
    """The path lies beyond what the role may read or write."""

    code = "agents.path_refused"


class CheckUnknown(NotFound):
    """The product has no check of this name."""

    code = "agents.check_unknown"


class FileMissing(NotFound):
    """There is no such file in the worktree."""

    code = "agents.file_missing"


class BeyondKnowledge(NotAllowed):
    """The card does not let the role know this; `target` is what it asked for."""

    code = "agents.beyond_knowledge"


class ToolMisused(Invalid):
    """The tool cannot do this; nothing happened."""

    code = "agents.tool_misused"
