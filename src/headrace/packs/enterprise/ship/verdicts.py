"""Verdicts: what evaluators said last of the work of each stream, word for word."""

from collections.abc import Sequence
from dataclasses import dataclass

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import Version
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import CHANGE, PASSES, Judgement, Subject, Verdict
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest, ChangeState
from headrace.kernel.context import Ctx
from headrace.packs.enterprise.build.contents import fleet_streams
from headrace.packs.enterprise.build.measures import runs_of
from headrace.packs.enterprise.build.mission import effective
from headrace.packs.enterprise.discover.contents import items, told

MOST_REPORTS = 2_000
"""Most evaluation reports that are looked through in one mission."""

REPORT = "quality-evaluation"
_WORST = list(Verdict)  # declared from best to worst


@dataclass(frozen=True, kw_only=True)
class Report:
    """One evaluation report as its file has it."""

    path: str
    policy: str
    day: str
    verdict: str
    version: Version


@dataclass(frozen=True, kw_only=True)
class Work:
    """A stream with its change and what was said of it last. `change` is None before it is handed in."""

    stream: str
    objective: str
    change: ChangeRequest | None
    judgements: tuple[Judgement, ...] = ()
    reports: tuple[Report, ...] = ()

    @property
    def is_merged(self) -> bool:
        return self.change is not None and self.change.state is ChangeState.MERGED

    @property
    def verdict(self) -> Verdict | None:
        """The strictest of the newest verdicts; None where nobody has judged."""
        found = [one.verdict for one in self.judgements]
        return max(found, key=_WORST.index) if found else None

    @property
    def has_passed(self) -> bool:
        """Whether every required policy was judged on what is merged, and passed."""
        if self.change is None or self.verdict not in PASSES:
            return False
        return set(self.change.policies) <= {one.policy for one in self.judgements}

    @property
    def report(self) -> Report | None:
        """The report that gave the strictest verdict."""
        return max(self.reports, key=lambda one: _severity(one.verdict), default=None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What evaluators remarked on work that passed all the same."""
        return tuple(
            f"{one.policy}: {finding.what}" for one in self.judgements for finding in one.findings
        )


def _severity(verdict: str) -> int:
    return _WORST.index(Verdict(verdict))


def work_of(ctx: Ctx, context: str) -> tuple[Work, ...]:
    """Every stream of a mission's approved fleet with its newest verdicts, in its order."""
    fleet = effective(ctx, "fleet-config", context)
    if fleet is None:
        return ()
    stated = {told(one, "name"): told(one, "objective") for one in items(fleet.content, "streams")}
    return tuple(
        _work(ctx, context, one.name, stated[one.name]) for one in fleet_streams(fleet.content)
    )


def _work(ctx: Ctx, context: str, stream: str, objective: str) -> Work:
    ids = [run.change for run in runs_of(ctx, context, slug(stream)) if run.change is not None]
    if not ids:
        return Work(stream=stream, objective=objective, change=None)
    change = record.change(ctx, ids[-1])
    subject = Subject(kind=CHANGE, id=change.id)
    found = governance.assess(ctx, subject, change.head or "", change.policies)
    return Work(
        stream=stream,
        objective=objective,
        change=change,
        judgements=tuple(one for one in found.judgements if one.policy in change.policies),
        reports=newest_reports(ctx, change),
    )


def newest_reports(ctx: Ctx, change: ChangeRequest) -> tuple[Report, ...]:
    """The newest report of each policy about a change, by policy."""
    newest: dict[str, tuple[int, Report]] = {}
    listed = artifacts.effective_of(ctx, REPORT, [change.context])
    for version in listed[:MOST_REPORTS]:
        if told(version.content, "fields", "output") != change.id:
            continue
        attempt = int(told(version.content, "fields", "attempt") or 0)
        for row in items(version.content, "policies"):
            policy = told(row, "policy")
            if attempt >= newest.get(policy, (-1, None))[0]:
                newest[policy] = (attempt, _report(version, policy))
    return tuple(found for _, (_, found) in sorted(newest.items()))


def _report(version: Version, policy: str) -> Report:
    return Report(
        path=version.path,
        policy=policy,
        day=told(version.content, "fields", "date"),
        verdict=told(version.content, "fields", "verdict"),
        version=version,
    )


def unpassed(works: Sequence[Work]) -> tuple[str, ...]:
    """Why work may not go out, one reason for each stream that is not merged or has not passed."""
    found = []
    for one in works:
        if not one.is_merged:
            state = one.change.state.value if one.change is not None else "not handed in"
            found.append(f"stream {one.stream} is not merged ({state})")
        elif not one.has_passed:
            said = one.verdict.value if one.verdict is not None else "none"
            found.append(f"stream {one.stream} has not passed: its newest verdict is {said}")
    return tuple(found)
