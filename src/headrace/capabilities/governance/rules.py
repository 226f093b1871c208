"""What governance decides. Pure: the same arguments always give the same answer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from headrace.capabilities.governance.model import (
    PASSES,
    Answer,
    Decision,
    Finding,
    Gate,
    GateState,
    InboxItem,
    Judgement,
    Policy,
    Question,
    Report,
    Severity,
    Tally,
    Tier,
    TierRule,
    Verdict,
)
from headrace.capabilities.record.model import Objection
from headrace.kernel.errors import Refusal
from headrace.kernel.ids import PrincipalId

TREND = 3
"""So many failures of one policy in a row are a trend (seed 000, quality layer)."""

NOVELTY_THRESHOLD = 0.7
"""A change whose novelty score is above this waits for a named person."""


def faults_of(report: Report, policy: Policy) -> tuple[str, ...]:
    """Why a report cannot be taken as it is, every reason."""
    known = {criterion.id for criterion in policy.criteria}
    faults = [
        f"a finding names {finding.clause!r}, no criterion of {policy.key}; "
        f"it has {', '.join(sorted(known)) or 'none'}"
        for finding in report.findings
        if finding.clause not in known
    ]
    faults += [
        f"the finding {finding.what!r} shows no evidence"
        for finding in report.findings
        if not finding.evidence.strip()
    ]
    if report.verdict is Verdict.FAIL and not report.findings and report.ci_green is not False:
        faults.append("a FAIL without a finding tells nobody what to mend")
    if report.verdict is Verdict.ESCALATE and report.escalation is None:
        faults.append("an ESCALATE asks a question")
    if report.verdict is Verdict.NOT_EVALUATED and not report.summary.strip():
        faults.append("the summary says why nothing was evaluated")
    return tuple(faults)


def weighed(report: Report, policy: Policy, refused: Collection[Question] = ()) -> Verdict:
    """The verdict that a report comes to: what it states, or worse where the facts are worse.

    A critical or major finding on a blocking criterion is a FAIL, any other a note. Red tests are a
    FAIL whatever else is said, and so is what a person refused on this very hash. A question asked
    is an ESCALATE.
    """
    facts = [report.verdict, *(_weight(f.severity, f.clause, policy) for f in report.findings)]
    if report.escalation is not None:
        facts.append(Verdict.ESCALATE)
    if report.ci_green is False or any(q.hash == report.hash for q in refused):
        facts.append(Verdict.FAIL)
    return Verdict.worst(facts)


def _weight(severity: Severity, clause: str, policy: Policy) -> Verdict:
    blocks = _blocks(severity, clause, policy)
    return Verdict.FAIL if blocks else Verdict.PASS_WITH_NOTES


def _blocks(severity: Severity, clause: str, policy: Policy) -> bool:
    blocking = any(c.id == clause and c.blocking for c in policy.criteria)
    return blocking and severity is not Severity.MINOR


def tally(findings: Iterable[Finding], policy: Policy) -> Tally:
    """How many findings block, and how many are notes: minor ones and those on advisory criteria.

    Nothing that an advisory policy finds blocks.
    """
    told = list(findings)
    blocking = [f for f in told if policy.blocking and _blocks(f.severity, f.clause, policy)]
    critical = sum(f.severity is Severity.CRITICAL for f in blocking)
    return Tally(critical=critical, major=len(blocking) - critical, notes=len(told) - len(blocking))


def added(tallies: Iterable[Tally]) -> Tally:
    """The sum of several policies' tallies."""
    all_of = list(tallies)
    return Tally(
        critical=sum(one.critical for one in all_of),
        major=sum(one.major for one in all_of),
        notes=sum(one.notes for one in all_of),
    )


def overall(
    required: Iterable[Policy], judged: Mapping[str, Verdict], *, red: bool = False
) -> Verdict:
    """One verdict over all policies that must be met; a missing one is NOT EVALUATED, never a pass.

    Where no policy must be met nothing was judged: that is NOT EVALUATED too.
    An advisory policy never makes it worse than PASS WITH NOTES. `red` tests are a FAIL.
    """
    counted = [_counted(policy, judged.get(policy.key)) for policy in required]
    if red:
        return Verdict.FAIL
    return Verdict.worst(counted) if counted else Verdict.NOT_EVALUATED


def _counted(policy: Policy, verdict: Verdict | None) -> Verdict:
    found = verdict or Verdict.NOT_EVALUATED
    if policy.blocking or found in PASSES:
        return found
    return Verdict.PASS_WITH_NOTES


def unjudged(required: Iterable[str], judged: Collection[str]) -> tuple[str, ...]:
    """The policies that still miss a judgement, in their order."""
    return tuple(key for key in required if key not in judged)


def without_evaluator(
    required: Iterable[str], policies: Mapping[str, Policy], gaps: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Why a required policy can get no judgement at all: nobody declares it, or nobody judges by it.

    `gaps` holds what the house says about each policy's evaluator ("nobody is hired as …").
    """
    reasons = []
    for key in required:
        if key not in policies:
            reasons.append(f"{key}: no such policy is declared, so nobody evaluates it")
        elif not policies[key].evaluator:
            reasons.append(f"{key}: the policy names no evaluator")
        reasons += [f"{key}: {gap}" for gap in gaps.get(key, ())]
    return tuple(reasons)


def against(
    required: Iterable[Policy], judged: Mapping[str, Judgement], questions: Mapping[str, Question]
) -> tuple[str, ...]:
    """Every reason of the blocking policies against going on; empty is a yes.

    `judged` holds the newest judgement per policy on the present hash, `questions` per policy the
    one that counts (`that_counts`).
    """
    return tuple(
        Objection(reason, rule=policy.key, clauses=_broken(policy, judged.get(policy.key)))
        for policy in required
        if policy.blocking
        for reason in _against(policy, judged.get(policy.key), questions.get(policy.key))
    )


def _against(policy: Policy, judgement: Judgement | None, question: Question | None) -> list[str]:
    by = f" by {policy.evaluator}" if policy.evaluator else ""
    if judgement is None:
        return [f"{policy.key} is not judged{by} on this version yet"]
    match judgement.verdict:
        case Verdict.PASS | Verdict.PASS_WITH_NOTES if _unanswered(question, judgement.hash):
            assert question is not None  # nobody has answered it
            return [f"{question.id} on {policy.key} waits for {', '.join(question.to)}"]
        case Verdict.PASS | Verdict.PASS_WITH_NOTES:
            return []
        case Verdict.ESCALATE if question is not None and question.answer is not None:
            return [f"{question.id} is answered; {policy.key} waits for a new report{by}"]
        case Verdict.ESCALATE:
            to = ", ".join(question.to) if question else "a person"
            name = question.id if question else "a question"
            return [f"{policy.key} is escalated: {name} waits for {to}"]
        case Verdict.NOT_EVALUATED:
            return [f"{policy.key} could not be evaluated: {judgement.summary}"]
        case Verdict.FAIL:
            return [f"{policy.key} failed with {_weighty(judgement)}"]


def _broken(policy: Policy, judgement: Judgement | None) -> frozenset[str]:
    """The clauses for which a judgement failed; none where it did not fail, or not for these alone."""
    if judgement is None or judgement.verdict is not Verdict.FAIL:
        return frozenset()
    advisory = {one.id for one in policy.criteria if not one.blocking}
    return frozenset(
        f"{policy.key}/{finding.clause}"
        for finding in judgement.findings
        if finding.severity is not Severity.MINOR and finding.clause not in advisory
    )


def _unanswered(question: Question | None, hash: str) -> bool:
    """Whether a person is still asked about this very hash: no later report answers in their place."""
    return question is not None and is_open(question) and question.hash == hash


def is_open(question: Question) -> bool:
    """Whether somebody still has to answer."""
    return question.answer is None and not question.withdrawn


def that_counts(questions: Iterable[Question]) -> dict[str, Question]:
    """Per policy the question that stands in the way: an open one, else the newest."""
    found: dict[str, Question] = {}
    for one in questions:
        former = found.get(one.policy)
        if former is None or is_open(one) or not is_open(former):
            found[one.policy] = one
    return found


def moot(questions: Iterable[Question], report: Report, asks: str | None) -> tuple[Question, ...]:
    """The open questions about former hashes that a report on the present one asks no more."""
    return tuple(
        one
        for one in questions
        if one.policy == report.policy
        and is_open(one)
        and one.hash != report.hash
        and one.id != asks
    )


def _weighty(judgement: Judgement) -> str:
    told = [f.what for f in judgement.findings if f.severity is not Severity.MINOR]
    return "; ".join(told) or judgement.summary or "a red test run"


def is_trend(fails: int) -> bool:
    """Whether so many failures in a row are worth telling: the third, the sixth …"""
    return fails > 0 and fails % TREND == 0


def tier_of(paths: Iterable[str], rules: Sequence[TierRule]) -> Tier:
    """The tier that a change of these paths is decided at."""
    tiers = (r.tier for path in paths for r in rules if fnmatchcase(path, r.pattern))
    return max(tiers, default=Tier.OWNER)


def barred(
    principal: PrincipalId,
    *,
    person: bool,
    authors: Collection[PrincipalId],
    eligible: Collection[PrincipalId],
    handles: Sequence[str],
) -> Refusal | None:
    """Every reason why this actor may not decide; None is a yes."""
    reasons = []
    if not person:
        reasons.append(
            "only a person decides, and the operator in the name of one with --as HANDLE; agents, "
            "services and the system do not"
        )
    if principal in authors:
        reasons.append("nobody decides about their own work")
    elif principal not in eligible:
        reasons.append(
            f"it waits for {', '.join(dict.fromkeys(handles)) or 'nobody that anyone named'}"
        )
    return Refusal(tuple(reasons)) if reasons else None


def needs_note(decision: Decision) -> str | None:
    """What a decision must be told with, or None."""
    return {
        Decision.APPROVE: None,
        Decision.REVISE: "say with --note what has to change",
        Decision.REJECT: "say with --note why",
    }[decision]


def changed(before: Gate, now_hash: str, now_members: Mapping[str, str]) -> tuple[str, ...]:
    """What is different now from what a gate was asked about, member by member."""
    found = []
    for name in sorted({*before.members, *now_members}):
        old, new = before.members.get(name), now_members.get(name)
        if old is None:
            found.append(f"{name} is new")
        elif new is None:
            found.append(f"{name} is gone")
        elif old != new:
            found.append(f"{name} is now {new[:12]}, was {old[:12]}")
    return tuple(found) or (f"it is now {now_hash[:12]}, was {before.hash[:12]}",)


def standing(states: Collection[GateState]) -> GateState:
    """How a subject stands by all gates on its hash: one no is a no, and a yes needs them all."""
    for decisive in (GateState.REJECTED, GateState.REVISED, GateState.OPEN):
        if decisive in states:
            return decisive
    return GateState.APPROVED if GateState.APPROVED in states else GateState.WITHDRAWN


def waiting(gates: Iterable[Gate]) -> tuple[str, ...]:
    """What these gates have against going on; empty when all are approved."""
    return tuple(
        _waits(gate)
        for gate in gates
        if gate.state not in {GateState.APPROVED, GateState.WITHDRAWN}
    )


def _waits(gate: Gate) -> str:
    match gate.state:
        case GateState.OPEN:
            since = f"{gate.asked_at:%Y-%m-%d %H:%M} UTC"
            return f"gate {gate.id} waits for {' or '.join(gate.deciders)} since {since}"
        case GateState.REVISED:
            return f"gate {gate.id} asks for a revision: {gate.note}"
        case _:
            return f"gate {gate.id} is {gate.state}: {gate.note}"


def ordered(items: Iterable[InboxItem]) -> tuple[InboxItem, ...]:
    """Highest tier first, then whoever has waited longest."""
    return tuple(sorted(items, key=lambda item: (-item.tier, item.waiting_since, item.id)))


def is_novel(score: float, threshold: float = NOVELTY_THRESHOLD) -> bool:
    """Whether a change is so unlike the code base that a person looks before it is merged."""
    return score > threshold


def refused(questions: Iterable[Question], policy: str) -> tuple[Question, ...]:
    """The questions of a policy that a person answered with no."""
    return tuple(q for q in questions if q.policy == policy and q.answer is Answer.REFUSE)


def still_open(questions: Iterable[Question], policy: str, text: str) -> Question | None:
    """The question that asks the same already: nobody is asked one thing twice."""
    return next(
        (q for q in questions if (q.policy, q.question) == (policy, text) and is_open(q)),
        None,
    )
