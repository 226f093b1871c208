"""A tracker over HTTP: the few requests that are needed, with every answer judged in one place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import cast

import httpx2

from headrace.capabilities.record.model import WorkBackend
from headrace.capabilities.record.rules import standing
from headrace.kernel.json import Json

_TIMEOUT = 20.0
_PAGE = 100
_AWAY = 60.0
"""Seconds to wait for a tracker that does not answer, or breaks."""
_LONGEST = 3_600.0
NOT_MODIFIED = 304
_NOWHERE = (404, 410)
_WHO = """query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { issue(number: $number) {
    editor { login }
    timelineItems(last: 20, itemTypes: [RENAMED_TITLE_EVENT, CLOSED_EVENT, REOPENED_EVENT]) { nodes {
      __typename
      ... on RenamedTitleEvent { actor { login } }
      ... on ClosedEvent { actor { login } }
      ... on ReopenedEvent { actor { login } }
    } } } } }"""
"""GitHub tells by this interface alone who has edited a text."""

Object = Mapping[str, Json]


class LeaveAlone(Exception):
    """The tracker is away, or asks for fewer requests; `wait` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"wait {wait} s")
        self.wait = wait


class Refused(Exception):
    """The tracker does not do it, and says why."""


class Gone(Refused):
    """There is no such thing, or not for us."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """An issue as the tracker has it. `id` is its own, which parts are joined by."""

    id: int
    number: int
    url: str
    title: str
    body: str
    labels: tuple[str, ...]
    is_open: bool
    closed_as: str
    touched_at: str
    opened_by: str
    is_work: bool  # a pull request: trackers list them among issues

    @property
    def standing(self) -> str:
        """What tells title and text as they stand from others."""
        return standing(self.title, self.body)


@dataclass(frozen=True, kw_only=True)
class Hands:
    """The logins of who last changed text, title and state of an issue; "" for what is not known."""

    text: str = ""
    title: str = ""
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class Touched:
    """Issues touched since then, and the tag of the answer; None when nothing has changed since the tag."""

    issues: Sequence[Found] | None
    etag: str


class Client:
    """Speaks to one repository of issues. Raises LeaveAlone and Refused."""

    def __init__(self, tracker: WorkBackend) -> None:
        address = tracker.address.rstrip("/")
        self._place = f"{address}/repos/{tracker.repository}"
        # Where GitHub runs on a server of its own, both interfaces stand beside each other.
        self._graph = f"{address.removesuffix('/v3')}/graphql"
        self._repository = tracker.repository
        self._headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "User-Agent": "headrace",
        }
        if tracker.token is not None:
            self._headers["Authorization"] = f"Bearer {tracker.token.get_secret_value()}"

    def marked(self, mark: str, label: str, since: datetime) -> Found | None:
        """The oldest issue of a label whose body holds the mark, of those touched since then."""
        asked = {
            "labels": label,
            "state": "all",
            "since": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        found = [one for one in self._pages("/issues", asked) if mark in str(one.get("body") or "")]
        return _found(min(found, key=lambda one: int(str(one["number"])))) if found else None

    def touched(self, since: str, etag: str) -> Touched:
        """Issues touched since then, those first that were touched first."""
        asked = {"state": "all", "sort": "updated", "direction": "asc"}
        asked |= {"since": since} if since else {}
        answer = self._send("GET", f"{self._place}/issues", query=_page(asked, 1), etag=etag)
        tag = answer.headers.get("etag", "")
        if answer.status_code == NOT_MODIFIED:
            return Touched(issues=None, etag=etag)
        first = cast(Sequence[Object], _read(answer))
        rest = self._pages("/issues", asked, start=2) if len(first) == _PAGE else ()
        return Touched(issues=[_found(one) for one in (*first, *rest)], etag=tag)

    def page(self, number: int) -> tuple[Sequence[Found], bool]:
        """A page of all issues, oldest first, and whether it is the last."""
        asked = {"state": "all", "sort": "created", "direction": "asc"}
        found = cast(Sequence[Object], self._request("GET", "/issues", query=_page(asked, number)))
        return [_found(one) for one in found], len(found) < _PAGE

    def hands(self, number: int) -> Hands:
        """Who has changed an issue; nobody where the tracker has no such interface."""
        owner, _, name = self._repository.partition("/")
        values: dict[str, Json] = {"owner": owner, "name": name, "number": number}
        body: dict[str, Json] = {"query": _WHO, "variables": values}
        try:
            told = _read(self._send("POST", self._graph, body=body))
        except Refused:
            return Hands()
        return _hands(told)

    def issue(self, number: int) -> Found:
        return _found(self._ask("GET", f"/issues/{number}"))

    def create(self, title: str, body: str, labels: Sequence[str]) -> Found:
        return _found(
            self._ask("POST", "/issues", {"title": title, "body": body, "labels": list(labels)})
        )

    def change(self, number: int, changes: Mapping[str, Json]) -> Found:
        return _found(self._ask("PATCH", f"/issues/{number}", changes))

    def comments(self, number: int) -> Iterator[str]:
        """The texts of the comments, oldest first."""
        return (str(one.get("body") or "") for one in self._pages(f"/issues/{number}/comments", {}))

    def comment(self, number: int, body: str) -> None:
        self._ask("POST", f"/issues/{number}/comments", {"body": body})

    def parts(self, number: int) -> set[int]:
        """The numbers of the issues that are parts of this one."""
        found = self._pages(f"/issues/{number}/sub_issues", {})
        return {int(str(one["number"])) for one in found}

    def join(self, number: int, part: Found) -> None:
        """Make an issue a part of this one."""
        self._ask("POST", f"/issues/{number}/sub_issues", {"sub_issue_id": part.id})

    def _pages(self, path: str, asked: Mapping[str, str], start: int = 1) -> Iterator[Object]:
        for number in count(start):
            query = _page(asked, number)
            page = cast(Sequence[Object], self._request("GET", path, query=query))
            yield from page
            if len(page) < _PAGE:
                return

    def _ask(self, method: str, path: str, body: Mapping[str, Json] | None = None) -> Object:
        return cast(Object, self._request(method, path, body=body))

    def _request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Json] | None = None,
    ) -> Json:
        return _read(self._send(method, f"{self._place}{path}", query=query, body=body))

    def _send(
        self,
        method: str,
        address: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Json] | None = None,
        etag: str = "",
    ) -> httpx2.Response:
        tagged = {"If-None-Match": etag} if etag else {}
        try:
            answer = httpx2.request(
                method,
                address,
                params=query,
                json=body,
                headers={**self._headers, **tagged},
                timeout=_TIMEOUT,
            )
        except httpx2.HTTPError:
            raise LeaveAlone(_AWAY) from None
        if not (etag and answer.status_code == NOT_MODIFIED):
            _judge(answer, f"{method} {address.removeprefix(self._place)}")
        return answer


def _page(asked: Mapping[str, str], number: int) -> Mapping[str, str]:
    return {**asked, "per_page": str(_PAGE), "page": str(number)}


def _read(answer: httpx2.Response) -> Json:
    try:
        return cast(Json, answer.json())
    except ValueError:
        raise LeaveAlone(_AWAY) from None


def _judge(answer: httpx2.Response, what: str) -> None:
    if answer.status_code < 300:
        return
    limited = answer.status_code == 429 or (
        answer.status_code == 403
        and ("retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0")
    )
    if limited or answer.status_code >= 500:
        raise LeaveAlone(_asked_wait(answer))
    kind = Gone if answer.status_code in _NOWHERE else Refused
    raise kind(f"{what}: {answer.status_code} {_said(answer)}")


def _asked_wait(answer: httpx2.Response) -> float:
    """As long as the tracker asks for, by either of its headers; a minute when it does not say."""
    after = answer.headers.get("retry-after", "")
    if after.isdigit():
        return min(float(after) + 1, _LONGEST)
    reset = answer.headers.get("x-ratelimit-reset", "")
    if reset.isdigit():
        left = float(reset) - datetime.now(UTC).timestamp()
        return min(max(left + 1, 1.0), _LONGEST)
    return _AWAY


def _said(answer: httpx2.Response) -> str:
    try:
        told = answer.json()
    except ValueError:
        return ""
    return str(told.get("message", ""))[:300] if isinstance(told, Mapping) else ""


def _found(told: Object) -> Found:
    labels = cast(Sequence[Json], told.get("labels") or ())
    return Found(
        id=int(str(told["id"])),
        number=int(str(told["number"])),
        url=str(told.get("html_url") or ""),
        title=_clean(told.get("title")),
        body=_clean(told.get("body")).replace("\r\n", "\n"),
        labels=tuple(
            _clean(one["name"]) if isinstance(one, Mapping) else _clean(one) for one in labels
        ),
        is_open=told.get("state") == "open",
        closed_as=_clean(told.get("state_reason")),
        touched_at=_clean(told.get("updated_at")),
        opened_by=_login(told.get("user")),
        is_work="pull_request" in told,
    )


def _clean(told: Json) -> str:
    """Text as it can be kept: a tracker may hold characters that no database and no file takes."""
    return str(told or "").replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _hands(told: Json) -> Hands:
    issue = _within(told, "data", "repository", "issue")
    nodes = _within(issue, "timelineItems", "nodes")
    moves = [one for one in nodes if isinstance(one, Mapping)] if isinstance(nodes, list) else []
    titles = [one for one in moves if one.get("__typename") == "RenamedTitleEvent"]
    states = [one for one in moves if one.get("__typename") != "RenamedTitleEvent"]
    return Hands(
        text=_login(_within(issue, "editor")),
        title=_login(titles[-1].get("actor")) if titles else "",
        state=_login(states[-1].get("actor")) if states else "",
    )


def _within(told: Json, *names: str) -> Json:
    for name in names:
        told = told.get(name) if isinstance(told, Mapping) else None
    return told


def _login(actor: Json) -> str:
    return _clean(_within(actor, "login"))[:100]
