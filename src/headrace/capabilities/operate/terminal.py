"""What a terminal tells of an incident: how it stands, what failed, what was done about it."""

from collections.abc import Mapping
from typing import Any

_LONGEST = 68  # characters of a text in a table of a terminal


def on_terminal(shown: Mapping[str, Any]) -> Mapping[str, Any]:
    """What one reads who was called: how it stands, what failed, what was done. JSON has everything."""
    package = shown["context"] or {}
    findings = package.get("findings") or {}
    facts = ("severity", "impact", "status", "opened_at", "mitigated_at", "resolved_at")
    return {
        "incident": shown["incident"],
        "title": shown["title"],
        "where": " ".join(filter(None, (shown["service"], shown["dimension"]))),
        **{name: shown[name] for name in facts},
        "resolution": shown["resolution"],
        "took": _took(shown["seconds_to_resolve"]),
        "runbook": shown["runbook"],
        "held_for": shown["held_for"],
        "customers": f"{findings.get('affected_count', 0)} of {findings.get('customers', 0)} hit",
        "figures": package.get("figures", []),
        "errors": [
            {"count": one["count"], "customers": one["customers"], "error": _short(one["text"])}
            for one in findings.get("errors", ())
        ],
        "suspects": package.get("suspects", []),
        "deadlines": shown["deadlines"],
        "plans": [_plan(one["plan"]) for one in shown["plans"]],
        "timeline": [
            {"at": one["at"], "what": one["kind"], "by": one["by"], "told": _short(one["text"])}
            for one in shown["timeline"]
        ],
    }


def _plan(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    body = plan["body"]
    return {
        "plan": plan["id"],
        "remedy": body["remedy"],
        "touches": f"{body['share']:.0%}",
        "state": plan["state"],
        "why": _short("; ".join(plan["because"]) or plan["outcome"]),
    }


def _took(length: float | None) -> str:
    return "" if length is None else f"{length:.0f} s of the world's time"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
