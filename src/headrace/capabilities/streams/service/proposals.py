"""Proposals: what a run hands in becomes versions, and one change request or a filing for them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import AgentRunId
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import Draft, Link, Made, Version, VersionRef
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeId, Proposal
from headrace.capabilities.streams import store
from headrace.capabilities.streams.model import Finished, Module, Run, RunId
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.json import Json


def made_by(ctx: Ctx, run: Run) -> Made:
    """Who made what a run hands in, and how."""
    assert run.agent_run is not None  # a run hands in after its worker has ended
    result = agents.result(ctx, AgentRunId(run.agent_run))
    return Made(by=result.principal, brain=result.brain.value, run=run.id, recipe=result.recipe)


def input_links(run: Run) -> tuple[Link, ...]:
    """A link to every version in the run's frozen input set."""
    return tuple(Link(target=ref) for refs in run.inputs.values() for ref in refs)


def default_finish(ctx: Ctx, run: Run, module: Module, submitted: Mapping[str, Json]) -> Finished:
    """Drafts of a module made of data alone: what was handed in is the content of its outputs.

    One output as it is, several by their type. A worker that makes any number of artifacts hands in
    `{"artifacts": [{"type", "slug", "content", "parts"?}], "title"?}`. Raises Invalid for other forms.
    """
    if "artifacts" in submitted:
        return _listed(ctx, run, submitted)
    alone = len(module.outputs) == 1
    lacking = [type for type in module.outputs if not alone and type not in submitted]
    if lacking:
        raise Invalid(f"A worker of {module.key} hands in {', '.join(lacking)} as well")
    drafts = (
        _draft(ctx, run, type, _content(submitted if alone else submitted[type]))
        for type in module.outputs
    )
    return Finished(drafts=tuple(drafts))


def _listed(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    given = submitted["artifacts"]
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise Invalid('A worker hands in {"artifacts": [{"type": …, "slug": …, "content": …}]}')
    drafts = []
    for one in given:
        if not isinstance(one, Mapping) or not {"type", "slug", "content"} <= set(one):
            raise Invalid("Each artifact handed in names its type, its slug and its content")
        draft = _draft(ctx, run, str(one["type"]), _content(one["content"]))
        parts = cast(Mapping[str, str | int], one.get("parts") or {})
        drafts.append(replace(draft, slug=str(one["slug"]), parts=parts))
    return Finished(drafts=tuple(drafts), title=str(submitted.get("title", "")))


def _content(given: Json) -> Mapping[str, Json]:
    if not isinstance(given, Mapping):
        raise Invalid("The content of an artifact is an object with its title and sections")
    return given


def _draft(ctx: Ctx, run: Run, type: str, content: Mapping[str, Json]) -> Draft:
    """A draft with a link to every input, named by where and when the run is, else by its title.

    `bulk-data-export/api` is the element `api` of that context; an attempt keeps the name of the former.
    """
    place = run.context.partition(":")[2]
    named = [slug(part) for part in (place, run.period, run.element) if part]
    name = _former_name(ctx, run, type) or "/".join(named) or slug(str(content.get("title", "")))
    parts: dict[str, str | int] = {
        "slug": name.replace("/", "-"),
        "mission": place,
        "week": run.period,
        "date": f"{ctx.now:%Y-%m-%d}",
        "year": ctx.now.year,
    }
    return Draft(
        type=type,
        slug=name,
        context=run.context,
        content=content,
        parts={part: value for part, value in parts.items() if value},
        made=made_by(ctx, run),
        links=input_links(run),
    )


def _former_name(ctx: Ctx, run: Run, type: str) -> str:
    former = None
    if run.attempt > 1 and run.cause is not None:
        former = store.run(ctx.db, ctx.organisation, RunId(run.cause))
    names = (ref.artifact.partition("/") for ref in (former.outputs if former else ()))
    return next((name for kind, _, name in names if kind == type), "")


def hand_in(
    ctx: Ctx, run: Run, module: Module, handed: Finished
) -> tuple[tuple[VersionRef, ...], str | None]:
    """Propose the drafts: those that need a person in one change request, the others filed.

    Gives the versions, and the change request if there is one.
    """
    versions = [artifacts.propose(ctx, draft) for draft in handed.drafts]
    decided = [v for v in versions if artifacts.layout(ctx, v.type).approval]
    filed = [v.ref for v in versions if not artifacts.layout(ctx, v.type).approval]
    if filed:
        record.file_versions(ctx, filed)
    change = handed.change
    if decided:
        change = _open(ctx, run, module, handed, decided)
    return tuple(v.ref for v in versions), change


def _open(
    ctx: Ctx, run: Run, module: Module, handed: Finished, decided: Sequence[Version]
) -> ChangeId:
    """The change that asks for these versions: the one that waits for them already, or a new one."""
    refs = tuple(version.ref for version in decided)
    waiting = _waiting_for(ctx, decided)
    if waiting is not None:
        return record.push_head(
            ctx, waiting, members=refs, self_evaluation=handed.self_evaluation
        ).id
    proposal = Proposal(
        members=refs,
        title=handed.title or f"{module.title}: {decided[0].title}",
        body=handed.body,
        branch=handed.branch,
        author=made_by(ctx, run).by,
        context=run.context,
        policies=module.policies,
        self_evaluation=handed.self_evaluation,
    )
    return record.open_change(ctx, proposal).id


def _waiting_for(ctx: Ctx, decided: Sequence[Version]) -> ChangeId | None:
    """The one change that brought the former versions and was sent back, if it may still be merged."""
    former = {_change_before(ctx, version) for version in decided}
    return former.pop() if len(former) == 1 else None


def _change_before(ctx: Ctx, version: Version) -> ChangeId | None:
    if version.base is None:
        return None
    return record.change_of(ctx, VersionRef(version.ref.artifact, version.base))
