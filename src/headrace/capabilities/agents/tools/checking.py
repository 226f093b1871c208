"""The tool that runs: run_check, and the same for instruments. No shell, nothing of our environment."""

import json
from collections.abc import Sequence
from datetime import timedelta

from headrace.capabilities.agents.brains.processes import Command, Ended, run
from headrace.capabilities.agents.model import (
    CheckOutcome,
    CheckStatus,
    CheckUnknown,
    ToolMisused,
)
from headrace.capabilities.agents.tools.surroundings import scratch
from headrace.capabilities.agents.tools.tool import (
    Arguments,
    Ground,
    Outcome,
    Tool,
    ToolEffect,
    form,
    text,
)

GRACE = timedelta(seconds=5)
MOST_OUTPUT = 100_000  # bytes kept of what a command wrote: its end, where tools tell their result
TOLD_OUTPUT = 8_000  # characters of it that a brain reads


def run_check(ground: Ground, arguments: Arguments) -> Outcome:
    """How one of the product's checks ended, with the end of its output."""
    ended = checked(ground, str(arguments["check"]))
    told = {
        "check": ended.name,
        "status": ended.status,
        "exit_code": ended.exit_code,
        "output": ended.output[-TOLD_OUTPUT:],
        "cut": ended.output_cut or len(ended.output) > TOLD_OUTPUT,
    }
    complete = ended.output if len(ended.output) > TOLD_OUTPUT else ""
    return Outcome(content=json.dumps(told, ensure_ascii=False), complete=complete)


def checked(ground: Ground, name: str) -> CheckOutcome:
    """Run one of the product's checks in the worktree. Raises CheckUnknown, ToolMisused."""
    check = ground.product.checks.get(name)
    if check is None:
        known = ", ".join(ground.product.checks) or "none"
        raise CheckUnknown(f"There is no check {name!r}; the product has: {known}.", check=name)
    ended = performed(ground, check.argv, at_most=check.at_most)
    return outcome(name, ended, not_evaluated=check.not_evaluated)


def performed(ground: Ground, argv: Sequence[str], *, at_most: timedelta) -> Ended:
    """Run a command in the worktree. Raises ToolMisused when it cannot be started, Cancelled."""
    try:
        with scratch(ground) as environment:
            command = Command(
                argv=tuple(argv),
                place=ground.root,
                environment=environment,
                at_most=at_most,
                grace=GRACE,
                output_bytes=MOST_OUTPUT,
            )
            return run(command, ground.cancellation)
    except OSError as fault:
        raise ToolMisused(f"{argv[0]!r} cannot be started: {fault.strerror}.") from fault


def outcome(name: str, ended: Ended, *, not_evaluated: int | None = None) -> CheckOutcome:
    """What the end of a command means; only exit code 0 in time is a pass."""
    if ended.over_time:
        status = CheckStatus.OVER_TIME
    elif ended.exit_code == 0:
        status = CheckStatus.PASSED
    elif ended.exit_code == not_evaluated:
        status = CheckStatus.NOT_EVALUATED
    else:
        status = CheckStatus.FINDING
    return CheckOutcome(
        name=name,
        status=status,
        exit_code=ended.exit_code,
        output=ended.output,
        output_cut=ended.output_cut,
        seconds=ended.duration.total_seconds(),
    )


CHECKING = (
    Tool(
        name="run_check",
        description="Run one of the product's checks (tests, lint, ...) in the worktree and read its output.",
        parameters=form({"check": text("Name of the check in the product's description.")}),
        effect=ToolEffect.PROCESS,
        run=run_check,
    ),
)
