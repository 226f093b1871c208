"""Telling: what a terminal says of a gate and of an item of an inbox, in the order in which one decides."""

from collections.abc import Mapping, Sequence
from typing import Any

Facts = Mapping[str, Any]

HINT = (
    "Look: headrace inbox show ID. Decide: headrace gate decide ID approve (or revise, reject), or "
    "headrace question answer ID allow (or refuse). As the operator add --as HANDLE of one who is asked."
)
"""Below an inbox that is not empty."""


def gate(answer: Facts) -> dict[str, Any]:
    """A gate: what it asks of whom, what changes, why, what follows, and what was decided."""
    told = {
        answer["id"]: answer["title"],
        "state": answer["state"],
        "asked of": _asked_of(answer),
        "asked at": answer["asked_at"],
        "about": _about(answer["subject"], list(answer["members"])),
        "made by": answer["authors"],
        "why": answer["why"],
        "on yes": answer["on_yes"],
        "on no": answer["on_no"],
        "tier": answer["tier"],
    }
    if answer["state"] == "open":
        return {**told, "decide": _decide_gate(answer["id"]), "what it brings": _text(answer)}
    told |= {"decided at": answer["decided_at"], "decided by": answer["decided_by"]}
    if answer["note"]:
        told["note"] = answer["note"]
    return {**told, "what it brings": _text(answer)}


def item(answer: Facts) -> dict[str, Any]:
    """An item of an inbox: what is asked, why, what follows, how long it waits and how to decide."""
    told = {
        answer["id"]: answer["asked"],
        "asked of": answer["asked_of"],
        "waiting": answer["waiting"],
        "about": _about(answer["subject"], ()),
        "why": answer["why"],
        "on yes": answer["on_yes"],
        "on no": answer["on_no"],
        "waits for it": answer["blocks"],
        "tier": answer["tier"],
    }
    how = {"gate": _decide_gate, "question": _answer}.get(answer["kind"])
    return {**told, "decide": how(answer["id"])} if how else told


def _asked_of(answer: Facts) -> Sequence[str]:
    return [answer["delegated_to"]] if answer["delegated_to"] else answer["approvers"]


def _about(subject: Facts, members: Sequence[str]) -> str:
    told = f"{subject['kind']} {subject['id']}"
    return f"{told}: {', '.join(members)}" if members else told


def _text(answer: Facts) -> str:
    """The summary as a text of its own, below the facts."""
    return f"{answer['summary'].strip()}\n"


def _decide_gate(id: str) -> str:
    return f"headrace gate decide {id} approve (or revise, reject, with --note) --as HANDLE"


def _answer(id: str) -> str:
    return f"headrace question answer {id} allow (or refuse, with --note) --as HANDLE"
