"""Readiness: the lines that a release must meet before anybody may approve it, each shown by a fact."""

from collections.abc import Callable, Iterator, Mapping

from headrace.capabilities.artifacts.model import Version
from headrace.capabilities.flags import service as flags
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import GateState, Proposal, Subject, Tier
from headrace.capabilities.health import service as health
from headrace.capabilities.operate import service as operate
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind
from headrace.capabilities.releases.model import Line
from headrace.kernel.context import Ctx
from headrace.kernel.errors import NotFound
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.mission import product, title
from headrace.packs.enterprise.discover.contents import told
from headrace.packs.enterprise.ship import trying
from headrace.packs.enterprise.ship.deliverables import gaps, registered
from headrace.packs.enterprise.ship.running import deployment_of, is_ready, rehearsal, row
from headrace.packs.enterprise.ship.verdicts import unpassed, work_of

ON_CALL = "on-call"
"""The team that is called when a service is in trouble."""


def lines(ctx: Ctx, context: str) -> tuple[Line, ...]:
    """Every line as it stands now, with the place of its evidence (AE-55)."""
    return tuple(one for made in _LINES for one in made(ctx, context))


def _evaluations(ctx: Ctx, context: str) -> Iterator[Line]:
    works = work_of(ctx, context)
    open_ = unpassed(works)
    passed = sum(one.has_passed and one.is_merged for one in works)
    yield Line(
        text="All quality evaluations passed",
        met=bool(works) and not open_,
        because="; ".join(open_) or f"{passed} of {len(works)} streams",
        evidence=", ".join(report.path for one in works for report in one.reports),
    )


def _assets(ctx: Ctx, context: str) -> Iterator[Line]:
    open_ = tuple(gaps(ctx, context))
    entries = registered(ctx, context)
    yield Line(
        text="Every deliverable is in the asset registry",
        met=bool(entries) and not open_,
        because="; ".join(open_) or f"{len(entries)} entries",
        evidence=", ".join(one.path for one in entries if one.approved is not None),
    )


def _service(ctx: Ctx, context: str) -> Iterator[Line]:
    found = deployment_of(ctx)
    state = "it was never deployed" if found is None else f"{found.state} at {found.commit[:12]}"
    yield Line(
        text="The service runs with the merged work",
        met=is_ready(found),
        because=state,
        evidence=found.address if found is not None else "",
    )


def _tried(
    check: str, text: str, *, optional: bool = False
) -> Callable[[Ctx, str], Iterator[Line]]:
    """A line that the rehearsal on the running service shows."""

    def line(ctx: Ctx, context: str) -> Iterator[Line]:
        evidence = _current(ctx, context)
        found = row(evidence, check)
        if not found:
            yield Line(text=text, met=False, because="it was not tried on what runs now")
            return
        result = found.get("result")
        why = " ".join(filter(None, (told(found, "figure"), f"({told(found, 'evidence')})")))
        yield Line(
            text=text,
            met=result == trying.MET,
            not_applicable=optional and result == trying.NOT_EVALUATED,
            because=why,
            evidence=evidence.path if evidence is not None else "",
        )

    return line


def _current(ctx: Ctx, context: str) -> Version | None:
    """The rehearsal, as long as it speaks of the commit that serves."""
    found, deployment = rehearsal(ctx, context), deployment_of(ctx)
    if found is None or deployment is None:
        return None
    serves = deployment.serving or deployment.commit
    return found if told(found.content, "fields", "commit") == serves else None


def _targets(ctx: Ctx, context: str) -> Iterator[Line]:
    own = [one for one in health.targets(ctx) if one.service == product(ctx).slug]
    names = ", ".join(one.name for one in own)
    yield Line(
        text="Health targets are watched",
        met=bool(own),
        because=names or f"{product(ctx).slug} has no target; load one with `headrace target load`",
        evidence=names,
    )
    ruled = [one.name for one in own if one.burn_rules]
    yield Line(
        text="Alerts go off when the error budget burns",
        met=bool(ruled),
        because=", ".join(ruled) or "no target has a burn rule",
        evidence=", ".join(ruled),
    )


def _runbook(ctx: Ctx, context: str) -> Iterator[Line]:
    found = operate.runbooks(ctx, product(ctx).slug)
    names = ", ".join(one.name for one in found)
    yield Line(
        text="A runbook tells what to do",
        met=bool(found),
        because=names or f"no approved runbook is for {product(ctx).slug}",
        evidence=names,
    )


def _flag(ctx: Ctx, context: str) -> Iterator[Line]:
    key = told(_fields(rehearsal(ctx, context)), "flag")
    try:
        found = flags.flag(ctx, key) if key else None
    except NotFound:
        found = None
    state = "there is none" if found is None else f"{key} is {'on' if found.is_on else 'off'}"
    yield Line(
        text="The feature flag is there, and off",
        met=found is not None and not found.is_on and found.kill is None,
        because=state,
        evidence=f"flag {key}" if found is not None else "",
    )


def _fields(evidence: Version | None) -> Mapping[str, Json]:
    fields = evidence.content.get("fields") if evidence is not None else {}
    return fields if isinstance(fields, Mapping) else {}


def _on_call(ctx: Ctx, context: str) -> Iterator[Line]:
    on_duty = _people(ctx)
    asked = [one for one in governance.gates_of(ctx, _notice(context)) if one.state in _TOLD]
    knows = [one for one in asked if one.state is GateState.APPROVED]
    if not on_duty:
        why = f"nobody is in the team {ON_CALL}"
    elif not knows:
        why = f"{', '.join(one.id for one in asked) or 'nothing'} waits for @{ON_CALL}"
    else:
        why = (
            f"@{people.principal(ctx, knows[-1].decided_by).handle}" if knows[-1].decided_by else ""
        )
    yield Line(
        text="The on-call team knows of it",
        met=bool(on_duty and knows),
        because=why,
        evidence=knows[-1].id if knows else "",
    )


_TOLD = frozenset({GateState.OPEN, GateState.APPROVED})


def _people(ctx: Ctx) -> tuple[str, ...]:
    try:
        found = people.resolve(ctx, ON_CALL)
    except NotFound:
        return ()
    named = (people.principal(ctx, one) for one in found)
    return tuple(one.handle for one in named if one.active and one.kind is PrincipalKind.PERSON)


def _notice(context: str) -> Subject:
    return Subject(kind="on-call-notice", id=context)


def tell_on_call(ctx: Ctx, context: str, commit: str) -> None:
    """Ask the on-call team to take note of what will go out; the same commit is told once."""
    if not _people(ctx):
        return
    governance.ask(
        ctx,
        Proposal(
            subject=_notice(context),
            hash=commit,
            title=f"On call: {title(ctx, context)} is about to go out",
            summary=f"{product(ctx).slug} runs {commit[:12]} with the feature turned off.",
            approvers=((f"@{ON_CALL}",),),
            authors=(),
            why="whoever is called at night knows before what may wake them",
            on_yes="the team knows of it; the release may be approved",
            on_no="the release waits",
            tier=Tier.PRODUCTION,
            context=context,
            purpose="notice",
        ),
    )


_LINES: tuple[Callable[[Ctx, str], Iterator[Line]], ...] = (
    _evaluations,
    _assets,
    _service,
    _tried(trying.METRICS, "The promised metrics are measured", optional=True),
    _tried(trying.LOGS, "Logs are structured, and a request is found by its trace id"),
    _targets,
    _runbook,
    _flag,
    _tried(trying.WAY_BACK, "The way back was rehearsed on the running service"),
    _tried(trying.LOAD, "Long reads go to the replica under load", optional=True),
    _on_call,
)


def unmet(ctx: Ctx, context: str) -> tuple[str, ...]:
    """Every line that stands in the way of an approval now."""
    return tuple(
        f"{one.text}: {one.because}"
        for one in lines(ctx, context)
        if not one.met and not one.not_applicable
    )
