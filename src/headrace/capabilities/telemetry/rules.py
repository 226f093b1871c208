"""Spans: what happened, in the names of the public contract and of OpenTelemetry. Pure.

No prompt, answer, argument, result, path or reason in somebody's words becomes an attribute: ids, names
of roles, tools and policies, counts and the words of enumerations only.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from headrace.capabilities.agents.model import BrainKind, CallTrace, RunEnd, RunTrace, TurnTrace
from headrace.capabilities.governance.model import Verdict
from headrace.capabilities.telemetry.model import Attribute, Span, SpanEvent, SpanKind
from headrace.kernel.ids import OrganisationId

DECISION = "governance.decision"
ESCALATION = "agent.escalation"
LOADED = "agent.instructions.loaded"
MISSION = "agentic.mission.id"
REASON = "governance.reason"
VIOLATION = "policy.violation"

_ASK = "ask"
_VERDICTS = {
    Verdict.PASS: ("pass", "approve"),
    Verdict.PASS_WITH_NOTES: ("pass", "approve"),
    Verdict.NOT_EVALUATED: ("needs_changes", "escalate"),
    Verdict.ESCALATE: ("needs_changes", "escalate"),
    Verdict.FAIL: ("fail", "reject"),
}
"""What a verdict is called in the contract's words, and which decision it is."""

_PHASES = {
    "proposed": "discover",
    "approved": "discover",
    "planning": "build",
    "active": "build",
    "paused": "build",
    "completed": "operate",
    "cancelled": "operate",
}


def trace_id(organisation: OrganisationId, about: str) -> str:
    """The trace that everything about one thing stands in: the same at every repetition."""
    return _digest("trace", organisation, about)[:32]


def span_id(organisation: OrganisationId, about: str) -> str:
    """The id of the span that tells of one thing: the same at every repetition."""
    return _digest("span", organisation, about)[:16]


def run_spans(organisation: OrganisationId, found: RunTrace, mission: str) -> Iterator[Span]:
    """An agent's run, its turns below it, and below each turn the tools that it called for."""
    run = found.run
    if run.brain is BrainKind.HUMAN or found.began is None or found.ended is None:
        return
    trace = trace_id(organisation, run.order.subject)
    root = run_span_id(organisation, run.id)
    yield Span(
        name="agent.run",
        trace=trace,
        id=root,
        began=found.began,
        ended=max(found.ended, *(turn.ended for turn in found.turns), found.began),
        attributes=_of_run(found, mission),
        events=tuple(_in_run(found, found.began)),
        error="" if run.state.value == RunEnd.SUCCEEDED else run.state.value,
    )
    for turn in found.turns:
        yield _turn(organisation, found, turn, trace, root)
    said = {turn.number for turn in found.turns}
    for call in found.calls:
        above = _turn_id(organisation, run.id, call.turn) if call.turn in said else root
        yield _call(organisation, found, call, trace, above)


def run_span_id(organisation: OrganisationId, run: str) -> str:
    """The span of an agent's run."""
    return span_id(organisation, f"agent-run:{run}")


def verdict_span(
    organisation: OrganisationId,
    *,
    judgement: str,
    policy: str,
    verdict: Verdict,
    findings: int,
    change: str,
    mission: str,
    above: tuple[str, str] | None,
    at: datetime,
) -> Span:
    """An evaluator's verdict on one policy; `above` are the trace and the span of the run that gave it."""
    told, decision = _VERDICTS[verdict]
    reason = f"{verdict}, {findings} findings"
    attributes: dict[str, Attribute] = {
        "quality.policy.id": policy,
        "quality.verdict": told,
        MISSION: mission,
    }
    decided: dict[str, Attribute] = {DECISION: decision, REASON: reason, **_number(change)}
    events = [SpanEvent(name=DECISION, at=at, attributes=decided)]
    if verdict is Verdict.FAIL:
        broken: dict[str, Attribute] = {"quality.policy.id": policy, REASON: reason}
        events.append(SpanEvent(name=VIOLATION, at=at, attributes=broken))
    about = f"judgement:{judgement}"
    return Span(
        name="quality.evaluate",
        trace=above[0] if above else trace_id(organisation, about),
        id=span_id(organisation, about),
        parent=above[1] if above else None,
        began=at,
        ended=at,
        attributes=attributes,
        events=tuple(events),
    )


def mission_span(
    organisation: OrganisationId, *, event: str, mission: str, before: str, after: str, at: datetime
) -> Span:
    """A mission's move from one status to the next; all moves of a mission stand in one trace."""
    moved: dict[str, Attribute] = {"mission.status.from": before, "mission.status.to": after}
    return Span(
        name="mission.transition",
        trace=trace_id(organisation, f"mission:{mission}"),
        id=span_id(organisation, f"event:{event}"),
        began=at,
        ended=at,
        attributes={**moved, "mission.phase": _PHASES.get(after, "build"), MISSION: mission},
        events=(SpanEvent(name="mission.status_change", at=at, attributes=moved),),
    )


def git_span(
    organisation: OrganisationId,
    *,
    event: str,
    operation: str,
    change: str,
    branch: str,
    repository: str,
    mission: str,
    at: datetime,
    decision: str = "",
    reason: str = "",
) -> Span:
    """What was done with a change request; with the decision on it, where there is one."""
    decided: dict[str, Attribute] = {DECISION: decision, REASON: reason, **_number(change)}
    number = change.rpartition("-")[2]
    attributes: dict[str, Attribute] = {
        "git.operation": operation,
        "git.branch": branch,
        "git.repo": repository,
        MISSION: mission,
    }
    if number.isdigit():
        attributes["git.pr.number"] = int(number)
    return Span(
        name="git.operation",
        kind=SpanKind.CLIENT,
        trace=trace_id(organisation, f"change:{change}"),
        id=span_id(organisation, f"event:{event}"),
        began=at,
        ended=at,
        attributes=attributes,
        events=(SpanEvent(name=DECISION, at=at, attributes=decided),) if decision else (),
    )


def _of_run(found: RunTrace, mission: str) -> dict[str, Attribute]:
    run = found.run
    usage = run.usage
    attributes: dict[str, Attribute] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": _provider(found),
        "gen_ai.agent.name": run.card.id,
        "gen_ai.agent.id": run.principal,
        "gen_ai.conversation.id": run.id,
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "agentic.layer": run.card.layer,
        "agentic.loop": run.card.loop,
        "agentic.division": run.card.division,
        "agentic.session.id": run.id,
        "agentic.task.id": ":".join(filter(None, (run.order.task, run.order.element))),
        MISSION: mission,
    }
    return {name: value for name, value in attributes.items() if value != ""}


def _in_run(found: RunTrace, began: datetime) -> Iterator[SpanEvent]:
    layer = found.run.card.layer
    yield SpanEvent(name=LOADED, at=began, attributes={"agentic.layer": layer})
    for call in found.calls:
        if call.refused:
            told: dict[str, Attribute] = {
                DECISION: "reject",
                REASON: f"{call.tool} went beyond the authority of the role card",
            }
            yield SpanEvent(name=DECISION, at=call.ended, attributes=told)
        elif call.tool == _ASK and not call.failed:
            asked: dict[str, Attribute] = {
                REASON: "the role may not decide this by itself",
                "agentic.layer": layer,
            }
            yield SpanEvent(name=ESCALATION, at=call.ended, attributes=asked)


def _turn(
    organisation: OrganisationId, found: RunTrace, turn: TurnTrace, trace: str, root: str
) -> Span:
    named = found.run.brain is BrainKind.MODEL
    return Span(
        name=f"chat {turn.model}" if named else "inference.chat",
        kind=SpanKind.CLIENT,
        trace=trace,
        id=_turn_id(organisation, found.run.id, turn.number),
        parent=root,
        began=turn.began,
        ended=turn.ended,
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": _provider(found),
            "gen_ai.response.model": turn.model,
            "gen_ai.response.finish_reasons": (turn.finish.value,),
            "gen_ai.usage.input_tokens": turn.usage.input_tokens,
            "gen_ai.usage.output_tokens": turn.usage.output_tokens,
            "gen_ai.usage.cache_read.input_tokens": turn.usage.cached_tokens,
            "gen_ai.conversation.id": found.run.id,
        },
    )


def _call(
    organisation: OrganisationId, found: RunTrace, call: CallTrace, trace: str, above: str
) -> Span:
    error = "beyond_authority" if call.refused else "tool_error" if call.failed else ""
    told: dict[str, Attribute] = {"error.type": error, "tool.name": call.tool}
    attributes: dict[str, Attribute] = {
        "gen_ai.operation.name": "execute_tool",
        "tool.name": call.tool,
        "tool.type": "function",
        "tool.call.id": call.call,
    }
    return Span(
        name="tool.execute",
        kind=SpanKind.CLIENT,
        trace=trace,
        id=span_id(organisation, f"agent-run:{found.run.id}:{call.turn}.{call.number}"),
        parent=above,
        began=call.began,
        ended=call.ended,
        attributes=attributes,
        events=(SpanEvent(name="tool.error", at=call.ended, attributes=told),) if error else (),
        error=error,
    )


def _turn_id(organisation: OrganisationId, run: str, turn: int) -> str:
    return span_id(organisation, f"agent-run:{run}:{turn}")


def _provider(found: RunTrace) -> str:
    """The provider of a model by its name, as in `anthropic:…`; else what answered in its place."""
    run = found.run
    if run.brain is not BrainKind.MODEL:
        return f"headrace.{run.brain}"
    return run.identity.removeprefix("model/").partition(":")[0]


def _number(change: str) -> dict[str, Attribute]:
    number = change.rpartition("-")[2]
    return {"governance.pr.number": int(number)} if number.isdigit() else {}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
