"""Outcome report: targets against actuals as computed, what stays, what it taught, and what follows."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import VersionRef
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import CHANGE, PASSES, Judgement, Subject
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import (
    CheckpointKind,
    GateClosed,
    Measurement,
    MissionStatus,
    OutcomeKind,
    OutcomeVerdict,
    Standing,
)
from headrace.capabilities.missions.service import StreamFacts
from headrace.capabilities.record import service as record
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.measures import stream_facts
from headrace.packs.enterprise.build.mission import (
    draft,
    effective,
    feedback,
    mission_slug,
    title,
)
from headrace.packs.enterprise.build.report import hours
from headrace.packs.enterprise.discover.contents import Content, at, told
from headrace.packs.enterprise.outcome import contract, signals, venture
from headrace.packs.enterprise.outcome.promised import outcomes

KEY, TYPE = "outcome", "outcome-report"
LONG = timedelta(hours=4)
V = OutcomeVerdict


def start(ctx: Ctx, mission: str, checkpoint: str, cause: str) -> Run | None:
    """Have the report written once every outcome is settled, at the interim or the final checkpoint.

    The final one has it written in any case. None before, and once a report was accepted.
    """
    known, one = missions.get(ctx, mission), missions.checkpoint(ctx, mission, checkpoint)
    if one.kind not in {CheckpointKind.INTERIM, CheckpointKind.FINAL}:
        return None
    if known.status is not MissionStatus.ACTIVE or effective(ctx, TYPE, known.context) is not None:
        return None
    found = missions.measurements(ctx, mission, checkpoint)
    settled = all(missions.is_settled(measured, ctx.now.date()) for measured in found)
    promised = effective(ctx, contract.TYPE, known.context)
    if promised is None or not (settled or one.kind is CheckpointKind.FINAL):
        return None
    signals.file(ctx, known, found)
    brief = effective(ctx, "mission-brief", known.context)
    inputs: dict[str, tuple[VersionRef, ...]] = {"contract": (promised.ref,)}
    if brief is not None:
        inputs["brief"] = (brief.ref,)
    return streams.episode(
        ctx,
        ContextId(known.context),
        KEY,
        element="",
        name=checkpoint,
        inputs=inputs,
        cause=cause,
    )


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For product-strategy: every figure and verdict of the report, computed."""
    counted = computed(ctx, run)
    found = measured(ctx, run)
    return {
        "mission": title(ctx, run.context),
        "results": counted["results"],
        "reasons": [{"metric": one.outcome.metric, "because": one.judged.because} for one in found],
        "overall": missions.overall(found).value,
        "rule": missions.RULE,
        "assets": counted["assets"],
        "tasks": counted["tasks"],
        "evaluations": counted["quality"],
        "lessons": lessons(ctx, run),
        "signals": counted["signals"],
        "venture": counted["venture_impact"],
        "recommended": recommended(found),
        **feedback(run),
    }


def measured(ctx: Ctx, run: Run) -> Sequence[Measurement]:
    """The measurements that the report is about, in the order of the contract."""
    version = artifacts.get_version(ctx, run.inputs["contract"][0].version)
    found = {
        one.outcome.key: one
        for one in missions.measurements(ctx, mission_slug(run.context), run.period)
    }
    return [found[one.key] for one in outcomes(version.content) if one.key in found]


def computed(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """The counted sections of the report, as its type has them."""
    mission = missions.get(ctx, mission_slug(run.context))
    return {
        "results": [_result(one) for one in measured(ctx, run)],
        "assets": assets(ctx, run.context),
        "tasks": _tasks(ctx, mission.slug),
        "quality": quality(ctx, run.context),
        "signals": signals.filed(ctx, mission),
        "venture_impact": [
            {"venture": one.venture, "metric": one.metric, "impact": one.impact}
            for one in venture.moves(ctx, run.context)
        ],
    }


def _result(one: Measurement) -> Json:
    reading, asked = one.reading, one.outcome
    by = f"By {asked.deadline}" if reading.origin.value == "date" else asked.target
    name = f"Guardrail: {asked.metric}" if asked.kind is OutcomeKind.GUARDRAIL else asked.metric
    row: dict[str, Json] = {
        "metric": name,
        "target": by,
        "actual": one.judged.actual,
        "variance": one.judged.variance,
        "verdict": one.judged.verdict.value,
        "method": reading.method or reading.because or one.judged.because,
    }
    if reading.confidence:
        row["confidence"] = reading.confidence
    return row


def assets(ctx: Ctx, context: str) -> list[Json]:
    """What stays after the mission: the published entries of the registry that it made."""
    return [
        {
            "asset": one.title,
            "type": told(one.content, "fields", "type") or "asset",
            "entry": one.path,
        }
        for one in artifacts.effective_of(ctx, "asset-entry", [context])
    ]


def _tasks(ctx: Ctx, mission: str) -> list[Json]:
    counts: dict[str, int] = {}
    for one in missions.all_tasks(ctx, mission):
        counts[one.status.value] = counts.get(one.status.value, 0) + 1
    return [{"status": status, "count": count} for status, count in sorted(counts.items())]


def quality(ctx: Ctx, context: str) -> list[Json]:
    """Each evaluation of the mission's changes with its newest verdict, word for word."""
    rows: list[Json] = []
    for change in record.changes(ctx, context=context, limit=1_000):
        newest: dict[str, Judgement] = {}
        for one in governance.judgements_of(ctx, Subject(kind=CHANGE, id=change.id)):
            newest[one.policy] = one
        rows.extend(
            {
                "evaluation": f"{change.title} ({change.id}): {policy}",
                "date": f"{one.at:%Y-%m-%d}",
                "verdict": one.verdict.value,
            }
            for policy, one in sorted(newest.items())
        )
    return rows


def lessons(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """What the mission taught, each line with the figure that it rests on."""
    found = stream_facts(ctx, run.context)
    judged = measured(ctx, run)
    verdicts = [word for one in found for word in one.verdicts]
    worked: list[Json] = [
        f"{one.outcome.name}: {one.judged.actual} against {one.outcome.target} ({one.judged.variance})"
        for one in judged
        if one.judged.verdict in {V.MET, V.EXCEEDED}
    ]
    failed: list[Json] = [
        f"{one.outcome.name} is {one.judged.verdict}: {one.judged.because}"
        for one in judged
        if one.judged.verdict not in {V.MET, V.EXCEEDED}
    ]
    failed.extend(_sent_back(found))
    failed.extend(_escalated(found, ctx))
    fleet: list[Json] = []
    if verdicts:
        passed = sum(word in {one.value for one in PASSES} for word in verdicts)
        fleet.append(f"{passed} of {len(verdicts)} evaluations passed")
    if len(found) > 1:
        fleet.append(f"{len(found)} streams ran side by side")
    return {"worked": worked, "failed": failed, "fleet": fleet}


def _sent_back(found: Sequence[StreamFacts]) -> list[str]:
    return [
        f"{one.name} was sent back {one.attempts - 1} times; its verdicts were {', '.join(one.verdicts)}"
        for one in found
        if one.attempts > 1
    ]


def _escalated(found: Sequence[StreamFacts], ctx: Ctx) -> list[str]:
    waits = [
        (wait.length(ctx.now), one.name, wait.cause)
        for one in found
        for wait in one.waits
        if wait.length(ctx.now) >= LONG
    ]
    return [
        f"{name} waited {hours(length)}: {cause}"
        for length, name, cause in sorted(waits, reverse=True)[:3]
    ]


def recommended(found: Sequence[Measurement]) -> list[Json]:
    """What follows from the verdicts: close what came true, follow up what did not, or look again."""
    overall = missions.overall(found)
    if overall in {V.MET, V.EXCEEDED}:
        return ["close"]
    if overall is V.NOT_MET:
        return ["pivot"]
    return ["close", "follow-up"] if overall is V.PARTIALLY_MET else ["extend"]


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The report: the worker's words, figures as computed whatever was written; and the ventures it moved."""
    written = at(submitted, "sections")
    words = dict(written) if isinstance(written, Mapping) else {}
    found = measured(ctx, run)
    sections: dict[str, Json] = {**words, **computed(ctx, run)}
    sections["variance"] = "\n\n".join(filter(None, (told(words, "variance"), _reasons(found))))
    sections["lessons"] = _lessons(words, lessons(ctx, run))
    sections["recommendation"] = {
        "rationale": f"{missions.overall(found)}: {missions.RULE}",
        **(_mapping(words.get("recommendation"))),
        "recommended": recommended(found),
    }
    content: Content = {
        **submitted,
        "fields": {"verdict": missions.overall(found).value},
        "sections": {name: value for name, value in sections.items() if value not in ([], "")},
    }
    return Finished(
        drafts=(
            draft(ctx, run, TYPE, content),
            *venture.drafts(ctx, run, missions.overall(found)),
        ),
        title=f"Outcome report: {title(ctx, run.context)}",
        body=f"Overall {missions.overall(found)}, as computed.",
    )


def _reasons(found: Sequence[Measurement]) -> str:
    return "\n".join(
        f"- {one.outcome.metric}: {one.judged.because} ({one.reading.method or one.reading.because})."
        for one in found
    )


def _lessons(words: Content, counted: Mapping[str, Json]) -> Json:
    """The written lessons after the counted ones, each once."""
    given = _mapping(words.get("lessons"))
    told_: dict[str, Json] = {}
    for name in ("worked", "failed", "fleet"):
        lines = [*_lines(counted.get(name)), *_lines(given.get(name))]
        told_[name] = list(dict.fromkeys(lines))
    return {name: lines for name, lines in told_.items() if lines}


def _lines(value: Json) -> list[str]:
    listed = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return [str(one) for one in listed]


def _mapping(value: Json) -> dict[str, Json]:
    return dict(value) if isinstance(value, Mapping) else {}


def accepted(ctx: Ctx, run: Run) -> None:
    """After the approval: the mission has come to its end, and its contract says what was reached."""
    mission = missions.get(ctx, mission_slug(run.context))
    version = effective(ctx, TYPE, run.context)
    why = f"outcome report accepted in {version.change}" if version is not None else "reported"
    try:
        missions.move(
            ctx, mission.slug, MissionStatus.COMPLETED, Standing(outcome_reported=True), why
        )
    except GateClosed:
        return  # a person has paused or cancelled it; the report stands all the same
    contract.redraw(ctx, mission.slug)
