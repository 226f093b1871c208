"""Report: when the last stream is merged, the fleet's performance is computed and explained."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import CHANGE, PASSES, Judgement, Subject
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.service import FleetReport, StreamFacts
from headrace.capabilities.record import service as record
from headrace.capabilities.streams.model import Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.contents import fleet_streams
from headrace.packs.enterprise.build.measures import runs_of, stream_facts
from headrace.packs.enterprise.build.mission import draft, feedback, frozen, mission_slug, title
from headrace.packs.enterprise.discover.contents import Content

COMPUTED = ("composition", "throughput", "quality", "cost", "bottlenecks")
"""Sections whose figures are counted; whatever a worker writes there is replaced by the count."""


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For fleet-performance-monitor: every figure of the report, computed."""
    found = stream_facts(ctx, run.context)
    told = missions.fleet_report(found, ctx.now)
    sections = computed(ctx, run)
    return {
        "mission": title(ctx, run.context),
        "streams": sections["composition"],
        "throughput": sections["throughput"],
        "waits": sections["bottlenecks"],
        "verdicts": sections["quality"],
        "cost": sections["cost"],
        "previous": None,
        "period": {"start": _start(ctx, run), "end": f"{ctx.now:%Y-%m-%d}"},
        "recommendations": recommendations(told),
        "repaired": [one.name for one in found if one.attempts > 1],
        **feedback(run),
    }


def computed(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """The counted sections of the report, as its type has them."""
    found = stream_facts(ctx, run.context)
    told = missions.fleet_report(found, ctx.now)
    return {
        "composition": composition(frozen(ctx, run, "fleet").content, found),
        "throughput": throughput(ctx, run, found, told),
        "quality": quality(_judgements(ctx, run.context)),
        "cost": cost(found, told),
        "bottlenecks": [
            {**row, "evidence": _evidence(ctx, run.context, stream)}
            for stream, row in bottlenecks(told)
        ],
    }


def bottlenecks(report: FleetReport) -> list[tuple[str, dict[str, Json]]]:
    """Each stream that waited with its row, the longest wait first.

    What made a stream wait twice, such as the review of two heads, is one bottleneck.
    """
    alike: dict[tuple[str, str], list[timedelta]] = {}
    for one in report.bottlenecks:
        alike.setdefault((one.stream, one.cause), []).append(one.length)
    longest = sorted(alike.items(), key=lambda found: -sum(found[1], timedelta()))
    return [
        (stream, {"stream": stream, "waited": _waited(lengths), "cause": cause})
        for (stream, cause), lengths in longest
    ]


def _waited(lengths: Sequence[timedelta]) -> str:
    whole = hours(sum(lengths, timedelta()))
    return whole if len(lengths) == 1 else f"{whole} in {len(lengths)} waits"


def composition(fleet: Content, found: Sequence[StreamFacts]) -> list[Json]:
    """Who worked on what."""
    states = {one.name: one.state for one in found}
    return [
        {
            "stream": one.name,
            "division": one.division,
            "pool": one.pool,
            "status": states.get(one.name, ""),
        }
        for one in fleet_streams(fleet)
    ]


def throughput(ctx: Ctx, run: Run, found: Sequence[StreamFacts], told: FleetReport) -> list[Json]:
    """What was done; the first report of a fleet has nothing to compare with."""
    ended = [
        t for t in missions.all_tasks(ctx, mission_slug(run.context)) if t.status in missions.ENDED
    ]
    rows: list[Json] = [
        _measure("Change requests merged", str(told.merged)),
        _measure("Tasks ended", str(len(ended))),
        _measure("Attempts sent back", str(sum(max(one.attempts - 1, 0) for one in found))),
    ]
    if told.mean_cycle is not None:
        rows.append(_measure("Mean time from open to merged", hours(told.mean_cycle)))
    if told.pass_rate is not None:
        rows.append(_measure("Evaluations passed", f"{told.pass_rate:.0%}"))
    if told.first_pass_rate is not None:
        rows.append(_measure("Passed at the first evaluation", f"{told.first_pass_rate:.0%}"))
    return rows


def _measure(metric: str, value: str) -> Json:
    return {"metric": metric, "value": value, "previous": "none", "change": "first report"}


def quality(judged: Sequence[Judgement]) -> list[Json]:
    """What evaluators said, policy by policy."""
    by_policy: dict[str, list[Judgement]] = {}
    for one in judged:
        by_policy.setdefault(one.policy, []).append(one)
    return [
        {
            "dimension": policy,
            "evaluations": len(of),
            "pass_rate": f"{sum(one.verdict in PASSES for one in of) / len(of):.0%}",
            "notes": ", ".join(f"{one.subject.id}: {one.verdict}" for one in of),
        }
        for policy, of in sorted(by_policy.items())
    ]


def _judgements(ctx: Ctx, context: str) -> Sequence[Judgement]:
    return [
        one
        for change in record.changes(ctx, context=context, limit=1_000)
        for one in governance.judgements_of(ctx, Subject(kind=CHANGE, id=change.id))
    ]


def cost(found: Sequence[StreamFacts], told: FleetReport) -> list[Json]:
    """What it cost, by stream, by merged change and in all."""
    rows: list[Json] = [
        {"item": one.name, "tokens": one.tokens, "usd": dollars(one.micro_usd)} for one in found
    ]
    if told.micro_usd_per_change is not None:
        rows.append({"item": "a merged change", "usd": dollars(told.micro_usd_per_change)})
    return [*rows, {"item": "the fleet", "tokens": told.tokens, "usd": dollars(told.micro_usd)}]


def dollars(micro_usd: int) -> float:
    """US dollars, to the hundredth of a cent."""
    return round(micro_usd / 1_000_000, 4)


def hours(length: timedelta) -> str:
    """A time as people read it."""
    return f"{length.total_seconds() / 3600:.1f} hours"


def _evidence(ctx: Ctx, context: str, stream: str) -> str:
    runs = runs_of(ctx, context, slug(stream))
    return ", ".join(dict.fromkeys(run.change for run in runs if run.change is not None))


def _start(ctx: Ctx, run: Run) -> str:
    mission = missions.get(ctx, mission_slug(run.context))
    return f"{mission.opened_at:%Y-%m-%d}"


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The report: the worker's words, and the counted figures whatever the worker wrote."""
    written = submitted.get("sections")
    words = dict(written) if isinstance(written, Mapping) else {}
    period = {"period_start": _start(ctx, run), "period_end": f"{ctx.now:%Y-%m-%d}"}
    header = submitted.get("fields")
    content: Mapping[str, Json] = {
        **submitted,
        "fields": {**(dict(header) if isinstance(header, Mapping) else {}), **period},
        "sections": {**words, **computed(ctx, run)},
    }
    return Finished(
        drafts=(draft(ctx, run, "fleet-report", content),),
        title=f"Fleet performance report: {title(ctx, run.context)}",
    )


def recommendations(told: FleetReport) -> list[Json]:
    """What the next fleet should do otherwise, as far as it follows from the figures."""
    rows: list[Json] = [{"recommendation": one} for one in told.recommendations]
    return rows or [{"recommendation": "Set the next fleet up as this one: nothing waited long"}]
