"""Change requests, and one of them with its diff, its reviews and its checks."""

from dataclasses import dataclass, replace

from headrace.surfaces.web.answers import (
    Change,
    ChangeLine,
    Changes,
    Diff,
    FileDiff,
    Judgement,
    Judgements,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, named

_PAGE = 50
_JUDGEMENTS = 500  # the newest of the organisation, among which this change's are looked for


@dataclass(frozen=True, kw_only=True)
class ChangesPage:
    state: str | None
    items: tuple[ChangeLine, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The newest judgement by a policy that has to be judged; None while there is none."""

    policy: str
    judgement: Judgement | None


@dataclass(frozen=True, kw_only=True)
class ChangePage:
    """`author` and reviewers are in words."""

    change: Change
    author: str
    verdicts: tuple[Verdict, ...]
    files: tuple[FileDiff, ...]


def show(asked: Asked) -> ChangesPage:
    """Change requests, newest first."""
    state = asked.word("state")
    page = asked.client.ask(
        Changes, "change.list", state=state, before=asked.number("before"), limit=_PAGE
    )
    names = asked.client.names()
    items = tuple(replace(one, author=named(names, one.author)) for one in page.items)
    return ChangesPage(state=state, items=items, next=page.next)


def show_one(asked: Asked) -> ChangePage:
    """One change request."""
    client = asked.client
    change, files = with_diff(client, asked.path["change"])
    names = client.names()
    reviews = tuple(replace(one, reviewer=named(names, one.reviewer)) for one in change.reviews)
    return ChangePage(
        change=replace(change, reviews=reviews),
        author=named(names, change.author),
        verdicts=_verdicts(client, change) if change.policies else (),
        files=files,
    )


def with_diff(client: Client, change: str) -> tuple[Change, tuple[FileDiff, ...]]:
    """A change request and how each of its files differs; no files before it has a head."""
    found = client.ask(Change, "change.show", change=change)
    if found.head is None:
        return found, ()
    return found, client.ask(Diff, "change.diff", change=change).files


def _verdicts(client: Client, change: Change) -> tuple[Verdict, ...]:
    every = client.ask(Judgements, "verdict.list", limit=_JUDGEMENTS).items
    newest: dict[str, Judgement] = {}
    for one in every:
        if one.subject.kind == "change" and one.subject.id == change.change:
            newest.setdefault(one.policy, one)
    return tuple(Verdict(policy=key, judgement=newest.get(key)) for key in change.policies)
