"""The words of control: answers that are put together from several rooms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from headrace.capabilities.record.model import OriginKind


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Who made a thing, and how. `by` is a handle; `micro_usd` is a lower bound where not `priced`.

    Without an agent's run the rest is empty: a person made it, or Headrace itself.
    """

    by: str
    brain: str
    run: str = ""  # of an agent
    role: str = ""
    task: str = ""
    identity: str = ""
    tokens: int = 0
    micro_usd: int = 0
    priced: bool = True


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A person's yes: where it was given, and with which words."""

    by: str
    where: str  # "G-3", or "review"
    at: datetime
    note: str


@dataclass(frozen=True, kw_only=True)
class VerdictGiven:
    """What an evaluator said of a change under a policy; the newest one counts."""

    policy: str
    verdict: str
    by: str
    at: datetime
    summary: str
    counts: bool


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A question that an evaluator could not decide, and what a person said; "" while nobody has."""

    question: str
    asked: str
    answer: str
    by: str
    at: datetime | None
    note: str


@dataclass(frozen=True, kw_only=True)
class ChangeTold:
    """A change request with everything that was judged, asked and decided about it."""

    change: str
    title: str
    state: str
    repository: str
    context: str
    author: str
    commit: str | None
    opened_at: datetime
    ended_at: datetime | None
    decided_by: str
    tasks: tuple[str, ...]
    made: tuple[Maker, ...]
    approvals: tuple[Approval, ...]
    verdicts: tuple[VerdictGiven, ...]
    answers: tuple[Answered, ...]


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A version that lines go back to, or that speaks of them; `distance` is in links."""

    version: str
    type: str  # its title: "Mission Brief"
    title: str
    reference: str
    path: str
    phase: str
    distance: int
    change: str
    made: Maker
    at: datetime


@dataclass(frozen=True, kw_only=True)
class OriginTold:
    """Lines that one commit wrote, and what brought that commit to the main branch."""

    kind: OriginKind
    commit: str
    subject: str
    author: str
    written_at: datetime
    brought_by: str
    change: str
    versions: tuple[str, ...]
    first: int
    lines: int
    text: str
    made: Maker | None


@dataclass(frozen=True, kw_only=True)
class Why:
    """The decisions that brought a file, or one line of it, to where it is.

    `changes` are those that brought the lines, then those of the causes, nearest first; `about` are
    versions made about the former: reports of evaluators, records of decisions.
    """

    repository: str
    path: str
    line: int | None
    head: str
    origins: tuple[OriginTold, ...]
    changes: tuple[ChangeTold, ...]
    causes: tuple[Cause, ...]
    about: tuple[Cause, ...]
    more: bool


@dataclass(frozen=True, kw_only=True)
class Node:
    """One thing that came of another; `also` names the further things that it came of.

    `depth` counts from what was traced. `nothing` says why nothing came of it, where that is so.
    """

    id: str  # a version, a change request, a release
    kind: str  # "version", "change", "release"
    parent: str
    depth: int
    type: str
    title: str
    state: str
    at: datetime
    by: str
    change: str
    commit: str
    also: tuple[str, ...]
    nothing: str


@dataclass(frozen=True, kw_only=True)
class ContextTold:
    """A context in which something came of it: its mission's status where it is one's."""

    context: str
    title: str
    state: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Everything that came of an artifact, as a tree in the order in which it is read."""

    artifact: str
    title: str
    standing: str
    contexts: tuple[ContextTold, ...]
    items: tuple[Node, ...]
    more: bool


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Six figures of an organisation at work, as its rows are at one instant.

    `live_runs` are runs of agents that are being worked on, `external_runs` those of them that an
    outside agent works on; `agents_at_work` of the `workforce` of agents that may work have one.
    `queued` runs are asked for and not begun; `blocked` are runs that were refused a start and wait,
    and tasks that are blocked. `today` is the midnight, UTC, from which use is summed; money is in
    millionths of a dollar, a lower bound where `today_unpriced` uses had no price.
    """

    at: datetime
    live_runs: int
    external_runs: int
    agents_at_work: int
    workforce: int
    queued: int
    blocked: int
    today: datetime
    today_tokens: int
    today_micro_usd: int
    today_unpriced: int


class WaitKind(StrEnum):
    """What a mission can wait for."""

    GATE = "gate"
    QUESTION = "question"
    RUN = "run"  # one that may not begin yet, or that has to be let on
    MISSION = "mission"  # others that come first
    WORK = "work"  # what an agent or a person is at


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What a mission waits for: a decision, a hindrance, or work. `of` are those who decide.

    `id` names the gate, the question, the run or the mission that comes first. `since` is None where
    no moment is known.
    """

    kind: WaitKind
    id: str
    what: str
    of: tuple[str, ...]
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class MissionLine:
    """A mission as a lead looks at it. `more` counts what it waits for besides.

    `moved_at` is when its status or one of its runs last moved. Money is in millionths of a dollar, a
    lower bound where `unpriced` uses had no price; use is None to whoever may not see it.
    """

    slug: str
    context: str
    title: str
    reference: str | None
    status: str
    blocked_by: tuple[str, ...]
    opened_at: datetime
    waits_for: Wait | None
    more: int
    moved_at: datetime
    tokens: int | None
    micro_usd: int | None
    unpriced: int


@dataclass(frozen=True, kw_only=True)
class Week:
    """What was judged of an agent's work in a week, and how its runs ended, by word."""

    begins: date
    verdicts: Mapping[str, int]
    runs: Mapping[str, int]
    tokens: int
    micro_usd: int


@dataclass(frozen=True, kw_only=True)
class Quality:
    """An agent's weeks; not `is_whole` where older changes or runs are left out."""

    agent: str
    changes: int
    weeks: tuple[Week, ...]
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class SettingLine:
    """A setting of this installation: what it is, and where that comes from.

    `source` is "environment", "home" (a file of it) or "default". A secret's `value` says only whether
    there is one.
    """

    name: str
    value: str
    source: str
    is_secret: bool
    meaning: str


@dataclass(frozen=True, kw_only=True)
class SettingLines:
    """Every setting, as the composition declares them for a machine."""

    items: tuple[SettingLine, ...]
