"""Fleet: an approved brief is cut into streams that run side by side, each with its own paths."""

from collections.abc import Iterator, Mapping, Sequence

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import Lifecycle
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.governance import service as governance
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import FleetStream, MissionStatus, Standing, Task
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.json import Json
from headrace.packs.enterprise.build import pages
from headrace.packs.enterprise.build.contents import (
    contract_criteria,
    fleet_edges,
    fleet_streams,
    fleet_tasks,
    json_of,
    rows,
)
from headrace.packs.enterprise.build.mission import (
    begin_work,
    draft,
    feedback,
    frozen,
    mission_slug,
    product,
    title,
)
from headrace.packs.enterprise.discover.contents import Content, told

_MARKS = {"api": "api", "migrations": "data-model", "schema": "data-model", "models": "data-model"}
"""Folders of a product that, among a stream's paths, say what the mission touches."""

_AROUND = frozenset({"src", "lib", "packages", "tests", "test"})
"""Folders around a product's own package."""


class FleetRefused(Invalid):
    """The streams, paths, tasks or dependencies do not hold together."""

    code = "enterprise.fleet_refused"


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For mission-orchestrator: what was decided, who may work, and which paths are taken."""
    brief, contract = frozen(ctx, run, "brief"), frozen(ctx, run, "contract")
    return {
        "mission": title(ctx, run.context),
        "brief": json_of(brief.content),
        "contract": json_of(contract.content),
        "criteria": [
            {"id": id, "text": text} for id, text in contract_criteria(contract.content).items()
        ],
        "divisions": [told(row, "division") for row in rows(brief.content, "divisions")],
        "active_paths": [
            {"mission": one.slug, "paths": list(one.paths)}
            for one in missions.listing(ctx)
            if one.paths and one.slug != mission_slug(run.context)
        ],
        "pools": [{"pool": pool, "role": role} for pool, role in sorted(pools(ctx).items())],
        "policies": [
            {"key": one.key, "title": one.title} for one in governance.policies(ctx).values()
        ],
        **feedback(run),
    }


def pools(ctx: Ctx) -> Mapping[str, str]:
    """The pools that a fleet may name, with the role behind each: those of active employees."""
    return {
        one.card.pool: one.card.id
        for one in agents.employees(ctx, state=Lifecycle.ACTIVE, limit=1_000)
        if one.card.task("implement") is not None
    }


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The configuration, if it may run so. Raises FleetRefused with every fault."""
    found = tuple(faults(ctx, run, submitted))
    if found:
        raise FleetRefused(f"This fleet may not run: {'; '.join(found)}", faults=found)
    return Finished(
        drafts=(draft(ctx, run, "fleet-config", submitted),),
        title=f"Fleet configuration: {title(ctx, run.context)}",
        body="Streams with exclusive paths, their policies, checkpoints and dependencies.",
    )


def faults(ctx: Ctx, run: Run, fleet: Content) -> Iterator[str]:
    """Every reason why a mission may not be worked on by this fleet."""
    found = fleet_streams(fleet)
    yield from missions.fleet_faults(
        found,
        fleet_edges(fleet),
        active_pools=pools(ctx).keys(),
        policies=governance.policies(ctx).keys(),
    )
    for one in found:
        if slug(one.name) != one.name:
            yield f"stream {one.name!r}: branches carry its name, so write it {slug(one.name)!r}"
    wanted = [path for one in found for path in one.paths]
    for owner, path in missions.path_conflicts(ctx, wanted, mission_slug(run.context)):
        yield f"{path} is owned by mission {owner!r}, which is at work"
    contract = frozen(ctx, run, "contract")
    planned = fleet_tasks(fleet)
    if planned or not missions.get(ctx, mission_slug(run.context)).task_exempt.strip():
        yield from task_faults(planned, found, contract_criteria(contract.content))


def task_faults(
    planned: Sequence[Task], of: Sequence[FleetStream], criteria: Mapping[str, str]
) -> Iterator[str]:
    """Tasks without a stream, streams without a task, criteria that nobody or two streams fulfil."""
    yield from missions.task_faults(planned)
    names = {one.name for one in of}
    for task in planned:
        if task.stream not in names:
            yield f"{task.title!r} is for {task.stream!r}, which is no stream"
    for name in sorted(names - {task.stream for task in planned}):
        yield f"stream {name!r} has no task"
    for id, text in criteria.items():
        owners = sorted({task.stream for task in planned if id in task.criteria})
        if not owners:
            yield f"no task fulfils {id} ({text})"
        if len(owners) > 1:
            yield f"{id} is in tasks of {' and of '.join(owners)}; one stream fulfils it"


def approved(ctx: Ctx, run: Run) -> None:
    """After the approval: tasks are planned, paths taken, and the mission moves on."""
    version = artifacts.get_version(ctx, run.outputs[0])
    name, found = mission_slug(run.context), fleet_streams(version.content)
    missions.plan(ctx, name, fleet_tasks(version.content))
    reasons = missions.design_required(len(found), touches=touched(found, product(ctx).slug))
    owned = [path for one in found for path in one.paths]
    missions.take_paths(ctx, name, owned, design_required=bool(reasons))
    pages.open_pages(ctx, run, version)
    if missions.get(ctx, name).status is not MissionStatus.APPROVED:
        return
    standing = Standing(fleet_approved=True)
    why = f"fleet approved in {version.change}"
    planned = missions.move(ctx, name, MissionStatus.PLANNING, standing, why)
    if planned.design_required:
        streams.start(ctx, run.context, "design")
    else:
        begin_work(ctx, planned)


def touched(found: Sequence[FleetStream], product: str) -> frozenset[str]:
    """What the mission touches, by the folders of the product that its streams own.

    The folder of the product's own package says nothing: everything lies in it, also where the product
    is called `schema` or `api`.
    """
    parts = {part for one in found for path in one.paths for part in _below(path, product)}
    return frozenset(mark for folder, mark in _MARKS.items() if folder in parts)


def _below(path: str, product: str) -> Sequence[str]:
    """The folders of a path below the product's package, or below the root where none is in it."""
    parts = [part for part in path.lower().split("/") if part]
    while parts and parts[0] in _AROUND:
        parts.pop(0)
    is_own = bool(parts) and slug(parts[0].replace("_", "-")) == slug(product.replace("_", "-"))
    return parts[1:] if is_own else parts
