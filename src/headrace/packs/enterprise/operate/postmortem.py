"""Postmortem: after an incident its timeline, times and impact are counted, its lessons are written."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import ArtifactId, Draft
from headrace.capabilities.governance import service as governance
from headrace.capabilities.operate import service as operate
from headrace.capabilities.operate.model import Entry, EntryKind, Incident, Suspect
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalNotFound
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.contents import texts
from headrace.packs.enterprise.build.mission import feedback
from headrace.packs.enterprise.discover.contents import Content, at, items, told
from headrace.packs.enterprise.discover.filing import ORGANISATION, related
from headrace.packs.enterprise.operate import amending, signals

KEY = "postmortem"
COMPUTED = ("timeline", "impact", "detection", "remediation", "runbook")
"""Sections that are counted from rows; whatever a worker writes there is replaced."""

WHYS = 5


class PostmortemRefused(Invalid):
    """A postmortem that teaches nobody anything; `faults` are all of them."""

    code = "enterprise.postmortem_refused"


def begin(ctx: Ctx, incident: str, cause: str) -> Run | None:
    """Have a postmortem written, once for an incident."""
    return streams.episode(
        ctx, ContextId(ORGANISATION), KEY, element=slug(incident), name=incident, cause=cause
    )


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For the incident response agent: everything about the incident, counted."""
    incident = operate.get(ctx, run.period)
    found = incident.context.findings if incident.context is not None else None
    return {
        "incident": {
            "id": incident.id,
            "title": incident.title,
            "service": incident.service,
            "dimension": incident.dimension,
            "severity": incident.severity.value,
            "started": _iso(incident.opened_at),
            "ended": _iso(incident.resolved_at or ctx.now),
            "resolution": incident.resolution,
        },
        **computed(ctx, incident),
        "actions": remediation_rows(ctx, incident),
        "errors": [{"text": one.text, "count": one.count} for one in found.errors] if found else [],
        "suspects": [f"{one.what} {one.name}: {one.told}" for one in _suspects(incident)],
        "signals": list(_filed(ctx, incident)),
        "policies": sorted(governance.policies(ctx)),
        "today": f"{ctx.now:%Y-%m-%d}",
        "soon": f"{ctx.now + timedelta(days=7):%Y-%m-%d}",
        "later": f"{ctx.now + timedelta(days=30):%Y-%m-%d}",
        **feedback(run),
    }


def computed(ctx: Ctx, incident: Incident) -> Mapping[str, Json]:
    """The counted sections, as the type has them."""
    return {
        "timeline": [_row(ctx, one) for one in operate.timeline(ctx, incident.id)],
        "impact": impact(incident),
        "detection": detection(ctx, incident),
        "remediation": remediation(ctx, incident),
        "runbook": runbook_used(ctx, incident),
    }


def _row(ctx: Ctx, entry: Entry) -> Json:
    return {"at": _iso(entry.at), "event": entry.text, "actor": _actor(ctx, entry.by)}


def _actor(ctx: Ctx, by: str) -> str:
    """The seat of whoever acted: a blameless page names no person."""
    try:
        found = people.principal(ctx, PrincipalId(by))
    except PrincipalNotFound:
        return by
    return "a person" if found.kind == "person" else found.handle


def impact(incident: Incident) -> str:
    """Who was affected, how, and how many, from the service's own log."""
    package = incident.context
    if package is None:
        return "Nobody has looked at the service's log."
    found = package.findings
    part = incident.dimension or "the whole service"
    share = f", {package.share:.1%} of its requests" if package.share is not None else ""
    return (
        f"{found.affected_count} of {found.customers} customers seen were affected; {found.failed} of "
        f"{found.requests} requests failed. It was about {part}{share}. "
        f"Customer impact: {incident.impact}."
    )


def detection(ctx: Ctx, incident: Incident) -> Json:
    """What saw it, and how long after the first failure, in the world's time."""
    first = incident.context.findings.first_failed_at if incident.context is not None else None
    took = (
        told_time(incident.opened_real - first)
        if first is not None
        else "the log names no failed request before the alarm"
    )
    seen = [one for one in operate.timeline(ctx, incident.id) if one.kind is EntryKind.SIGN]
    mitigated = (
        told_time(incident.mitigated_real - incident.opened_real)
        if incident.mitigated_real is not None
        else "not"
    )
    return {
        "detected_by": seen[0].text if seen else incident.title,
        "time_to_detect": took,
        "earlier": f"Mitigated {mitigated} after it was seen, in the world's time.",
    }


def told_time(length: timedelta) -> str:
    """A length of time as people read it; never below nothing."""
    seconds = max(length.total_seconds(), 0.0)
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.1f} minutes"


def remediation_rows(ctx: Ctx, incident: Incident) -> list[Json]:
    """Each plan: what was done, and what was measured then."""
    return [
        {"remedy": plan.body.remedy, "state": plan.state.value, "outcome": plan.outcome}
        for plan in operate.plans(ctx, incident.id)
    ]


def remediation(ctx: Ctx, incident: Incident) -> str:
    """What was done and what it changed, in sentences."""
    found = [
        f"{plan.body.remedy} ({plan.state}): {plan.outcome or 'nothing was measured'}."
        for plan in operate.plans(ctx, incident.id)
    ]
    return " ".join(found) or f"Nothing was changed. {incident.resolution}."


def runbook_used(ctx: Ctx, incident: Incident) -> Json:
    """Whether a runbook was followed, and what it lacked."""
    used = any(plan.body.runbook == incident.runbook for plan in operate.plans(ctx, incident.id))
    version = amending.runbook_of(ctx, incident)
    if version is None:
        return {"used": False, "gaps": "No runbook knows this failure."}
    entry = amending.missing(ctx, incident, version)
    gap = f"It has no entry for: {entry['error'] or entry['signal']}." if entry else "None found."
    return {"used": used, "which": version.path, "gaps": gap}


def _suspects(incident: Incident) -> Sequence[Suspect]:
    return incident.context.suspects if incident.context is not None else ()


def _filed(ctx: Ctx, incident: Incident) -> Iterator[str]:
    for one in operate.signals_of(ctx, incident.id):
        path = signals.path_of(ctx, one)
        if path is not None:
            yield path


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The postmortem, and the runbook with the entry that it lacked: one change for two decisions.

    Raises PostmortemRefused with every fault: too few whys, no signal that exists, a person as a cause.
    """
    incident = operate.get(ctx, run.period)
    named = [*_filed(ctx, incident), *texts(submitted, "sections", "signals", "filed")]
    faults = tuple(_faults(ctx, submitted, named))
    if faults:
        raise PostmortemRefused(f"No postmortem: {'; '.join(faults)}", faults=faults)
    header = at(submitted, "fields")
    sections = at(submitted, "sections")
    filed = [path for one in dict.fromkeys(named) if (path := signals.path_of(ctx, one))]
    content: Mapping[str, Json] = {
        **submitted,
        "fields": {
            **(dict(header) if isinstance(header, Mapping) else {}),
            "incident": incident.id,
            "severity": incident.severity.value,
            "started": _iso(incident.opened_at),
            "ended": _iso(incident.resolved_at or ctx.now),
        },
        "sections": {
            **(dict(sections) if isinstance(sections, Mapping) else {}),
            **computed(ctx, incident),
            "signals": {"filed": filed},
        },
    }
    drafts = [_draft(ctx, run, incident, content)]
    amended = amending.amended(ctx, incident, content)
    if amended is not None:
        drafts.append(amending.draft(ctx, run, *amended))
    return Finished(
        drafts=tuple(drafts),
        title=f"Postmortem of {incident.id}: {incident.service}",
        body=f"{incident.severity}, {incident.title}",
        branch=f"operate/{incident.id.lower()}/postmortem",
    )


def _faults(ctx: Ctx, submitted: Content, named: Sequence[str]) -> Iterator[str]:
    whys = texts(submitted, "sections", "root_cause", "whys")
    if len(whys) < WHYS:
        yield f"it asks why {len(whys)} times; ask {WHYS} times"
    missing = [one for one in dict.fromkeys(named) if signals.path_of(ctx, one) is None]
    if missing:
        yield f"no such signal: {', '.join(missing)}"
    if len(missing) == len(set(named)):
        yield "it names no signal that was filed; at least one is"
    if not items(submitted, "policy_gaps"):
        yield "it says of no policy whether it would have prevented this"
    words = " ".join([*whys, told(submitted, "sections", "root_cause", "cause")]).casefold()
    blamed = [one for one in _people(ctx) if one in words]
    if blamed:
        yield f"it blames {', '.join(blamed)}; a cause is how we work, never a person"


def _people(ctx: Ctx) -> Sequence[str]:
    found = people.principals(ctx, limit=200)
    return [
        word
        for one in found
        if one.kind == "person"
        for word in (f"@{one.handle}".casefold(), one.name.casefold())
        if len(word) > 3
    ]


def _draft(ctx: Ctx, run: Run, incident: Incident, content: Mapping[str, Json]) -> Draft:
    day = f"{incident.opened_at:%Y-%m-%d}"
    name = slug(f"{incident.id} {incident.service}")
    present = artifacts.find(ctx, ArtifactId(f"postmortem/{day}-{name}"))
    return Draft(
        type="postmortem",
        slug=f"{day}-{name}",
        parts={"date": day, "slug": name},
        context=run.context,
        content=content,
        made=streams.made_by(ctx, run),
        links=(
            *streams.input_links(run),
            *(related(one) for one in signals.about(ctx, incident)),
        ),
        base=present.head if present is not None else None,
    )


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
