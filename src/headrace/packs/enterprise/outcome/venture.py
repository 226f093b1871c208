"""Ventures: their measures against thresholds, and the health report that an outcome moves.

Two brought-in files tell of them: `ventures` (venture, slug, product, metric, unit, better, target,
on_track_from, at_risk_from, reads), where `better` is higher or lower and `reads` is a file source as in
an outcome contract; and whatever file `reads` names. A measure moves only by a reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import ArtifactId, Draft
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import Mission, OutcomeVerdict, Reading
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Run
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError, Invalid
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.mission import mission_slug, product
from headrace.packs.enterprise.discover.contents import Content, items, told
from headrace.packs.enterprise.discover.facts import rows
from headrace.packs.enterprise.outcome.measuring import records_of
from headrace.packs.enterprise.outcome.promised import file_source
from headrace.packs.enterprise.outcome.reading import of_file

TYPE, SOURCE = "health-report", "ventures"
ORDER = ("on-track", "at-risk", "off-track")
HEALTH = {"on-track": "healthy", "at-risk": "at-risk", "off-track": "critical"}
COURSE = {"on-track": "maintain", "at-risk": "accelerate", "off-track": "pivot"}


class VentureRefused(Invalid):
    """A venture's thresholds do not hold together."""

    code = "enterprise.venture_refused"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One measure of a venture, from the file."""

    venture: str
    slug: str
    metric: str
    unit: str
    target: str
    lower_is_better: bool
    on_track_from: float
    at_risk_from: float
    reads: str

    def status(self, value: float) -> str:
        """On-track, at-risk or off-track, by its thresholds; each threshold itself is still kept."""
        sign = -1 if self.lower_is_better else 1
        if sign * value >= sign * self.on_track_from:
            return "on-track"
        return "at-risk" if sign * value >= sign * self.at_risk_from else "off-track"


@dataclass(frozen=True, kw_only=True)
class Move:
    """A measure of a venture before and after a mission, with what shows it."""

    venture: str
    slug: str
    metric: str
    target: str
    before: str  # as shown; empty when nobody knew it
    before_status: str
    after: str
    after_status: str
    improved: bool
    evidence: tuple[str, ...] = field(default=())

    @property
    def impact(self) -> str:
        """From what to what, in one line, with where the figure comes from."""
        return (
            f"from {self.before or 'unknown'} ({self.before_status or 'unknown'}) to {self.after} "
            f"({self.after_status}), {'; '.join(self.evidence)}"
        )


def metrics(ctx: Ctx) -> Sequence[Metric]:
    """The measures of the ventures that the mission's product belongs to. Raises VentureRefused."""
    try:
        own = product(ctx).slug
    except HeadraceError:
        own = ""
    return [_metric(row) for row in rows(ctx, SOURCE) if str(row.get("product", "")) in {own, ""}]


def _metric(row: Mapping[str, Json]) -> Metric:
    try:
        found = Metric(
            venture=str(row["venture"]),
            slug=str(row.get("slug") or slug(str(row["venture"]))),
            metric=str(row["metric"]),
            unit=str(row.get("unit", "")),
            target=str(row.get("target", "")),
            lower_is_better=str(row.get("better", "higher")) == "lower",
            on_track_from=float(str(row["on_track_from"])),
            at_risk_from=float(str(row["at_risk_from"])),
            reads=str(row["reads"]),
        )
    except (KeyError, ValueError) as fault:
        raise VentureRefused(f"A row of the file {SOURCE} is no measure: {fault}") from fault
    right = found.on_track_from >= found.at_risk_from
    if right is found.lower_is_better and found.on_track_from != found.at_risk_from:
        raise VentureRefused(
            f"{found.venture}, {found.metric}: on_track_from is worse than at_risk_from"
        )
    return found


def moves(ctx: Ctx, context: str) -> Sequence[Move]:
    """What each measure was when the mission's work reached everybody, and what it is now.

    A measure without a reading today is left out: nothing moves without evidence.
    """
    mission = missions.get(ctx, mission_slug(context))
    available = missions.availability(ctx, mission.slug)
    since = (available.since if available is not None else mission.opened_at).date()
    found = []
    for one in metrics(ctx):
        now = _reading(ctx, one, ctx.now.date())
        if now.value is None:
            continue
        known = _reported(ctx, one) or _shown(one, _reading(ctx, one, since).value)
        before, before_status = known
        after, after_status = _shown(one, now.value)
        if (before, before_status) != (after, after_status):
            found.append(
                Move(
                    venture=one.venture,
                    slug=one.slug,
                    metric=one.metric,
                    target=one.target,
                    before=before,
                    before_status=before_status,
                    after=after,
                    after_status=after_status,
                    improved=_rank(after_status) <= _rank(before_status),
                    evidence=(f"from the file, {now.evidence[0]}",),
                )
            )
    return found


def _rank(status: str) -> int:
    return ORDER.index(status) if status in ORDER else len(ORDER)


def _reading(ctx: Ctx, one: Metric, day: date) -> Reading:
    asked = file_source(one.reads)
    if asked is None:
        raise VentureRefused(f"{one.venture}, {one.metric}: {one.reads!r} names no file to read")
    return of_file(asked, records_of(ctx, asked.source), day)


def _shown(one: Metric, value: float | None) -> tuple[str, str]:
    if value is None:
        return "", ""
    number = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    told_ = f"{number}{one.unit}" if one.unit == "%" else f"{number} {one.unit}".strip()
    return told_, one.status(value)


def _reported(ctx: Ctx, one: Metric) -> tuple[str, str] | None:
    """What the approved health report says of a measure."""
    version = artifacts.effective(ctx, ArtifactId(f"{TYPE}/{one.slug}"))
    listed = items(version.content, "metrics") if version is not None else ()
    row = next((row for row in listed if told(row, "metric") == one.metric), None)
    return (told(row, "current"), told(row, "status")) if row is not None else None


def drafts(ctx: Ctx, run: Run, overall: OutcomeVerdict) -> tuple[Draft, ...]:
    """The health report of each venture that the mission moved, linked to the outcome report beside it."""
    by_venture: dict[str, list[Move]] = {}
    for one in moves(ctx, run.context):
        by_venture.setdefault(one.slug, []).append(one)
    return tuple(_draft(ctx, run, name, found, overall) for name, found in by_venture.items())


def _draft(ctx: Ctx, run: Run, name: str, found: Sequence[Move], overall: OutcomeVerdict) -> Draft:
    present = artifacts.find(ctx, ArtifactId(f"{TYPE}/{name}"))
    former = artifacts.effective(ctx, ArtifactId(f"{TYPE}/{name}"))
    return Draft(
        type=TYPE,
        slug=name,
        context="organisation",
        content=_content(ctx, run, found, overall, former.content if former else {}),
        made=streams.made_by(ctx, run),
        links=streams.input_links(run),
        base=present.head if present is not None and present.head else None,
    )


def _content(
    ctx: Ctx, run: Run, found: Sequence[Move], overall: OutcomeVerdict, former: Content
) -> Content:
    mission = missions.get(ctx, mission_slug(run.context))
    report = f"work/missions/{mission.slug}/OUTCOME-REPORT.md"
    moved = {one.metric: one for one in found}
    kept = [row for row in items(former, "metrics") if told(row, "metric") not in moved]
    lines: list[Json] = [*kept, *(_row(one, report) for one in found)]
    worst = max((told(_of(row), "status") for row in lines), key=_rank)
    others = [row for row in items(former, "missions") if told(row, "mission") != _name(mission)]
    improved = all(one.improved for one in found)
    return {
        "title": found[0].venture,
        "fields": {
            "venture": found[0].venture,
            "date": f"{ctx.now:%Y-%m-%d}",
            "health": HEALTH[worst],
            "trajectory": "improving" if improved else "declining",
        },
        "sections": {
            "summary": " ".join(f"{one.metric} moved {one.impact}." for one in found),
            "metrics": lines,
            "missions": [
                *others,
                {
                    "mission": _name(mission),
                    "status": mission.status.value,
                    "outcome": overall.value,
                },
            ],
            "recommendation": {
                "recommended": COURSE[worst],
                "rationale": f"The worst measure is {worst}; {mission.title} ended {overall}.",
            },
        },
    }


def _of(row: Json) -> Content:
    return row if isinstance(row, Mapping) else {}


def _name(mission: Mission) -> str:
    return mission.reference or mission.slug


def _row(one: Move, report: str) -> Json:
    return {
        "metric": one.metric,
        "target": one.target or "none",
        "current": one.after,
        "status": one.after_status,
        "moved_by": report,
    }
