"""What people and evaluators decided about a change moves the run that handed it in."""

from collections.abc import Iterable, Sequence

from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import (
    CHANGE,
    Assessment,
    Finding,
    GateState,
    Judgement,
    Severity,
    Subject,
    Verdict,
)
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest
from headrace.capabilities.streams import registry, store
from headrace.capabilities.streams.model import Run, RunState
from headrace.capabilities.streams.service import catalogue, moving, openings
from headrace.kernel.context import SYSTEM, Ctx
from headrace.kernel.ids import PrincipalId


def merged(ctx: Ctx, change: str) -> None:
    """A change stands on its branch: its run may be done. Harmless to repeat."""
    run = moving.of_change(ctx, change)
    if run is not None:
        moving.settled(ctx, run.id)


def given_up(ctx: Ctx, change: str, by: str) -> None:
    """A change was closed: nobody waits for its run any more. Harmless to repeat."""
    run = _proposed(ctx, change)
    if run is None:
        return
    gates = governance.gates_of(ctx, Subject(kind=CHANGE, id=change))
    said = [one.note for one in gates if one.state is GateState.REJECTED and one.decided_by == by]
    why = f": {said[-1]}" if said else f" closed {change}"
    moving.rejected(ctx, run.id, f"{_handle(ctx, by)}{why}")


def gate_decided(ctx: Ctx, change: str, standing: GateState, note: str, by: str) -> None:
    """A person asked for a revision, or refused for good. Harmless to repeat."""
    run = _proposed(ctx, change)
    if run is None:
        return
    said = f"{_handle(ctx, by)}: {note}"
    if standing is GateState.REVISED:
        moving.send_back(ctx, run.id, (said,))
    elif standing is GateState.REJECTED:
        moving.rejected(ctx, run.id, said)


def judged(ctx: Ctx, change: str, hash: str) -> None:
    """The last verdict on a head is in: where one fails, the work goes back with all findings.

    Nothing happens while a required policy is unjudged, so the next attempt hears everything at
    once. Harmless to repeat.
    """
    run = _proposed(ctx, change)
    if run is None:
        return
    found = assessed(ctx, record.change(ctx, change), hash)
    if found is not None and found.overall is Verdict.FAIL:
        moving.send_back(ctx, run.id, told(found.judgements))


def assessed(ctx: Ctx, change: ChangeRequest, hash: str) -> Assessment | None:
    """How a change stands on its present head once every policy is judged; None before."""
    if change.head != hash:
        return None
    subject = Subject(kind=CHANGE, id=change.id)
    found = governance.assess(ctx, subject, hash, change.policies)
    return None if found.unjudged else found


def blocked(ctx: Ctx, subject: Subject) -> Sequence[str]:
    """What waits for the decision about a change: the run that asks for it, and what follows on it.

    Answers the question `governance.blocks`; nothing for subjects of other rooms.
    """
    run = _proposed(ctx, subject.id) if subject.kind == CHANGE else None
    if run is None:
        return ()
    context = openings.context(ctx, run.context)
    here = {one.key for one in catalogue.modules(ctx, context)}
    ended = {module for module, _ in store.done(ctx.db, ctx.organisation, context.id)}
    follow = registry.downstream(catalogue.stream_of(ctx, context), run.module)
    waiting = [key for key in follow if key in here - ended]
    own = f"{run.module}[{run.element}]" if run.element else run.module
    return [f"{key} in {context.id}" for key in (own, *waiting)]


def told(judgements: Iterable[Judgement]) -> tuple[str, ...]:
    """Every finding that must be mended, by the policy that it broke."""
    failed = [one for one in judgements if one.verdict is Verdict.FAIL]
    found = [
        _sentence(one.policy, finding)
        for one in failed
        for finding in one.findings
        if finding.severity is not Severity.MINOR
    ]
    return tuple(found or [f"{one.policy}: {one.summary}" for one in failed])


def _sentence(policy: str, finding: Finding) -> str:
    place = f" ({finding.path}{f':{finding.line}' if finding.line else ''})" if finding.path else ""
    return f"{policy}, {finding.clause}: {finding.what}{place}. {finding.remediation}".strip()


def _proposed(ctx: Ctx, change: str) -> Run | None:
    run = moving.of_change(ctx, change)
    return run if run is not None and run.state is RunState.PROPOSED else None


def _handle(ctx: Ctx, id: str) -> str:
    if id == SYSTEM:
        return "the house"
    return f"@{people.principal(ctx, PrincipalId(id)).handle}"
