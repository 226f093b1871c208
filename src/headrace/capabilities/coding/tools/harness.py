"""The harness: one change, every policy asked for, one result each."""

from collections.abc import Callable, Mapping

from headrace.capabilities.agents.model import Bench
from headrace.capabilities.coding.model import (
    Evaluated,
    Evaluation,
    Evidence,
    PolicyResult,
    Row,
    State,
)
from headrace.capabilities.coding.rules import verdicts
from headrace.capabilities.coding.tools import (
    architecture,
    content,
    delivery,
    experience,
    observability,
    performance,
    security,
    shared,
)
from headrace.capabilities.coding.tools.scene import Judged, Scene, scene_of
from headrace.capabilities.coding.tools.shared import Shared
from headrace.capabilities.governance.model import Finding, Policy, Severity, Verdict

JUDGES: Mapping[str, Callable[[Scene], Judged]] = {
    "security": security.judge,
    "architecture": architecture.judge,
    "performance": performance.judge,
    "experience": experience.judge,
    "content": content.judge,
    "observability": observability.judge,
    "delivery": delivery.judge,
}
"""Who judges which policy."""

_ORDER = list(Severity)


def evaluate(
    bench: Bench,
    evaluation: Evaluation,
    policies: Mapping[str, Policy],
    *,
    evidence: Evidence | None = None,
    repository: str = "",
) -> Evaluated:
    """Judge the change in the bench's worktree by every policy of the evaluation.

    A policy that nobody declared, or that no evaluator knows, is NOT EVALUATED. Raises EvaluationInvalid
    when the commit that the change began at is not there. Runs of the product's checks are kept in
    `evidence`, and what stands there for this head of the `repository` is not run again.
    """
    scene = scene_of(bench, evaluation, evidence, repository)
    scene.checks.gather(_wanted(scene))
    common = shared.judge(scene)
    results, novelty = [], None
    for key in evaluation.policies:
        judge, policy = JUDGES.get(key), policies.get(key)
        if judge is None or policy is None:
            results.append(_nobody(key, policy, common))
        else:
            judged = judge(scene)
            novelty = judged.novelty if judged.novelty is not None else novelty
            results.append(_result(scene, policy, judged, common))
    return Evaluated(
        verdict=verdicts.overall(results),
        results=tuple(results),
        checks=tuple(scene.checks.runs[name] for name in sorted(scene.checks.runs)),
        novelty=novelty,
        criteria=common.criteria,
        seconds=scene.checks.seconds,
    )


def _wanted(scene: Scene) -> tuple[str, ...]:
    """The checks that the evaluators will ask for, slow ones among them; known before the first is run."""
    serving = (name for key in scene.evaluation.policies for name in scene.checks.serving(key))
    shown = (name for one in scene.evaluation.criteria for name in one.checks)
    wanted = (*scene.checks.ci, *serving, *shown)
    return tuple(name for name in dict.fromkeys(wanted) if name in scene.checks.known)


def _result(scene: Scene, policy: Policy, judged: Judged, common: Shared) -> PolicyResult:
    known = {criterion.id for criterion in policy.criteria}
    findings = tuple(sorted(_findings(judged, common, known), key=_weight))
    escalation = judged.escalation or common.escalation
    rows = verdicts.rows(policy, (*common.notes.rows.values(), *judged.rows), findings)
    red = common.green is False
    verdict = verdicts.verdict(policy, rows, findings, escalation, red=red)
    allowed = " ".join(filter(None, (judged.allowed, common.allowed)))
    return PolicyResult(
        policy=policy.key,
        verdict=verdict,
        summary=verdicts.summary(policy, rows, red=red, allowed=allowed),
        rows=rows,
        findings=findings,
        escalation=escalation,
        ci_green=common.green,
        self_evaluation=verdicts.otherwise(scene.evaluation.self_evaluation, policy.key, verdict),
    )


def _findings(judged: Judged, common: Shared, known: set[str]) -> list[Finding]:
    """All findings; a policy that leaves a criterion out does not ask about it."""
    return [one for one in (*judged.findings, *common.notes.findings) if one.clause in known]


def _weight(finding: Finding) -> tuple[int, str, int, str, str]:
    return (
        _ORDER.index(finding.severity),
        finding.path or "",
        finding.line or 0,
        finding.clause,
        finding.what,
    )


def _nobody(key: str, policy: Policy | None, common: Shared) -> PolicyResult:
    """Nobody judges by this policy, which is told and is no pass; red checks are still a FAIL."""
    why = "no policy of this name is declared" if policy is None else "no evaluator judges by it"
    return PolicyResult(
        policy=key,
        verdict=Verdict.FAIL if common.green is False else Verdict.NOT_EVALUATED,
        summary=f"{key} was not evaluated: {why}.",
        rows=tuple(
            Row(clause=criterion.id, state=State.NOT_EVALUATED, why=why)
            for criterion in (policy.criteria if policy else ())
        ),
        ci_green=common.green,
    )
