"""Opening missions: each new pattern alert of an approved digest begins one."""

from collections.abc import Mapping

from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.intake import service as intake
from headrace.capabilities.missions import service as missions
from headrace.capabilities.record import service as record
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import NewContext, Run, RunState
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover.contents import items
from headrace.packs.enterprise.discover.facts import alert_signals, digest_of

SCAN = "scan-"
"""How the keys of modules begin that find signals."""


def alert_slug(alert: Mapping[str, Json]) -> str:
    """The slug of the mission that an alert begins."""
    return slug(str(alert["name"]))


def missions_of(ctx: Ctx, run: Run) -> tuple[NewContext, ...]:
    """A mission for each alert of the digest whose signals nothing has absorbed yet."""
    return tuple(
        NewContext(slug=alert_slug(alert), title=str(alert["name"]))
        for alert in items(digest_of(ctx, run).content, "pattern_alerts")
        if _is_fresh(ctx, alert)
    )


def _is_fresh(ctx: Ctx, alert: Mapping[str, Json]) -> bool:
    """Whether no signal of the alert has led to a mission."""
    found = alert_signals(ctx, alert)
    return bool(found) and all(one.absorbed_by is None for one in found)


def open_missions(ctx: Ctx, run: Run) -> None:
    """After an approved digest: the missions' rows, and the signals that they absorb."""
    for alert in items(digest_of(ctx, run).content, "pattern_alerts"):
        if not _is_fresh(ctx, alert):
            continue
        name = alert_slug(alert)
        missions.open_mission(ctx, slug=name, context=f"mission:{name}", title=str(alert["name"]))
        signals = [one.signal for one in alert_signals(ctx, alert)]
        intake.absorb(ctx, signals, f"mission:{name}")
        for signal in signals:
            record.refresh_projection(ctx, ArtifactId(signal))


def scans_at_work(ctx: Ctx, run: Run) -> tuple[str, ...]:
    """What a digest waits for: signals that are being found and filed right now."""
    at_work = (RunState.QUEUED, RunState.WORKING, RunState.PROPOSED)
    found = [one for state in at_work for one in streams.runs(ctx, state=state)]
    return tuple(sorted(f"{one.module} is at work" for one in found if one.module.startswith(SCAN)))
