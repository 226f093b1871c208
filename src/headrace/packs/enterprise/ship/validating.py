"""Validating: what is tried once everybody is reached, and the record of what came back (AE-59)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from headrace.capabilities.agents.model import AgentTask, Bench, Instrument
from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Release, ReleaseId, ReleaseStatus, Request
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.ship import documents, running, trying
from headrace.packs.enterprise.ship.trying import MET, NOT_EVALUATED, NOT_MET, Tried

MODULE = "validate-release"
ERRORS, LATENCY, RESOURCES, STEP = "errors", "latency", "resources", "step"

MORE_ERRORS, SLOWER, QUANTILE = 0.005, 2.0, 0.95
"""Against the time before everybody was reached: half a point more failures, or more requests than
usual that are twice as slow, is not met."""

ENOUGH = 20
"""Requests on either side below which nothing is said."""

_FAILED = 500


def start(ctx: Ctx, release: Release, status: str) -> Run | None:
    """A release is out, or came back: its evidence is taken, once for each."""
    if not release.context or status not in {ReleaseStatus.DEPLOYED, ReleaseStatus.ROLLED_BACK}:
        return None
    return streams.episode(
        ctx,
        ContextId(release.context),
        MODULE,
        element="",
        name=f"{release.id}:{status}",
        cause=release.id,
    )


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For the deploy agent: which release, and since when it reaches everybody."""
    id, _, status = run.period.partition(":")
    release = releases.get(ctx, ReleaseId(id))
    steps = releases.history(ctx, release.id)
    everybody = release.watched_from
    return {
        "release": release.id,
        "status": status,
        "service": release.rollout.service,
        "flag": release.rollout.flag,
        "metrics": list(running.key_metrics(ctx, run.context)),
        "began": everybody.isoformat() if everybody is not None else "",
        "steps": [
            {
                "number": one.number,
                "move": one.move.value,
                "reasons": list(one.reasons),
                "at": one.at.isoformat(timespec="seconds"),
            }
            for one in steps
        ],
    }


def validate(bench: Bench, task: AgentTask) -> Mapping[str, Json]:
    """Try the running service; of a release that came back, tell the steps and that it is off."""
    rows = trying.rows_of(bench)
    deployment = rows(deployments.get, str(task.facts["service"]))
    asked = trying.manifest(bench.read(trying.MANIFEST))
    if task.facts["status"] == ReleaseStatus.ROLLED_BACK:
        tried = [*_steps(task), *trying.off(bench, asked, deployment)]
    else:
        log = rows(trying.folder) / deployment.access_log
        tried = [
            *trying.command(bench, trying.SMOKE, asked.smoke, deployment),
            *compared(log, str(task.facts["began"])),
            *trying.metrics(deployment, _texts(task.facts["metrics"])),
            *trying.memory(deployment),
        ]
    return {"flag": asked.flag, "commit": deployment.serving, "checks": trying.told(tried)}


def _texts(given: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in given) if isinstance(given, list | tuple) else ()


def _steps(task: AgentTask) -> Iterator[Tried]:
    listed = task.facts["steps"]
    for one in listed if isinstance(listed, list | tuple) else ():
        if isinstance(one, Mapping):
            yield Tried(
                check=f"{STEP} {one['number']}: {one['move']}",
                result=MET,
                figure=str(one["at"]),
                evidence="; ".join(_texts(one["reasons"])) or "as the contract says",
            )


def compared(log: Path, began: str) -> Iterator[Tried]:
    """The share of failures since a moment, and of requests that are slow, against the time before it.

    Latency is compared like with like: each request with those before it of its route and status, for
    what is asked for changes when everybody has something new.
    """
    before: list[Request] = []
    since: list[Request] = []
    everybody = datetime.fromisoformat(began) if began else datetime.min.replace(tzinfo=UTC)
    for one in releases.requests(log):
        (since if one.at >= everybody else before).append(one)
    if min(len(before), len(since)) < ENOUGH:
        told = f"{len(before)} requests before and {len(since)} since; {ENOUGH} are needed"
        yield Tried(check=ERRORS, result=NOT_EVALUATED, evidence=told)
        yield Tried(check=LATENCY, result=NOT_EVALUATED, evidence=told)
        return
    usual, now = (_share(one) for one in (before, since))
    evidence = f"{log.name}: {len(since)} requests since {began}"
    yield Tried(
        check=ERRORS,
        result=MET if now - usual <= MORE_ERRORS else NOT_MET,
        figure=f"{now:.2%} (before: {usual:.2%})",
        evidence=evidence,
    )
    yield _latency(before, since, evidence)


def _latency(before: Sequence[Request], since: Sequence[Request], evidence: str) -> Tried:
    """No more requests than usual may take longer than twice the quantile that their kind had before."""
    limits = {
        kind: _quantile(seconds) * SLOWER
        for kind, seconds in _by_kind(before).items()
        if len(seconds) >= ENOUGH
    }
    alike = [one for one in since if _kind(one) in limits]
    if len(alike) < ENOUGH:
        told = f"{len(alike)} requests since of a kind that was asked before; {ENOUGH} are needed"
        return Tried(check=LATENCY, result=NOT_EVALUATED, evidence=told)
    slow = sum(one.seconds > limits[_kind(one)] for one in alike) / len(alike)
    return Tried(
        check=LATENCY,
        result=MET if slow <= 1 - QUANTILE else NOT_MET,
        figure=f"{slow:.1%} slower than {SLOWER:g} times p{QUANTILE * 100:g} before",
        evidence=f"{evidence}, {len(alike)} compared by route and status",
    )


def _kind(one: Request) -> tuple[str, int]:
    return one.route, one.status


def _by_kind(requests: Sequence[Request]) -> Mapping[tuple[str, int], list[float]]:
    found: dict[tuple[str, int], list[float]] = {}
    for one in requests:
        found.setdefault(_kind(one), []).append(one.seconds)
    return found


def _share(seen: Sequence[Request]) -> float:
    return sum(one.status >= _FAILED for one in seen) / len(seen)


def _quantile(seconds: Sequence[float]) -> float:
    times = sorted(seconds)
    return times[min(int(QUANTILE * len(times)), len(times) - 1)]


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The evidence, filed; a release that does not hold what it promised is taken back.

    Slower than an earlier time is no reason to take it back: the stages have compared latency with
    others of the same time, and between two times more differs than the release. It becomes a signal.
    """
    id, _, status = run.period.partition(":")
    out = status == ReleaseStatus.DEPLOYED
    contract = documents.contract_of(ctx, releases.get(ctx, ReleaseId(id)))
    kind = "validation" if out else "rollback"
    draft = running.evidence(ctx, run, submitted, kind, contract, id)
    broken = [
        str(one["check"])
        for one in running.submitted_rows(submitted)
        if one.get("result") == NOT_MET and one["check"] != LATENCY
    ]
    if out and broken and releases.get(ctx, ReleaseId(id)).status is ReleaseStatus.DEPLOYED:
        releases.roll_back(
            ctx, ReleaseId(id), f"validation after deployment: {', '.join(broken)} not met"
        )
    return Finished(drafts=(draft,))


INSTRUMENTS = (Instrument(name="enterprise.validate", run=validate),)
