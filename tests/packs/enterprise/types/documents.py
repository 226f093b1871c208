"""A legal document of every type, from one story: bulk data export.

Each builder takes changes by place (`a_signal(sections__assessment__urgency="monitor")`);
None takes the part away.
"""

from packs.enterprise.types.building import (
    a_decision_record,
    a_fleet_config,
    a_fleet_report,
    a_mission_status,
    a_mission_tasks,
    a_quality_evaluation,
    a_technical_design,
)
from packs.enterprise.types.discovering import (
    a_mission_brief,
    a_signal,
    a_signal_digest,
    a_signal_triage,
    an_opportunity_validation,
    an_outcome_contract,
)
from packs.enterprise.types.shipping import (
    a_governance_exception,
    a_handover,
    a_health_report,
    a_lock,
    a_postmortem,
    a_release_contract,
    a_rollout_evidence,
    a_runbook,
    an_asset_entry,
    an_evolution_proposal,
    an_imported_document,
    an_outcome_report,
)
from packs.enterprise.types.story import Content, changed

__all__ = [
    "DOCUMENTS",
    "Content",
    "a_decision_record",
    "a_fleet_config",
    "a_fleet_report",
    "a_governance_exception",
    "a_handover",
    "a_health_report",
    "a_lock",
    "a_mission_brief",
    "a_mission_status",
    "a_mission_tasks",
    "a_postmortem",
    "a_quality_evaluation",
    "a_release_contract",
    "a_rollout_evidence",
    "a_runbook",
    "a_signal",
    "a_signal_digest",
    "a_signal_triage",
    "a_technical_design",
    "an_asset_entry",
    "an_evolution_proposal",
    "an_imported_document",
    "an_opportunity_validation",
    "an_outcome_contract",
    "an_outcome_report",
    "changed",
]

DOCUMENTS: dict[str, Content] = {
    "signal": a_signal(),
    "signal-triage": a_signal_triage(),
    "signal-digest": a_signal_digest(),
    "opportunity-validation": an_opportunity_validation(),
    "mission-brief": a_mission_brief(),
    "outcome-contract": an_outcome_contract(),
    "fleet-config": a_fleet_config(),
    "mission-status": a_mission_status(),
    "mission-tasks": a_mission_tasks(),
    "technical-design": a_technical_design(),
    "quality-evaluation": a_quality_evaluation(),
    "decision-record": a_decision_record(),
    "fleet-report": a_fleet_report(),
    "asset-entry": an_asset_entry(),
    "governance-exception": a_governance_exception(),
    "rollout-evidence": a_rollout_evidence(),
    "release-contract": a_release_contract(),
    "handover": a_handover(),
    "outcome-report": an_outcome_report(),
    "postmortem": a_postmortem(),
    "runbook": a_runbook(),
    "health-report": a_health_report(),
    "evolution-proposal": an_evolution_proposal(),
    "path-lock": a_lock(),
    "imported-document": an_imported_document(),
}
"""By type."""
