"""Evaluate: each required policy is judged on each head of a change, by a role that did not make it."""

from collections.abc import Mapping, Sequence

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import Lifecycle, Workspace
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import Scope, ScopeKind
from headrace.capabilities.coding import service as coding
from headrace.capabilities.coding.model import Evaluation
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import CHANGE, Policy, Question, Subject
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import LIVE, ChangeRequest
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import (
    OPEN_STATES,
    ContextId,
    Finished,
    Module,
    Run,
    Start,
    Work,
)
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Conflict
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json, to_json
from headrace.packs.enterprise.build import partly, promises
from headrace.packs.enterprise.build.evaluation_report import report_draft
from headrace.packs.enterprise.build.mission import mission_slug
from headrace.packs.enterprise.policies import POLICIES

KEY = "evaluate-"


class HeadGone(Conflict):
    """The change went on while it was judged; its new head is judged instead."""

    code = "enterprise.head_gone"


def module_of(policy: Policy) -> Module:
    """The module that judges by a policy: one for each, so that they run side by side."""
    return Module(
        key=f"{KEY}{policy.key}",
        title=f"Evaluation: {policy.title}",
        context_kind="mission",
        lane="quality",
        work=Work(role=policy.evaluator, task="evaluate"),
        work_for=work_for,
        outputs=("quality-evaluation",),
        start=Start.ON_EVENT,
        event="record.change_opened",
        workspace=workspace,
        scopes=scopes,
        facts=facts,
        finish=finish,
        after=after,
    )


def policy_of(run: Run) -> str:
    """The key of the policy that a run judges by."""
    return run.module.removeprefix(KEY)


def head_of(run: Run) -> str:
    """The head commit that a run looks at; its episode is the head, or the head and an answer."""
    return run.period.partition("~")[0]


def start(ctx: Ctx, change: ChangeRequest, because: str = "") -> None:
    """Have every required policy judged on the present head; once for each head and cause."""
    if change.head is None or not change.context.startswith("mission:"):
        return
    declared = governance.policies(ctx)
    for key in change.policies:
        if key in declared:
            start_one(ctx, change, key, because)


def start_one(ctx: Ctx, change: ChangeRequest, policy: str, because: str = "") -> Run | None:
    """Have one policy judged on the present head; what still judges a former head is stopped.

    None for a change that has ended, and where this was begun before.
    """
    if change.state not in LIVE:
        return None
    context = ContextId(change.context)
    for run in streams.runs(ctx, context=context, module=f"{KEY}{policy}", limit=1_000):
        if run.element == change.id and run.state in OPEN_STATES and head_of(run) != change.head:
            streams.cancel(ctx, run.id, f"{change.id} has new commits")
    maker = streams.of_change(ctx, change.id)
    return streams.episode(
        ctx,
        context,
        f"{KEY}{policy}",
        element=change.id,
        name=f"{change.head}~{because}" if because else str(change.head),
        inputs=dict(maker.inputs) if maker is not None else {},
        cause=because or change.id,
    )


def work_for(ctx: Ctx, run: Run) -> Work:
    """The policy's evaluator: with the harness for code, by reading for documents."""
    role = governance.policy(ctx, policy_of(run)).evaluator
    brings_documents = bool(record.change(ctx, run.element).members)
    return Work(role=role, task="review" if brings_documents else "evaluate")


def workspace(ctx: Ctx, run: Run) -> Workspace | None:
    """A copy of the head, thrown away afterwards; documents are read from their rows."""
    change = record.change(ctx, run.element)
    if change.members:
        return None
    repository = record.repository(ctx, change.repository)
    return Workspace(repository=repository.slug, branch=change.branch, base=head_of(run))


def scopes(ctx: Ctx, run: Run) -> tuple[Scope, ...]:
    """Judging is paid by the mission, and by the stream whose work is judged."""
    mission, maker = mission_slug(run.context), streams.of_change(ctx, run.element)
    whole = Scope(kind=ScopeKind.MISSION, id=mission)
    if maker is None or not maker.element:
        return (whole,)
    return (whole, Scope(kind=ScopeKind.STREAM, id=f"{mission}/{maker.element}"))


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For an evaluator: what is judged, by which criteria, and what was found before."""
    change = record.change(ctx, run.element)
    policy = governance.policy(ctx, policy_of(run))
    found: dict[str, Json] = {
        "subject": {
            "change": change.id,
            "title": change.title,
            "head": change.head,
            "members": [str(member.ref) for member in change.members],
        },
        "policy": {
            "key": policy.key,
            "criteria": [{"id": one.id, "text": one.text} for one in policy.criteria],
        },
    }
    previous = _previous(ctx, change, policy.key)
    if previous:
        found["previous_findings"] = previous
    if not change.members:
        found[coding.FACT] = to_json(promises.evaluation(ctx, change, policy.key), Evaluation)
    return found


def _previous(ctx: Ctx, change: ChangeRequest, policy: str) -> list[Json]:
    subject = Subject(kind=CHANGE, id=change.id)
    return [
        {"clause": finding.clause, "finding": finding.what, "path": finding.path or ""}
        for one in governance.judgements_of(ctx, subject)
        if one.policy == policy
        for finding in one.findings
    ]


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The verdict, counted by governance, and a report that is filed beside the earlier ones.

    Raises HeadGone when the change went on meanwhile, SelfJudged when the evaluator made it.
    """
    change = record.change(ctx, run.element)
    if change.head != head_of(run):
        raise HeadGone(f"{change.id} went on while {head_of(run)[:12]} was judged")
    done = partly.asked(coding.evaluated(submitted), _accepted(ctx, change))
    if run.agent_run is not None:
        budgets.attribute(ctx, run.agent_run, change.id)
    evaluator = streams.made_by(ctx, run).by
    subject = Subject(kind=CHANGE, id=change.id)
    (report,) = coding.reports(done, subject, head_of(run), run=run.id)
    judged = governance.judge(ctx, report, evaluator=evaluator)
    return Finished(drafts=(report_draft(ctx, run, change, done, judged),))


def _accepted(ctx: Ctx, change: ChangeRequest) -> tuple[str, ...]:
    return partly.accepted(promises.answers(ctx, change))


def after(ctx: Ctx, run: Run) -> None:
    """Judge again where a person answered while this run, which had not heard it, was at work."""
    change = record.change(ctx, run.element)
    late = [one for one in _answered(ctx, change, policy_of(run)) if _is_late(one, run)]
    if late and change.head == head_of(run):
        start_one(ctx, change, policy_of(run), late[-1].id)


def _answered(ctx: Ctx, change: ChangeRequest, policy: str) -> Sequence[Question]:
    found = governance.questions_of(ctx, Subject(kind=CHANGE, id=change.id))
    return [one for one in found if one.policy == policy and one.answer is not None]


def _is_late(one: Question, run: Run) -> bool:
    heard = run.period.partition("~")[2]
    began = run.started_at or run.made_at
    return one.answered_at is not None and one.answered_at > began and one.id != heard


def evaluator_of(ctx: Ctx, run: Run) -> PrincipalId | None:
    """Who was asked to judge, also where the judging broke off; None before anybody was."""
    return agents.run(ctx, run.agent_run).principal if run.agent_run is not None else None


def evaluator_gaps(ctx: Ctx, policy: Policy) -> Sequence[str]:
    """Why nobody could judge by a policy: its role has nobody active, or only who is paused (AE-41)."""
    hired = agents.employees(ctx, state=Lifecycle.ACTIVE, limit=1_000)
    able = [one for one in hired if one.role == policy.evaluator]
    if not policy.evaluator or any(not one.paused for one in able):
        return ()
    if not able:
        return (f"nobody is hired as {policy.evaluator}",)
    return (f"whoever is hired as {policy.evaluator} is paused",)


MODULES = tuple(module_of(policy) for policy in POLICIES)
