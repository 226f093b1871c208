"""Trying: what instruments do to a running service, and what it answers. Rows are read through verbs."""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError
from urllib.request import Request, urlopen

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from headrace.capabilities.agents.model import Bench, CheckStatus, Rows
from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.deployments.model import DATA, OUTPUT, Deployment
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Condition, Definition, Rule, Serving, Share
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.json import Json

T = TypeVar("T")

MANIFEST = ".headrace/product.yaml"
REHEARSAL = "rehearsal"
"""The id of the rule that gives a feature to the one who rehearses, and to nobody else."""

MET, NOT_MET, NOT_EVALUATED = "met", "not-met", "not-evaluated"
METRICS, LOGS, WAY_BACK = "metrics", "logs", "way-back"
LOAD, SMOKE, RESOURCES = "load", "smoke", "resources"

PATIENCE = 30.0
"""Seconds within which a service must be seen to follow its flag (AE-58)."""

_KILLED = "rehearsal of the way back"
"""Why a rehearsal kills a flag: by it, what was left of one that was cut off is known again."""

_AT_MOST = timedelta(minutes=5)
_TAIL = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One thing that was tried: what came of it, its figure, and where that was seen."""

    check: str
    result: str
    figure: str = ""
    evidence: str


@dataclass(frozen=True, kw_only=True)
class ReleaseManifest:
    """What a product says of its release: the flag, and commands that try the running service.

    `{address}` in a command is where the service answers, `{data}` the folder that it keeps. `probe`
    prints `on` or `off`, as the service treats `user`; `smoke` ends with 0 when everything works for
    whom the flag is on; `load` shows that long reads go where they should.
    """

    flag: str
    user: str = "rehearsal"
    probe: tuple[str, ...] = ()
    smoke: tuple[str, ...] = ()
    load: tuple[str, ...] = ()
    targets: str = ""  # a file of OpenSLO documents


def manifest(text: str) -> ReleaseManifest:
    """The part `release:` of a product's manifest. Raises Invalid with the remedy."""
    try:
        told = YAML(typ="safe").load(text)
    except YAMLError as fault:
        raise Invalid(f"{MANIFEST} cannot be read: {fault}") from None
    part = told.get("release") if isinstance(told, dict) else None
    if not isinstance(part, dict) or not part.get("flag"):
        raise Invalid(f"{MANIFEST} names no feature flag; write `release: {{flag: my_feature}}`")
    words = {
        name: tuple(str(one) for one in part.get(name, ())) for name in ("probe", "smoke", "load")
    }
    return ReleaseManifest(
        flag=str(part["flag"]),
        user=str(part.get("user", "rehearsal")),
        targets=str(part.get("targets", "")),
        **words,
    )


def rows_of(bench: Bench) -> Rows:
    """The bench's units of work. Raises Invalid at a bench of no organisation."""
    if bench.rows is None:
        raise Invalid("Nothing can be deployed or tried without an organisation's rows")
    return bench.rows


def metrics(deployment: Deployment, names: Sequence[str]) -> Iterator[Tried]:
    """Whether each named metric stands on the service's page of metrics."""
    path = deployment.spec.metrics if deployment.spec is not None else ""
    page = f"{deployment.address}{path}"
    text = _get(page) if path and deployment.address else None
    if not names:
        yield Tried(
            check=METRICS, result=NOT_EVALUATED, evidence="the brief names no metric to watch"
        )
        return
    if text is None:
        yield Tried(check=METRICS, result=NOT_MET, evidence=f"{page} shows no page of metrics")
        return
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    missing = [name for name in names if not any(line.startswith(name) for line in lines)]
    declared = [name for name in missing if f"# HELP {name}" in text]
    gone = [name for name in missing if name not in declared]
    told = f"{len(names) - len(gone)} of {len(names)}: {', '.join(names)}"
    lack = f"; missing: {', '.join(gone)}" if gone else ""
    yield Tried(
        check=METRICS, result=NOT_MET if gone else MET, figure=told, evidence=f"{page}{lack}"
    )


def logs(deployment: Deployment, folder: Path, pause: Callable[[], None]) -> Iterator[Tried]:
    """Whether a request can be found again in the service's structured log by its trace id."""
    trace = secrets.token_hex(16)
    path = deployment.spec.health if deployment.spec is not None else "/"
    _get(f"{deployment.address}{path}", {"traceparent": f"00-{trace}-{trace[:16]}-01"})
    file = folder / deployment.service / OUTPUT
    found = _until(lambda: _line_with(file, trace), pause, seconds=10.0)
    if found is None:
        yield Tried(
            check=LOGS, result=NOT_MET, evidence=f"no line of {file.name} has the trace id {trace}"
        )
        return
    yield Tried(
        check=LOGS,
        result=MET,
        figure=f"{len(found)} fields",
        evidence=f"{file.name}: trace id {trace} in a line of JSON",
    )


def _line_with(file: Path, trace: str) -> Mapping[str, Json] | None:
    for line in reversed(_tail(file).splitlines()):
        if trace in line:
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if isinstance(told, dict):
                return told
    return None


def _tail(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            opened.seek(0, 2)
            opened.seek(max(0, opened.tell() - _TAIL))
            return opened.read().decode(errors="replace")
    except OSError:
        return ""


def command(
    bench: Bench, check: str, argv: Sequence[str], deployment: Deployment
) -> Iterator[Tried]:
    """Run a command of the product against the running service; exit code 0 is met."""
    if not argv:
        yield Tried(
            check=check, result=NOT_EVALUATED, evidence=f"{MANIFEST} names no command for it"
        )
        return
    done = bench.run(_filled(bench, argv, deployment), at_most=_AT_MOST)
    met = done.status is CheckStatus.PASSED
    said = done.output.strip().splitlines()[-1:] or [""]
    yield Tried(
        check=check,
        result=MET if met else NOT_MET,
        figure=f"{done.seconds:.1f} s",
        evidence=f"`{' '.join(argv)}` ended with {done.exit_code}: {said[0][:300]}",
    )


def _filled(bench: Bench, argv: Sequence[str], deployment: Deployment) -> tuple[str, ...]:
    data = str(rows_of(bench)(folder) / deployment.service / DATA)
    return tuple(
        word.replace("{address}", deployment.address).replace("{data}", data) for word in argv
    )


def way_back(bench: Bench, product: ReleaseManifest, deployment: Deployment) -> Iterator[Tried]:
    """Turn the feature on for one who rehearses, kill it, and take the time until the service obeys.

    The flag is afterwards as it was before, whatever happens; what an attempt that was cut off has left
    of it is cleared first. One that somebody has killed stays killed.
    """
    rows = rows_of(bench)
    if not product.probe:
        yield Tried(check=WAY_BACK, result=NOT_EVALUATED, evidence=f"{MANIFEST} names no probe")
        return
    before = rows(_cleared, product.flag)
    if before is None:
        evidence = f"flag {product.flag} is killed; revive it, and have it tried again"
        yield Tried(check=WAY_BACK, result=NOT_MET, evidence=evidence)
        return
    try:
        rows(_give_to_one, product.flag, product.user)
        on = _seen(bench, product, deployment, "on")
        began = time.monotonic()
        rows(flags.kill, product.flag, _KILLED)
        off = _seen(bench, product, deployment, "off") if on else None
        seconds = time.monotonic() - began
    finally:
        rows(_as_before, product.flag, before)
    again = _seen(bench, product, deployment, "off")
    yield _judged(product, on, off, again, seconds)


def _judged(
    product: ReleaseManifest, on: bool | None, off: bool | None, again: bool | None, seconds: float
) -> Tried:
    how = f"`{' '.join(product.probe)}` for {product.user}, flag {product.flag}"
    if not on:
        return Tried(check=WAY_BACK, result=NOT_MET, evidence=f"{how}: never seen on")
    if not off or not again:
        return Tried(
            check=WAY_BACK, result=NOT_MET, evidence=f"{how}: not seen off in {PATIENCE:g} s"
        )
    return Tried(
        check=WAY_BACK,
        result=MET,
        figure=f"{seconds:.1f} seconds",
        evidence=f"{how}: seen on, killed, seen off; the flag is as it was",
    )


def off(bench: Bench, product: ReleaseManifest, deployment: Deployment) -> Iterator[Tried]:
    """Whether the service is seen to have the feature turned off for one who could be anybody."""
    if not product.probe:
        yield Tried(check=WAY_BACK, result=NOT_EVALUATED, evidence=f"{MANIFEST} names no probe")
        return
    began = time.monotonic()
    seen = _seen(bench, product, deployment, "off")
    yield Tried(
        check=WAY_BACK,
        result=MET if seen else NOT_MET,
        figure=f"{time.monotonic() - began:.1f} seconds" if seen else "",
        evidence=f"`{' '.join(product.probe)}` for {product.user}, flag {product.flag}",
    )


def memory(deployment: Deployment) -> Iterator[Tried]:
    """What the service's process holds, where its page of metrics tells it."""
    path = deployment.spec.metrics if deployment.spec is not None else ""
    text = _get(f"{deployment.address}{path}") if path and deployment.address else None
    for line in (text or "").splitlines():
        if line.startswith("process_resident_memory_bytes"):
            held = float(line.split()[-1]) / 1024 / 1024
            yield Tried(
                check=RESOURCES, result=MET, figure=f"{held:.0f} MB", evidence=f"{path}: {line}"
            )
            return
    yield Tried(check=RESOURCES, result=NOT_EVALUATED, evidence="the service tells of no memory")


def _cleared(ctx: Ctx, flag: str) -> Definition | None:
    """The flag's definition without what a rehearsal that was cut off has left; None: it is killed.

    A rehearsal begins with a flag that nobody gets, so whoever finds its traces leaves it off.
    """
    found = flags.flag(ctx, flag)
    if found.kill is not None and found.kill.reason != _KILLED:
        return None
    others = tuple(rule for rule in found.definition.rules if rule.id != REHEARSAL)
    if found.kill is None and others == found.definition.rules:
        return found.definition
    before = replace(found.definition, on=False, rules=others)
    _as_before(ctx, flag, before)
    return before


def _give_to_one(ctx: Ctx, flag: str, user: str) -> None:
    given = flags.flag(ctx, flag).definition
    own = Rule(
        id=REHEARSAL,
        conditions=(Condition(values=(user,)),),
        serving=Serving(shares=(Share(variant="on"),)),
    )
    others = tuple(rule for rule in given.rules if rule.id != REHEARSAL)
    flags.change(
        ctx, flag, replace(given, on=True, rules=(own, *others)), reason="rehearsal, for one user"
    )


def _as_before(ctx: Ctx, flag: str, before: Definition) -> None:
    flags.change(ctx, flag, before, reason="the rehearsal is over")
    flags.revive(ctx, flag, "the rehearsal is over")


def _seen(
    bench: Bench, product: ReleaseManifest, deployment: Deployment, wanted: str
) -> bool | None:
    """Whether the service is seen to treat the one who rehearses so, within the patience."""

    def looks() -> bool | None:
        done = bench.run(_filled(bench, product.probe, deployment), at_most=_AT_MOST)
        said = done.output.strip().splitlines()[-1:]
        return True if said == [wanted] else None

    return _until(looks, lambda: bench.pause(timedelta(seconds=0.2)), seconds=PATIENCE)


def _until(looks: Callable[[], T | None], pause: Callable[[], None], *, seconds: float) -> T | None:
    end = time.monotonic() + seconds
    while True:
        found = looks()
        if found is not None or time.monotonic() > end:
            return found
        pause()


def _get(url: str, headers: Mapping[str, str] | None = None) -> str | None:
    """What an address of our own deployment answers, or None."""
    try:
        with urlopen(Request(url, headers=dict(headers or {})), timeout=10) as answer:  # noqa: S310 - a deployment's address
            body: bytes = answer.read(_TAIL)
    except (URLError, OSError, HTTPException, ValueError):
        return None
    return body.decode(errors="replace")


def told(tried: Sequence[Tried]) -> list[Json]:
    """The rows of an evidence record."""
    return [{k: v for k, v in asdict(one).items() if v} for one in tried]


def folder(ctx: Ctx) -> Path:
    """Where the services of the organisation write."""
    return deployments.folder(ctx)
