"""The end: on one screen what came of it, who decided and how long they took, what it cost; and where
more of it can be read."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from headrace.app.demo.driver import Office
from headrace.app.demo.handles import Handles
from headrace.surfaces.cli.cells import span

Row = Mapping[str, Any]

_NUMBERS = frozenset(
    {"No.", "Versions", "Links", "Decided", "Calls", "Tokens in", "Tokens out", "USD"}
)
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
        _cost(office),
    )
    for table in tables:
        if table.row_count:
            console.print(table)
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
    table = _table("Artifacts", "Kind", "No.", "Versions", "Links", "Made by")
    kinds: dict[str, list[Row]] = defaultdict(list)
    for one in _all(office, "artifact.list"):
        if one["effective"] is not None:
            kinds[one["id"].partition("/")[0]].append(one)
    for kind, those in kinds.items():
        makers: dict[str, None] = {}
        links = 0
        for one in those:
            shown = _ask(office, "artifact.show", artifact=one["id"])
            makers[handles.of(shown["made_by"])] = None
            links += len(_ask(office, "artifact.lineage", artifact=one["id"])["made_from"])
        versions = sum(one["head"] for one in those)
        table.add_row(kind, str(len(those)), str(versions), str(links), _listed(list(makers)))
    return table


def _verdicts(office: Office) -> Table:
    """One row for each policy: what it said of each subject, in its order."""
    table = _table("Verdicts", "Policy", "No.", "Subject and verdicts, the first one first")
    policies: dict[str, dict[str, list[str]]] = {}
    for one in reversed(_items(office, "verdict.list", limit=200)):
        said = policies.setdefault(one["policy"], {})
        said.setdefault(one["subject"]["id"], []).append(one["verdict"])
    for policy, subjects in policies.items():
        told = "; ".join(f"{id} {', '.join(verdicts)}" for id, verdicts in subjects.items())
        table.add_row(policy, str(sum(len(one) for one in subjects.values())), told)
    return table


def _decisions(office: Office, handles: Handles) -> Table:
    """One row for each person: what they decided, and how long it had waited."""
    table = _table("Human decisions", "By", "Decided", "Gates", "Waited")
    people: dict[str, list[Row]] = defaultdict(list)
    for one in reversed(_items(office, "gate.list", limit=200)):
        if one["decided_at"] is not None:
            people[one["decided_by"]].append(one)
    for person, gates in people.items():
        waits = [_moment(one["decided_at"]) - _moment(one["asked_at"]) for one in gates]
        told = ", ".join(f"{one['id']} {one['state']}" for one in gates)
        longest = f"up to {span(max(waits))}" if len(waits) > 1 else span(waits[0])
        table.add_row(handles.of(person), str(len(gates)), told, longest)
    return table


def _cost(office: Office) -> Table:
    table = _table("Tokens and money", "Agent", "Calls", "Tokens in", "Tokens out", "USD")
    totals: dict[str, Counter[str]] = {}
    for one in _items(office, "ledger.list", limit=1000):
        own = totals.setdefault(one["agent"] or "—", Counter())
        own["calls"] += 1
        for name in ("tokens_in", "tokens_out", "micro_usd"):
            own[name] += one["use"][name]
    for agent, own in _dearest(totals):
        table.add_row(agent, *_amounts(own))
    if table.row_count:
        table.add_section()
        table.add_row("all", *_amounts(_sum(totals.values())))
    return table


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


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="dim",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    for column in columns:
        table.add_column(column, justify="right" if column in _NUMBERS else "left")
    return table


def _ask(office: Office, operation: str, **given: Any) -> Row:  # noqa: ANN401 - an operation's input
    return cast(Row, office.perform(operation, given))


def _items(office: Office, operation: str, **given: Any) -> list[Row]:  # noqa: ANN401
    return list(_ask(office, operation, **given)["items"])


def _all(office: Office, operation: str) -> list[Row]:
    """Every item of a paged list."""
    found: list[Row] = []
    after = None
    while True:
        page = _ask(office, operation, limit=200, **({"after": after} if after else {}))
        found.extend(page["items"])
        after = page["next"]
        if after is None:
            return found


def _listed(names: Sequence[str], most: int = 4) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
