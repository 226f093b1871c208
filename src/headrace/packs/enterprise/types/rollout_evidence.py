"""Rollout evidence: what was really tried on a running service, with what came of it; no opinion."""

from headrace.capabilities.artifacts.layout import ArtifactType, Phase, Prose, Table
from headrace.packs.enterprise.types.parts import PROVENANCE, choice, day, reference, text

KINDS = ("rehearsal", "validation", "rollback")
RESULTS = ("met", "not-met", "not-evaluated")

STATUSES = {"draft": Phase.DRAFT, "recorded": Phase.APPROVED}

TYPE = ArtifactType(
    name="rollout-evidence",
    title="Rollout Evidence",
    summary="What was tried on a running service before, after or in place of a release.",
    path="work/releases/evidence/{date}-{slug}.md",
    statuses=STATUSES,
    immutable=True,
    approval=False,
    bump=False,
    fields=(
        choice("kind", KINDS, required=True, summary="What it was tried for."),
        text("service", required=True, summary="The service that was looked at."),
        text("commit", required=True, summary="The commit that answered."),
        text("flag", summary="The feature flag that the release turns on."),
        reference("release", summary="The release that it belongs to, once there is one."),
        day("date", required=True, summary="The day on which it was tried."),
        *PROVENANCE,
    ),
    sections=(
        Prose(name="summary", required=True, summary="What came of it, counted."),
        Table(
            name="checks",
            required=True,
            summary="Each thing that was tried, with its figure.",
            columns=(
                text("check", required=True, summary="What was tried."),
                choice(
                    "result", RESULTS, required=True, summary="What could not be tried is not met."
                ),
                text("figure", summary="What was measured, with its unit."),
                text("evidence", required=True, summary="Where and how it was seen."),
            ),
            key=("check",),
        ),
    ),
)
