"""Reviews of documents without a model: what a design or a decision lacks, counted and compared."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from headrace.capabilities.agents.model import AgentTask, Skill
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Version
from headrace.capabilities.coding.model import (
    BEHAVIOURS,
    CRITERIA,
    Evaluated,
    PolicyResult,
    Row,
    State,
)
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Finding, Severity, Verdict
from headrace.capabilities.missions import service as missions
from headrace.capabilities.record import service as record
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.json import Json, to_json
from headrace.packs.enterprise.build.contents import (
    budget_bounds,
    budget_promises,
    contract_criteria,
    fleet_edges,
    fleet_streams,
    interfaces,
    outcome_bounds,
    outcome_promises,
)
from headrace.packs.enterprise.build.fleet import touched
from headrace.packs.enterprise.build.mission import effective, product
from headrace.packs.enterprise.discover.contents import Content, at, items, told

CONTRACT, PATTERN = "contract-before-code", "known-pattern"
"""Clauses of the architecture policy that a document can break."""


class NotReviewable(Invalid):
    """No review reads documents of this type."""

    code = "enterprise.not_reviewable"


def design_findings(
    design: Content, contract: Content, fleet: Content, today: date
) -> Iterator[Finding]:
    """What a technical design lacks, or says against the outcome contract."""
    yield from _interfaces(design, fleet)
    yield from _contradictions(design, contract)
    yield from _behaviours(design, contract)
    yield from _questions(design, today)
    yield from _decisions(design)


def _interfaces(design: Content, fleet: Content) -> Iterator[Finding]:
    """Each dependency between streams has an interface contract (AE-34)."""
    written = {(provider, user) for provider, user, _ in interfaces(design)}
    for edge in missions.uncovered(fleet_edges(fleet), written):
        yield _finding(
            CONTRACT,
            f"The dependency {edge.dependent} -> {edge.prerequisite} has no interface contract",
            evidence=f"the fleet configuration says: {edge.dependent} {edge.kind} "
            f"{edge.prerequisite}; Interface Contracts has no row for the two",
            remedy="Write down what both streams can rely on.",
        )


def unspecified(design: Content, marks: Collection[str]) -> Iterator[Finding]:
    """What the streams build, by the marks of their folders, is specified: an API, a data model (AE-33)."""
    specified = any(
        one.get("endpoints") or one.get("specification") for one in items(design, "api_contracts")
    )
    lacking = {"api": not specified, "data-model": not items(design, "data_model")}
    words = {"api": "an API", "data-model": "a data model"}
    for mark in sorted(lacking.keys() & set(marks)):
        if lacking[mark]:
            yield _finding(
                CONTRACT,
                f"The streams build {words[mark]}, and the design does not specify it",
                evidence="the fleet configuration has folders of that name",
                remedy="Write it down before code: what goes in, what comes out, which errors.",
            )


def _contradictions(design: Content, contract: Content) -> Iterator[Finding]:
    """No budget allows what the outcome contract forbids (AE-35)."""
    amounts = missions.contradictions(outcome_promises(contract), budget_promises(design))
    measures = missions.looser(outcome_bounds(contract), budget_bounds(design))
    for one in (*amounts, *measures):
        yield _finding(
            CRITERIA,
            "A performance budget allows what the outcome contract forbids",
            evidence=one.message,
            remedy=f"Bring the budget to what is promised: {one.strict.text}.",
        )


def _behaviours(design: Content, contract: Content) -> Iterator[Finding]:
    """Each behaviour serves a criterion that exists, and each criterion has a behaviour (AE-36)."""
    known = contract_criteria(contract)
    served = {told(one, "criterion"): told(one, "name") for one in items(design, "behaviours")}
    for id in sorted(served.keys() - known.keys()):
        yield _finding(
            BEHAVIOURS,
            f"The scenario {served[id]!r} serves {id}, which is no acceptance criterion",
            evidence=f"the contract has {', '.join(known) or 'none'}",
            remedy="Tie it to a criterion of the contract.",
        )
    for id in known:
        if id not in served:
            yield _finding(
                BEHAVIOURS,
                f"Nothing describes how {id} is fulfilled",
                evidence=f"{known[id]}; no scenario serves it",
                remedy="Describe it as Given, When, Then, with the test or check that will show it.",
            )


def _questions(design: Content, today: date) -> Iterator[Finding]:
    """Each open question has a day that has not passed; owner and day are asked for by the type."""
    for one in items(design, "open_questions"):
        due = told(one, "due")
        if due and date.fromisoformat(due) < today:
            yield _finding(
                CONTRACT,
                f"The open question {told(one, 'question')!r} should have been answered",
                evidence=f"it was due on {due}, by {told(one, 'owner')}",
                remedy="Answer it, or agree on another day.",
                severity=Severity.MINOR,
            )


def _decisions(design: Content) -> Iterator[Finding]:
    """What is novel names what was not chosen."""
    for one in items(design, "decisions"):
        if one.get("novel") is True and not told(one, "alternatives"):
            yield _finding(
                PATTERN,
                f"The novel decision {told(one, 'name')!r} names no alternative",
                evidence="its alternatives are empty",
                remedy="Say what was not chosen, and why.",
            )


def decision_findings(decision: Content, today: date) -> Iterator[Finding]:
    """What a decision record lacks (AE-49); its form is asked for by the type."""
    due = told(decision, "sections", "review", "date")
    if not items(decision, "alternatives"):
        yield _finding(
            PATTERN,
            "The decision names no alternative",
            evidence="Alternatives Considered is empty",
            remedy="Name one that could have been chosen in earnest, and why it was not.",
        )
    if due and date.fromisoformat(due) <= today:
        yield _finding(
            PATTERN,
            "The review of the decision lies in the past",
            evidence=f"it is due on {due}",
            remedy="Name a day on which somebody will look at it again.",
        )
    if not at(decision, "sections", "consequences", "negative"):
        yield _finding(
            PATTERN,
            "The decision costs nothing, it says",
            evidence="no negative consequence is named",
            remedy="Name what it costs.",
        )


def _finding(
    clause: str, what: str, *, evidence: str, remedy: str, severity: Severity = Severity.MAJOR
) -> Finding:
    return Finding(
        severity=severity, clause=clause, what=what, evidence=evidence, remediation=remedy
    )


def _of_design(ctx: Ctx, version: Version) -> Iterator[Finding]:
    contract = effective(ctx, "outcome-contract", version.context)
    fleet = effective(ctx, "fleet-config", version.context)
    if contract is None or fleet is None:
        raise NotReviewable(f"{version.ref} has no approved contract and fleet to compare it with")
    yield from design_findings(version.content, contract.content, fleet.content, ctx.now.date())
    marks = touched(fleet_streams(fleet.content), product(ctx).slug)
    yield from unspecified(version.content, marks)


def _of_decision(ctx: Ctx, version: Version) -> Iterator[Finding]:
    return decision_findings(version.content, ctx.now.date())


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads documents of one type for an evaluator; `asked` are the clauses that it can judge by them."""

    type: str
    asked: tuple[str, ...]
    run: Callable[[Ctx, Version], Iterator[Finding]]


READERS = (
    Reader(
        type="technical-design",
        asked=(CONTRACT, CRITERIA, BEHAVIOURS, PATTERN),
        run=_of_design,
    ),
    Reader(type="decision-record", asked=(PATTERN,), run=_of_decision),
)
"""Who reads what build makes."""


def review(ctx: Ctx, task: AgentTask) -> Mapping[str, Json]:
    """Judge the documents of a change by the policy that the task names; as `coding` judges code.

    Raises NotReviewable for a type that no reader knows.
    """
    change = record.change(ctx, _fact(task, "subject", "change"))
    policy = governance.policy(ctx, _fact(task, "policy", "key"))
    readers = {one.type: one for one in ctx.declared(Reader)}
    findings: list[Finding] = []
    asked: set[str] = set()
    for member in change.members:
        version = artifacts.get_version(ctx, member.ref)
        if version.type not in readers:
            raise NotReviewable(f"No review reads a {version.type}; it is for a person to judge")
        findings += readers[version.type].run(ctx, version)
        asked |= set(readers[version.type].asked)
    known = {criterion.id for criterion in policy.criteria}
    kept = tuple(one for one in findings if one.clause in known)
    faulty = {one.clause: one.what for one in kept if one.severity is not Severity.MINOR}
    rows = tuple(_row(one.id, asked, faulty) for one in policy.criteria)
    verdict = Verdict.FAIL if faulty else Verdict.PASS_WITH_NOTES if kept else Verdict.PASS
    result = PolicyResult(
        policy=policy.key, verdict=verdict, summary=_summary(rows), rows=rows, findings=kept
    )
    done = Evaluated(verdict=verdict, results=(result,), checks=(), novelty=None)
    told_ = to_json(done, Evaluated)
    assert isinstance(told_, Mapping)  # a dataclass is an object in JSON
    return told_


def _row(clause: str, asked: set[str], faulty: Mapping[str, str]) -> Row:
    if clause in faulty:
        return Row(clause=clause, state=State.NOT_MET, why=faulty[clause])
    if clause in asked:
        return Row(clause=clause, state=State.MET, why="read and compared")
    return Row(clause=clause, state=State.DOES_NOT_APPLY, why="it is asked of code")


def _summary(rows: tuple[Row, ...]) -> str:
    missed = [f"{row.clause} ({row.why})" for row in rows if row.state is State.NOT_MET]
    met = [row.clause for row in rows if row.state is State.MET]
    parts = [f"Not met: {'; '.join(missed)}."] if missed else []
    return " ".join([*parts, f"Met: {', '.join(met)}." if met else "No criterion is met."])


def _fact(task: AgentTask, *place: str) -> str:
    return told(task.facts, *place)


SKILLS = (Skill(name="enterprise.review", run=review),)
