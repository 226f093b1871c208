"""What is written when a mission's work is released and measured, and to govern it all."""

from typing import Any

from packs.enterprise.types.story import MISSION, Content, changed


def an_asset_entry(**changes: Any) -> Content:
    """The API, as something that stays."""
    content = {
        "title": "Bulk Export API",
        "fields": {"type": "code"},
        "sections": {
            "description": "Exports of whole datasets, as jobs, for enterprise customers.",
            "ownership": {
                "owner": "Division Lead",
                "division": "Core Services",
                "mission": MISSION,
                "task": "TASK-001",
            },
            "lifecycle": {"review_due": "2026-10-01"},
            "location": {"paths": ["src/api/v2/export/"], "version": "1.0"},
            "classification": {"level": "INTERNAL", "pii": False},
            "metadata": {"tags": ["export", "api"]},
            "quality": [
                {
                    "evaluation": "2026-03-25-api-implementation-1",
                    "date": "2026-03-25",
                    "verdict": "PASS WITH NOTES",
                }
            ],
        },
    }
    return changed(content, changes)


def a_governance_exception(**changes: Any) -> Content:
    """One rule, set aside for a month."""
    content = {
        "title": "No load test in staging",
        "fields": {
            "owner": "Tech Lead",
            "rule": "performance — load test at twice the expected load",
            "scope": "src/data/export/",
            "mission": MISSION,
            "starts": "2026-03-25",
            "expires": "2026-04-25",
            "approvers": ["Steering Lead"],
        },
        "sections": {
            "reason": "Staging has no read replica yet.",
            "risk": "A slow export shows itself first in production.",
            "mitigation": "The first stage reaches 5 % of traffic.",
            "not_waived": ["budgets are measured in production"],
            "rollback": "The load test runs as soon as the replica is there.",
        },
    }
    return changed(content, changes)


def a_release_contract(**changes: Any) -> Content:
    """How bulk export reaches everyone."""
    content = {
        "title": "Bulk Data Export v1.0",
        "fields": {"manager": "Engineering Manager"},
        "sections": {
            "summary": "Bulk export for enterprise customers.",
            "changes": [
                {
                    "change": "POST /api/v2/export/bulk",
                    "type": "feature",
                    "mission": MISSION,
                    "verdict": "PASS",
                }
            ],
            "breaking": {"found": "none", "checked": "both OpenAPI files compared"},
            "stages": [
                {
                    "stage": "Canary",
                    "target": "5%",
                    "share": 5,
                    "duration": "24 hours",
                    "health_criteria": "error rate < baseline + 0.5%",
                    "rollback_trigger": "Auto-rollback on critical alert",
                },
                {
                    "stage": "General Availability",
                    "target": "100%",
                    "share": 100,
                    "duration": "Ongoing",
                    "health_criteria": "All metrics stable",
                    "rollback_trigger": "Manual rollback available",
                },
            ],
            "rollback": {
                "mechanism": "Feature flag disable (instant)",
                "tested": True,
                "tested_where": "in staging",
                "time": "< 30 seconds",
                "data": False,
                "data_plan": "export jobs are ephemeral",
            },
            "readiness": [
                {"id": "READY-1", "text": "All quality evaluations passed", "checked": True},
                {"id": "READY-2", "text": "On-call team notified", "checked": False},
            ],
            "notes": {
                "customers": "You can export whole datasets.",
                "internal": "See the runbook.",
            },
        },
    }
    return changed(content, changes)


def an_outcome_report(**changes: Any) -> Content:
    """Whether the promise came true."""
    content = {
        "title": "Bulk Data Export",
        "fields": {"verdict": "exceeded"},
        "sections": {
            "summary": "Delivered in 3.5 weeks. All primary outcomes met or exceeded.",
            "results": [
                {
                    "metric": "p95 export latency (1M records)",
                    "target": "< 30s",
                    "actual": "22s",
                    "variance": "-27%",
                    "verdict": "met",
                },
                {
                    "metric": "Enterprise customers using",
                    "target": "≥ 3 within 2 weeks",
                    "actual": "7",
                    "variance": "+133%",
                    "verdict": "exceeded",
                    "confidence": "high",
                },
            ],
            "assets": [
                {
                    "asset": "Bulk Export API",
                    "type": "code",
                    "entry": "work/assets/bulk-export-api.md",
                }
            ],
            "lessons": {
                "worked": ["Parallel stream execution saved ~1 week"],
                "failed": ["Documentation FAIL cost 1 day"],
                "fleet": ["Quality eval turnaround was the primary bottleneck"],
            },
            "signals": [
                {
                    "signal": "Near-limit timeout on 8M export",
                    "category": "technical",
                    "filed_as": "work/signals/2026-04-10-export-large-dataset-timeout.md",
                }
            ],
            "venture_impact": [
                {
                    "venture": "Platform Product",
                    "metric": "NRR (Net Revenue Retention)",
                    "impact": "8 at-risk renewals secured ($2.4M ARR)",
                }
            ],
            "recommendation": {
                "recommended": ["close", "follow-up"],
                "rationale": "Objectives are achieved; datasets above 10M records come next.",
            },
        },
    }
    return changed(content, changes)


def a_postmortem(**changes: Any) -> Content:
    """Parquet ran out of memory."""
    content = {
        "title": "Parquet export out of memory on wide tables",
        "fields": {
            "incident": "INC-2026-003",
            "severity": "SEV2",
            "started": "2026-04-22T09:00:00Z",
            "ended": "2026-04-22T09:14:00Z",
        },
        "sections": {
            "summary": "Parquet exports of wide tables failed for 14 minutes.",
            "timeline": [
                {
                    "at": "2026-04-22T09:03:00Z",
                    "event": "alert on the error rate",
                    "actor": "monitoring-agent",
                }
            ],
            "impact": "4 of 25 export requests failed.",
            "detection": {"detected_by": "error rate alert", "time_to_detect": "3 minutes"},
            "root_cause": {
                "cause": "Row groups were sized for narrow tables.",
                "whys": ["Memory ran out.", "Row groups hold every column.", "No test was wide."],
            },
            "remediation": "Row groups were made smaller; the rate returned to its baseline.",
            "runbook": {"used": True, "which": "export-service", "gaps": "no entry for Parquet"},
            "policy_gaps": [
                {
                    "policy": "performance",
                    "gap": "load tests vary rows alone",
                    "proposal": "vary columns too",
                }
            ],
            "follow_ups": [
                {
                    "horizon": "immediate",
                    "action": "Test with 500 columns",
                    "owner": "coding-agent",
                    "due": "2026-04-24",
                }
            ],
            "signals": {"filed": ["work/signals/2026-04-22-parquet-memory-wide-tables.md"]},
        },
    }
    return changed(content, changes)


def a_runbook(**changes: Any) -> Content:
    """What to do when exports fail."""
    content = {
        "title": "Export errors",
        "fields": {
            "service": "export",
            "division": "Core Services",
            "alert": "ExportErrors",
            "severity": "SEV2",
        },
        "sections": {
            "overview": "More than 1 % of exports fail.",
            "diagnosis": {
                "verify": ["Open the dashboard Bulk Export Health."],
                "blast_radius": ["Break the errors down by format."],
                "causes": [
                    {"sign": "out of memory", "cause": "wide tables", "remedy": "Smaller groups"}
                ],
            },
            "remediations": [
                {
                    "name": "Smaller groups",
                    "when": "out of memory in Parquet",
                    "limits": "not below 1000 rows a group",
                    "automatic": True,
                    "expected": "the error rate is at its baseline within 15 minutes",
                    "steps": ["Halve the size of row groups.", "Watch for 15 minutes."],
                }
            ],
            "escalation": [
                {
                    "condition": "the rate does not fall",
                    "who": "On-call Engineer",
                    "within": "15 minutes",
                }
            ],
            "verification": [{"text": "error rate < 1 % for an hour", "checked": False}],
        },
    }
    return changed(content, changes)


def a_health_report(**changes: Any) -> Content:
    """The venture after the mission."""
    content = {
        "title": "Platform Product",
        "fields": {
            "venture": "Platform Product",
            "date": "2026-04-26",
            "health": "healthy",
            "trajectory": "improving",
        },
        "sections": {
            "summary": "Renewals are secured.",
            "metrics": [
                {
                    "metric": "NRR (Net Revenue Retention)",
                    "current": "112%",
                    "status": "on-track",
                    "moved_by": "work/missions/bulk-data-export/OUTCOME-REPORT.md",
                }
            ],
            "recommendation": {"recommended": "maintain", "rationale": "It grows."},
        },
    }
    return changed(content, changes)


def an_evolution_proposal(**changes: Any) -> Content:
    """Let a person look earlier."""
    content = {
        "title": "Pre-flag novel patterns",
        "fields": {
            "category": "quality process",
            "trigger": "evaluations waited for people",
            "approvers": ["Steering Lead", "Quality Policy Author"],
        },
        "sections": {
            "current": "A person is asked when the evaluation escalates.",
            "proposed": "A person is asked when the change is opened.",
            "evidence": {
                "signals": [
                    "work/signals/2026-04-08-quality-eval-turnaround.md",
                    "work/signals/2026-03-20-async-job-cancellation-pattern-missing.md",
                    "work/signals/2026-04-15-evaluations-wait.md",
                ],
                "data": ["14 hours waited in one mission"],
            },
            "impact": [{"layer": "quality", "impact": "earlier questions"}],
            "rollback": "The flag is switched off.",
            "metrics": [
                {
                    "metric": "hours waited",
                    "baseline": "14",
                    "target": "< 4",
                    "by": "2026-07-01",
                }
            ],
            "plan": ["Compute novelty when a change is opened.", "Ask above the threshold."],
            "alternatives": [
                {
                    "name": "Do nothing",
                    "description": "Wait as before.",
                    "why_rejected": "It is the longest wait of the fleet.",
                }
            ],
        },
    }
    return changed(content, changes)


def a_lock(**changes: Any) -> Content:
    """The policies, held for an hour."""
    content = {
        "title": "org/4-quality/policies/",
        "fields": {
            "target": "org/4-quality/policies/",
            "owner": "policy-author",
            "created": "2026-04-01T09:00:00Z",
            "expires": "2026-04-01T10:00:00Z",
            "related": ["EVO-2026-001"],
        },
        "sections": {"reason": "Two clauses change together."},
    }
    return changed(content, changes)


def a_rollout_evidence(**changes: Any) -> Content:
    """What was tried on the running service before anybody was reached."""
    content = {
        "title": "Bulk Data Export: rehearsal",
        "fields": {
            "kind": "rehearsal",
            "service": "customer-records",
            "commit": "a" * 40,
            "flag": "bulk_export_enabled",
            "date": "2026-04-06",
        },
        "sections": {
            "summary": "1 of 2 met.",
            "checks": [
                {
                    "check": "way-back",
                    "result": "met",
                    "figure": "2.4 seconds",
                    "evidence": "seen on, killed, seen off",
                },
                {"check": "load", "result": "not-evaluated", "evidence": "no command for it"},
            ],
        },
    }
    return changed(content, changes)


def a_handover(**changes: Any) -> Content:
    """Build has ended, Ship begins."""
    content = {
        "title": "Bulk Data Export: build to ship",
        "fields": {
            "from": "build",
            "to": "ship",
            "owner": "release-coordinator",
            "enforced_by": "Quality",
            "date": "2026-04-06",
        },
        "sections": {
            "exit": [{"line": "Every task is done or descoped", "evidence": "5 tasks"}],
        },
    }
    return changed(content, changes)


def an_imported_document(**changes: Any) -> Content:
    """A decision of another organisation, which is no decision here."""
    content = {
        "title": "Decision Record: Use The Queue",
        "fields": {
            "path": "work/decisions/DR-2026-008-use-the-queue.md",
            "kind": "decision-record",
            "claimed_status": "accepted",
            "fingerprint": "0" * 64,
            "ends_with_newline": True,
        },
        "sections": {
            "text": {
                "language": "markdown",
                "text": "# Decision Record: Use The Queue\n\n> **Status:** accepted\n\n```\ncode\n```",
            }
        },
    }
    return changed(content, changes)
