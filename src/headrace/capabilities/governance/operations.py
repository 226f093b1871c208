"""What governance offers to REST, CLI and MCP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from headrace.capabilities.governance import service, telling
from headrace.capabilities.governance.model import (
    CHANGE,
    Answer,
    Assessment,
    BatchItem,
    Decision,
    Gate,
    GateId,
    GateState,
    Halt,
    InboxItem,
    Judgement,
    Policy,
    Question,
    QuestionId,
    Report,
    Subject,
)
from headrace.kernel.capability import Alarm, Effect, Http, Operation, OperationKind
from headrace.kernel.context import ActorKind, Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.inputs import Names

Shown = Callable[[Mapping[str, Any]], Mapping[str, Any]]

READ, DECIDE, JUDGE = "governance:read", "governance:decide", "governance:judge"
HALT, RESUME = "governance:halt", "governance:resume"


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class ItemName:
    item: Annotated[str, Names("inbox-item")]


@dataclass(frozen=True, kw_only=True)
class Inbox:
    items: tuple[InboxItem, ...]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many items an inbox has."""

    count: int


@dataclass(frozen=True, kw_only=True)
class GateName:
    gate: Annotated[GateId, Names("gate")]


@dataclass(frozen=True, kw_only=True)
class GateDecision:
    gate: Annotated[GateId, Names("open-gate")]
    decision: Decision
    note: Annotated[str, Field(description="Why; a revision and a rejection need it.")] = ""
    hash: Annotated[
        str | None, Field(description="What you looked at; empty: what it asks about now.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class BatchDecision:
    gates: Annotated[tuple[GateId, ...], Names("open-gate")]
    decision: Decision
    note: Annotated[str, Field(description="Why; a revision and a rejection need it.")] = ""


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    items: tuple[BatchItem, ...]


@dataclass(frozen=True, kw_only=True)
class Delegation:
    gate: Annotated[GateId, Names("open-gate")]
    to: Annotated[str, Names("holder"), Field(description="Handle of a person or a team.")]


@dataclass(frozen=True, kw_only=True)
class GateQuery:
    state: GateState | None = None
    context: Annotated[str | None, Names("context")] = None
    after: int | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class GatePage:
    items: tuple[Gate, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class QuestionName:
    question: Annotated[QuestionId, Names("inbox-item")]


@dataclass(frozen=True, kw_only=True)
class QuestionAnswer:
    question: Annotated[QuestionId, Names("inbox-item")]
    answer: Answer
    note: Annotated[str, Field(description="Why; a refusal needs it.")] = ""
    hash: Annotated[
        str | None, Field(description="What you looked at; empty: what it asks about now.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class VerdictQuery:
    """`subject` is what was judged: CR-9."""

    subject: Annotated[str | None, Field(description="What was judged.", examples=["CR-9"])] = None
    policy: Annotated[str | None, Names("policy")] = None
    before: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class VerdictPage:
    items: tuple[Judgement, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class SubjectName:
    change: Annotated[str, Names("change")]


@dataclass(frozen=True, kw_only=True)
class PolicyList:
    items: tuple[Policy, ...]


@dataclass(frozen=True, kw_only=True)
class HaltReason:
    reason: Annotated[str, Field(description="Why, for everybody who wonders why nothing moves.")]


@dataclass(frozen=True, kw_only=True)
class ResumeNote:
    note: Annotated[str, Field(description="What makes it safe to go on.")]


@dataclass(frozen=True, kw_only=True)
class SwitchState:
    """`halt` is None while agents may run."""

    halt: Halt | None


def inbox_list(ctx: Ctx, _: Nothing) -> Inbox:
    """List what waits for your decision, most urgent first.

    Gates, questions and tasks that wait for a person alike: what is asked, why, what happens on
    yes and on no, how long it has waited, and how much waits for it. Your own work is never here.
    The operator of this machine, who is nobody in the organisation, sees what waits for anybody.
    """
    if ctx.actor.kind is ActorKind.SYSTEM:
        return Inbox(items=service.everything(ctx))
    return Inbox(items=service.inbox(ctx, ctx.principal))


def inbox_count(ctx: Ctx, _: Nothing) -> Waiting:
    """Count what waits for your decision: the items of `inbox.list`, for a badge."""
    if ctx.actor.kind is ActorKind.SYSTEM:
        return Waiting(count=len(service.everything(ctx)))
    return Waiting(count=service.waiting(ctx, ctx.principal))


def inbox_show(ctx: Ctx, name: ItemName) -> InboxItem:
    """Show one item of an inbox: a gate such as G-12, a question such as Q-3, a run that waits."""
    if name.item.startswith("G-"):
        return service.of_gate(ctx, service.gate(ctx, GateId(name.item)))
    if name.item.startswith("Q-"):
        return service.of_question(ctx, service.question(ctx, QuestionId(name.item)))
    found = service.of_source(ctx, name.item)
    if found is not None:
        return found
    raise Invalid(
        f"{name.item!r} is no gate, no question and no run that waits for a person; "
        "write G-12 or Q-3",
        item=name.item,
    )


def gate_show(ctx: Ctx, name: GateName) -> Gate:
    """Show a gate: what it asks about, by hash, whom it waits for, and what was decided."""
    return service.gate(ctx, name.gate)


def gate_list(ctx: Ctx, query: GateQuery) -> GatePage:
    """List gates, newest first, with how long each waited for a person."""
    found = service.gates(
        ctx, state=query.state, context=query.context, after=query.after, limit=query.limit
    )
    last = found[-1].id if len(found) == query.limit else None
    return GatePage(items=tuple(found), next=int(last.partition("-")[2]) if last else None)


def gate_decide(ctx: Ctx, asked: GateDecision) -> Gate:
    """Approve what a gate asks about, send it back for a revision, or reject it.

    A revision needs a note that says what has to change, a rejection its reason. The decision is
    bound to the hash that the gate shows; if its subject has changed since, it is refused with
    what changed. Only people decide, each gate once, and nobody their own work.
    """
    return service.decide(ctx, asked.gate, asked.decision, asked.note, seen=asked.hash)


def gate_batch(ctx: Ctx, asked: BatchDecision) -> BatchResult:
    """Decide several gates of one sort alike, each for itself; a refused one stops no other."""
    return BatchResult(items=service.decide_each(ctx, asked.gates, asked.decision, asked.note))


def gate_delegate(ctx: Ctx, asked: Delegation) -> Gate:
    """Hand a gate on to somebody else, a person or a team: it moves to their inbox.

    Those it waited for before may still decide it.
    """
    return service.delegate(ctx, asked.gate, asked.to)


def question_show(ctx: Ctx, name: QuestionName) -> Question:
    """Show a question that an evaluator could not settle, and its answer if there is one."""
    return service.question(ctx, name.question)


def question_answer(ctx: Ctx, asked: QuestionAnswer) -> Question:
    """Allow or refuse what an evaluator could not tell; a refusal says why.

    The evaluator then judges again in a new report. A refusal binds: the version it was asked
    about cannot pass that policy any more. The answer is about the hash that the question shows;
    if its subject has changed since, it is refused with what to do.
    """
    return service.answer(ctx, asked.question, asked.answer, asked.note, seen=asked.hash)


def verdict_give(ctx: Ctx, report: Report) -> Judgement:
    """Hand in an evaluation report on one policy: verdict, findings, evidence.

    What counts is the verdict stated, or a worse one where the findings are worse: a critical or
    major finding on a blocking criterion is a FAIL, and so are red tests. Nobody judges what they
    made themselves.
    """
    return service.judge(ctx, report)


def verdict_list(ctx: Ctx, query: VerdictQuery) -> VerdictPage:
    """List judgements, newest first, each with its findings; none is ever changed or removed."""
    at, _, id = query.before.partition("/")
    before = (datetime.fromisoformat(at), id) if id else None
    found = service.judgements(
        ctx, subject=query.subject, policy=query.policy, before=before, limit=query.limit
    )
    last = found[-1] if len(found) == query.limit else None
    following = f"{last.at.isoformat()}/{last.id}" if last else None
    return VerdictPage(items=tuple(found), next=following)


def verdict_show(ctx: Ctx, name: SubjectName) -> Assessment:
    """Show how a change stands: the newest verdict of every policy, and the overall one.

    Critical and major findings on blocking criteria are counted as blocking, all others as notes.
    A policy that nobody has judged on the present head is named, and is never a pass.
    """
    return service.verdict_on(ctx, Subject(kind=CHANGE, id=name.change))


def policy_list(ctx: Ctx, _: Nothing) -> PolicyList:
    """List the policies: criteria, who evaluates, whether they block, whom they escalate to."""
    return PolicyList(items=tuple(service.policies(ctx).values()))


def switch_halt(ctx: Ctx, asked: HaltReason) -> SwitchState:
    """Stop all agents now: nothing new starts, and what runs stops at its next step.

    People can go on working and deciding. `headrace switch resume` ends it.
    """
    return SwitchState(halt=service.halt(ctx, asked.reason))


def switch_resume(ctx: Ctx, asked: ResumeNote) -> SwitchState:
    """Let the agents go on. Only a person can; say what makes it safe."""
    service.resume(ctx, asked.note)
    return SwitchState(halt=service.halted(ctx))


def switch_show(ctx: Ctx, _: Nothing) -> SwitchState:
    """Show whether the agents may run, and if not who halted them, when and why."""
    return SwitchState(halt=service.halted(ctx))


def _query(
    name: str,
    input: type,
    output: type,
    run: object,
    path: str,
    columns: tuple[str, ...] = (),
    shown: Shown | None = None,
    hint: str = "",
) -> Operation:
    assert callable(run)
    return Operation(
        name=name,
        permission=READ,
        input=input,
        output=output,
        run=run,
        http=Http(method="GET", path=path),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=columns,
        shown=shown,
        hint=hint,
    )


def _command(
    name: str,
    permission: str,
    input: type,
    output: type,
    run: object,
    path: str,
    shown: Shown | None = None,
    alarm: Alarm | None = None,
) -> Operation:
    assert callable(run)
    return Operation(
        name=name,
        permission=permission,
        input=input,
        output=output,
        run=run,
        http=Http(method="POST", path=path),
        shown=shown,
        alarm=alarm,
    )


OPERATIONS = (
    _query(
        "inbox.list",
        Nothing,
        Inbox,
        inbox_list,
        "/inbox",
        ("id", "asked", "asked_of", "waiting", "tier", "on_yes"),
        hint=telling.HINT,
    ),
    _query("inbox.count", Nothing, Waiting, inbox_count, "/inbox-count"),
    _query(
        "inbox.show",
        ItemName,
        InboxItem,
        inbox_show,
        "/inbox/{item}",
        shown=telling.item,
    ),
    _query("gate.show", GateName, Gate, gate_show, "/gates/{gate}", shown=telling.gate),
    _query(
        "gate.list",
        GateQuery,
        GatePage,
        gate_list,
        "/gates",
        ("id", "title", "state", "approvers", "asked_at", "decided_at", "decided_by"),
    ),
    _command(
        "gate.decide",
        DECIDE,
        GateDecision,
        Gate,
        gate_decide,
        "/gates/{gate}/decision",
        shown=telling.gate,
    ),
    _command("gate.batch", DECIDE, BatchDecision, BatchResult, gate_batch, "/gates/decisions"),
    _command(
        "gate.delegate",
        DECIDE,
        Delegation,
        Gate,
        gate_delegate,
        "/gates/{gate}/delegation",
        shown=telling.gate,
    ),
    _query("question.show", QuestionName, Question, question_show, "/questions/{question}"),
    _command(
        "question.answer",
        DECIDE,
        QuestionAnswer,
        Question,
        question_answer,
        "/questions/{question}/answer",
    ),
    _command("verdict.give", JUDGE, Report, Judgement, verdict_give, "/verdicts"),
    _query(
        "verdict.list",
        VerdictQuery,
        VerdictPage,
        verdict_list,
        "/verdicts",
        ("subject.id", "policy", "number", "verdict", "summary", "at"),
    ),
    _query("verdict.show", SubjectName, Assessment, verdict_show, "/changes/{change}/verdict"),
    _query(
        "policy.list",
        Nothing,
        PolicyList,
        policy_list,
        "/policies",
        ("key", "title", "evaluator", "blocking", "escalates_to"),
    ),
    _command("switch.halt", HALT, HaltReason, SwitchState, switch_halt, "/switch/halt"),
    _command(
        "switch.resume",
        RESUME,
        ResumeNote,
        SwitchState,
        switch_resume,
        "/switch/resume",
        alarm=Alarm.AMBER,  # every agent begins to spend again
    ),
    _query("switch.show", Nothing, SwitchState, switch_show, "/switch"),
)
