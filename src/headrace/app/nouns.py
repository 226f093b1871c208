"""The nouns of the command line. Made by `make reference` from the code; change the code."""

from collections.abc import Mapping

# fmt: off
# ruff: noqa: E501
NOUNS: Mapping[str, str] = {
    "agent": "list, show, roles, hire, advance, retire, pause, resume, renew, runs, run-show, run-cancel, run-submit",
    "artifact": "list, show, lineage, types, acknowledge",
    "audit": "verify",
    "budget": "set, show, list, held",
    "change": "list, show, diff, merge, close",
    "context": "list, ready",
    "flag": "create, change, rollout, switch, kill, revive, archive, list, stale, show, history, evaluate",
    "gate": "show, list, decide, batch, delegate",
    "grant": "add, list, revoke",
    "inbox": "list, show",
    "journal": "list, follow, parked, replay",
    "ledger": "list, totals",
    "mission": "list, show, move, open",
    "organisation": "create, list",
    "permission": "list",
    "person": "add, list, deactivate, activate",
    "policy": "list",
    "question": "show, answer",
    "record": "sync, rebuild, findings",
    "repository": "add, list, show, accept",
    "run": "list, show, start, cancel",
    "segment": "set, remove, list",
    "signal": "list, stale, triage, file, take",
    "source": "list, load",
    "stream": "list, impact",
    "switch": "halt, resume, show",
    "team": "add, list, join, leave",
    "token": "issue, list, revoke",
    "verdict": "give, list",
    "whoami": "Show who you are here and what you may do.",
    "workflow": "jobs, cancel, executors",
}
