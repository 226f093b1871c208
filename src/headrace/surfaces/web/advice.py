"""Advice in the browser: what a sentence says to run, as a link to the page or the form that does it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from headrace.kernel.advice import Advice, parts
from headrace.kernel.capability import Operation, OperationKind
from headrace.kernel.json import Json

SHOWN = {
    "agent.list": "/agents",
    "agent.run-show": "/runs/{run}",
    "agent.runs": "/runs",
    "agent.show": "/agents/{agent}",
    "artifact.list": "/artifacts",
    "artifact.show": "/artifacts/{artifact}",
    "budget.list": "/budgets",
    "change.diff": "/changes/{change}",
    "change.list": "/changes",
    "change.show": "/changes/{change}",
    "deployment.list": "/deployments",
    "deployment.show": "/deployments/{service}",
    "flag.list": "/flags",
    "flag.show": "/flags/{flag}",
    "grant.list": "/rights",
    "inbox.list": "/",
    "inbox.show": "/inbox/{item}",
    "incident.list": "/incidents",
    "incident.show": "/incidents/{incident}",
    "journal.list": "/journal",
    "mission.list": "/missions",
    "mission.show": "/missions/{mission}",
    "permission.list": "/rights",
    "person.list": "/people",
    "question.show": "/inbox/{question}",
    "release.list": "/releases",
    "release.show": "/releases/{release}",
    "setting.list": "/settings",
    "signal.list": "/signals",
    "target.list": "/operate",
    "team.list": "/people",
}
"""The pages that show what an operation answers; names in braces are fields of its input."""

_FORMS = {OperationKind.QUERY, OperationKind.COMMAND}


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece of a sentence; one with an `address` is a link, and `about` says what is there."""

    text: str
    address: str | None = None
    about: str = ""


def pieces(
    text: str, operations: Mapping[str, Operation], *, quotes: Json = None
) -> tuple[Piece, ...]:
    """A sentence of the house with its advice as links; see `parts` for what it quotes."""
    return tuple(_piece(one) for one in parts(text, operations, quotes=quotes))


def linked(text: str, operations: Mapping[str, Operation]) -> str:
    """A Markdown text of the house, with its advice as links."""
    return "".join(
        f"[{one.text}]({one.address})" if one.address else one.text
        for one in pieces(text, operations)
    )


def _piece(part: str | Advice) -> Piece:
    if isinstance(part, str):
        return Piece(text=part)
    address = _address(part)
    if address is None:
        return Piece(text=f"`{part.command}`")
    return Piece(text=_words(part), address=address, about=part.operation.summary)


def _words(advice: Advice) -> str:
    """The operation in words, with what it is about: `agent resume writer`."""
    name = advice.operation.name.replace(".", " ")
    return " ".join((name, *_short(advice.input.values())))


def _short(values: Iterable[str]) -> Iterable[str]:
    return [one for one in values if len(one) <= 40]


def _address(advice: Advice) -> str | None:
    """Where a person does it: on the page of the thing, where the thing is known, else in its form."""
    given = dict(advice.input)
    page = SHOWN.get(advice.operation.name, "")
    known = [name for name in given if f"{{{name}}}" in page]
    if page and page.count("{") == len(known):
        return page.format(**{name: quote(given[name], safe="/") for name in known})
    if advice.operation.kind not in _FORMS:
        return None
    query = f"?{urlencode(given)}" if given else ""
    return f"/do/{advice.operation.name}{query}"
