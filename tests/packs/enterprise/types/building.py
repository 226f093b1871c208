"""What is written while a mission is built."""

from typing import Any

from packs.enterprise.types.story import DECISION, MISSION, Content, changed


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
