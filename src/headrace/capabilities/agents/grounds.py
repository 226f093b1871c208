"""Grounds: the worktree in which a call works, made again from what was recorded if it was lost."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from headrace.capabilities.agents import authority, service, workspaces
from headrace.capabilities.agents.authority import Authority
from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.desk import Desk
from headrace.capabilities.agents.model import OPEN_STATES, Run, Step, Workspace
from headrace.capabilities.agents.tools import files
from headrace.capabilities.agents.tools.catalogue import TOOLS
from headrace.capabilities.agents.tools.product import Product, product_at
from headrace.capabilities.agents.tools.tool import Ground
from headrace.capabilities.agents.workspaces import Site
from headrace.kernel.context import Ctx

_NOWHERE = Workspace(repository="", branch="")


def ground(desk: Desk, run: Run, cancellation: Cancellation) -> Ground:
    """Where the calls of a run work, its worktree standing. Raises DeclarationsInvalid."""
    site = standing(desk, run)
    bare = _ground(desk, run, site.folder, Product(), cancellation)
    product = product_at(site.folder)
    seen = replace(bare.authority, classified=product.classified, protection=site.protection)
    return replace(bare, product=product, authority=seen)


@contextmanager
def bench_ground(desk: Desk, run: Run, cancellation: Cancellation) -> Iterator[Ground]:
    """As `ground`; a run without a workspace gets an empty folder that vanishes."""
    if run.order.workspace is not None:
        yield ground(desk, run, cancellation)
        return
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as made:
        yield _ground(desk, run, Path(made), Product(), cancellation)


def standing(desk: Desk, run: Run) -> Site:
    """The site of a run with its worktree standing, and in it everything the run wrote so far."""
    site = desk.do(workspaces.site_of, run)
    if not workspaces.stands(site):
        workspaces.make(site, ended=_ended(desk, workspaces.occupants(site)))
        rewrite(desk, run, site)
        workspaces.complete(site)
    return site


def afresh(desk: Desk, run: Run) -> Site:
    """As `standing`, but nothing is in the worktree besides what the run wrote by its tools."""
    site = desk.do(workspaces.site_of, run)
    if workspaces.stands(site):
        workspaces.clear(site)
    return standing(desk, run)


def rewrite(desk: Desk, run: Run, site: Site) -> None:
    """Do again what the steps of a run did to files."""
    base = _ground(desk, run, site.folder, Product(), Cancellation())
    plans = {tool.name: tool.plan for tool in TOOLS}
    for step in written(desk.do(service.steps, run.id)):
        plan = plans[step.call.tool]
        assert plan is not None  # only steps that changed a file are given
        change = plan(base, step.call.arguments)
        files.put(site.folder, change.path, change.after)


def written(steps: Iterable[Step]) -> list[Step]:
    """The steps that changed a file, in order."""
    return [step for step in steps if step.done and step.path and not step.is_error]


def _ended(desk: Desk, runs: Iterable[str]) -> frozenset[str]:
    return frozenset(run for run in runs if desk.do(_has_ended, run))


def _has_ended(ctx: Ctx, run: str) -> bool:
    return service.run(ctx, run).state not in OPEN_STATES


def _ground(
    desk: Desk, run: Run, root: Path, product: Product, cancellation: Cancellation
) -> Ground:
    workspace = run.order.workspace or _NOWHERE
    return Ground(
        root=root,
        authority=Authority(
            card=run.card,
            workspace=workspace,
            places=authority.places_of(workspace, run.order.context),
        ),
        product=product,
        search_path=desk.settings.search_path,
        cancellation=cancellation,
    )
