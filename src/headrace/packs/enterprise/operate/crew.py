"""The crew: which role watches, responds and changes, by which tool of its card, and who is called."""

from headrace.capabilities.operate.model import Crew, Deed

CREW = Crew(
    monitor="monitoring-agent",
    responder="incident-response-agent",
    hands={
        Deed.SET_PARAMETER: "remediation-agent",
        Deed.SCALE: "remediation-agent",
        Deed.RESTART: "remediation-agent",
        Deed.ROLL_BACK: "remediation-agent",
        Deed.KILL_FLAG: "feature-flag-agent",
    },
    tools={
        Deed.SET_PARAMETER: "apply_config",
        Deed.SCALE: "scale_service",
        Deed.RESTART: "restart_instance",
        Deed.ROLL_BACK: "roll_back",
        Deed.KILL_FLAG: "set_flag",
    },
    on_call=("on-call",),
    policy_author=("policy-author",),
    escalation=(("on-call",), ("engineering-manager",), ("vp-product", "engineering-manager")),
)
