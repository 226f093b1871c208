"""Reports: a mission's status and its fleet's performance, computed from what happened, never typed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from headrace.capabilities.missions.model import MissionStatus, Task, TaskStatus
from headrace.capabilities.missions.rules.tasks import ENDED


@dataclass(frozen=True, kw_only=True)
class StreamFacts:
    """What happened to one execution stream up to an instant. Times are organisation time."""

    name: str
    division: str
    state: str  # active, completed, blocked
    held_by: tuple[str, ...] = ()
    opened_at: datetime | None = None  # its change request
    merged_at: datetime | None = None
    attempts: int = 0
    verdicts: tuple[str, ...] = ()  # overall, in their order
    tokens: int = 0
    micro_usd: int = 0
    waits: tuple["Wait", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A time in which a stream's proposal waited, and for what."""

    cause: str  # "ESCALATE: architecture, answered by tech-lead"
    began: datetime
    ended: datetime | None

    def length(self, now: datetime) -> timedelta:
        """How long it lasted, or has lasted so far."""
        return (self.ended or now) - self.began


@dataclass(frozen=True, kw_only=True)
class StreamProgress:
    """One line of a status entry. `progress` is a share of the stream's tasks that have ended."""

    stream: str
    division: str
    status: str
    progress: float
    notes: str


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """A stream's end: when its last task is due, and whether it will be: done, on-track, at-risk, late."""

    stream: str
    target_date: date
    status: str


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """What holds a stream."""

    stream: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StatusEntry:
    """A mission's status at one instant."""

    at: datetime
    overall: str  # on-track, at-risk, blocked
    streams: tuple[StreamProgress, ...]
    tasks: Mapping[str, int]
    changes: int
    merged: int
    sent_back: int
    pass_rate: float | None  # share of verdicts that passed; None while there is none
    mean_cycle: timedelta | None  # change request opened to merged
    milestones: tuple[Milestone, ...] = ()
    blockers: tuple[Blocker, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Update:
    """An entry of a mission's status log: what was true at an instant, and what made it worth telling.

    `since` is the entry before, or the mission's beginning. An entry is never changed.
    """

    since: datetime
    phase: MissionStatus
    why: str
    entry: StatusEntry


@dataclass(frozen=True, kw_only=True)
class Bottleneck:
    """The longest waits of a fleet, with their cause."""

    stream: str
    cause: str
    length: timedelta


@dataclass(frozen=True, kw_only=True)
class FleetReport:
    """A fleet's performance over its time."""

    merged: int
    mean_cycle: timedelta | None
    pass_rate: float | None
    first_pass_rate: float | None
    tokens: int
    micro_usd: int
    micro_usd_per_change: int | None
    bottlenecks: tuple[Bottleneck, ...]
    recommendations: tuple[str, ...]


PASSED = frozenset({"PASS", "PASS WITH NOTES"})
LONG_WAIT = timedelta(hours=4)
"""A wait that a fleet report names. Source: incident policy, shortest non-critical clock (SEV3)."""


def status(streams: Sequence[StreamFacts], tasks: Sequence[Task], now: datetime) -> StatusEntry:
    """The status of a mission from its streams and tasks."""
    verdicts = [verdict for stream in streams for verdict in stream.verdicts]
    cycles = _cycles(streams)
    return StatusEntry(
        at=now,
        overall=_overall(streams, tasks, now),
        streams=tuple(_progress(stream, tasks) for stream in streams),
        tasks=Counter(task.status.value for task in tasks),
        changes=sum(stream.opened_at is not None for stream in streams),
        merged=sum(stream.merged_at is not None for stream in streams),
        sent_back=sum(max(stream.attempts - 1, 0) for stream in streams),
        pass_rate=_share(verdicts),
        mean_cycle=sum(cycles, timedelta()) / len(cycles) if cycles else None,
        milestones=tuple(_milestones(streams, tasks, now.date())),
        blockers=tuple(_blockers(streams)),
    )


def _milestones(
    streams: Sequence[StreamFacts], tasks: Sequence[Task], today: date
) -> Iterator[Milestone]:
    """The end of each stream whose tasks have days, in the order of those days."""
    ends = []
    for stream in streams:
        own = [task for task in tasks if task.stream == stream.name]
        due = max((task.target_date for task in own if task.target_date), default=None)
        if due is not None:
            status = _outlook(stream, own, due, today)
            ends.append(Milestone(stream=stream.name, target_date=due, status=status))
    yield from sorted(ends, key=lambda one: (one.target_date, one.stream))


def _outlook(stream: StreamFacts, own: Sequence[Task], due: date, today: date) -> str:
    if all(task.status in ENDED for task in own):
        return "done"
    if due < today:
        return "late"
    return "at-risk" if stream.state == "blocked" else "on-track"


def _blockers(streams: Sequence[StreamFacts]) -> Iterator[Blocker]:
    for stream in streams:
        if stream.merged_at is None:
            waits = [wait.cause for wait in stream.waits if wait.ended is None]
            for reason in (*stream.held_by, *waits):
                yield Blocker(stream=stream.name, reason=reason)


def _overall(streams: Sequence[StreamFacts], tasks: Sequence[Task], now: datetime) -> str:
    late = any(
        task.target_date is not None
        and task.target_date < now.date()
        and task.status not in {TaskStatus.COMPLETED, TaskStatus.CANCELLED}
        for task in tasks
    )
    open_streams = [stream for stream in streams if stream.merged_at is None]
    if open_streams and all(stream.state == "blocked" for stream in open_streams):
        return "blocked"
    return "at-risk" if late else "on-track"


def _progress(stream: StreamFacts, tasks: Sequence[Task]) -> StreamProgress:
    own = [task for task in tasks if task.stream == stream.name]
    ended = [t for t in own if t.status in {TaskStatus.COMPLETED, TaskStatus.CANCELLED}]
    share = len(ended) / len(own) if own else float(stream.merged_at is not None)
    return StreamProgress(
        stream=stream.name,
        division=stream.division,
        status="completed" if stream.merged_at is not None else stream.state,
        progress=share,
        notes=_notes(stream),
    )


def _notes(stream: StreamFacts) -> str:
    if stream.merged_at is not None:
        return "Merged"
    if stream.held_by:
        return f"Waiting for {'; '.join(stream.held_by)}"
    waiting = [wait for wait in stream.waits if wait.ended is None]
    if waiting:
        return f"Waiting: {waiting[-1].cause}"
    if stream.verdicts:
        return f"Last verdict: {stream.verdicts[-1]}"
    return "Change request open" if stream.opened_at is not None else "At work"


def report(streams: Sequence[StreamFacts], now: datetime) -> FleetReport:
    """The performance of a fleet: throughput, quality, cost, and where it waited."""
    merged = [stream for stream in streams if stream.merged_at is not None]
    cycles = _cycles(streams)
    spent = sum(stream.micro_usd for stream in streams)
    found = bottlenecks(streams, now)
    return FleetReport(
        merged=len(merged),
        mean_cycle=sum(cycles, timedelta()) / len(cycles) if cycles else None,
        pass_rate=_share([v for stream in streams for v in stream.verdicts]),
        first_pass_rate=_share([stream.verdicts[0] for stream in streams if stream.verdicts]),
        tokens=sum(stream.tokens for stream in streams),
        micro_usd=spent,
        micro_usd_per_change=spent // len(merged) if merged else None,
        bottlenecks=found,
        recommendations=_recommendations(streams, found),
    )


def bottlenecks(streams: Sequence[StreamFacts], now: datetime) -> tuple[Bottleneck, ...]:
    """Every wait of four hours or more, longest first, with its cause."""
    found = [
        Bottleneck(stream=stream.name, cause=wait.cause, length=wait.length(now))
        for stream in streams
        for wait in stream.waits
        if wait.length(now) >= LONG_WAIT
    ]
    return tuple(sorted(found, key=lambda b: (-b.length, b.stream)))


def _recommendations(
    streams: Sequence[StreamFacts], found: Sequence[Bottleneck]
) -> tuple[str, ...]:
    told = []
    if any(one.cause.startswith("ESCALATE") for one in found):
        told.append(
            "Flag changes with novel patterns when they are opened, so that the person who has to "
            "judge them looks while the other evaluations run"
        )
    repaired = [
        s.name for s in streams if s.verdicts and s.verdicts[0] not in PASSED | {"ESCALATE"}
    ]
    if repaired:
        told.append(
            f"Run the checks that failed {', '.join(repaired)} before the change is handed in"
        )
    return tuple(told)


def _cycles(streams: Sequence[StreamFacts]) -> list[timedelta]:
    return [s.merged_at - s.opened_at for s in streams if s.merged_at and s.opened_at]


def _share(verdicts: Sequence[str]) -> float | None:
    return sum(v in PASSED for v in verdicts) / len(verdicts) if verdicts else None
