"""Rows of judgements, and of how often a policy failed in a row."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.governance.model import (
    Finding,
    Judgement,
    JudgementId,
    QuestionId,
    Report,
    Subject,
    Verdict,
)
from headrace.capabilities.governance.store import locks
from headrace.kernel.ids import OrganisationId, PrincipalId
from headrace.kernel.json import canonical, from_json, to_json

_OF_SUBJECT = "organisation = :organisation AND subject_kind = :kind AND subject = :subject"
_ADD = sa.text(
    "INSERT INTO governance_judgement (organisation, id, subject_kind, subject, hash, policy, number, "
    "verdict, stated, summary, findings, evaluator, question, run, at) VALUES (:organisation, :id, "
    ":kind, :subject, :hash, :policy, (SELECT count(*) + 1 FROM governance_judgement "
    f"WHERE {_OF_SUBJECT} AND policy = :policy), :verdict, :stated, :summary, "
    "CAST(:findings AS json), :evaluator, :question, :run, :now) RETURNING *"
)
_SUBJECT = sa.text(
    f"SELECT * FROM governance_judgement WHERE {_OF_SUBJECT} ORDER BY at, policy, number"
)
_SUBJECTS = sa.text(
    "SELECT * FROM governance_judgement WHERE organisation = :organisation "
    "AND subject_kind = :kind AND subject = ANY(:subjects) ORDER BY at, policy, number"
)
_LIST = sa.text(
    "SELECT * FROM governance_judgement WHERE organisation = :organisation "
    "AND (CAST(:policy AS text) IS NULL OR policy = :policy) "
    "AND (CAST(:subject AS text) IS NULL OR subject = :subject) "
    "AND (CAST(:before AS timestamptz) IS NULL OR (at, id) < (:before, :before_id)) "
    "ORDER BY at DESC, id DESC LIMIT :limit"
)
_RUN_OF = sa.text(
    "SELECT run FROM governance_judgement WHERE organisation = :organisation AND id = :id"
)
_STREAK = sa.text(
    "INSERT INTO governance_streak (organisation, policy, fails) VALUES (:organisation, :policy, :add) "
    "ON CONFLICT (organisation, policy) DO UPDATE SET fails = "
    "CASE WHEN :add = 0 THEN 0 ELSE governance_streak.fails + 1 END RETURNING fails"
)


def add(
    db: sa.Connection,
    organisation: OrganisationId,
    id: JudgementId,
    report: Report,
    verdict: Verdict,
    *,
    evaluator: PrincipalId,
    question: QuestionId | None,
    now: datetime,
) -> Judgement:
    """The report as the next judgement of its subject and policy."""
    findings = to_json(report.findings, tuple[Finding, ...])
    row = db.execute(
        _ADD,
        {
            **locks.place(organisation, report.subject),
            "id": id,
            "hash": report.hash,
            "policy": report.policy,
            "verdict": verdict.value,
            "stated": report.verdict.value,
            "summary": report.summary,
            "findings": canonical(findings).decode(),
            "evaluator": evaluator,
            "question": question,
            "run": report.run,
            "now": now,
        },
    )
    return _judgement(row.mappings().one())


def of_subject(
    db: sa.Connection, organisation: OrganisationId, subject: Subject
) -> Sequence[Judgement]:
    """Every judgement on a subject, oldest first."""
    rows = db.execute(_SUBJECT, locks.place(organisation, subject)).mappings()
    return [_judgement(row) for row in rows]


def of_subjects(
    db: sa.Connection, organisation: OrganisationId, kind: str, subjects: Collection[str]
) -> Sequence[Judgement]:
    """Every judgement on any of these subjects, oldest first."""
    values = {"organisation": organisation, "kind": kind, "subjects": list(subjects)}
    return [_judgement(row) for row in db.execute(_SUBJECTS, values).mappings()]


def listing(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    subject: str | None,
    policy: str | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Judgement]:
    """Newest first; `before` is time and id of the last one seen."""
    at, id = before or (None, None)
    values = {
        "organisation": organisation,
        "subject": subject,
        "policy": policy,
        "limit": limit,
    }
    rows = db.execute(_LIST, {**values, "before": at, "before_id": id}).mappings()
    return [_judgement(row) for row in rows]


def run_of(db: sa.Connection, organisation: OrganisationId, judgement: str) -> str | None:
    """The run in which a judgement was made, or None."""
    values = {"organisation": organisation, "id": judgement}
    found: str | None = db.execute(_RUN_OF, values).scalar_one_or_none()
    return found


def streak(db: sa.Connection, organisation: OrganisationId, policy: str, *, failed: bool) -> int:
    """How often the policy has failed in a row, this judgement included."""
    values = {"organisation": organisation, "policy": policy, "add": int(failed)}
    fails: int = db.execute(_STREAK, values).scalar_one()
    return fails


def _judgement(row: sa.RowMapping) -> Judgement:
    return Judgement(
        id=row["id"],
        subject=Subject(kind=row["subject_kind"], id=row["subject"]),
        hash=row["hash"],
        policy=row["policy"],
        number=row["number"],
        verdict=Verdict(row["verdict"]),
        stated=Verdict(row["stated"]),
        summary=row["summary"],
        findings=from_json(tuple[Finding, ...], row["findings"]),
        evaluator=row["evaluator"],
        question=row["question"],
        run=row["run"],
        at=row["at"],
    )
