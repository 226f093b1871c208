"""A legal document of every type, from one story: bulk data export.

Each builder takes changes by place (`a_signal(sections__assessment__urgency="monitor")`);
None takes the part away.
"""

from copy import deepcopy
from typing import Any

Content = dict[str, Any]

BRIEF = "work/missions/bulk-data-export/BRIEF.md"
DEMAND = "work/signals/2026-03-15-bulk-export-customer-demand.md"
LAUNCH = "work/signals/2026-03-13-competitor-export-feature-launch.md"
SPIKE = "work/signals/2026-03-14-workaround-api-usage-spike.md"
DIGEST = "work/signals/digests/2026-W12-digest.md"
DECISION = "work/decisions/2026-03-25-bulk-export-async-pattern.md"
MISSION = "MISSION-2026-015"


def changed(content: Content, changes: dict[str, Any]) -> Content:
    """`content` with the part at each place ("sections__scope__in_scope") replaced."""
    result = deepcopy(content)
    for place, value in changes.items():
        *way, last = place.split("__")
        holder = result
        for step in way:
            holder = holder.setdefault(step, {})
        holder[last] = value
        if value is None:
            del holder[last]
    return result


def a_signal(**changes: Any) -> Content:
    """The signal that fifteen customers want their data out."""
    content = {
        "title": "Bulk Data Export — Recurring Customer Demand",
        "fields": {},
        "sections": {
            "source": {
                "category": "customer",
                "system": "CRM + Support ticket analysis",
                "topic": "bulk export",
                "confidence": "high",
            },
            "observation": (
                "15 enterprise customers (representing $2.4M ARR) have requested bulk data export "
                "in Q1 2026. 8 of these are in renewal discussions. Export formats requested: "
                "CSV (12), JSON (9), Parquet (4). Largest requested dataset: ~50M records."
            ),
            "assessment": {
                "urgency": "next-cycle",
                "alignment": ["Customer success drives growth"],
                "impact": "high",
                "impact_reason": "retention risk on $2.4M ARR",
                "divisions": ["Core Services", "Data Foundation", "Customer Experience"],
            },
            "disposition": {"recommended": "proceed"},
            "related": [LAUNCH],
        },
    }
    return changed(content, changes)


def a_signal_triage(**changes: Any) -> Content:
    """What the table says about that signal."""
    content = {
        "title": "Bulk Data Export — Recurring Customer Demand",
        "fields": {
            "signal": DEMAND,
            "disposition": "proceed",
            "urgency": "next-cycle",
            "impact": "high",
            "rule": "next-cycle and high",
        },
        "sections": {"reason": "Due this cycle, and of high impact."},
    }
    return changed(content, changes)


def a_signal_digest(**changes: Any) -> Content:
    """The week in which three signals came together."""
    content = {
        "title": "Week 2026-W12",
        "fields": {"week": "2026-W12", "period_start": "2026-03-09", "period_end": "2026-03-15"},
        "sections": {
            "summary": {
                "total": 14,
                "new": 9,
                "proceed": 3,
                "defer": 2,
                "monitor": 4,
                "pending": 5,
            },
            "themes": [
                {
                    "name": "Data Export Capability Gap",
                    "signal_count": 3,
                    "trend": "rising",
                    "urgency": "high",
                    "pattern": (
                        "Three independent signals from different sources all point to an unmet "
                        "bulk data export need."
                    ),
                    "action": "Escalate to Strategy Layer for opportunity validation.",
                    "signals": [
                        _theme_row(DEMAND, "2026-03-15", "customer", "customer-signal-scanner"),
                        _theme_row(LAUNCH, "2026-03-13", "competitive", "competitive-intelligence"),
                        _theme_row(SPIKE, "2026-03-14", "technical", "capacity-planning"),
                    ],
                }
            ],
            "pattern_alerts": [
                {
                    "name": "Data Export Convergence",
                    "topic": "bulk export",
                    "signals_involved": 3,
                    "signals": [DEMAND, LAUNCH, SPIKE],
                    "first_signal": "2026-03-13",
                    "latest_signal": "2026-03-15",
                    "description": (
                        "Customer demand, competitive pressure, and workaround behavior all "
                        "converge on the same capability gap."
                    ),
                    "action": "Create mission brief",
                    "urgency": "high",
                }
            ],
            "anomalies": [
                {
                    "metric": "whole dataset scans a week",
                    "baseline": 40,
                    "current": 118,
                    "deviation": 195.0,
                }
            ],
            "cross_layer": [
                {
                    "layer": "execution",
                    "observation": "Tags of one subject differ between teams.",
                    "implication": "Demand is easily counted too low.",
                }
            ],
            "actions": [
                {
                    "priority": "P1",
                    "action": "Validate the data export opportunity",
                    "owner": "VP Product",
                    "signals": [DEMAND, LAUNCH, SPIKE],
                }
            ],
        },
    }
    return changed(content, changes)


def _theme_row(signal: str, date: str, category: str, source: str) -> Content:
    return {"signal": signal, "date": date, "category": category, "source": source}


def an_opportunity_validation(**changes: Any) -> Content:
    """Five checks, all of them passed."""
    content = {
        "title": "Bulk Data Export",
        "fields": {
            "digest": DIGEST,
            "pattern_alert": "Data Export Convergence",
            "signals": [DEMAND, LAUNCH, SPIKE],
        },
        "sections": {
            "opportunity": "8 customers in renewal ask for their data in bulk.",
            "fit": {
                "verdict": "passed",
                "evidence": "Export is a form of data portability.",
                "beliefs": ["Customer success drives growth", "Platform extensibility"],
            },
            "size": {
                "verdict": "passed",
                "evidence": "Crosses API, data processing and frontend boundaries.",
                "size": "medium",
                "duration": "~4 weeks",
                "division_count": 3,
            },
            "scoping": {
                "verdict": "passed",
                "evidence": "Each part lies in paths that one division owns.",
                "divisions": _divisions(),
            },
            "conflict": {
                "verdict": "passed",
                "evidence": "No active missions in the same file paths.",
            },
            "resources": {
                "verdict": "concern",
                "evidence": "Core Services completes its mission this week.",
                "capacity": [
                    {
                        "division": "Core Services",
                        "active_missions": 1,
                        "available": True,
                        "reason": "completing this week",
                    }
                ],
            },
            "recommendation": {
                "recommended": "proceed",
                "rationale": "The demand is quantified and the renewals are near.",
                "against": "A partner could deliver files sooner.",
                "cheaper": "Doing nothing risks $2.4M ARR.",
            },
            "open_questions": [
                {
                    "question": "Why 10M records?",
                    "owner": "product-strategy",
                    "due": "2026-03-18",
                }
            ],
        },
    }
    return changed(content, changes)


def _divisions() -> list[Content]:
    return [
        {
            "division": "Core Services",
            "role": "primary",
            "contribution": "API endpoint, export engine, job queue",
        },
        {
            "division": "Data Foundation",
            "role": "supporting",
            "contribution": "Data extraction pipeline, format converters",
        },
        {
            "division": "Customer Experience",
            "role": "supporting",
            "contribution": "UI integration, documentation",
        },
    ]


def a_mission_brief(**changes: Any) -> Content:
    """The mission that answers the demand."""
    content = {
        "title": "Bulk Data Export",
        "fields": {"design_required": True},
        "sections": {
            "origin": {
                "signals": [DEMAND, LAUNCH, SPIKE],
                "digest": DIGEST,
                "alignment": ["Customer success drives growth", "Platform extensibility"],
                "sponsor": "VP Product",
            },
            "objective": (
                "Enable enterprise customers to export their data in bulk (CSV, JSON, Parquet) via "
                "API and UI. Addresses a quantified retention risk ($2.4M ARR across 8 customers "
                "in renewal) and closes a competitive gap."
            ),
            "scope": {
                "in_scope": [
                    "REST API endpoint for bulk export (async job-based)",
                    "UI export button with progress tracking",
                    "Support for CSV, JSON, and Parquet formats",
                    "Export up to 10M records per job",
                ],
                "out_of_scope": [
                    "Real-time streaming export",
                    "Exports > 10M records (deferred — tracked as separate signal)",
                ],
                "constraints": ["Must not degrade existing API latency (p99 < 200ms baseline)"],
            },
            "divisions": _divisions(),
            "checkpoints": [
                "Mission approval — VP Product reviews brief",
                "Architecture decision — if a pattern is novel, Tech Lead reviews",
                "Release approval — Engineering Manager approves release contract",
            ],
            "risks": [
                {
                    "risk": "Export jobs overload database",
                    "likelihood": "medium",
                    "impact": "high",
                    "mitigation": "Dedicated read replica + rate limiting",
                },
                {
                    "risk": "Parquet format complexity",
                    "likelihood": "low",
                    "impact": "medium",
                    "mitigation": "Use proven library; fallback to CSV",
                },
            ],
            "observability": {
                "key_metrics": ["export_job_duration", "export_job_errors"],
                "baselines": ["existing API p99 latency"],
            },
            "effort": {
                "size": "medium",
                "duration": "2-4 weeks",
                "fleet_size": "3 concurrent streams",
                "touchpoints": 3,
                "touchpoint_names": "mission approval, architecture review, release approval",
            },
        },
    }
    return changed(content, changes)


def an_outcome_contract(**changes: Any) -> Content:
    """What the mission promises, and what must not get worse."""
    content = {
        "title": "Bulk Data Export",
        "fields": {},
        "sections": {
            "outcomes": [
                {
                    "name": "Export Performance",
                    "kind": "outcome",
                    "metric": "p95 export latency for 1M records",
                    "baseline": "N/A (new feature)",
                    "target": "< 30 seconds",
                    "method": "APM tracing on export job completion",
                    "deadline": "2026-04-12",
                },
                {
                    "name": "Customer Adoption",
                    "kind": "outcome",
                    "metric": "Enterprise customers actively using bulk export",
                    "baseline": "0",
                    "target": "≥ 3 within 2 weeks of GA",
                    "method": "Distinct customer IDs calling export endpoint",
                    "deadline": "2026-04-26",
                },
                {
                    "name": "Guardrail — API Latency",
                    "kind": "guardrail",
                    "metric": "Existing API p99 latency",
                    "baseline": "180ms",
                    "target": "Must remain < 200ms",
                    "method": "APM monitoring, continuous",
                    "deadline": "Ongoing",
                },
            ],
            "criteria": [
                _criterion(1, "All three export formats (CSV, JSON, Parquet) functional"),
                _criterion(2, "Export jobs cancelable by the initiating user"),
                _criterion(3, "Rate limiting enforced (max 5 concurrent exports per customer)"),
                _criterion(4, "API documentation published and reviewed"),
            ],
            "schedule": [
                {"checkpoint": "initial", "timing": "1 week post-GA"},
                {"checkpoint": "interim", "timing": "2 weeks post-GA (adoption target measured)"},
                {"checkpoint": "final", "timing": "4 weeks post-GA"},
            ],
        },
    }
    return changed(content, changes)


def _criterion(number: int, words: str) -> Content:
    return {"id": f"AC-{number}", "text": words, "checked": False}


def a_fleet_config(**changes: Any) -> Content:
    """Four streams that run side by side."""
    content = {
        "title": "Bulk Data Export",
        "fields": {},
        "sections": {
            "roles": [{"role": "Orchestrator", "who": "mission-orchestrator"}],
            "streams": [
                {
                    "name": "api-implementation",
                    "pool": "coding-agent",
                    "division": "Core Services",
                    "exclusive": True,
                    "novelty_threshold": 0.7,
                    "paths": ["src/api/v2/export/", "tests/api/v2/export/"],
                    "policies": ["security", "architecture", "performance", "observability"],
                    "checkpoints": [
                        {
                            "trigger": "Architecture novelty score > 0.7",
                            "who": "Tech Lead",
                            "action": "Review async job pattern",
                        }
                    ],
                    "metrics": ["every endpoint of the contract answers"],
                },
                {
                    "name": "data-processing",
                    "pool": "coding-agent",
                    "division": "Data Foundation",
                    "exclusive": True,
                    "paths": ["src/data/export/", "tests/data/export/"],
                    "policies": ["architecture", "performance"],
                },
                {
                    "name": "documentation",
                    "pool": "doc-generation-agent",
                    "division": "Customer Experience",
                    "exclusive": True,
                    "paths": ["docs/api/v2/export/", "docs/guides/bulk-export/"],
                    "policies": ["content"],
                },
            ],
            "tasks": [
                {
                    "task": "Serve export jobs",
                    "stream": "api-implementation",
                    "priority": "high",
                    "criteria": ["AC-2", "AC-3"],
                },
                {
                    "task": "Write the formats",
                    "stream": "data-processing",
                    "priority": "high",
                    "criteria": ["AC-1"],
                },
                {
                    "task": "Document the API",
                    "stream": "documentation",
                    "depends_on": ["Serve export jobs"],
                    "criteria": ["AC-4"],
                },
            ],
            "dependencies": [
                {
                    "from": "api-implementation",
                    "to": "data-processing",
                    "type": "blocks",
                    "satisfied_by": "technical-design",
                },
                {
                    "from": "documentation",
                    "to": "api-implementation",
                    "type": "informs",
                    "note": "API spec needed",
                },
            ],
            "monitoring": {
                "quality_threshold": 0.85,
                "throughput_alert": "< 1 PR/day per active stream",
                "escalation": "Engineering Manager",
            },
        },
    }
    return changed(content, changes)


def a_mission_status(**changes: Any) -> Content:
    """Two entries, the newest first."""
    content = {
        "title": "Bulk Data Export",
        "fields": {},
        "sections": {
            "updates": [
                {
                    "name": "2026-03-28",
                    "overall": "on-track",
                    "phase": "active",
                    "period": "2026-03-17 → 2026-03-28",
                    "streams": [
                        {
                            "stream": "data-processing",
                            "division": "Data Foundation",
                            "status": "completed",
                            "progress": "100%",
                            "notes": "PR merged",
                        }
                    ],
                    "tasks": [{"status": "completed", "count": 4}],
                    "blockers": [
                        {
                            "blocker": "Fan-out pattern is novel",
                            "severity": "major",
                            "escalated_to": "Tech Lead",
                            "status": "resolved",
                        }
                    ],
                    "decisions": [
                        {
                            "decision": "Async job queue pattern",
                            "date": "2026-03-25",
                            "decided_by": "Tech Lead + coding-agent",
                            "link": DECISION,
                        }
                    ],
                    "performance": [{"metric": "PRs merged", "value": "3"}],
                },
                {
                    "name": "2026-03-17",
                    "overall": "on-track",
                    "phase": "active",
                    "period": "2026-03-17 → 2026-03-17",
                    "milestones": [
                        {
                            "milestone": "API interface contract defined",
                            "target_date": "2026-03-21",
                            "status": "on-track",
                        }
                    ],
                },
            ]
        },
    }
    return changed(content, changes)


def a_mission_tasks(**changes: Any) -> Content:
    """One task of the mission."""
    content = {
        "title": "Bulk Data Export",
        "fields": {},
        "sections": {
            "summary": [{"status": "in-progress", "count": 1}],
            "tasks": [
                {
                    "name": "TASK-001",
                    "title": "Serve export jobs",
                    "status": "in-progress",
                    "assigned": "Core Services - coding-agent",
                    "stream": "api-implementation",
                    "priority": "high",
                    "changes": ["exec/bulk-data-export/api-implementation"],
                    "criteria": [{"text": "a job can be cancelled", "checked": False}],
                }
            ],
        },
    }
    return changed(content, changes)


def a_technical_design(**changes: Any) -> Content:
    """The specification that all four streams share."""
    content = {
        "title": "Bulk Data Export",
        "fields": {"reviewers": ["Tech Lead", "Architecture Governor"]},
        "sections": {
            "context": (
                "Customers extract large datasets (up to 10M records) in CSV, JSON, and Parquet. "
                "The existing async job framework is used as it is."
            ),
            "api_contracts": [
                {
                    "name": "Export API",
                    "protocol": "REST, OpenAPI 3.1",
                    "endpoints": [
                        {
                            "method": "POST",
                            "path": "/api/v2/export/bulk",
                            "request": '{ datasetId, format: "csv"|"json"|"parquet" }',
                            "response": "202 { jobId, status }",
                            "errors": "429 with Retry-After: wait",
                        },
                        {
                            "method": "DELETE",
                            "path": "/api/v2/export/bulk/{jobId}",
                            "response": "204",
                        },
                    ],
                    "specification": {"language": "yaml", "text": "openapi: 3.1.0"},
                }
            ],
            "data_model": [
                {
                    "entity": "ExportQuota",
                    "change": "new",
                    "fields": ["customerId", "concurrentLimit (default: 5)", "dailyLimit"],
                }
            ],
            "interface_contracts": [
                {
                    "from": "data-processing",
                    "to": "api-implementation",
                    "interface": "Shared types",
                    "contract": "ExportFormat enum, ExportJobStatus enum, ChunkResult type",
                },
                {
                    "from": "api-implementation",
                    "to": "documentation",
                    "interface": "API spec",
                    "contract": "Full OpenAPI spec above",
                },
            ],
            "shared_types": {
                "language": "typescript",
                "text": 'type ExportFormat = "csv" | "json" | "parquet"',
            },
            "behaviours": [
                {
                    "name": "Rate limiting enforced",
                    "given": "a customer already has 5 concurrent exports running",
                    "when": "they POST /api/v2/export/bulk",
                    "then": "they receive 429 Too Many Requests\nwith a Retry-After header",
                    "criterion": "AC-3",
                    "test": "tests/api/v2/export/test_limits.py",
                }
            ],
            "threats": [
                {
                    "threat": "Download URL guessing",
                    "category": "Information Disclosure",
                    "likelihood": "low",
                    "impact": "high",
                    "mitigation": "Signed URLs with 15-min TTL, 256-bit random tokens",
                }
            ],
            "performance_budgets": [
                {
                    "component": "POST /export/bulk",
                    "metric": "p95 latency",
                    "budget": "< 200ms (job creation only)",
                },
                {
                    "component": "Data processing",
                    "metric": "throughput",
                    "budget": "1M records in < 5 min",
                },
            ],
            "observability": {
                "instrumentation": ["a span for each chunk"],
                "metrics": [
                    {
                        "metric": "export_job_duration",
                        "kind": "histogram",
                        "meaning": "seconds from creation to completion",
                    }
                ],
                "alerts": [
                    {
                        "alert": "ExportErrors",
                        "condition": "error rate > 1 % for 5 minutes",
                        "runbook": "export-service",
                    }
                ],
            },
            "decisions": [
                {
                    "name": "Use existing async job framework (not a new queue)",
                    "context": "Could build custom export queue or reuse existing framework",
                    "decision": "Reuse existing async job framework",
                    "rationale": "Proven at scale, already monitored, avoids new infrastructure",
                    "adr": "inline — standard pattern",
                }
            ],
            "review": [{"text": "Every dependency has an interface contract", "checked": True}],
        },
    }
    return changed(content, changes)


def a_quality_evaluation(**changes: Any) -> Content:
    """The evaluation that found a missing header."""
    content = {
        "title": "Bulk Export API Implementation",
        "fields": {
            "output": "exec/bulk-data-export/api-implementation",
            "output_type": "code",
            "mission": MISSION,
            "task": "TASK-001",
            "evaluator": "architecture-review",
            "maker": "coding-agent",
            "date": "2026-03-25",
            "verdict": "PASS WITH NOTES",
        },
        "sections": {
            "policies": [
                {
                    "policy": "security",
                    "applicable": True,
                    "verdict": "PASS",
                    "notes": "Auth model verified, input validation present",
                },
                {
                    "policy": "architecture",
                    "applicable": True,
                    "verdict": "PASS WITH NOTES",
                    "notes": "Follows established patterns",
                },
                {"policy": "performance", "verdict": "NOT EVALUATED", "notes": "no load test"},
            ],
            "criteria": [
                {
                    "criterion": "AC-3",
                    "result": "met",
                    "evidence": "tests/api/v2/export/test_limits.py",
                }
            ],
            "findings": [
                {
                    "severity": "minor",
                    "finding": "429 lacks a Retry-After header",
                    "clause": "architecture — API responses must include actionable information",
                    "evidence": "HTTP/1.1 429 without the header",
                    "location": "src/api/v2/export/routes.py:45",
                    "remediation": "Add Retry-After with an estimate",
                }
            ],
            "escalations": [
                {
                    "finding": "Parquet export uses a fan-out worker pattern",
                    "clause": "architecture — novel patterns require human review",
                    "question": "Is the pattern appropriate?",
                    "who": "Tech Lead",
                    "novelty": 0.82,
                }
            ],
            "action_items": [{"action": "Add Retry-After", "owner": "coding-agent"}],
        },
    }
    return changed(content, changes)


def a_decision_record(**changes: Any) -> Content:
    """Why exports are jobs."""
    content = {
        "title": "Async Job Queue for Bulk Export",
        "fields": {"reviewers": ["Tech Lead"], "mission": MISSION},
        "sections": {
            "context": "Bulk export needs to handle datasets up to 10M records.",
            "decision": "Use the existing async job queue framework.",
            "alternatives": [
                {
                    "name": "Synchronous Streaming",
                    "pros": ["Simpler implementation", "no job management"],
                    "cons": ["HTTP timeout risk", "no progress tracking"],
                    "why_rejected": "Cannot reliably handle 10M records within HTTP timeouts",
                }
            ],
            "consequences": {
                "positive": ["Scalable to large datasets without HTTP timeouts"],
                "negative": ["Clients must implement polling logic"],
            },
            "review": {
                "date": "2026-09-25",
                "trigger": "streaming export is considered (currently out of scope)",
            },
        },
    }
    return changed(content, changes)


def a_fleet_report(**changes: Any) -> Content:
    """Where work waited."""
    content = {
        "title": "Bulk Data Export",
        "fields": {
            "scope": "all streams of the mission",
            "period_start": "2026-03-17",
            "period_end": "2026-03-28",
        },
        "sections": {
            "summary": "Work flowed, but for one wait.",
            "composition": [
                {
                    "stream": "api-implementation",
                    "division": "Core Services",
                    "pool": "coding-agent",
                    "status": "active",
                }
            ],
            "throughput": [
                {"metric": "PRs merged", "value": "3"},
                {"metric": "Average cycle time", "value": "18 hours"},
            ],
            "quality": [{"dimension": "all policies", "evaluations": 6, "pass_rate": "83%"}],
            "cost": [{"item": "api-implementation", "tokens": 412000, "usd": 3.8}],
            "bottlenecks": [
                {
                    "stream": "api-implementation",
                    "waited": "14 hours",
                    "cause": "ESCALATE: architecture, answered by the Tech Lead",
                    "evidence": "evaluation of 2026-03-25",
                }
            ],
            "recommendations": [
                {
                    "recommendation": "Pre-flag changes with novel patterns",
                    "saving": "up to 14 hours",
                    "owner": "fleet-manager",
                }
            ],
            "signals": ["work/signals/2026-04-08-quality-eval-turnaround.md"],
        },
    }
    return changed(content, changes)


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
    "release-contract": a_release_contract(),
    "outcome-report": an_outcome_report(),
    "postmortem": a_postmortem(),
    "runbook": a_runbook(),
    "health-report": a_health_report(),
    "evolution-proposal": an_evolution_proposal(),
    "lock": a_lock(),
}
"""By type."""
