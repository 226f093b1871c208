"""The table at the end: what came of it, who decided and how long they took, what it cost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from headrace.app.demo.driver import Office

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a demonstration and the real seconds that it took."""

    name: str
    seconds: float


def tell_end(console: Console, office: Office, parts: Sequence[Part]) -> None:
    """Write the tables of a demonstration: artifacts, verdicts, decisions, cost, seconds."""
    for table in (
        _artifacts(office),
        _verdicts(office),
        _decisions(office),
        _cost(office),
        _seconds(parts),
    ):
        if table.row_count:
            console.print(table)


def _artifacts(office: Office) -> Table:
    table = _table("Artifacts", "Version", "Made by", "Brain", "Made from", "Merged")
    for one in _all(office, "artifact.list"):
        if one["effective"] is None:
            continue
        shown = _ask(office, "artifact.show", artifact=one["id"])
        lineage = _ask(office, "artifact.lineage", artifact=one["id"])
        made_from = [link["version"].partition("#")[0] for link in lineage["made_from"]]
        table.add_row(
            shown["version"],
            _who(office, shown["made_by"]),
            shown["brain"],
            _listed(made_from),
            (shown["change"] or "filed") + (f" {shown['commit'][:8]}" if shown["commit"] else ""),
        )
    return table


def _verdicts(office: Office) -> Table:
    table = _table("Verdicts", "Subject", "Policy", "No.", "Verdict", "Findings", "Evaluator")
    for one in reversed(_items(office, "verdict.list", limit=200)):
        table.add_row(
            one["subject"]["id"],
            one["policy"],
            str(one["number"]),
            one["verdict"],
            str(len(one["findings"])),
            _who(office, one["evaluator"]),
        )
    return table


def _decisions(office: Office) -> Table:
    table = _table("Human decisions", "Gate", "What", "Decision", "By", "Waited")
    for one in reversed(_items(office, "gate.list", limit=200)):
        if one["decided_at"] is None:
            continue
        waited = _moment(one["decided_at"]) - _moment(one["asked_at"])
        table.add_row(
            one["id"], one["title"], one["state"], _who(office, one["decided_by"]), _span(waited)
        )
    return table


def _cost(office: Office) -> Table:
    table = _table("Tokens and money", "Agent", "Calls", "Tokens in", "Tokens out", "USD")
    totals: dict[str, Counter[str]] = {}
    for one in _items(office, "ledger.list", limit=1000):
        own = totals.setdefault(one["agent"] or "—", Counter())
        own["calls"] += 1
        for name in ("tokens_in", "tokens_out", "micro_usd"):
            own[name] += one["use"][name]
    whole: Counter[str] = Counter()
    for agent, own in sorted(totals.items()):
        whole.update(own)
        table.add_row(agent, *_amounts(own))
    table.add_section()
    table.add_row("all", *_amounts(whole))
    return table


def _amounts(own: Counter[str]) -> tuple[str, str, str, str]:
    usd = own["micro_usd"] / 1_000_000
    return f"{own['calls']:,}", f"{own['tokens_in']:,}", f"{own['tokens_out']:,}", f"{usd:.4f}"


def _seconds(parts: Sequence[Part]) -> Table:
    table = _table("Seconds", "Part", "Real seconds")
    for part in parts:
        table.add_row(part.name, f"{part.seconds:.1f}")
    table.add_row("all", f"{sum(part.seconds for part in parts):.1f}")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", header_style="dim", expand=False
    )
    numbers = {
        "No.",
        "Findings",
        "Calls",
        "Tokens in",
        "Tokens out",
        "USD",
        "Real seconds",
        "Waited",
    }
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
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


def _who(office: Office, principal: str | None) -> str:
    """The handle of a principal, where it has one here."""
    if principal is None:
        return "—"
    return _handles(office).get(principal, principal)


_KNOWN: dict[int, dict[str, str]] = {}


def _handles(office: Office) -> dict[str, str]:
    if id(office) not in _KNOWN:
        _KNOWN[id(office)] = {one["id"]: one["handle"] for one in _all(office, "person.list")}
    return _KNOWN[id(office)]


def _listed(names: Sequence[str], most: int = 2) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60:02} m"
