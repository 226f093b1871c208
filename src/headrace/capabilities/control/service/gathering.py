"""Gathering: what the rooms below know of many versions and changes, each asked once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import RunSummary
from headrace.capabilities.artifacts.model import ArtifactType, Hop, Made
from headrace.capabilities.control.model import (
    Answered,
    Approval,
    Cause,
    ChangeTold,
    Maker,
    VerdictGiven,
)
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Deliberation, GateState, Judgement
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest, Review, ReviewVerdict
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Run
from headrace.kernel.context import Ctx


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Rows by their ids, to put answers together from."""

    names: Mapping[str, str]  # handle by principal
    titles: Mapping[str, str]  # of artifact types
    repositories: Mapping[str, str]  # slug by id
    changes: Mapping[str, ChangeRequest]
    runs: Mapping[str, Run]
    agent_runs: Mapping[str, RunSummary]
    deliberation: Deliberation
    reviews: Sequence[Review]

    def name(self, principal: str) -> str:
        """A handle with its @; the id itself of whom nobody knows."""
        handle = self.names.get(principal)
        return f"@{handle}" if handle else principal


def gather(
    ctx: Ctx,
    *,
    runs: Iterable[str | None] = (),
    changes: Iterable[str | None] = (),
    agent_runs: Iterable[str | None] = (),
) -> Facts:
    """The rows of these runs and changes, and all around the changes, in a fixed number of queries."""
    wanted = _known(changes)
    told = governance.deliberation(ctx, wanted)
    around = streams.around(
        ctx,
        ids=_known(runs),
        changes=wanted,
        episodes=[one.id for one in told.questions],
    )
    workers = {*_known(agent_runs), *_known(one.agent_run for one in around)}
    return Facts(
        names=people.handles(ctx),
        titles={declared.name: declared.title for declared in ctx.declared(ArtifactType)},
        repositories={one.id: one.slug for one in record.repositories(ctx, limit=200)},
        changes={one.id: one for one in record.named(ctx, wanted)},
        runs={one.id: one for one in around},
        agent_runs={one.id: one for one in agents.named(ctx, workers)},
        deliberation=told,
        reviews=record.reviews_of(ctx, wanted),
    )


def _known(ids: Iterable[str | None]) -> Collection[str]:
    return dict.fromkeys(one for one in ids if one)


def cause(facts: Facts, hop: Hop) -> Cause:
    """A version of a chain in words."""
    return Cause(
        version=str(hop.ref),
        type=facts.titles.get(hop.type, hop.type),
        title=hop.title,
        reference=hop.reference or "",
        path=hop.path,
        phase=hop.phase,
        distance=hop.distance,
        change=hop.change or "",
        made=maker(facts, hop.made),
        at=hop.created_at,
    )


def maker(facts: Facts, made: Made) -> Maker:
    """Who made a version: the agent of its run, or whoever handed it in."""
    run = facts.runs.get(made.run or "")
    worker = facts.agent_runs.get((run.agent_run if run else made.run) or "")
    if worker is None:
        return Maker(by=facts.name(made.by), brain=made.brain)
    return of_agent(facts, worker)


def of_agent(facts: Facts, run: RunSummary) -> Maker:
    """An agent's run as the maker of what it handed in."""
    return Maker(
        by=facts.name(run.principal),
        brain=run.brain.value,
        run=run.id,
        role=run.role,
        task=run.task,
        identity=run.identity,
        tokens=run.usage.input_tokens + run.usage.output_tokens,
        micro_usd=run.usage.cost_micro_usd,
        priced=run.usage.priced,
    )


def change_told(facts: Facts, id: str) -> ChangeTold | None:
    """A change with its makers, approvals, verdicts and answers; None when there is no such."""
    change = facts.changes.get(id)
    if change is None:
        return None
    workers = [
        facts.agent_runs[one.agent_run]
        for one in facts.runs.values()
        if one.change == id and one.agent_run and one.agent_run in facts.agent_runs
    ]
    return ChangeTold(
        change=change.id,
        title=change.title,
        state=change.state,
        repository=facts.repositories.get(change.repository, change.repository),
        context=change.context,
        author=facts.name(change.author),
        commit=change.commit,
        opened_at=change.opened_at,
        ended_at=change.ended_at,
        decided_by=facts.name(change.decision.by) if change.decision else "",
        tasks=change.tasks,
        made=tuple(of_agent(facts, one) for one in workers),
        approvals=_approvals(facts, change),
        verdicts=_verdicts(facts, id),
        answers=_answers(facts, id),
    )


def _approvals(facts: Facts, change: ChangeRequest) -> tuple[Approval, ...]:
    """Gates that were passed, and reviews of the head that were given elsewhere."""
    passed = [
        Approval(by=facts.name(one.decided_by), where=one.id, at=one.decided_at, note=one.note)
        for one in facts.deliberation.gates
        if one.subject.id == change.id
        and one.state is GateState.APPROVED
        and one.decided_by is not None
        and one.decided_at is not None
    ]
    known = {one.by for one in passed}
    reviewed = [
        Approval(by=facts.name(one.reviewer), where="review", at=one.at, note=one.note)
        for one in facts.reviews
        if one.change == change.id
        and one.verdict is ReviewVerdict.APPROVE
        and change.decision is not None
        and one.head == change.decision.head
        and facts.name(one.reviewer) not in known
    ]
    return (*passed, *reviewed)


def _verdicts(facts: Facts, change: str) -> tuple[VerdictGiven, ...]:
    mine = [one for one in facts.deliberation.judgements if one.subject.id == change]
    newest: dict[str, Judgement] = {one.policy: one for one in mine}
    return tuple(
        VerdictGiven(
            policy=one.policy,
            verdict=one.verdict,
            by=facts.name(one.evaluator),
            at=one.at,
            summary=one.summary,
            counts=newest[one.policy] is one,
        )
        for one in mine
    )


def _answers(facts: Facts, change: str) -> tuple[Answered, ...]:
    return tuple(
        Answered(
            question=one.id,
            asked=one.question,
            answer="withdrawn" if one.withdrawn else (one.answer or ""),
            by=facts.name(one.answered_by) if one.answered_by else "",
            at=one.answered_at,
            note=one.note,
        )
        for one in facts.deliberation.questions
        if one.subject.id == change
    )
