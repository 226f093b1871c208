"""Examining: where a service's logs lie, what changed lately, and the package that a person gets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.deployments.model import ACCESS_LOG, OUTPUT, Deployments
from headrace.capabilities.flags import service as flags
from headrace.capabilities.health import service as health
from headrace.capabilities.health.model import Judgement, Watch
from headrace.capabilities.operate.model import (
    ContextPackage,
    EntryKind,
    Findings,
    Incident,
    IncidentStatus,
    Matched,
    Suspect,
)
from headrace.capabilities.operate.rules import severity
from headrace.capabilities.operate.service import adopting, moving, opening, remedying, surroundings
from headrace.capabilities.operate.service.authority import crew
from headrace.capabilities.operate.service.telling import write
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Release, ReleaseStatus, Stage
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json, to_json

LOOK_BACK = timedelta(days=14)
"""How far back changes are suspects, in organisation time."""

BEFORE = timedelta(minutes=15)
"""How long before an incident was seen its logs are read, in the world's time: harm comes first."""

MOST_SUSPECTS = 10


@dataclass(frozen=True, kw_only=True)
class Place:
    """What is to be read of a service: its logs since a moment, and the release whose bounds count."""

    access: Path
    output: Path
    since: datetime
    release: Release | None = None
    stage: Stage | None = None


def place(ctx: Ctx, id: str) -> Place | None:
    """Where to look for an incident's cause; None when it is over, or nothing is deployed here."""
    incident = moving.get(ctx, id)
    if incident.status is IncidentStatus.RESOLVED or not any(ctx.declared(Deployments)):
        return None
    folder = deployments.folder(ctx) / incident.service
    serving = surroundings.release_of(ctx, incident.service, ReleaseStatus.DEPLOYED)
    return Place(
        access=folder / ACCESS_LOG,
        output=folder / OUTPUT,
        since=incident.opened_real - BEFORE,
        release=serving,
        stage=serving.rollout.stages[-1] if serving is not None else None,
    )


def diagnose(ctx: Ctx, id: str, found: Findings) -> None:
    """Put the context package together, judge the impact, and work out what to do.

    Harmless after the incident's end. Records IncidentClassified, PlanMoved, PersonCalled as they come.
    """
    incident = moving.locked(ctx, id)
    if incident.status is IncidentStatus.RESOLVED:
        return
    first = incident.context is None
    incident = opening.put(ctx, replace(incident, context=_package(ctx, incident, found)))
    matched = adopting.match(ctx, incident)
    incident = _named(ctx, incident, matched)
    if first:
        _tell(ctx, incident, found)
    responses = incident.responses
    incident = opening.classify(ctx, incident, severity.impact(found))
    if incident.responses > responses:
        return  # it became worse: what to do is worked out anew
    if incident.status is IncidentStatus.OPEN and incident.severity not in opening.CALLED:
        why = "taken up by the crew; nobody needs to be called"
        incident = moving.move(ctx, incident, IncidentStatus.ACKNOWLEDGED, why)
    remedying.go_on(ctx, incident, matched)


def _named(ctx: Ctx, incident: Incident, matched: Matched | None) -> Incident:
    name = matched.runbook.version if matched is not None else None
    package = incident.context
    if package is not None and matched is not None:
        package = replace(package, runbook=matched.runbook.version)
    return opening.put(ctx, replace(incident, runbook=name, context=package))


def _package(ctx: Ctx, incident: Incident, found: Findings) -> ContextPackage:
    judged = surroundings.judgements(ctx, incident)
    return ContextPackage(
        findings=found,
        suspects=tuple(_suspects(ctx, incident))[:MOST_SUSPECTS],
        figures=tuple(_figures(ctx, incident, judged)),
        share=surroundings.shares(judged).get(incident.dimension) if judged else None,
        made_at=ctx.now,
    )


def _tell(ctx: Ctx, incident: Incident, found: Findings) -> None:
    errors = ", ".join(f"{one.text} ({one.count}×)" for one in found.errors) or "no error is logged"
    text = f"{found.affected_count} of {found.customers} customers affected; {errors}"
    if incident.runbook:
        text += f"; {incident.runbook} knows it"
    evidence: dict[str, Json] = {"package": to_json(incident.context, ContextPackage | None)}
    by = crew(ctx).responder
    write(ctx, incident, EntryKind.DIAGNOSIS, text, by=by, evidence=evidence)


def _figures(
    ctx: Ctx, incident: Incident, judged: Sequence[tuple[Watch, Judgement]]
) -> Iterator[str]:
    for watch, one in judged:
        if one.share is not None:
            part = one.dimension or "all"
            usual = f", usually {one.usual:.2%}" if one.usual is not None else ""
            yield f"{watch.name}, {part}: {one.share:.2%} of {one.occurrences:g}{usual}"
    for target in health.standings(ctx, service=incident.service):
        left = f", {target.budget_left:.0%} of its budget left" if target.budget_left else ""
        yield f"{target.target.name}: {target.condition}{left}"


def _suspects(ctx: Ctx, incident: Incident) -> Sequence[Suspect]:
    """What changed within the last days, newest first."""
    found = [one for one in _changes(ctx, incident) if ctx.now - one.at <= LOOK_BACK]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _changes(ctx: Ctx, incident: Incident) -> Iterator[Suspect]:
    running = deployments.find(ctx, incident.service)
    if running is not None:
        told = f"{running.repository} at {running.commit[:12]}, {running.state}"
        yield Suspect(at=running.wanted_at, what="deployment", name=running.service, told=told)
    mine = {ReleaseStatus.DEPLOYING, ReleaseStatus.DEPLOYED, ReleaseStatus.ROLLED_BACK}
    for one in releases.listing(ctx, limit=200):
        if one.status in mine and one.rollout.service in {"", incident.service}:
            for step in releases.history(ctx, one.id)[-1:]:
                yield Suspect(at=step.at, what="release", name=one.id, told=f"{step.move}")
    for flag in flags.flags(ctx, limit=None):
        percent = "on" if flag.is_on else "off"
        yield Suspect(at=flag.changed_at, what="flag", name=flag.key, told=percent)
