"""Reviewing: a release contract compared with what was judged, tried and measured, line by line."""

from collections.abc import Iterator

from headrace.capabilities.artifacts.model import Version
from headrace.capabilities.governance.model import Finding, Severity
from headrace.kernel.context import Ctx
from headrace.packs.enterprise.build.reviews import Reader
from headrace.packs.enterprise.discover.contents import items, told
from headrace.packs.enterprise.ship import readiness, running, trying
from headrace.packs.enterprise.ship.contract import changes, faults
from headrace.packs.enterprise.ship.documents import TYPE
from headrace.packs.enterprise.ship.verdicts import unpassed, work_of

WAY_BACK, FLAG, EVIDENCE = "way-back", "behind-a-flag", "validation-evidence"
CRITERIA = "acceptance-criteria"


def findings(ctx: Ctx, contract: Version) -> Iterator[Finding]:
    """What a contract says otherwise than the facts, and every line that nothing shows."""
    yield from _verdicts(ctx, contract)
    yield from _lines(ctx, contract)
    yield from _way_back(ctx, contract)
    for one in faults(contract.content):
        yield _finding(WAY_BACK, f"The rollout cannot be carried out: {one}", "the stage table")
    yield from _dates(contract)


def _verdicts(ctx: Ctx, contract: Version) -> Iterator[Finding]:
    """Each change with the verdict that was really given: one that became better is the worst fault."""
    works = work_of(ctx, contract.context)
    true = {
        told(row, "change"): told(row, "verdict")
        for row in changes(ctx, contract.context, works)
        if isinstance(row, dict)
    }
    for row in items(contract.content, "changes"):
        name, said = told(row, "change"), told(row, "verdict")
        if true.get(name) != said:
            yield _finding(
                CRITERIA,
                f"{name!r} is told as {said}",
                f"its newest evaluation says {true.get(name, 'nothing that passed')}",
                severity=Severity.CRITICAL,
            )
    for one in unpassed(works):
        yield _finding(CRITERIA, "Work that has not passed would go out", one)


def _lines(ctx: Ctx, contract: Version) -> Iterator[Finding]:
    for one in readiness.unmet(ctx, contract.context):
        line, _, why = one.partition(": ")
        clause = FLAG if "flag" in line else CRITERIA
        yield _finding(clause, f"A line of the checklist is open: {line}", why)


def _way_back(ctx: Ctx, contract: Version) -> Iterator[Finding]:
    evidence = running.rehearsal(ctx, contract.context)
    found = running.row(evidence, trying.WAY_BACK)
    if told(found, "result") != trying.MET:
        yield _finding(
            WAY_BACK,
            "The way back was not shown on the running service",
            told(found, "evidence") or "no rehearsal tried it",
        )


def _dates(contract: Version) -> Iterator[Finding]:
    for row in items(contract.content, "deadlines"):
        if row.get("fits") is False:
            yield _finding(
                EVIDENCE,
                f"The stages end after the deadline of {told(row, 'outcome')}",
                f"the last begins on {told(row, 'reached')}; promised was {told(row, 'deadline')}",
                severity=Severity.MINOR,
            )


def _finding(
    clause: str, what: str, evidence: str, *, severity: Severity = Severity.MAJOR
) -> Finding:
    return Finding(
        severity=severity,
        clause=clause,
        what=what,
        evidence=evidence,
        remediation="Show it, and have the contract drafted again.",
    )


READERS = (Reader(type=TYPE, asked=(WAY_BACK, FLAG, EVIDENCE, CRITERIA), run=findings),)
