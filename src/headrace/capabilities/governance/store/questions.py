"""Rows of questions."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.governance.model import Answer, Question, QuestionId, Subject, Tier
from headrace.capabilities.governance.store import locks
from headrace.kernel.ids import OrganisationId, PrincipalId

_COLUMNS = (
    "id, subject_kind, subject, hash, policy, question, recommendation, asked_of, tier, authors, "
    "context, asked_by, asked_at, answer, note, answered_by, answered_at, withdrawn, "
    "extract(epoch FROM coalesce(answered_really, now()) - asked_really)::float "
    "AS waited_real_seconds"
)
_OF_SUBJECT = "organisation = :organisation AND subject_kind = :kind AND subject = :subject"
_ADD = sa.text(
    "INSERT INTO governance_question (organisation, id, subject_kind, subject, hash, policy, "
    "question, recommendation, asked_of, tier, authors, context, asked_by, asked_at) VALUES "
    "(:organisation, :id, :kind, :subject, :hash, :policy, :question, :recommendation, :asked_of, "
    ":tier, :authors, :context, :asked_by, :asked_at)"
)
_ONE = sa.text(
    f"SELECT {_COLUMNS} FROM governance_question WHERE organisation = :organisation AND id = :id"
)
_SUBJECT = sa.text(
    f"SELECT {_COLUMNS} FROM governance_question WHERE {_OF_SUBJECT} "
    "ORDER BY split_part(id, '-', 2)::integer"
)
_SUBJECTS = sa.text(
    f"SELECT {_COLUMNS} FROM governance_question WHERE organisation = :organisation "
    "AND subject_kind = :kind AND subject = ANY(:subjects) "
    "ORDER BY split_part(id, '-', 2)::integer"
)
_OPEN = sa.text(
    f"SELECT {_COLUMNS} FROM governance_question WHERE organisation = :organisation "
    "AND answer IS NULL AND NOT withdrawn ORDER BY tier DESC, asked_at, id LIMIT :limit"
)
_OPEN_IN = sa.text(
    f"SELECT {_COLUMNS} FROM governance_question WHERE organisation = :organisation "
    "AND answer IS NULL AND NOT withdrawn AND context = ANY(:contexts) ORDER BY asked_at, id"
)
_ANSWER = sa.text(
    "UPDATE governance_question SET answer = :answer, note = :note, answered_by = :by, "
    "answered_at = :now, answered_really = clock_timestamp() "
    "WHERE organisation = :organisation AND id = :id AND answer IS NULL AND NOT withdrawn "
    "RETURNING 1"
)
_WITHDRAW = sa.text(
    f"UPDATE governance_question SET withdrawn = true WHERE {_OF_SUBJECT} AND answer IS NULL"
)

_WITHDRAW_ONE = sa.text(
    "UPDATE governance_question SET withdrawn = true "
    "WHERE organisation = :organisation AND id = :id AND answer IS NULL"
)
_MOVE = sa.text(
    "UPDATE governance_question SET hash = :hash "
    "WHERE organisation = :organisation AND id = :id AND answer IS NULL"
)


def add(db: sa.Connection, organisation: OrganisationId, question: Question) -> None:
    db.execute(
        _ADD,
        {
            **locks.place(organisation, question.subject),
            "id": question.id,
            "hash": question.hash,
            "policy": question.policy,
            "question": question.question,
            "recommendation": question.recommendation,
            "asked_of": list(question.to),
            "tier": int(question.tier),
            "authors": list(question.authors),
            "context": question.context,
            "asked_by": question.asked_by,
            "asked_at": question.asked_at,
        },
    )


def find(db: sa.Connection, organisation: OrganisationId, id: QuestionId) -> Question | None:
    row = db.execute(_ONE, {"organisation": organisation, "id": id}).mappings().one_or_none()
    return _question(row) if row is not None else None


def of_subject(
    db: sa.Connection, organisation: OrganisationId, subject: Subject
) -> Sequence[Question]:
    """Every question about a subject, oldest first."""
    rows = db.execute(_SUBJECT, locks.place(organisation, subject)).mappings()
    return [_question(row) for row in rows]


def of_subjects(
    db: sa.Connection, organisation: OrganisationId, kind: str, subjects: Collection[str]
) -> Sequence[Question]:
    """Every question about any of these subjects, oldest first."""
    values = {"organisation": organisation, "kind": kind, "subjects": list(subjects)}
    return [_question(row) for row in db.execute(_SUBJECTS, values).mappings()]


def open_ones(db: sa.Connection, organisation: OrganisationId, limit: int) -> Sequence[Question]:
    """Highest tier first, then oldest."""
    values = {"organisation": organisation, "limit": limit}
    return [_question(row) for row in db.execute(_OPEN, values).mappings()]


def open_in(
    db: sa.Connection, organisation: OrganisationId, contexts: Collection[str]
) -> Sequence[Question]:
    """Those that nobody has answered in any of these contexts, oldest first."""
    values = {"organisation": organisation, "contexts": list(contexts)}
    return [_question(row) for row in db.execute(_OPEN_IN, values).mappings()]


def answer(
    db: sa.Connection,
    organisation: OrganisationId,
    id: QuestionId,
    answer: Answer,
    by: PrincipalId,
    note: str,
    now: datetime,
) -> bool:
    """Whether the question was still open; then it is answered."""
    values = {"organisation": organisation, "id": id, "answer": answer.value, "by": by}
    return db.execute(_ANSWER, {**values, "note": note, "now": now}).one_or_none() is not None


def withdraw(db: sa.Connection, organisation: OrganisationId, subject: Subject) -> None:
    db.execute(_WITHDRAW, locks.place(organisation, subject))


def withdraw_one(db: sa.Connection, organisation: OrganisationId, id: QuestionId) -> None:
    db.execute(_WITHDRAW_ONE, {"organisation": organisation, "id": id})


def move(db: sa.Connection, organisation: OrganisationId, id: QuestionId, hash: str) -> None:
    """The open question is about this hash from now on."""
    db.execute(_MOVE, {"organisation": organisation, "id": id, "hash": hash})


def _question(row: sa.RowMapping) -> Question:
    return Question(
        id=row["id"],
        subject=Subject(kind=row["subject_kind"], id=row["subject"]),
        hash=row["hash"],
        policy=row["policy"],
        question=row["question"],
        recommendation=row["recommendation"],
        to=tuple(row["asked_of"]),
        tier=Tier(row["tier"]),
        authors=tuple(row["authors"]),
        context=row["context"],
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        answer=Answer(row["answer"]) if row["answer"] else None,
        note=row["note"],
        answered_by=row["answered_by"],
        answered_at=row["answered_at"],
        withdrawn=row["withdrawn"],
        waited_real_seconds=row["waited_real_seconds"],
    )
