"""One gate or question with all that a decision needs, gathered for one screen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import quantiles

from headrace.kernel.errors import HeadraceError
from headrace.surfaces.web.advice import Piece, pieces
from headrace.surfaces.web.answers import (
    AgentRun,
    AgentRuns,
    Change,
    FileDiff,
    Gate,
    Item,
    Mission,
    MissionShown,
    Question,
    Runs,
    Total,
    Totals,
)
from headrace.surfaces.web.client import Client, named
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages import artifacts, changes
from headrace.surfaces.web.pages.acts import Act, allowed
from headrace.surfaces.web.pages.lineage import Hop, chain

_FEWEST_PAID = 5  # runs, below which no estimate is made of them


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A decision that may be taken, its key, and whether it needs a note; `asks` is said in the note."""

    value: str
    label: str
    key: str
    needs_note: bool
    asks: str = ""


_GATE = (
    Choice(value="approve", label=said("Approve"), key="a", needs_note=False),
    Choice(
        value="revise",
        label=said("Revise"),
        key="r",
        needs_note=True,
        asks=said("Say what is to be revised; Ctrl+Enter sends it"),
    ),
    Choice(
        value="reject",
        label=said("Reject"),
        key="x",
        needs_note=True,
        asks=said("Say why it is rejected; Ctrl+Enter sends it"),
    ),
)
_QUESTION = (
    Choice(value="allow", label=said("Allow"), key="a", needs_note=False),
    Choice(
        value="refuse",
        label=said("Refuse"),
        key="x",
        needs_note=True,
        asks=said("Say why it is refused; Ctrl+Enter sends it"),
    ),
)
_RUN = (
    Act(operation="run.let-on", word=said("Try once more")),
    Act(operation="run.cancel", word=said("Give it up")),
)
TIERS = {
    0: said("agents settle it"),
    1: said("a peer or the owner decides"),
    2: said("needs human judgement"),
    3: said("production is at stake"),
    4: said("the executives decide"),
}


@dataclass(frozen=True, kw_only=True)
class Made:
    """A run behind what is asked: who, with which brain, for how much."""

    role: str
    task: str
    brain: str
    identity: str
    turns: int
    tokens: int
    micro_usd: int
    run: str


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What the runs that wait for a yes will cost, by the latest runs that cost something.

    Millionths of a dollar for all of them: the lower quartile, the median, the upper quartile.
    """

    runs: int
    low: int
    middle: int
    high: int
    of: int


@dataclass(frozen=True, kw_only=True)
class Decided:
    """How it ended: by whom, when, with which words, after how many real seconds of waiting."""

    by: str
    at: datetime | None
    note: str
    waited_real_seconds: float


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One item of the inbox on one screen. `state` is "open" while it waits."""

    item: Item
    on_yes: tuple[Piece, ...]
    on_no: tuple[Piece, ...]
    why: tuple[Piece, ...]
    state: str
    tier_means: str
    summary: str
    waits_for: tuple[str, ...]
    made_by: tuple[str, ...]
    made: tuple[Made, ...]
    choices: tuple[Choice, ...]
    may_delegate: bool
    members: tuple[artifacts.Shown, ...]
    change: Change | None
    hindrances: tuple[tuple[Piece, ...], ...]
    files: tuple[FileDiff, ...]
    verdicts: tuple[changes.Verdict, ...]
    chain: tuple[Hop, ...]
    mission: Mission | None
    spent: Total | None
    to_come: Estimate | None
    acts: tuple[Act, ...]
    decided: Decided | None


def show(client: Client, id: str) -> Shown:
    """Everything about one item. Raises NotFound, NotAllowed."""
    item = client.ask(Item, "inbox.show", item=id)
    names = client.names()
    change, files, verdicts = _change(client, item, names)
    members = tuple(artifacts.shown(client, one) for one in change.members) if change else ()
    mission = _mission(client, item.context)
    shown = Shown(
        item=item,
        on_yes=_said(client, item, item.on_yes),
        on_no=_said(client, item, item.on_no),
        why=_said(client, item, item.why),
        state="open",
        tier_means=TIERS.get(item.tier, ""),
        summary="",
        waits_for=(),
        made_by=(),
        made=_made(client, change),
        choices=_QUESTION,
        may_delegate=False,
        members=members,
        change=change,
        hindrances=changes.hindrances(client, change, files) if change else (),
        files=files,
        verdicts=verdicts,
        chain=chain(client, tuple(one.reference for one in members)),
        mission=mission,
        spent=_spent(client, mission),
        to_come=_to_come(client, item.blocks),
        acts=(),
        decided=None,
    )
    if item.kind == "gate":
        return _as_gate(shown, client.ask(Gate, "gate.show", gate=id), names)
    if item.kind == "run":
        return replace(shown, choices=(), acts=allowed(client, _RUN))
    if item.kind == "task":
        return replace(shown, choices=())
    return _as_question(shown, client.ask(Question, "question.show", question=id), names)


def _said(client: Client, item: Item, text: str) -> tuple[Piece, ...]:
    """What the house itself says of work, with its advice as links; of others it is their words."""
    if item.kind in {"gate", "question"}:
        return (Piece(text=text),) if text else ()
    return pieces(text, client.reception.house.operations, quotes=item.asked)


def _as_gate(shown: Shown, gate: Gate, names: Mapping[str, str]) -> Shown:
    return replace(
        shown,
        state=gate.state,
        summary=gate.summary,
        waits_for=(gate.delegated_to,) if gate.delegated_to else gate.approvers,
        made_by=tuple(named(names, one) for one in gate.authors),
        choices=_GATE,
        may_delegate=gate.state == "open",
        decided=_decided(gate, names) if gate.decided_by else None,
    )


def _decided(gate: Gate, names: Mapping[str, str]) -> Decided:
    return Decided(
        by=named(names, gate.decided_by or ""),
        at=gate.decided_at,
        note=gate.note,
        waited_real_seconds=gate.waited_real_seconds,
    )


def _as_question(shown: Shown, question: Question, names: Mapping[str, str]) -> Shown:
    state = "withdrawn" if question.withdrawn else (question.answer or "open")
    decided = None
    if question.answered_by:
        decided = Decided(
            by=named(names, question.answered_by),
            at=question.answered_at,
            note=question.note,
            waited_real_seconds=0.0,
        )
    return replace(
        shown,
        state=state,
        summary=f"{question.question}\n\n{question.recommendation}".strip(),
        waits_for=question.to,
        made_by=tuple(named(names, one) for one in question.authors),
        decided=decided,
    )


def _change(
    client: Client, item: Item, names: Mapping[str, str]
) -> tuple[Change | None, tuple[FileDiff, ...], tuple[changes.Verdict, ...]]:
    if item.subject.kind != "change":
        return None, (), ()
    change, files = changes.with_diff(client, item.subject.id)
    reviews = tuple(replace(one, reviewer=named(names, one.reviewer)) for one in change.reviews)
    verdicts = changes.verdicts(client, change, names) if change.policies else ()
    return replace(change, reviews=reviews), files, verdicts


def _made(client: Client, change: Change | None) -> tuple[Made, ...]:
    """The runs that made the change, newest first; none where a person did, or they may not be seen."""
    if change is None:
        return ()
    found = client.ask_if_allowed(Runs, "run.list", change=change.change, limit=200)
    ids = [run.agent_run for run in (found.items if found else ()) if run.agent_run]
    made = client.ask_if_allowed(AgentRuns, "agent.runs", runs=ids[-3:]) if ids else None
    return tuple(map(_made_by, made.items if made else ()))


def _made_by(run: AgentRun) -> Made:
    return Made(
        role=run.role,
        task=run.task,
        brain=run.brain,
        identity=run.identity,
        turns=run.turns,
        tokens=run.tokens,
        micro_usd=run.cost_micro_usd,
        run=run.run,
    )


def _to_come(client: Client, runs: int) -> Estimate | None:
    """None where nothing waits for the yes, or nothing comparable has been paid for."""
    asked = client.ask_if_allowed(Totals, "ledger.totals", by="run") if runs else None
    paid = sorted(one.micro_usd for one in asked.items if one.micro_usd) if asked else []
    if len(paid) < _FEWEST_PAID:
        return None
    low, middle, high = (runs * round(one) for one in quantiles(paid, n=4, method="inclusive"))
    return Estimate(runs=runs, low=low, middle=middle, high=high, of=len(paid))


def _mission(client: Client, context: str | None) -> Mission | None:
    kind, _, slug = (context or "").partition(":")
    if kind != "mission":
        return None
    try:
        return client.ask(MissionShown, "mission.show", mission=slug).mission
    except HeadraceError:
        return None


def _spent(client: Client, mission: Mission | None) -> Total | None:
    """What the mission used so far; None where nothing was booked or it may not be seen."""
    if mission is None:
        return None
    scope = f"mission:{mission.slug}"
    asked = client.ask_if_allowed(Totals, "ledger.totals", by="mission", scope=scope)
    return asked.items[0] if asked and asked.items else None
