"""What is written before a mission is approved."""

from typing import Any

from packs.enterprise.types.story import DEMAND, DIGEST, LAUNCH, SPIKE, Content, changed


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
