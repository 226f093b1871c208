"""The logbook: every step of a rollout in its contract's document, and the signals that it gives rise to."""

from collections.abc import Mapping
from dataclasses import dataclass

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import Lifecycle
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    Made,
    Projection,
    VersionRef,
)
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Move, Release, ReleaseId, Taken
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover import filing
from headrace.packs.enterprise.discover.contents import signal_content, told
from headrace.packs.enterprise.headers import handle
from headrace.packs.enterprise.ship import running
from headrace.packs.enterprise.ship.documents import TYPE

DEPLOYER = "deploy-agent"


def drawn(ctx: Ctx, artifact: Artifact) -> Mapping[str, Json]:
    """The live parts of a contract: where its release stands, its log, what was tried of it."""
    release = releases.of_contract(ctx, artifact.id)
    if release is None:
        return {}
    steps = releases.history(ctx, release.id)
    values: dict[str, Json] = {
        "sections.log": [_row(ctx, release, one) for one in steps],
        "sections.evidence": evidence(ctx, artifact.context),
    }
    if release.status in _SHOWN:
        values["fields.status"] = release.status.value
    return {place: value for place, value in values.items() if value}


_SHOWN = frozenset({"draft", "approved", "deploying", "deployed", "rolled-back"})


def _row(ctx: Ctx, release: Release, one: Taken) -> Json:
    stage = release.rollout.stages[one.stage].name if one.stage is not None else "before the first"
    return {
        "number": one.number,
        "at": one.at.isoformat(timespec="seconds"),
        "stage": stage,
        "step": one.move.value,
        "by": handle(ctx, PrincipalId(one.by)),
        **({"reasons": "; ".join(one.reasons)} if one.reasons else {}),
    }


def evidence(ctx: Ctx, context: str) -> list[Json]:
    """What was tried on the running service of a mission, oldest first."""
    return [
        {
            "path": one.path,
            "kind": told(one.content, "fields", "kind"),
            "summary": told(one.content, "sections", "summary"),
        }
        for one in artifacts.effective_of(ctx, running.EVIDENCE, [context])
    ]


@dataclass(frozen=True, kw_only=True)
class _Noticed:
    """What a step lets one see. Topics differ: signals of one source and topic repeat each other."""

    title: str
    topic: str
    observation: str
    category: str = "technical"
    urgency: str = "next-cycle"


def notice(ctx: Ctx, release: Release, number: int, cause: str) -> None:
    """File what a step gives rise to as a signal; the same step files one once."""
    step = next(one for one in releases.history(ctx, release.id) if one.number == number)
    seen = _noticed(release, step)
    if seen is not None:
        _file(ctx, release, seen, cause)


def early(ctx: Ctx, release: Release, stage: str, cause: str) -> None:
    """A stage reaches a segment by name: whoever looks after those customers is told (a signal)."""
    reached = next((one for one in release.rollout.stages if one.name == stage), None)
    if reached is None or not reached.also:
        return
    seen = _Noticed(
        title=f"{release.title}: early access available",
        topic=f"{release.title} early access",
        category="customer",
        observation=f"{', '.join(reached.also)} are reached by stage {stage} of {release.id}: "
        "they can be told.",
    )
    _file(ctx, release, seen, cause)


def slower(ctx: Ctx, release: Release, figure: str, cause: str) -> None:
    """Requests take longer than before everybody was reached (a signal)."""
    seen = _Noticed(
        title=f"{release.title}: requests take longer since everybody is reached",
        topic=f"{release.title} latency",
        observation=f"{release.id}: {figure}. Nobody was left to compare with at that time, so what "
        "else happened then may be why.",
    )
    _file(ctx, release, seen, cause)


def _noticed(release: Release, step: Taken) -> _Noticed | None:
    if step.move is Move.ROLL_BACK:
        return _Noticed(
            title=f"{release.title} was rolled back",
            topic=f"{release.title} rollback",
            observation=f"{release.id} came back: {'; '.join(step.reasons)}.",
            urgency="immediate",
        )
    if step.move not in {Move.PROMOTE, Move.FINISH}:
        return None
    failing = [
        one
        for one in step.comparisons
        if one.criterion.startswith("errors") and (one.cohort or 0) > (one.control or 0)
    ]
    if not failing or step.stage is None:
        return None
    stage = release.rollout.stages[step.stage].name
    said = "; ".join(f"{one.criterion}: {one.because}" for one in failing)
    return _Noticed(
        title=f"{release.title}: single failures in {stage}",
        topic=f"{release.title} failures",
        observation=f"{release.id} went on, but more failed than of the others: {said}.",
    )


def _file(ctx: Ctx, release: Release, seen: _Noticed, cause: str) -> None:
    by = agent(ctx)
    id = ArtifactId(f"signal/{ctx.now:%Y-%m-%d}-{slug(seen.title)}")
    if by is None or artifacts.find(ctx, id) is not None:
        return
    impact = "high" if seen.urgency == "immediate" else "medium"
    content = signal_content(
        title=seen.title,
        category=seen.category,
        system=f"{filing.NOTICED}{DEPLOYER}",
        topic=seen.topic,
        confidence="high",
        observation=seen.observation,
        urgency=seen.urgency,
        impact=impact,
        recommended=filing.recommended(seen.urgency, impact),
    )
    made = Made(by=by, brain="skill", recipe=cause)
    about = (VersionRef.parse(release.contract),)
    filing.file_signal(ctx, filing.signal_draft(ctx, content, made, about=about))


def agent(ctx: Ctx) -> PrincipalId | None:
    """Whoever is hired to deploy, or None."""
    hired = agents.employees(ctx, state=Lifecycle.ACTIVE, limit=1_000)
    return next((one.principal for one in hired if one.role == DEPLOYER), None)


def release(ctx: Ctx, id: str) -> Release:
    """The release that an event tells of."""
    return releases.get(ctx, ReleaseId(id))


PROJECTIONS = (Projection(type=TYPE, run=drawn),)
