"""Headers: what every document shows of live rows, from its reference and status to who approved it."""

from collections.abc import Callable, Mapping

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    ArtifactType,
    Phase,
    Projection,
    Version,
    VersionRef,
)
from headrace.capabilities.intake import service as intake
from headrace.capabilities.missions import service as missions
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.kernel.context import SYSTEM, Ctx
from headrace.kernel.errors import NotFound
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json
from headrace.packs.enterprise import decisions

_OF_MISSION = frozenset({"mission-brief", "fleet-config"})
"""Types whose status, once approved, is that of their mission, as far as their statuses name it."""


def header(declared: ArtifactType) -> Projection:
    """The projection of a type's own projected fields; `artifact.head` is the version shown."""
    wanted = {field.name for field in declared.fields if field.projected}
    tables = {section.name for section in declared.sections if section.projected}

    def run(ctx: Ctx, artifact: Artifact) -> Mapping[str, Json]:
        version = artifacts.get_version(ctx, VersionRef(artifact.id, artifact.head))
        found: dict[str, Json] = {}
        for name, value in _FIELDS.items():
            if name in wanted:
                found[f"fields.{name}"] = value(ctx, artifact, version)
        if "status" in wanted:
            found["fields.status"] = status(ctx, declared, version)
        for name, listing in _TABLES.items():
            if name in tables:
                found[f"sections.{name}"] = listing(ctx, artifact, version)
        return {place: value for place, value in found.items() if value not in (None, "", [])}

    return Projection(type=declared.name, run=run)


def status(ctx: Ctx, declared: ArtifactType, version: Version) -> str:
    """The type's own word for where a version stands; of an approved brief, where its mission does."""
    if version.phase is Phase.APPROVED and declared.name in _OF_MISSION:
        mission = missions.of_context(ctx, version.context)
        if mission is not None and mission.status.value in declared.statuses:
            return mission.status.value
    fitting = [name for name, phase in declared.statuses.items() if phase is version.phase]
    if version.phase is Phase.REVISION_REQUESTED and not fitting:
        fitting = [name for name, p in declared.statuses.items() if p is Phase.IN_REVIEW]
    return fitting[0] if fitting else declared.initial


def _created(ctx: Ctx, artifact: Artifact, version: Version) -> Json:
    return f"{artifact.created_at:%Y-%m-%d}"


def _updated(ctx: Ctx, artifact: Artifact, version: Version) -> Json:
    return f"{version.created_at:%Y-%m-%d}"


def _revision(ctx: Ctx, artifact: Artifact, version: Version) -> Json:
    return version.ref.number


def _author(ctx: Ctx, artifact: Artifact, version: Version) -> Json:
    return handle(ctx, version.made.by)


def _reference(ctx: Ctx, artifact: Artifact, version: Version) -> Json:
    return artifact.reference


def _mission(ctx: Ctx, artifact: Artifact, version: Version) -> Json:
    mission = missions.of_context(ctx, artifact.context)
    return (mission.reference or mission.slug) if mission is not None else None


def _brief(ctx: Ctx, artifact: Artifact, version: Version) -> Json:
    slug = artifact.context.partition(":")[2]
    found = artifacts.find(ctx, ArtifactId(f"mission-brief/{slug}"))
    return found.path if found is not None else None


def _of_signal(name: str) -> "Value":
    """A fact that intake keeps of a signal since it was counted."""

    def value(ctx: Ctx, artifact: Artifact, version: Version) -> Json:
        found = intake.get(ctx, artifact.id)
        told = getattr(found, name) if found is not None else None
        return str(told) if told else None

    return value


def _superseded_by(ctx: Ctx, artifact: Artifact, version: Version) -> Json:
    if artifact.type == decisions.TYPE:
        return decisions.superseded_by(ctx, artifact)
    return _of_signal("superseded_by")(ctx, artifact, version)


def _approvals(ctx: Ctx, artifact: Artifact, version: Version) -> Json:
    """Who said what about the head that is merged."""
    if version.change is None:
        return []
    change = record.change(ctx, version.change)
    return [
        {
            "approver": handle(ctx, one.reviewer),
            "verdict": one.verdict.value,
            "at": one.at.isoformat(timespec="seconds"),
        }
        for one in record.reviews(ctx, change.id)
        if one.head == change.head
    ]


def _revisions(ctx: Ctx, artifact: Artifact, version: Version) -> Json:
    return [
        {
            "revision": one.ref.number,
            "date": f"{one.created_at:%Y-%m-%d}",
            "author": handle(ctx, one.made.by),
            **({"summary": one.note} if one.note else {}),
        }
        for one in reversed(artifacts.versions(ctx, artifact.id))
        if one.ref.number <= version.ref.number
    ]


Value = Callable[[Ctx, Artifact, Version], Json]

_FIELDS: Mapping[str, Value] = {
    "created": _created,
    "updated": _updated,
    "revision": _revision,
    "author": _author,
    "filed_by": _author,
    "reference": _reference,
    "mission": _mission,
    "brief": _brief,
    "layer": _of_signal("layer"),
    "triaged": _of_signal("disposition"),
    "duplicate_of": _of_signal("duplicate_of"),
    "superseded_by": _superseded_by,
    "absorbed_by": _of_signal("absorbed_by"),
}
_TABLES: Mapping[str, Value] = {"approvals": _approvals, "revisions": _revisions}


def handle(ctx: Ctx, id: PrincipalId) -> str:
    """How people call whoever it is; the system and the operator are nobody's members."""
    if id == SYSTEM:
        return "headrace"
    try:
        return people.principal(ctx, id).handle
    except NotFound:
        return str(id)
