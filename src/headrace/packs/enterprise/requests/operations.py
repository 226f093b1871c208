"""What requests offer to REST, CLI and MCP: opening a mission by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from headrace.capabilities.artifacts.layout import slug as slug_of
from headrace.capabilities.intake import service as intake
from headrace.capabilities.missions import service as missions
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId
from headrace.kernel.capability import Http, Operation, Permission
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Conflict, Invalid
from headrace.kernel.inputs import Names

STREAM = "enterprise-request"
"""The value stream of requested missions."""

OPEN = "mission:open"
PERMISSIONS = (Permission(name=OPEN, summary="Open a mission that no digest has proposed"),)


@dataclass(frozen=True, kw_only=True)
class MissionOpening:
    """`signal` are the signals that the mission answers, as `signal file` named them."""

    slug: Annotated[
        str,
        Field(
            description="Its name in addresses and branches: lower-case words with hyphens.",
            examples=["bulk-data-export"],
        ),
    ]
    signal: Annotated[
        tuple[str, ...],
        Names("open-signal"),
        Field(description="The signals that the mission answers."),
    ]
    title: Annotated[
        str, Field(description="What people call it; empty: the title of its first signal.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class MissionStarted:
    """The mission's context and the run that writes its brief."""

    mission: str
    context: str
    run: str


class SignalsRefused(Invalid):
    """A mission answers signals that are in the record and have led to nothing yet."""

    code = "enterprise.signals_refused"


class MissionTaken(Conflict):
    """There is a mission of this name."""

    code = "enterprise.mission_taken"


def open_mission(ctx: Ctx, asked: MissionOpening) -> MissionStarted:
    """Open a mission for signals that you filed, without waiting for a digest.

    Its brief and contract are asked for at once: of a model where one is configured, else of a
    person, who hands them in with `agent run-submit`.
    """
    faults = tuple(_faults(ctx, asked))
    if faults:
        raise SignalsRefused("; ".join(faults), faults=faults)
    context = f"mission:{asked.slug}"
    if missions.of_context(ctx, context) is not None:
        raise MissionTaken(f"There is a mission {asked.slug!r}; choose another slug")
    title = asked.title or str(_title(ctx, asked.signal[0]))
    opened = streams.open_context(
        ctx,
        stream=STREAM,
        kind="mission",
        slug=asked.slug,
        title=title,
        parent=ContextId("organisation"),
        opened_by=ctx.principal,
    )
    missions.open_mission(ctx, slug=asked.slug, context=opened.id, title=title)
    intake.absorb(ctx, asked.signal, opened.id)
    run = streams.start(ctx, opened.id, "charter")
    return MissionStarted(mission=asked.slug, context=opened.id, run=run.id)


def _faults(ctx: Ctx, asked: MissionOpening) -> Iterator[str]:
    if slug_of(asked.slug) != asked.slug:
        yield f"branches carry the slug, so write it {slug_of(asked.slug)!r}"
    if not asked.signal:
        yield "name at least one signal; `headrace signal file` files one"
    for name in asked.signal:
        found = intake.get(ctx, name)
        if found is None:
            yield f"no signal {name!r} is in the record (yet: a worker files it within moments)"
        elif found.absorbed_by is not None:
            yield f"{name} has led to {found.absorbed_by} already"


def _title(ctx: Ctx, signal: str) -> str:
    found = intake.get(ctx, signal)
    return found.title if found is not None else signal


OPERATIONS = (
    Operation(
        name="mission.open",
        permission=OPEN,
        input=MissionOpening,
        output=MissionStarted,
        run=open_mission,
        http=Http(method="POST", path="/missions"),
    ),
)
