"""Change requests, and one of them with its diff, its reviews and its checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from headrace.surfaces.web.advice import Piece, pieces
from headrace.surfaces.web.answers import (
    Change,
    ChangeLine,
    Changes,
    Diff,
    FileDiff,
    Judgement,
    Judgements,
    Policies,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, named
from headrace.surfaces.web.comparison import Row, paired

_PAGE = 50
_JUDGEMENTS = 100  # of one change, the newest


@dataclass(frozen=True, kw_only=True)
class ChangesPage:
    """`titles` are what the contexts of the changes are called."""

    state: str | None
    items: tuple[ChangeLine, ...]
    next: int | None
    titles: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The newest judgement by a policy that has to be judged; None while there is none."""

    policy: str
    title: str
    judgement: Judgement | None
    evaluator: str
    is_stale: bool


@dataclass(frozen=True, kw_only=True)
class Halves:
    """A file that differs, as rows of both sides."""

    file: FileDiff
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class ChangePage:
    """`author` and reviewers are in words; `halves` are there where files are looked at side by side.
    `hindrances` say what hinders the merge, with links to what helps."""

    change: Change
    author: str
    hindrances: tuple[tuple[Piece, ...], ...]
    verdicts: tuple[Verdict, ...]
    files: tuple[FileDiff, ...]
    halves: tuple[Halves, ...]
    titles: Mapping[str, str]


def show(asked: Asked) -> ChangesPage:
    """Change requests, newest first."""
    state = asked.word("state")
    page = asked.client.ask(
        Changes, "change.list", state=state, before=asked.number("before"), limit=_PAGE
    )
    names = asked.client.names()
    items = tuple(replace(one, author=named(names, one.author)) for one in page.items)
    titles = asked.client.titles(one.context for one in items)
    return ChangesPage(state=state, items=items, next=page.next, titles=titles)


def show_one(asked: Asked) -> ChangePage:
    """One change request."""
    client = asked.client
    change, files = with_diff(client, asked.path["change"])
    names = client.names()
    reviews = tuple(replace(one, reviewer=named(names, one.reviewer)) for one in change.reviews)
    return ChangePage(
        change=replace(change, reviews=reviews),
        author=named(names, change.author),
        hindrances=hindrances(client, change, files),
        verdicts=verdicts(client, change, names) if change.policies else (),
        files=files,
        halves=tuple(map(_halves, files)) if asked.word("view") == "beside" else (),
        titles=client.titles([change.context]),
    )


def hindrances(
    client: Client, change: Change, files: Sequence[FileDiff]
) -> tuple[tuple[Piece, ...], ...]:
    """What hinders the merge, with links to what helps; paths are written by whoever made it."""
    paths = [path for one in files for path in (one.change.path, one.change.old_path or "")]
    known = client.reception.house.operations
    return tuple(pieces(one, known, quotes=paths) for one in change.hindrances)


def _halves(file: FileDiff) -> Halves:
    return Halves(file=file, rows=paired([hunk.lines for hunk in file.hunks]))


def with_diff(client: Client, change: str) -> tuple[Change, tuple[FileDiff, ...]]:
    """A change request and how each of its files differs; no files before it has a head."""
    found = client.ask(Change, "change.show", change=change)
    if found.head is None:
        return found, ()
    return found, client.ask(Diff, "change.diff", change=change).files


def verdicts(client: Client, change: Change, names: Mapping[str, str]) -> tuple[Verdict, ...]:
    """What each policy that has to judge it said last; a stale verdict was on an earlier head."""
    newest = {one.policy: one for one in reversed(judgements(client, change.change))}
    titles = {one.key: one.title for one in client.ask(Policies, "policy.list").items}
    return tuple(
        Verdict(
            policy=key,
            title=titles.get(key, key),
            judgement=newest.get(key),
            evaluator=named(names, newest[key].evaluator) if key in newest else "",
            is_stale=key in newest and newest[key].hash != change.head,
        )
        for key in change.policies
    )


def judgements(client: Client, change: str) -> tuple[Judgement, ...]:
    """Every judgement of a change, newest first."""
    return client.ask(Judgements, "verdict.list", subject=change, limit=_JUDGEMENTS).items
