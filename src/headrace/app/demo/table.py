"""The end: on one screen what came of it, who decided and how long they took, what it cost; and where
more of it can be read."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from headrace.app.demo.driver import Office
from headrace.app.demo.handles import Handles
from headrace.app.demo.later_tables import improvements, incidents, outcomes, releases
from headrace.app.demo.reading import Row, ask, every, items, listed, moment, table
from headrace.surfaces.cli.cells import span

_MOST_AGENTS = 6
"""Agents whose cost stands in a row of its own; the others are added up."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a demonstration and the real seconds that it took."""

    name: str
    seconds: float


def tell_end(
    console: Console, office: Office, parts: Sequence[Part], refused: Sequence[str] = ()
) -> None:
    """Write what a demonstration came to: artifacts, verdicts, decisions, cost, seconds, refusals."""
    handles = Handles(office)
    tables = (
        _artifacts(office, handles),
        _verdicts(office),
        _decisions(office, handles),
        releases(office),
        outcomes(office),
        incidents(office),
        improvements(office),
        _cost(office),
    )
    for one in tables:
        if one.row_count:
            console.print(one)
    told = ", ".join(f"{part.name} {part.seconds:.1f}" for part in parts)
    if parts:
        whole = sum(part.seconds for part in parts)
        console.print(f"[bold]Seconds[/]  {told}, all {whole:.1f}", highlight=False)
    _tell_refused(console, refused)


def tell_more(console: Console, home: Path) -> None:
    """How to read on."""
    ways = (
        ("artifact list", "everything made; artifact lineage ID tells what it was made from"),
        ("gate list", "every decision; gate show ID tells what was asked and answered"),
        ("verdict list", "every judgement with its findings"),
        ("ledger totals", "tokens and money"),
        ("up", "the same in a browser"),
    )
    console.print(f"[dim]To look at it:[/]  export HEADRACE_HOME={home}", soft_wrap=True)
    for command, tells in ways:
        console.print(f"  headrace {command:<15}[dim]{tells}[/]", soft_wrap=True, highlight=False)


def _artifacts(office: Office, handles: Handles) -> Table:
    made = table("Artifacts", "Kind", "No.", "Versions", "Links", "Made by")
    kinds: dict[str, list[Row]] = defaultdict(list)
    for one in every(office, "artifact.list"):
        if one["effective"] is not None:
            kinds[one["id"].partition("/")[0]].append(one)
    for kind, those in kinds.items():
        makers: dict[str, None] = {}
        links = 0
        for one in those:
            shown = ask(office, "artifact.show", artifact=one["id"])
            makers[handles.of(shown["made_by"])] = None
            links += len(ask(office, "artifact.lineage", artifact=one["id"])["made_from"])
        versions = sum(one["head"] for one in those)
        made.add_row(kind, str(len(those)), str(versions), str(links), listed(list(makers)))
    return made


def _verdicts(office: Office) -> Table:
    """One row for each policy: what it said of each subject, in its order."""
    made = table("Verdicts", "Policy", "No.", "Subject and verdicts, the first one first")
    policies: dict[str, dict[str, list[str]]] = {}
    for one in reversed(items(office, "verdict.list", limit=200)):
        said = policies.setdefault(one["policy"], {})
        said.setdefault(one["subject"]["id"], []).append(one["verdict"])
    for policy, subjects in policies.items():
        told = "; ".join(f"{id} {', '.join(verdicts)}" for id, verdicts in subjects.items())
        made.add_row(policy, str(sum(len(one) for one in subjects.values())), told)
    return made


def _decisions(office: Office, handles: Handles) -> Table:
    """One row for each person: what they decided, and how long it had waited."""
    made = table("Human decisions", "By", "Decided", "Gates", "Waited")
    people: dict[str, list[Row]] = defaultdict(list)
    for one in reversed(items(office, "gate.list", limit=200)):
        if one["decided_at"] is not None:
            people[one["decided_by"]].append(one)
    for person, gates in people.items():
        waits = [moment(one["decided_at"]) - moment(one["asked_at"]) for one in gates]
        told = ", ".join(f"{one['id']} {one['state']}" for one in gates)
        longest = f"up to {span(max(waits))}" if len(waits) > 1 else span(waits[0])
        made.add_row(handles.of(person), str(len(gates)), told, longest)
    return made


def _cost(office: Office) -> Table:
    made = table("Tokens and money", "Agent", "Calls", "Tokens in", "Tokens out", "USD")
    totals: dict[str, Counter[str]] = {}
    for one in items(office, "ledger.list", limit=1000):
        own = totals.setdefault(one["agent"] or "—", Counter())
        own["calls"] += 1
        for name in ("tokens_in", "tokens_out", "micro_usd"):
            own[name] += one["use"][name]
    for agent, own in _dearest(totals):
        made.add_row(agent, *_amounts(own))
    if made.row_count:
        made.add_section()
        made.add_row("all", *_amounts(_sum(totals.values())))
    return made


def _dearest(totals: Mapping[str, Counter[str]]) -> Iterator[tuple[str, Counter[str]]]:
    """The agents that cost most, and the others as one."""
    ranked = sorted(totals.items(), key=lambda one: (-one[1]["micro_usd"], one[0]))
    most = len(ranked) if len(ranked) == _MOST_AGENTS + 1 else _MOST_AGENTS
    yield from ranked[:most]
    if ranked[most:]:
        yield f"{len(ranked) - most} others", _sum(own for _, own in ranked[most:])


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    whole: Counter[str] = Counter()
    for one in counters:
        whole.update(one)
    return whole


def _amounts(own: Counter[str]) -> tuple[str, str, str, str]:
    usd = own["micro_usd"] / 1_000_000
    return f"{own['calls']:,}", f"{own['tokens_in']:,}", f"{own['tokens_out']:,}", f"{usd:.4f}"


def _tell_refused(console: Console, refused: Sequence[str]) -> None:
    """Decisions that were given and not taken, each once, with how often it was tried."""
    if not refused:
        return
    console.print("[bold red]Decisions that were refused[/]")
    for told, times in Counter(refused).items():
        often = f" ({times} times)" if times > 1 else ""
        console.print(f"  {told}{often}", markup=False, soft_wrap=True)
