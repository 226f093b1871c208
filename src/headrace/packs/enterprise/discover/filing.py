"""Filing signals: by a person, by a scanner, by any agent that notices something."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import (
    ArtifactId,
    Draft,
    Link,
    LinkKind,
    Made,
    Version,
    VersionRef,
)
from headrace.capabilities.intake import service as intake
from headrace.capabilities.intake.model import Grade, Signal, Urgency
from headrace.capabilities.record import service as record
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover.contents import Content, told

ORGANISATION = "organisation"


class NotSuperseded(Invalid):
    """A correction names no filed signal, or one that another signal has corrected already."""

    code = "enterprise.not_superseded"


UNSAID: Mapping[str, str] = {
    "category": "customer",
    "confidence": "medium",
    "urgency": "next-cycle",
    "impact": "medium",
}
"""What counts where whoever files a signal does not say it, by hand or in an issue."""

NOTICED = "Work of "
"""How the source begins of what an agent noticed while it did something else."""

JUDGED = "Quality evaluation"
"""The source of what evaluators see again and again."""

HOLD = "waits for the triage rules"
"""The note of a signal that is not triaged as it comes in."""


def signal_draft(
    ctx: Ctx,
    content: Content,
    made: Made,
    *,
    on: date | None = None,
    note: str = "",
    about: Sequence[VersionRef] = (),
) -> Draft:
    """The draft of a signal observed `on` a day, at the versions `about`; its slug is free.

    Raises NotSuperseded when it corrects what cannot be corrected.
    """
    day = (on or ctx.now.date()).isoformat()
    id = artifacts.free_slug(ctx, "signal", f"{day}-{slug(str(content['title']))}")
    name = id.removeprefix(f"{day}-")
    return Draft(
        type="signal",
        slug=id,
        parts={"date": day, "slug": name},
        context=ORGANISATION,
        content=content,
        made=made,
        links=(*_supersedes(ctx, content), *(related(one) for one in about)),
        note=note,
    )


def related(version: VersionRef) -> Link:
    """The link of what speaks of a version without being made from it."""
    return Link(kind=LinkKind.RELATES, target=version)


def _supersedes(ctx: Ctx, content: Content) -> tuple[Link, ...]:
    former = told(content, "fields", "supersedes")
    if not former:
        return ()
    known = intake.get(ctx, former)
    if known is None:
        raise NotSuperseded(
            f"{former!r} is no signal in the record; `headrace signal list` names them"
        )
    if known.superseded_by is not None:
        raise NotSuperseded(
            f"{former} was corrected by {known.superseded_by}; supersede that one instead"
        )
    return (Link(kind=LinkKind.SUPERSEDES, target=VersionRef(ArtifactId(former), 1)),)


def file_signal(ctx: Ctx, draft: Draft) -> Version:
    """File a signal: it needs nobody's approval, and is counted as soon as it is in the record."""
    version = artifacts.propose(ctx, draft)
    record.file_versions(ctx, [version.ref])
    return version


def register(ctx: Ctx, version: Version, *, layer: str, hold: bool = False) -> Signal:
    """Triage and count a filed signal; with `hold`, it waits for the triage rules."""
    content: Mapping[str, Json] = version.content
    former = told(content, "fields", "supersedes")
    if former:  # before it is counted, for a correction repeats nothing
        intake.supersede(ctx, former, version.ref.artifact)
        record.refresh_projection(ctx, ArtifactId(former))
    day = version.ref.artifact.partition("/")[2][:10]
    return intake.register(
        ctx,
        Signal(
            signal=version.ref.artifact,
            title=version.title,
            source=told(content, "sections", "source", "system"),
            topic=told(content, "sections", "source", "topic"),
            category=told(content, "sections", "source", "category"),
            confidence=Grade(told(content, "sections", "source", "confidence")),
            urgency=Urgency(told(content, "sections", "assessment", "urgency")),
            impact=Grade(told(content, "sections", "assessment", "impact")),
            filed_by=version.made.by,
            layer=layer,
            filed_at=datetime.combine(date.fromisoformat(day), time(12), UTC),
        ),
        hold=hold,
    )


def recommended(urgency: str, impact: str) -> str:
    """The disposition that the triage table gives, as a signal's recommendation."""
    return intake.triage(Urgency(urgency), Grade(impact)).disposition.value
