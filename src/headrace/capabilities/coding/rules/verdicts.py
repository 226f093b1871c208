"""From how the criteria of a policy stand to its verdict."""

from collections.abc import Iterable, Sequence

from headrace.capabilities.coding.model import PolicyResult, Row, SelfJudgement, State
from headrace.capabilities.governance.model import (
    Escalation,
    Finding,
    Policy,
    Severity,
    Verdict,
)


def rows(policy: Policy, known: Iterable[Row], findings: Sequence[Finding]) -> tuple[Row, ...]:
    """How every criterion of a policy stands, in its order.

    What no tool looked at was not evaluated. A major or critical finding says that a criterion is not met.
    """
    given = {row.clause: row for row in known}
    faulty = {f.clause: f.what for f in findings if f.severity is not Severity.MINOR}
    return tuple(
        Row(clause=one.id, state=State.NOT_MET, why=faulty[one.id])
        if one.id in faulty
        else given.get(
            one.id, Row(clause=one.id, state=State.NOT_EVALUATED, why="no tool judges it")
        )
        for one in policy.criteria
    )


def verdict(
    policy: Policy,
    standing: Sequence[Row],
    findings: Sequence[Finding],
    escalation: Escalation | None,
    *,
    red: bool,
) -> Verdict:
    """The verdict on one policy. Red checks are a FAIL whatever else is said (quality policy).

    A criterion that blocks and was not evaluated is never a pass.
    """
    blocking = {one.id for one in policy.criteria if one.blocking}
    facts = [Verdict.FAIL] if red else []
    for row in standing:
        if row.clause in blocking and row.state is State.NOT_MET:
            facts.append(Verdict.FAIL)
        elif row.clause in blocking and row.state is State.NOT_EVALUATED:
            facts.append(Verdict.NOT_EVALUATED)
    facts += [Verdict.PASS_WITH_NOTES] if findings else []
    facts += [Verdict.ESCALATE] if escalation else []
    return Verdict.worst(facts)


def summary(policy: Policy, standing: Sequence[Row], *, red: bool, allowed: str) -> str:
    """A few sentences: what is red, what is not met, what was not evaluated, what a person allowed."""
    parts = ["The product's own checks are red."] if red else []
    for state, word in (
        (State.NOT_MET, "Not met"),
        (State.NOT_EVALUATED, "Not evaluated"),
    ):
        told = [f"{row.clause} ({row.why})" for row in standing if row.state is state]
        if told:
            parts.append(f"{word}: {'; '.join(told)}.")
    met = sum(row.state is State.MET for row in standing)
    parts.append(f"{met} of {len(policy.criteria)} criteria met.")
    return " ".join([*parts, allowed] if allowed else parts)


def otherwise(mine: Iterable[SelfJudgement], policy: str, found: Verdict) -> str:
    """Where the author judged the own work otherwise, in words; empty where both agree or none did."""
    for one in mine:
        if one.policy == policy and _plain(one.verdict) != _plain(found):
            return f"The author said {one.verdict}, this evaluation says {found}."
    return ""


def _plain(word: str) -> str:
    return word.upper().replace("_", " ").strip()


def overall(results: Iterable[PolicyResult]) -> Verdict:
    """One verdict over all policies: the worst."""
    return Verdict.worst(result.verdict for result in results)
