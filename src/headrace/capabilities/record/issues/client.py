"""A tracker over HTTP: the few requests that are needed, with every answer judged in one place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import httpx2

from headrace.capabilities.record.model import WorkBackend
from headrace.kernel.json import Json

_TIMEOUT = 20.0
_PAGE = 100
_AWAY = 60.0
"""Seconds to wait for a tracker that does not answer, or breaks."""
_LONGEST = 3_600.0

Object = Mapping[str, Json]


class LeaveAlone(Exception):
    """The tracker is away, or asks for fewer requests; `wait` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"wait {wait} s")
        self.wait = wait


class Refused(Exception):
    """The tracker does not do it, and says why."""


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


class Client:
    """Speaks to one repository of issues. Raises LeaveAlone and Refused."""

    def __init__(self, tracker: WorkBackend) -> None:
        self._place = f"{tracker.address.rstrip('/')}/repos/{tracker.repository}"
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

    def _pages(self, path: str, asked: Mapping[str, str]) -> Iterator[Object]:
        number = 1
        while True:
            query = {**asked, "per_page": str(_PAGE), "page": str(number)}
            page = cast(Sequence[Object], self._request("GET", path, query=query))
            yield from page
            if len(page) < _PAGE:
                return
            number += 1

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
        try:
            answer = httpx2.request(
                method,
                f"{self._place}{path}",
                params=query,
                json=body,
                headers=self._headers,
                timeout=_TIMEOUT,
            )
        except httpx2.HTTPError:
            raise LeaveAlone(_AWAY) from None
        _judge(answer, f"{method} {path}")
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
    raise Refused(f"{what}: {answer.status_code} {_said(answer)}")


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
        title=str(told.get("title") or ""),
        body=str(told.get("body") or "").replace("\r\n", "\n"),
        labels=tuple(str(one["name"]) if isinstance(one, Mapping) else str(one) for one in labels),
        is_open=told.get("state") == "open",
    )
