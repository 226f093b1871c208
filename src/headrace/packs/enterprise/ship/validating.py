"""Validating: what is tried once everybody is reached, and the record of what came back (AE-59)."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from headrace.capabilities.agents.model import AgentTask, Bench, Instrument
from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Release, ReleaseId, ReleaseStatus
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.ship import running, trying
from headrace.packs.enterprise.ship.trying import MET, NOT_EVALUATED, NOT_MET, Tried

MODULE = "validate-release"
ERRORS, LATENCY, RESOURCES, STEP = "errors", "latency", "resources", "step"

MORE_ERRORS, SLOWER, QUANTILE = 0.005, 2.0, 0.95
"""Against the time before everybody was reached: half a point more failures, or twice as slow, is not met."""

ENOUGH = 20
"""Requests on either side below which nothing is said."""

_FAILED = 500
_TAIL = 32 * 1024 * 1024


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
        "began": trying.instant(everybody.isoformat()) if everybody is not None else "",
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
    """The share of failures and a quantile of latency since a moment, against the time before it."""
    before: list[tuple[int, float]] = []
    since: list[tuple[int, float]] = []
    for at, status, seconds in _requests(log):
        (since if at >= began else before).append((status, seconds))
    if min(len(before), len(since)) < ENOUGH:
        told = f"{len(before)} requests before and {len(since)} since; {ENOUGH} are needed"
        yield Tried(check=ERRORS, result=NOT_EVALUATED, evidence=told)
        yield Tried(check=LATENCY, result=NOT_EVALUATED, evidence=told)
        return
    usual, now = (_share(one) for one in (before, since))
    yield Tried(
        check=ERRORS,
        result=MET if now - usual <= MORE_ERRORS else NOT_MET,
        figure=f"{now:.2%} (before: {usual:.2%})",
        evidence=f"{log.name}: {len(since)} requests since {began}",
    )
    slow, slower = (_quantile(one) for one in (before, since))
    yield Tried(
        check=LATENCY,
        result=MET if slower <= slow * SLOWER else NOT_MET,
        figure=f"p{QUANTILE * 100:g} {slower * 1000:.0f} ms (before: {slow * 1000:.0f} ms)",
        evidence=f"{log.name}: {len(since)} requests since {began}",
    )


def _share(seen: list[tuple[int, float]]) -> float:
    return sum(status >= _FAILED for status, _ in seen) / len(seen)


def _quantile(seen: list[tuple[int, float]]) -> float:
    times = sorted(seconds for _, seconds in seen)
    return times[min(int(QUANTILE * len(times)), len(times) - 1)]


def _requests(log: Path) -> Iterator[tuple[str, int, float]]:
    """(when, status, seconds) of each line that tells a request; times in one form compare as text."""
    try:
        text = log.read_bytes()[-_TAIL:].decode(errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        try:
            one = json.loads(line)
            yield trying.instant(str(one["at"])), int(one["status"]), float(one["seconds"])
        except (ValueError, KeyError, TypeError):
            continue


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The evidence, filed; a release that does not hold what it promised is taken back."""
    id, _, status = run.period.partition(":")
    out = status == ReleaseStatus.DEPLOYED
    draft = running.evidence(ctx, run, submitted, "validation" if out else "rollback", id)
    broken = [
        str(one["check"])
        for one in running.submitted_rows(submitted)
        if one.get("result") == NOT_MET
    ]
    if out and broken and releases.get(ctx, ReleaseId(id)).status is ReleaseStatus.DEPLOYED:
        releases.roll_back(
            ctx, ReleaseId(id), f"validation after deployment: {', '.join(broken)} not met"
        )
    return Finished(drafts=(draft,))


INSTRUMENTS = (Instrument(name="enterprise.validate", run=validate),)
