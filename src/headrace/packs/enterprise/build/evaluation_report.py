"""The report of one evaluation: a new file each time, beside those that were written before."""

from collections.abc import Mapping

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Link, LinkKind, VersionRef
from headrace.capabilities.coding.model import CRITERIA, CheckRun, Evaluated, PolicyResult, State
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Finding, Judgement, Verdict
from headrace.capabilities.missions import service as missions
from headrace.capabilities.people import service as people
from headrace.capabilities.record.model import ChangeRequest
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Run
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json
from headrace.packs.enterprise.build import promises
from headrace.packs.enterprise.build.contents import contract_criteria
from headrace.packs.enterprise.build.measures import IMPLEMENT
from headrace.packs.enterprise.build.mission import effective, mission_slug

_MET = {
    State.MET: "met",
    State.NOT_MET: "not-met",
    State.NOT_EVALUATED: "not-evaluated",
}


def report_draft(
    ctx: Ctx, run: Run, change: ChangeRequest, done: Evaluated, judged: Judgement
) -> Draft:
    """The report as a work product; linked to what was judged and what it was judged by."""
    mission, day = mission_slug(run.context), f"{ctx.now:%Y-%m-%d}"
    name = _free_name(ctx, mission, f"{_made(ctx, change)}-{judged.policy}")
    return Draft(
        type="quality-evaluation",
        slug=f"{mission}-{name}",
        context=run.context,
        content=content(ctx, run, change, done, judged),
        made=streams.made_by(ctx, run),
        parts={"mission": mission, "date": day, "slug": name},
        links=(*streams.input_links(run), *_evaluated(change)),
    )


def _made(ctx: Ctx, change: ChangeRequest) -> str:
    """What a change is the work of: its stream, or its module and the stream it was made for."""
    maker = streams.of_change(ctx, change.id)
    if maker is None:
        return change.id.lower()
    parts = (maker.element,) if maker.module == IMPLEMENT else (maker.module, maker.element)
    return "-".join(filter(None, parts))


def _free_name(ctx: Ctx, mission: str, stem: str) -> str:
    """The stem with the next number: a report is a new file, and the earlier ones stay."""
    number = 1
    while artifacts.find(ctx, ArtifactId(f"quality-evaluation/{mission}-{stem}-{number}")):
        number += 1
    return f"{stem}-{number}"


def _evaluated(change: ChangeRequest) -> tuple[Link, ...]:
    return tuple(
        Link(kind=LinkKind.EVALUATES, target=VersionRef(one.ref.artifact, one.ref.number))
        for one in change.members
    )


def content(
    ctx: Ctx, run: Run, change: ChangeRequest, done: Evaluated, judged: Judgement
) -> Mapping[str, Json]:
    """The report's content: the verdict that counts, its criteria, findings and questions."""
    (result,) = done.results
    mission = missions.of_context(ctx, run.context)
    reference = mission.reference if mission is not None and mission.reference else run.context
    return {
        "title": f"{change.title}: {judged.policy}",
        "fields": {
            "output": change.id,
            "output_type": _output_type(change, judged.policy),
            "mission": reference,
            **({"task": change.tasks[0]} if change.tasks else {}),
            "evaluator": _handle(ctx, judged.evaluator),
            "maker": _handle(ctx, change.author),
            "date": f"{ctx.now:%Y-%m-%d}",
            "attempt": judged.number,
            "trigger": run.cause or "",
            "verdict": _overall(judged),
            **_blocking(ctx, judged),
        },
        "sections": {
            "scope": _scope(change, done, judged),
            "policies": [
                {
                    "policy": judged.policy,
                    "applicable": True,
                    "verdict": judged.verdict.value,
                    "notes": judged.summary,
                }
            ],
            "criteria": _criteria(ctx, change, done, result),
            "findings": [_finding(judged.policy, one) for one in judged.findings],
            "escalations": _escalations(ctx, result, done.novelty, judged),
        },
    }


def _scope(change: ChangeRequest, done: Evaluated, judged: Judgement) -> str:
    """What was looked at, and which run of which check the verdict rests on, and when it ended."""
    head = f"Head {judged.hash[:12]} of {change.branch}: {len(change.paths)} paths."
    return " ".join([head, *(_rests_on(run) for run in done.checks)])


def _rests_on(run: CheckRun) -> str:
    when = f" on {run.ended_at:%Y-%m-%d %H:%M} UTC" if run.ended_at is not None else ""
    return f"Check {run.name}: {run.ending}{when}{f', run {run.id}' if run.id else ''}."


def _overall(judged: Judgement) -> str:
    """What could not be evaluated does not pass."""
    failed = judged.verdict is Verdict.NOT_EVALUATED
    return Verdict.FAIL.value if failed else judged.verdict.value


def _blocking(ctx: Ctx, judged: Judgement) -> dict[str, Json]:
    """How many findings block, by severity, and how many are notes: counted from the findings."""
    counted = governance.tally(ctx, judged)
    return {
        "blocking": f"{counted.critical} critical, {counted.major} major",
        "notes": counted.notes,
    }


def _output_type(change: ChangeRequest, policy: str) -> str:
    if change.members:
        return "proposal"
    return "documentation" if policy == "content" else "code"


def _criteria(ctx: Ctx, change: ChangeRequest, done: Evaluated, result: PolicyResult) -> list[Json]:
    """Each acceptance criterion of the stream's tasks, with what shows it or what is missing."""
    maker = streams.of_change(ctx, change.id)
    contract = effective(ctx, "outcome-contract", change.context)
    if maker is None or contract is None or maker.module != IMPLEMENT:
        return []
    standing = {row.clause: row.why for row in result.rows}.get(CRITERIA)
    judged = {one.criterion: one for one in done.criteria}
    known = contract_criteria(contract.content)
    return [
        {
            "criterion": f"{id}: {known[id]}" if id in known else id,
            "result": _MET[judged[id].state] if id in judged else "not-evaluated",
            "evidence": judged[id].evidence if id in judged else standing or "not looked at",
        }
        for id in promises.own_criteria(ctx, maker, contract.content)
    ]


def _finding(policy: str, one: Finding) -> Json:
    line = f":{one.line}" if one.line else ""
    return {
        "severity": one.severity.value,
        "finding": one.what,
        "clause": f"{policy}: {one.clause}",
        "evidence": one.evidence,
        **({"location": f"{one.path}{line}"} if one.path else {}),
        "remediation": one.remediation,
    }


def _escalations(
    ctx: Ctx, result: PolicyResult, novelty: float | None, judged: Judgement
) -> list[Json]:
    if result.escalation is None or judged.question is None:
        return []
    asked = governance.question(ctx, judged.question)
    return [
        {
            "finding": result.summary,
            "clause": judged.policy,
            "question": asked.question,
            "who": ", ".join(asked.to),
            "recommendation": asked.recommendation,
            **({"novelty": min(novelty, 1.0)} if novelty is not None else {}),
        }
    ]


def _handle(ctx: Ctx, id: PrincipalId) -> str:
    return people.principal(ctx, id).handle
