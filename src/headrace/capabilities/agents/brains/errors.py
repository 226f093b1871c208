"""What can go wrong between a task and a brain. No message ever holds a key.

`details["lost_calls"]` counts the attempts that a provider may have charged without an answer.
"""

from headrace.kernel.errors import Conflict, Invalid, NotAllowed


class BrainMisconfigured(Invalid):
    """The settings do not make a usable brain; the message names the setting."""

    code = "agents.brain_misconfigured"


class NoModelConfigured(Conflict):
    """The task needs language or code that no deterministic brain can give."""

    code = "agents.no_model_configured"


class Cancelled(Conflict):
    """A stop was asked for; nothing of the turn counts but its lost calls."""

    code = "agents.turn_cancelled"


class ProviderUnavailable(Conflict):
    """The provider did not answer after every attempt, or asks for a longer wait than a call may take.

    `details["retry_after_seconds"]` is what it asked for, where it said: the run waits as a row, not here.
    """

    code = "agents.provider_unavailable"


class ProviderRejected(Invalid):
    """The provider refuses this very request; sending it again cannot succeed."""

    code = "agents.provider_rejected"


class ContextTooLong(ProviderRejected):
    """The conversation no longer fits the model."""

    code = "agents.context_too_long"


class AccessRefused(NotAllowed):
    """The provider does not accept the key, or the key may not use the model."""

    code = "agents.provider_access_refused"


class QuotaExhausted(Conflict):
    """The account at the provider has no credit left; waiting does not help."""

    code = "agents.provider_quota_exhausted"


class RecordingEnded(Conflict):
    """The run asks for a turn that the recording does not have."""

    code = "agents.recording_ended"


class RecordingUnfit(Invalid):
    """A recording says what cannot be said here: a template or an argument that does not fit."""

    code = "agents.recording_unfit"


class FactMissing(Conflict):
    """A recording names a fact that the task does not give: the run stops."""

    code = "agents.fact_missing"


class AgentFailed(Conflict):
    """An external agent ended with an error, was not found, or went over its time."""

    code = "agents.external_agent_failed"
