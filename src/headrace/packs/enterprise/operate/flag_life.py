"""Flag life: a flag that has done its work is proposed for removal, removed by a coding agent, and archived.

The feature flag agent proposes; a person decides; a coding agent changes the code, in its own
worktree, judged by policies like any other work; then the service is deployed anew, and the flag is
archived once nobody asks for it any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import AgentRunId, Workspace
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Flag, FlagInUse, Staleness
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Proposal as Asking
from headrace.capabilities.governance.model import Subject, Tier
from headrace.capabilities.missions import service as missions
from headrace.capabilities.operate import service as operate
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest, ChangeState, Proposal, SelfCheck
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Release, ReleaseStatus
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Flow, Job, Queue, Steps
from headrace.kernel.json import Json, digest
from headrace.packs.enterprise.build.implement import NothingMade, self_checks
from headrace.packs.enterprise.build.mission import feedback, mission_slug, product
from headrace.packs.enterprise.discover.contents import told

PROPOSE, REMOVE = "flag-clean-up", "flag-removal"
SUBJECT = "flag-removal"
"""The kind of subject that the gate on a removal has."""

APPROVERS = ("engineering-manager",)
POLICIES = ("security", "architecture")
"""What the change that removes a flag is judged by."""

AGAIN = timedelta(days=1)
"""How long until a flag that somebody still asked for is looked at again."""


@dataclass(frozen=True, kw_only=True)
class Stability:
    """How a service did since everybody has the same variant of its flag."""

    days: int
    incidents: tuple[str, ...]


def begin(ctx: Ctx, flag: str, staleness: str, cause: str) -> Run | None:
    """Have a clean-up proposed for a flag that is settled; None for one that no release brought."""
    release = release_of(ctx, flag)
    if staleness != Staleness.SETTLED or release is None or release.context is None:
        return None
    return streams.episode(
        ctx, ContextId(release.context), PROPOSE, element=slug(flag), name=flag, cause=cause
    )


def release_of(ctx: Ctx, flag: str) -> Release | None:
    """The newest release that brought a flag to everybody, or None."""
    found = releases.listing(ctx, ReleaseStatus.DEPLOYED, limit=200)
    return max((one for one in found if one.rollout.flag == flag), key=lambda r: r.id, default=None)


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For the feature flag agent: how long everybody has had what, and how the service did since."""
    flag, release = flags.flag(ctx, run.period), release_of(ctx, run.period)
    stable = stability(ctx, flag, release)
    return {
        "flag": flag.key,
        "age": f"{(ctx.now - flag.created_at).days} days",
        "share": _share(flag),
        "stability": {"days": stable.days, "incidents": list(stable.incidents)},
        "references": "the change that removes it shows every place",
        "experiments": "none: the flag is of a release" if release else "unknown",
        "runbooks": _runbooks(ctx, flag),
        "release": release.id if release is not None else "",
        **feedback(run),
    }


def _share(flag: Flag) -> str:
    rollout = flag.definition.rollout
    if rollout is None:
        return f"100 % have {flag.definition.default_variant}"
    return f"{rollout.buckets / 1_000:g} % have {rollout.shares[0].variant}"


def stability(ctx: Ctx, flag: Flag, release: Release | None) -> Stability:
    """How many days everybody has had the same, and the incidents of the service since."""
    since = flag.settled_at or ctx.now
    service = release.rollout.service if release is not None else ""
    found = operate.listing(ctx, service=service or None, limit=200)
    return Stability(
        days=(ctx.now - since).days,
        incidents=tuple(one.id for one in found if one.opened_at >= since),
    )


def _runbooks(ctx: Ctx, flag: Flag) -> list[Json]:
    """Runbooks that name it as a kill switch: they change first."""
    return [
        book.version
        for book in operate.runbooks(ctx)
        if any(step.subject == flag.key for remedy in book.remedies for step in remedy.steps)
    ]


def proposed(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The proposal, put before a person. The agent's words, and the figures whatever it wrote."""
    flag = flags.flag(ctx, run.period)
    release = release_of(ctx, flag.key)
    stable = stability(ctx, flag, release)
    maker = streams.made_by(ctx, run).by
    words = told(submitted, "summary")
    named = ", ".join(str(one) for one in _runbooks(ctx, flag))
    summary = (
        f"{words}\n\n"
        f"- Flag: `{flag.key}`, {_share(flag)} for {stable.days} days\n"
        f"- Incidents since: {', '.join(stable.incidents) or 'none'}\n"
        f"- Runbooks that use it as a switch: {named or 'none'}\n"
    )
    governance.ask(
        ctx,
        Asking(
            subject=Subject(kind=SUBJECT, id=flag.key),
            hash=digest([flag.key, flag.revision, summary]),
            title=f"Remove the flag {flag.key}",
            approvers=(APPROVERS,),
            authors=(maker,),
            summary=summary,
            why=f"everybody has had the same for {stable.days} days",
            on_yes="a coding agent takes it out of the code; the change is judged and reviewed",
            on_no="the flag stays as it is",
            tier=Tier.JUDGEMENT,
            context=run.context,
            purpose="removal",
        ),
    )
    return Finished()


def approved(ctx: Ctx, flag: str, hash: str) -> Run | None:
    """A person said yes: the code is changed, once for that proposal. None where no release brought it."""
    release = release_of(ctx, flag)
    if release is None or release.context is None:
        return None
    return streams.episode(
        ctx, ContextId(release.context), REMOVE, element=slug(flag), name=f"{flag}~{hash[:12]}"
    )


def flag_of(run: Run) -> str:
    """The flag that a removal is about."""
    return run.period.partition("~")[0]


def workspace(ctx: Ctx, run: Run) -> Workspace:
    """A branch of the product of its own; checks, owners and manifest are out of reach."""
    paths = ("src/", "tests/", "docs/")
    return Workspace(
        repository=product(ctx).slug,
        branch=f"exec/{mission_slug(run.context)}/remove-{run.element}",
        paths=paths,
        places={"paths": paths, "mission": (mission_slug(run.context),)},
    )


def removal_facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For the coding agent: which flag goes, which variant stays, and what came back."""
    flag = flags.flag(ctx, flag_of(run))
    found: dict[str, Json] = {
        "mission": f"Remove the flag {flag.key}",
        "flag": flag.key,
        "keeps": _share(flag),
        "stream": {"name": f"remove {flag.key}", "division": "", "pool": ""},
        "tasks": [_task(ctx, run)],
        "task_list": [
            {
                "id": _task(ctx, run),
                "title": f"Take {flag.key} out of the code",
                "criteria": [
                    "Nothing asks the flag any more",
                    "The branch that everybody has stays",
                ],
            }
        ],
        "design": "no design was required",
        "specification": None,
        "brief": None,
        "policies": list(POLICIES),
        "paths": ["src/", "tests/", "docs/"],
    }
    if run.findings:
        found["findings"] = [
            {"policy": "", "path": "", "line": None, "message": one} for one in run.findings
        ]
    return found


def _task(ctx: Ctx, run: Run) -> str:
    """The removal as a task of the mission that brought the flag: numbered after its own."""
    return f"TASK-{len(missions.all_tasks(ctx, mission_slug(run.context))) + 1:03}"


def removed(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The change that takes the flag out: a new one, or new commits of the one sent back.

    Raises NothingMade. Whoever operates never made it: the role of the run is the coding agent's.
    """
    worked = agents.result(ctx, AgentRunId(str(run.agent_run)))
    if worked.head is None:
        raise NothingMade(f"{flag_of(run)} was to be removed, and no file was changed")
    own: tuple[SelfCheck, ...] = self_checks(submitted)
    former = _former(ctx, run)
    if former is not None:
        record.push_head(
            ctx, former.id, head=worked.head, self_evaluation=own, tasks=(_task(ctx, run),)
        )
        return Finished(change=former.id)
    made = record.open_change(
        ctx,
        Proposal(
            title=f"Remove the flag {flag_of(run)}",
            body=told(submitted, "summary"),
            context=run.context,
            repository=product(ctx).slug,
            branch=workspace(ctx, run).branch,
            head=worked.head,
            author=worked.principal,
            policies=POLICIES,
            tasks=(_task(ctx, run),),
            self_evaluation=own,
        ),
    )
    return Finished(change=made.id)


def _former(ctx: Ctx, run: Run) -> ChangeRequest | None:
    """The change of the attempts before, if it may still be merged."""
    listed = streams.runs(ctx, context=run.context, module=run.module, limit=1_000)
    before = [one for one in listed if one.element == run.element and one.change is not None]
    found = record.change(ctx, str(before[-1].change)) if before else None
    return found if found is not None and found.state in _OPEN else None


_OPEN = frozenset({ChangeState.OPEN, ChangeState.FAILED})


def merged(ctx: Ctx, run: Run) -> None:
    """After the merge: the service is deployed as it stands now, and the flag is on its way out."""
    release = release_of(ctx, flag_of(run))
    change = record.change(ctx, str(run.change))
    service = release.rollout.service if release is not None else ""
    running = deployments.find(ctx, service) if service else None
    if running is not None and change.commit is not None:
        deployments.deploy(
            ctx,
            service,
            repository=running.repository,
            commit=change.commit,
            key=f"remove {flag_of(run)} {change.id}",
        )
    later(ctx, flag_of(run), change.id, 0)


def later(ctx: Ctx, flag: str, change: str, number: int) -> None:
    """Look in a day whether the flag can be archived; `number` counts the looks."""
    arguments = {"flag": flag, "change": change, "number": str(number)}
    key = f"{flag}/{change}/{number}"
    ctx.start_after(AGAIN, Job(flow=RETIRE.name, key=key, arguments=arguments))


def retire(ctx: Ctx, flag: str, change: str, number: int) -> bool:
    """Archive a flag whose code is gone; while somebody still asks for it, look again in a day."""
    if flags.flag(ctx, flag).archived_at is not None:
        return True
    try:
        with ctx.db.begin_nested():
            flags.archive(ctx, flag, f"taken out of the code by {change}")
    except FlagInUse:
        later(ctx, flag, change, number + 1)
        return False
    return True


def _retire(steps: Steps, *, flag: str, change: str, number: str) -> None:
    """Archive a flag, or come back tomorrow."""
    steps.verb(retire, flag, change, int(number))


RETIRE = Flow(name="enterprise.retire-flag", run=_retire, queue=Queue.RECORD)
