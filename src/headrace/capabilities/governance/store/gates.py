"""Rows of gates."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.governance.model import (
    Gate,
    GateId,
    GateState,
    Proposal,
    Subject,
    Tier,
)
from headrace.capabilities.governance.store import locks
from headrace.kernel.ids import OrganisationId, PrincipalId
from headrace.kernel.json import canonical

_COLUMNS = (
    "id, subject_kind, subject, hash, members, title, summary, why, on_yes, on_no, tier, approvers, "
    "delegated_to, delegated_by, authors, context, purpose, alike, state, asked_at, "
    "decided_at, decided_by, note, "
    "extract(epoch FROM coalesce(decided_really, now()) - asked_really)::float "
    "AS waited_real_seconds"
)
_OF_SUBJECT = "organisation = :organisation AND subject_kind = :kind AND subject = :subject"
_ADD = sa.text(
    "INSERT INTO governance_gate (organisation, id, subject_kind, subject, hash, members, title, "
    "summary, why, on_yes, on_no, tier, approvers, authors, context, purpose, alike, asked_at) "
    "VALUES (:organisation, :id, :kind, :subject, :hash, CAST(:members AS json), :title, :summary, "
    ":why, :on_yes, :on_no, :tier, :approvers, :authors, :context, :purpose, :alike, :now)"
)
_ONE = sa.text(
    f"SELECT {_COLUMNS} FROM governance_gate WHERE organisation = :organisation AND id = :id"
)
_SUBJECT = sa.text(
    f"SELECT {_COLUMNS} FROM governance_gate WHERE {_OF_SUBJECT} ORDER BY asked_really, id"
)
_SUBJECTS = sa.text(
    f"SELECT {_COLUMNS} FROM governance_gate WHERE organisation = :organisation "
    "AND subject_kind = :kind AND subject = ANY(:subjects) ORDER BY asked_really, id"
)
_OPEN = sa.text(
    f"SELECT {_COLUMNS} FROM governance_gate WHERE organisation = :organisation "
    "AND state = 'open' ORDER BY tier DESC, asked_at, id LIMIT :limit"
)
_OPEN_IN = sa.text(
    f"SELECT {_COLUMNS} FROM governance_gate WHERE organisation = :organisation "
    "AND state = 'open' AND context = ANY(:contexts) ORDER BY asked_at, id"
)
_LIST = sa.text(
    f"SELECT {_COLUMNS} FROM governance_gate WHERE organisation = :organisation "
    "AND (CAST(:state AS text) IS NULL OR state = :state) "
    "AND (CAST(:context AS text) IS NULL OR context = :context) "
    "AND (CAST(:after AS integer) IS NULL OR split_part(id, '-', 2)::integer < :after) "
    "ORDER BY split_part(id, '-', 2)::integer DESC LIMIT :limit"
)
_DECIDE = sa.text(
    "UPDATE governance_gate SET state = :state, decided_by = :by, decided_at = :now, "
    "decided_really = clock_timestamp(), note = :note "
    "WHERE organisation = :organisation AND id = :id AND state = 'open' RETURNING 1"
)
_DELEGATE = sa.text(
    "UPDATE governance_gate SET delegated_to = :to, delegated_by = :by "
    "WHERE organisation = :organisation AND id = :id AND state = 'open'"
)
_END = sa.text(
    "UPDATE governance_gate SET state = :state, decided_at = :now, decided_really = clock_timestamp() "
    "WHERE organisation = :organisation AND id = ANY(:ids) AND state = 'open'"
)


def add(
    db: sa.Connection,
    organisation: OrganisationId,
    id: GateId,
    proposal: Proposal,
    approvers: Sequence[str],
    now: datetime,
) -> None:
    db.execute(
        _ADD,
        {
            **locks.place(organisation, proposal.subject),
            "id": id,
            "hash": proposal.hash,
            "members": canonical(dict(proposal.members)).decode(),
            "title": proposal.title,
            "summary": proposal.summary,
            "why": proposal.why,
            "on_yes": proposal.on_yes,
            "on_no": proposal.on_no,
            "tier": int(proposal.tier),
            "approvers": list(approvers),
            "authors": list(proposal.authors),
            "context": proposal.context,
            "purpose": proposal.purpose,
            "alike": proposal.alike,
            "now": now,
        },
    )


def find(db: sa.Connection, organisation: OrganisationId, id: GateId) -> Gate | None:
    row = db.execute(_ONE, {"organisation": organisation, "id": id}).mappings().one_or_none()
    return _gate(row) if row is not None else None


def of_subject(db: sa.Connection, organisation: OrganisationId, subject: Subject) -> Sequence[Gate]:
    """Every gate that was ever asked about a subject, oldest first."""
    return [_gate(r) for r in db.execute(_SUBJECT, locks.place(organisation, subject)).mappings()]


def of_subjects(
    db: sa.Connection, organisation: OrganisationId, kind: str, subjects: Collection[str]
) -> Sequence[Gate]:
    """Every gate that was ever asked about any of these subjects, oldest first."""
    values = {"organisation": organisation, "kind": kind, "subjects": list(subjects)}
    return [_gate(row) for row in db.execute(_SUBJECTS, values).mappings()]


def open_ones(db: sa.Connection, organisation: OrganisationId, limit: int) -> Sequence[Gate]:
    """Highest tier first, then oldest."""
    values = {"organisation": organisation, "limit": limit}
    return [_gate(row) for row in db.execute(_OPEN, values).mappings()]


def open_in(
    db: sa.Connection, organisation: OrganisationId, contexts: Collection[str]
) -> Sequence[Gate]:
    """Those that are open in any of these contexts, oldest first."""
    values = {"organisation": organisation, "contexts": list(contexts)}
    return [_gate(row) for row in db.execute(_OPEN_IN, values).mappings()]


def listing(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    state: GateState | None,
    context: str | None,
    after: int | None,
    limit: int,
) -> Sequence[Gate]:
    """Newest first; `after` is the number of the last one seen."""
    values = {
        "organisation": organisation,
        "state": state.value if state else None,
        "context": context,
        "after": after,
        "limit": limit,
    }
    return [_gate(row) for row in db.execute(_LIST, values).mappings()]


def decide(
    db: sa.Connection,
    organisation: OrganisationId,
    id: GateId,
    state: GateState,
    by: PrincipalId,
    note: str,
    now: datetime,
) -> bool:
    """Whether the gate was still open; then it is decided."""
    values = {"organisation": organisation, "id": id, "state": state.value, "by": by}
    return db.execute(_DECIDE, {**values, "note": note, "now": now}).one_or_none() is not None


def delegate(
    db: sa.Connection, organisation: OrganisationId, id: GateId, to: str, by: PrincipalId
) -> None:
    db.execute(_DELEGATE, {"organisation": organisation, "id": id, "to": to, "by": by})


def end(
    db: sa.Connection,
    organisation: OrganisationId,
    ids: Iterable[GateId],
    state: GateState,
    now: datetime,
) -> None:
    """Close open gates that nobody decided."""
    values = {"organisation": organisation, "ids": list(ids), "state": state.value, "now": now}
    db.execute(_END, values)


def _gate(row: sa.RowMapping) -> Gate:
    values = dict(row)
    subject = Subject(kind=values.pop("subject_kind"), id=values.pop("subject"))
    values["tier"] = Tier(values["tier"])
    values["state"] = GateState(values["state"])
    values["approvers"] = tuple(values["approvers"])
    values["authors"] = tuple(values["authors"])
    return Gate(subject=subject, **values)
