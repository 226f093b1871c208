"""Runbooks: adopted when they are approved, and asked whether they know an incident."""

from collections.abc import Sequence

from headrace.capabilities.operate.model import (
    NEVER,
    Incident,
    Matched,
    NeverDone,
    Runbook,
    RunbookAdopted,
    RunbookMalformed,
)
from headrace.capabilities.operate.rules import matching, remedies
from headrace.capabilities.operate.store import incidents, remediation
from headrace.kernel.context import Ctx


def faults(runbook: Runbook) -> tuple[str, ...]:
    """Every reason why nobody could follow a runbook."""
    return remedies.malformed(runbook)


def forbidden(deeds: Sequence[str]) -> tuple[str, ...]:
    """What of these operations never do, each with who decides about it instead."""
    never = dict.fromkeys(one for one in deeds if one in NEVER)
    return tuple(f"operations never {NEVER[one].what}; {NEVER[one].instead}" for one in never)


def adopt(ctx: Ctx, runbook: Runbook, deeds: Sequence[str] = ()) -> bool:
    """Take an approved runbook's limits as standing permission. Whether it was taken.

    One that wants what operations never do is refused and told. Raises RunbookMalformed. Records
    RunbookAdopted, or NeverDone for each such thing.
    """
    never = [one for one in deeds if one in NEVER]
    for one in never:
        ctx.record(NeverDone(what=one, asked_in=runbook.version, by=ctx.principal))
    if never:
        return False
    against = remedies.malformed(runbook)
    if against:
        raise RunbookMalformed(
            f"{runbook.name} cannot be followed: {'; '.join(against)}", reasons=list(against)
        )
    remediation.put_runbook(ctx.db, ctx.organisation, runbook)
    ctx.record(
        RunbookAdopted(runbook=runbook.name, version=runbook.version, service=runbook.service)
    )
    return True


def retire(ctx: Ctx, name: str) -> bool:
    """Let a runbook permit nothing any more. Whether it did."""
    return remediation.drop_runbook(ctx.db, ctx.organisation, name)


def runbooks(ctx: Ctx, service: str | None = None) -> Sequence[Runbook]:
    """The runbooks that count, by name."""
    return remediation.runbooks(ctx.db, ctx.organisation, service)


def match(ctx: Ctx, incident: Incident) -> Matched | None:
    """The runbook that knows an incident best by its signs and by what the service's log holds."""
    signs = incidents.signs(ctx.db, ctx.organisation, incident.id)
    found = incident.context.findings if incident.context is not None else None
    log = ""
    if found is not None:
        log = "\n".join([*(one.text for one in found.errors), *found.tail])
    return matching.find(runbooks(ctx, incident.service), signs, log)
