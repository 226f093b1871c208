"""The instrument that judges a change, and its results as governance takes them."""

from collections.abc import Iterable, Mapping

from headrace.capabilities.agents.model import AgentTask, Bench, Instrument
from headrace.capabilities.coding.model import Evaluated, Evaluation, EvaluationInvalid
from headrace.capabilities.coding.service.evidence import SharedEvidence
from headrace.capabilities.governance.model import Policy, Report, Subject
from headrace.kernel.json import Json, from_json, to_json

INSTRUMENT = "coding.evaluate"
"""The name by which a role card asks for the harness."""

FACT = "evaluation"
"""The fact of a task that holds the Evaluation, as JSON."""


def evaluate(
    bench: Bench, evaluation: Evaluation, policies: Iterable[Policy], *, repository: str = ""
) -> Evaluated:
    """Judge the change in the bench's worktree. Raises EvaluationInvalid.

    With the slug of its `repository`, checks that were run on this head before are not run again.
    """
    from headrace.capabilities.coding.tools import harness  # its scanners are slow to import

    known = {policy.key: policy for policy in policies}
    rows = bench.rows
    if not repository or rows is None:
        return harness.evaluate(bench, evaluation, known)
    return harness.evaluate(
        bench, evaluation, known, evidence=SharedEvidence(bench, rows), repository=repository
    )


def evaluators() -> tuple[str, ...]:
    """The keys of the policies that the harness can judge."""
    from headrace.capabilities.coding.tools import harness  # as above

    return tuple(sorted(harness.JUDGES))


def instrument(policies: Iterable[Policy], *, name: str = INSTRUMENT) -> Instrument:
    """The harness as a brain of agents: judges by these policies what the fact `evaluation` says.

    What is handed in is an Evaluated as JSON; `evaluated` reads it back.
    """
    known = tuple(policies)

    def run(bench: Bench, task: AgentTask) -> Mapping[str, Json]:
        if FACT not in task.facts:
            raise EvaluationInvalid(f"The task gives no fact {FACT!r}, so nothing can be judged.")
        evaluation = from_json(Evaluation, task.facts[FACT])
        repository = task.workspace.repository if task.workspace is not None else ""
        told = to_json(evaluate(bench, evaluation, known, repository=repository))
        assert isinstance(told, Mapping)  # a dataclass is an object in JSON
        return told

    return Instrument(name=name, run=run)


def evaluated(submitted: Mapping[str, Json]) -> Evaluated:
    """What an evaluator handed in. Raises Invalid when it is of another form."""
    return from_json(Evaluated, submitted)


def reports(
    done: Evaluated, subject: Subject, hash: str, *, run: str | None = None
) -> tuple[Report, ...]:
    """One report per policy for governance to judge; `hash` is the commit that was looked at."""
    return tuple(
        Report(
            subject=subject,
            hash=hash,
            policy=result.policy,
            verdict=result.verdict,
            summary=" ".join(filter(None, (result.summary, result.self_evaluation))),
            findings=result.findings,
            escalation=result.escalation,
            ci_green=result.ci_green,
            run=run,
        )
        for result in done.results
    )
