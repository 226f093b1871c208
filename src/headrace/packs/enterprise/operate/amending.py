"""Amending: a runbook that did not know a failure by its error gets the entry that it lacked."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, cast

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Version, VersionRef
from headrace.capabilities.operate import service as operate
from headrace.capabilities.operate.model import Incident, PlanState
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Run
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover.contents import Content, items, told

Entry = Mapping[str, str]
"""A row of the table by which a runbook recognises a failure: signal, dimension, error."""

LONGEST = 80
"""The longest piece of an error that a failure is recognised by."""


def runbook_of(ctx: Ctx, incident: Incident) -> Version | None:
    """The version of the runbook that knew an incident, or None."""
    name, _, number = (incident.runbook or "").rpartition("@")
    if not name or artifacts.find(ctx, ArtifactId(name)) is None:
        return None
    return artifacts.get_version(ctx, VersionRef(ArtifactId(name), int(number)))


def missing(ctx: Ctx, incident: Incident, version: Version) -> Entry | None:
    """The entry by which the runbook would know this failure at once; None when it has one."""
    found = incident.context.findings if incident.context is not None else None
    error = found.errors[0].text[:LONGEST].strip() if found and found.errors else ""
    signs = operate.signs(ctx, incident.id)
    part = next((one for one in signs if one.dimension), signs[0] if signs else None)
    if part is None:
        return None
    entry = {"signal": part.subject, "dimension": part.dimension, "error": error}
    rows = items(version.content, "matches")
    known = any(
        told(row, "error") and told(row, "error").casefold() in error.casefold() for row in rows
    )
    same = any(all(told(row, name) == entry[name] for name in entry) for row in rows)
    return None if known or same else entry


def amended(
    ctx: Ctx, incident: Incident, postmortem: Content
) -> tuple[Version, Mapping[str, Json]] | None:
    """The runbook's newest version, and its content with the entry that it lacked."""
    version = runbook_of(ctx, incident)
    entry = missing(ctx, incident, version) if version is not None else None
    if version is None or entry is None:
        return None
    newest = artifacts.get(ctx, version.ref.artifact).head
    head = artifacts.get_version(ctx, VersionRef(version.ref.artifact, newest))
    content = cast(dict[str, Any], deepcopy(dict(head.content)))  # a plain copy to be added to
    sections = content["sections"]
    sections["matches"] = [*sections.get("matches", ()), _without_empty(entry)]
    sections["diagnosis"]["causes"] = [
        *sections["diagnosis"].get("causes", ()),
        {
            "sign": entry["error"] or entry["signal"],
            "cause": told(postmortem, "sections", "root_cause", "cause"),
            "remedy": _remedy(ctx, incident) or "whoever is on call decides",
        },
    ]
    return head, content


def _without_empty(entry: Entry) -> dict[str, Json]:
    return {name: value for name, value in entry.items() if value}


def _remedy(ctx: Ctx, incident: Incident) -> str:
    helped: Sequence[str] = [
        plan.body.remedy
        for plan in operate.plans(ctx, incident.id)
        if plan.state is PlanState.HELPED
    ]
    return helped[-1] if helped else ""


def draft(ctx: Ctx, run: Run, head: Version, content: Mapping[str, Json]) -> Draft:
    """The proposal to change the runbook; its limits stay as they were approved until somebody says yes."""
    found = artifacts.get(ctx, head.ref.artifact)
    return Draft(
        type="runbook",
        slug=found.slug,
        parts=found.parts,
        context=found.context,
        content=content,
        made=streams.made_by(ctx, run),
        links=streams.input_links(run),
        base=found.head,
    )
