"""What every module of build asks of its mission: its inputs, its product, its row."""

from collections.abc import Mapping

from headrace.capabilities.agents.model import Workspace
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Version
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import GateClosed, Mission, MissionStatus, Standing
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import Repository, RepositoryKind, RepositoryState
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, Run
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.json import Json


def mission_slug(context: str) -> str:
    """The mission that runs in a context `mission:bulk-data-export`."""
    return context.partition(":")[2]


def frozen(ctx: Ctx, run: Run, name: str) -> Version:
    """The version that a run has frozen as an input."""
    return artifacts.get_version(ctx, run.inputs[name][0].version)


def frozen_or_none(ctx: Ctx, run: Run, name: str) -> Version | None:
    """The version that a run has frozen as an optional input, if there was one."""
    return frozen(ctx, run, name) if run.inputs.get(name) else None


def effective(ctx: Ctx, type: str, context: str) -> Version | None:
    """The approved version of a type in a mission, or None."""
    found = artifacts.effective_of(ctx, type, [context])
    return found[-1] if found else None


def draft(ctx: Ctx, run: Run, type: str, content: Mapping[str, Json], *, name: str = "") -> Draft:
    """A work product of a run, made from its whole input set, on the newest version there is."""
    named = name or mission_slug(run.context)
    present = artifacts.find(ctx, ArtifactId(f"{type}/{named}"))
    return Draft(
        type=type,
        slug=named,
        context=run.context,
        content=content,
        made=streams.made_by(ctx, run),
        links=streams.input_links(run),
        base=present.head if present is not None and present.head else None,
    )


def title(ctx: Ctx, context: str) -> str:
    """What people call the mission."""
    found = missions.of_context(ctx, context)
    return found.title if found is not None else streams.context(ctx, ContextId(context)).title


def product(ctx: Ctx) -> Repository:
    """The product that missions build in. Raises Invalid where there is none, or more than one."""
    found = [
        one
        for one in record.repositories(ctx, limit=500)
        if one.kind is RepositoryKind.PRODUCT and one.state is not RepositoryState.FAILED
    ]
    if len(found) != 1:
        known = ", ".join(one.slug for one in found) or "none"
        raise Invalid(
            "A mission builds in the one product of its organisation; here there are: "
            f"{known}. Take one in with `headrace repository add`"
        )
    return found[0]


def reading_place(ctx: Ctx, run: Run) -> Workspace:
    """A worktree of the product in which nothing may be written: to plan by what is there."""
    branch = f"read/{mission_slug(run.context)}/{slug(run.module)}"
    return Workspace(repository=product(ctx).slug, branch=branch)


def feedback(run: Run) -> Mapping[str, Json]:
    """What the former attempt was sent back with, where there was one."""
    return {"feedback": list(run.findings)} if run.findings else {}


def begin_work(ctx: Ctx, mission: Mission) -> None:
    """Let a planned mission go to work once its gate opens; as long as it does not, nothing happens."""
    if mission.status is not MissionStatus.PLANNING:
        return
    fleet = effective(ctx, "fleet-config", mission.context)
    design = effective(ctx, "technical-design", mission.context)
    if mission.design_required and design is None:
        return
    deciding = design or fleet
    standing = Standing(fleet_approved=fleet is not None, design_approved=design is not None)
    why = f"{deciding.type} approved in {deciding.change}" if deciding is not None else "planned"
    try:
        missions.move(ctx, mission.slug, MissionStatus.ACTIVE, standing, why)
    except GateClosed:
        return  # another mission comes first; its end is heard
