"""Chartering: brief and contract of a requested mission, made from the signals that it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Link, Version, VersionRef
from headrace.capabilities.intake import service as intake
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover import finishing


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For whoever writes the brief: what was asked for, and the signals behind it."""
    found: dict[str, Json] = {
        "mission": streams.context(ctx, run.context).title,
        "signals": [_told(one) for one in signals_of(ctx, run.context)],
    }
    if run.findings:
        found["feedback"] = list(run.findings)
    return found


def signals_of(ctx: Ctx, context: str) -> Sequence[Version]:
    """The signals that a mission has absorbed, as they were filed."""
    absorbed = (one for one in intake.listing(ctx) if one.absorbed_by == context)
    return [artifacts.get_version(ctx, VersionRef(ArtifactId(one.signal), 1)) for one in absorbed]


def _told(signal: Version) -> Json:
    return {"signal": signal.ref.artifact, "path": signal.path, **signal.content}


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """Brief and contract in one change, each linked to the signals."""
    made = finishing.brief(ctx, run, submitted)
    links = tuple(Link(target=one.ref) for one in signals_of(ctx, run.context))
    return replace(
        made, drafts=tuple(replace(one, links=(*one.links, *links)) for one in made.drafts)
    )
