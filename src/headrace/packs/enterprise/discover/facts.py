"""The structured facts that discover's workers are given: counted now, from rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from math import isfinite

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import ArtifactId, Version
from headrace.capabilities.intake import service as intake
from headrace.capabilities.intake.model import (
    Alert,
    Anomaly,
    Grade,
    Signal,
    SourceMissing,
    Stale,
    Theme,
    Urgency,
)
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Run
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json, to_json
from headrace.packs.enterprise.discover import scanning
from headrace.packs.enterprise.discover.contents import items, told

Facts = Mapping[str, Json]
_LARGEST = 4  # divisions that one mission may need before its size is a concern
MEASURE = "whole_dataset_scans"
"""The column of usage that is watched: somebody reads a whole dataset page by page."""


def rows(ctx: Ctx, source: str) -> Sequence[Mapping[str, Json]]:
    """The records of a source; none while it was never loaded."""
    try:
        return intake.source_rows(ctx, source)
    except SourceMissing:
        return ()


def demand(ctx: Ctx, until: date) -> tuple[scanning.Demand, ...]:
    """What customers ask for, from the CRM and the tickets, most revenue first."""
    same = {str(row["tag"]): str(row["means"]) for row in rows(ctx, "crm_tags")}
    every = scanning.asked(rows(ctx, "crm_requests"), rows(ctx, "support_tickets"))
    return scanning.demands(every, rows(ctx, "crm_accounts"), same, until)


def of_customers(ctx: Ctx, run: Run) -> Facts:
    """For customer-signal-scanner: groups of requests, and the friction met while counting."""
    found = demand(ctx, ctx.now.date())
    facts: dict[str, Json] = {
        "records": [to_json(one) for one in found],
        "period": {"until": ctx.now.date().isoformat()},
        "known_signals": known_signals(ctx),
    }
    if found and found[0].mistagged:
        facts["friction"] = {
            "subject": found[0].subject,
            "requests": list(found[0].mistagged),
            "count": len(found[0].mistagged),
        }
    return facts


def of_competitors(ctx: Ctx, run: Run) -> Facts:
    """For competitive-intelligence: what competitors launched within a quarter."""
    found = scanning.launches(rows(ctx, "competitor_notes"), ctx.now.date())
    return {
        "publications": [to_json(one) for one in found],
        "period": {"until": ctx.now.date().isoformat()},
        "known_signals": known_signals(ctx),
    }


def of_usage(ctx: Ctx, run: Run) -> Facts:
    """For infrastructure-capacity-planning: the watched measure against its baseline."""
    found = scanning.usage(rows(ctx, "api_usage"), MEASURE)
    if found is None:
        return {"usage": None, "baseline": None, "known_signals": known_signals(ctx)}
    told_ = asdict(found)
    return {
        "usage": {**told_, "collected_on": found.collected_on.isoformat()},
        "baseline": found.baseline,
        "period": {"week": found.week},
        "known_signals": known_signals(ctx),
    }


def known_signals(ctx: Ctx) -> Json:
    """Title and topic of every signal of the last four weeks."""
    since = ctx.now - timedelta(weeks=4)
    return [{"title": one.title, "topic": one.topic} for one in intake.listing(ctx, since)]


def week_span(week: str) -> tuple[datetime, datetime]:
    """The Monday that begins an ISO week such as 2026-W11, and the one after."""
    year, number = week.split("-W")
    begin = datetime.combine(
        date.fromisocalendar(int(year), int(number), 1), datetime.min.time(), UTC
    )
    return begin, begin + timedelta(weeks=1)


def of_digest(ctx: Ctx, run: Run) -> Facts:
    """For signal-aggregation: the week's counts, groups, alerts and anomalies, computed."""
    begin, end = week_span(run.period.partition("~")[0])
    found = intake.digest(ctx, begin, end)
    counts = {disposition.value: number for disposition, number in found.by_disposition}
    last = (end - timedelta(days=1)).date()
    return {
        "period": {
            "week": run.period.partition("~")[0],
            "begin": begin.date().isoformat(),
            "end": (min(last, ctx.now.date()) if is_interim(run) else last).isoformat(),
        },
        "counts": {"total": found.total, "new": found.new, **counts},
        "alert_count": len(found.alerts),
        "fresh_alert_count": sum(_absorbed(one) == "" for one in found.alerts),
        "signals": [_signal(one) for theme in found.themes for one in theme.signals],
        "groups": [_theme(one) for one in found.themes],
        "themes": [_themed(one) for one in found.themes],
        "alerts": [_alert(one) for one in found.alerts],
        "anomalies": [_anomaly(one) for one in anomalies(ctx, begin, end)],
        "stale_signals": [_stale(one) for one in intake.stale(ctx)],
        "previous_digests": [
            version.ref.artifact for version in artifacts.effective_of(ctx, "signal-digest")
        ],
        **_feedback(run),
    }


def is_interim(run: Run) -> bool:
    """Whether a digest is written before its week has ended, because signals are many."""
    return "~" in run.period


def anomalies(ctx: Ctx, begin: datetime, end: datetime) -> Sequence[Anomaly]:
    """Figures noted in [begin, end) that left their baseline."""
    measured = [
        (f"{row['title']} ({row['metric']})", baseline, current)
        for row in rows(ctx, "observations")
        if row.get("metric") and begin.date() <= _day(row["noted_on"]) < end.date()
        for baseline, current in ((_figure(row, "baseline"), _figure(row, "current")),)
        if baseline is not None and current is not None
    ]
    used = scanning.usage(rows(ctx, "api_usage"), MEASURE)
    if used is not None and begin.date() <= used.collected_on < end.date():
        measured.append((f"{used.metric} a week", used.baseline, used.current))
    found = [intake.anomaly(metric, baseline, current) for metric, baseline, current in measured]
    return [one for one in found if one is not None]


def _figure(row: Mapping[str, Json], name: str) -> float | None:
    """The figure in a column of a source; None where it is none, so that nothing is made up."""
    try:
        found = float(str(row.get(name)).replace(",", ""))
    except ValueError:
        return None
    return found if isfinite(found) else None


def of_validation(ctx: Ctx, run: Run) -> Facts:
    """For discovery-agent: the alert, its signals, and what speaks for and against a mission."""
    digest = input_version(ctx, run, "digest")
    alert = alert_of(ctx, digest, run)
    touched = sorted({d for one in alert_signals(ctx, alert) for d in _divisions(ctx, one)})
    divisions = [row for row in rows(ctx, "divisions") if row["division"] in touched]
    paths = [path for row in divisions for path in str(row["paths"]).split(";") if path]
    conflicts = missions.path_conflicts(ctx, paths, apart_from=mission_slug(run))
    return {
        "digest": digest.path,
        "alert": alert,
        "signals": [to_json(one) for one in alert_signals(ctx, alert)],
        "beliefs": [str(row["belief"]) for row in rows(ctx, "beliefs")],
        "divisions": [dict(row) for row in divisions],
        "scoping": [_division(row) for row in divisions],
        "active_missions": [
            {"mission": one.slug, "status": one.status, "paths": list(one.paths)}
            for one in missions.listing(ctx)
            if one.status in {MissionStatus.PLANNING, MissionStatus.ACTIVE, MissionStatus.PAUSED}
        ],
        "path_conflicts": [{"mission": owner, "path": path} for owner, path in conflicts],
        "conflict_rows": [
            {"mission": owner, "path": path, "kind": "path"} for owner, path in conflicts
        ],
        "capacity": [
            {
                "division": str(row["division"]),
                "active_missions": int(str(row["active_missions"])),
                "available": str(row["available"]) == "yes",
                "reason": str(row["reason"]),
            }
            for row in divisions
        ],
        "demand": _strongest(ctx, alert),
        "checks": _checks(ctx, divisions, conflicts),
        **_feedback(run),
    }


def _checks(
    ctx: Ctx, divisions: Sequence[Mapping[str, Json]], conflicts: Sequence[tuple[str, str]]
) -> Json:
    """What plain rules say of the five checks: passed, concern, failed or open."""
    primary = sum(row["role"] == "primary" for row in divisions)
    free = [row["available"] == "yes" for row in divisions]
    return {
        "fit": "passed" if rows(ctx, "beliefs") else "open",
        "size": "passed" if len(divisions) <= _LARGEST else "concern",
        "scoping": "passed" if primary == 1 else "concern",
        "conflict": "concern" if conflicts else "passed",
        "resources": "passed" if free and all(free) else "concern" if any(free) else "failed",
    }


def of_brief(ctx: Ctx, run: Run) -> Facts:
    """For product-strategy: the validation, the figures behind it, divisions, dates."""
    digest = input_version(ctx, run, "digest")
    alert = alert_of(ctx, digest, run)
    today = ctx.now.date()
    return {
        "validation": input_version(ctx, run, "validation").content,
        "validation_path": input_version(ctx, run, "validation").path,
        "digest": digest.path,
        "signals": [one.signal for one in alert_signals(ctx, alert)],
        "signal_paths": [_path(ctx, one) for one in alert_signals(ctx, alert)],
        "demand": _strongest(ctx, alert),
        "baselines": [dict(row) for row in rows(ctx, "baselines")],
        "divisions": [dict(row) for row in rows(ctx, "divisions")],
        "division_rows": [_division(row) for row in rows(ctx, "divisions")],
        "sponsor": "VP Product",
        "deadlines": {
            "delivery": (today + timedelta(weeks=4)).isoformat(),
            "adoption": (today + timedelta(weeks=6)).isoformat(),
        },
        **_feedback(run),
    }


def input_version(ctx: Ctx, run: Run, name: str) -> Version:
    """The version that a run has frozen as an input."""
    return artifacts.get_version(ctx, run.inputs[name][0].version)


def digest_of(ctx: Ctx, run: Run) -> Version:
    """The digest that a run has handed in."""
    return artifacts.get_version(ctx, run.outputs[0])


def mission_slug(run: Run) -> str:
    """The mission in whose context a run works."""
    return run.context.partition(":")[2]


def alert_of(ctx: Ctx, digest: Version, run: Run) -> Mapping[str, Json]:
    """The pattern alert from which the run's mission was opened."""
    for alert in items(digest.content, "pattern_alerts"):
        if slug(str(alert["name"])) == mission_slug(run):
            return alert
    return {"name": streams.context(ctx, run.context).title, "signals": []}


def alert_signals(ctx: Ctx, alert: Mapping[str, Json]) -> Sequence[Signal]:
    """The registered signals that an alert names by their ids."""
    named = alert.get("signals")
    names = named if isinstance(named, Sequence) and not isinstance(named, str) else ()
    found = [intake.get(ctx, str(name)) for name in names]
    return [one for one in found if one is not None]


def _strongest(ctx: Ctx, alert: Mapping[str, Json]) -> Json:
    """The demand behind the alert: what customers asked for up to the alert's latest signal."""
    until = _day(alert.get("latest_signal") or ctx.now.date().isoformat())
    found = demand(ctx, until)
    return to_json(found[0]) if found else None


def _divisions(ctx: Ctx, signal: Signal) -> Sequence[str]:
    version = artifacts.effective(ctx, ArtifactId(signal.signal))
    if version is None:
        return ()
    assessment = version.content["sections"]
    named = assessment.get("assessment") if isinstance(assessment, Mapping) else None
    divisions = named.get("divisions") if isinstance(named, Mapping) else None
    return [str(d) for d in divisions] if isinstance(divisions, Sequence) else ()


def _path(ctx: Ctx, signal: Signal) -> str:
    return artifacts.get(ctx, ArtifactId(signal.signal)).path


def _division(row: Mapping[str, Json]) -> Json:
    """A division as a row of a brief."""
    return {key: str(row[key]) for key in ("division", "role", "contribution")}


def _signal(one: Signal) -> Json:
    return {
        "signal": one.signal,
        "date": one.filed_at.date().isoformat(),
        "category": one.category,
        "source": one.source,
        "disposition": one.disposition.value,
        "title": one.title,
    }


def _row(one: Signal) -> Json:
    """A signal as a row of a digest's theme."""
    return {
        "signal": one.signal,
        "date": one.filed_at.date().isoformat(),
        "category": one.category,
        "source": one.source,
        "disposition": one.disposition.value,
    }


def _theme(theme: Theme) -> Json:
    return {
        "name": theme.topic,
        "signal_count": len(theme.signals),
        "trend": theme.trend.value,
        "urgency": theme.urgency.value,
        "signals": [_row(one) for one in theme.signals],
        "sources": len({one.source for one in theme.signals}),
    }


def _themed(theme: Theme) -> Json:
    """A theme as a digest shows it when nobody has more to say about it than its counts."""
    sources = len({one.source for one in theme.signals})
    many = "s" if sources > 1 else ""
    return {
        "name": theme.topic.title(),
        "signal_count": len(theme.signals),
        "trend": theme.trend.value,
        "urgency": theme.urgency.value,
        "pattern": f"{len(theme.signals)} new, from {sources} source{many}; "
        f"{theme.history} in the four weeks before.",
        "signals": [_row(one) for one in theme.signals],
    }


def _alert(alert: Alert) -> Json:
    return {
        "name": alert.topic,
        "signals_involved": len(alert.signals),
        "first_signal": alert.first.date().isoformat(),
        "latest_signal": alert.latest.date().isoformat(),
        "signals": [one.signal for one in alert.signals],
        "titles": [one.title for one in alert.signals],
        "urgency": _alert_urgency(alert),
        "fresh": not _absorbed(alert),
        **({"led_to": _absorbed(alert)} if _absorbed(alert) else {}),
    }


def _absorbed(alert: Alert) -> str:
    """The context of the mission that answers the alert's signals, "" where none does."""
    return next((one.absorbed_by for one in alert.signals if one.absorbed_by), "")


def _alert_urgency(alert: Alert) -> str:
    """High when one of its signals is immediate or of high impact."""
    high = (one.urgency is Urgency.IMMEDIATE or one.impact is Grade.HIGH for one in alert.signals)
    return "high" if any(high) else "medium"


def _anomaly(one: Anomaly) -> Json:
    row: dict[str, Json] = {
        "metric": one.metric,
        "baseline": one.baseline,
        "current": one.current,
    }
    if one.deviation is None:
        return {**row, "observation": "There was none before, so that no share of it can be told."}
    return {**row, "deviation": round(one.deviation * 100, 1)}


def _stale(one: Stale) -> Json:
    return {"signal": one.signal.signal, "title": one.signal.title, "days": one.days}


def _feedback(run: Run) -> Facts:
    return {"feedback": list(run.findings)} if run.findings else {}


def _day(value: Json) -> date:
    return date.fromisoformat(str(value))


def title_of(version: Version) -> str:
    """The title of a version, as its content says it."""
    return told(version.content, "title") or version.title
