"""A tracker on this machine with GitHub's interface of issues, for tests and for trying things out.

It keeps what it is told, pages as GitHub does, limits requests when it is set to, and can break in the
ways in which networks do: answering nothing after it has done what was asked is the worst of them.
"""

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from headrace.capabilities.record.model import BackendKind, WorkBackend

Entry = dict[str, object]

_SILENCE = 0
"""In place of a status: done, and not answered."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request that came in."""

    method: str
    path: str
    body: Mapping[str, object]


@dataclass
class FakeTracker:
    """`limited`: how many requests are still refused with 429 and `retry_after`; `broken`: how many with
    500; `silent`: how many writing requests are done and then not answered. `hands` are the logins of
    who last changed an issue's `text`, `title` and `state`; without `knows_hands` it does not tell."""

    repository: str = "acme/work"
    token: str = "test-token"  # noqa: S105 - of no use elsewhere
    limited: int = 0
    retry_after: int = 30
    broken: int = 0
    silent: int = 0
    asked: list[Asked] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    issues: dict[int, Entry] = field(default_factory=dict)
    comments: dict[int, list[str]] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=dict)
    hands: dict[int, dict[str, str]] = field(default_factory=dict)
    knows_hands: bool = True
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def running(self) -> Iterator["FakeTracker"]:
        """Listens on a free port of the loopback address until the end."""
        server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"tracker": self})
        )
        self.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def backend(self) -> WorkBackend:
        """The setting that keeps work as issues here."""
        return WorkBackend(
            kind=BackendKind.GITHUB_ISSUES,
            address=self.address,
            repository=self.repository,
            token=SecretStr(self.token),
        )

    def open(self, title: str, body: str = "", by: str = "", labels: Iterable[str] = ()) -> int:
        """An issue that a person opens on the tracker's own pages; its number."""
        with self.lock:
            self._create({"title": title, "body": body, "labels": list(labels)}, by)
            return len(self.issues)

    def edit(self, number: int, by: str = "", **changes: object) -> None:
        """What a person changes on the tracker's own pages: `body`, `title`, `state`, `labels`."""
        with self.lock:
            self._change(number, changes)
            hands = self.hands.setdefault(number, {})
            named = {"body": "text", "title": "title", "state": "state"}
            hands.update({named[one]: by for one in changes if one in named})

    def answer(self, method: str, url: str, body: Mapping[str, object]) -> tuple[int, object]:
        """Status and body of an answer."""
        place = urlsplit(url)
        if place.path == "/graphql" and self.knows_hands:
            return 200, self._hands(body)
        rest = place.path.removeprefix(f"/repos/{self.repository}/issues")
        if rest == place.path:
            return 404, {"message": "Not Found"}
        query = {name: values[-1] for name, values in parse_qs(place.query).items()}
        parts = [part for part in rest.split("/") if part]
        if not parts:
            return self._all(query) if method == "GET" else self._create(body)
        number = int(parts[0])
        if number not in self.issues:
            return 404, {"message": "Not Found"}
        return self._of(number, (method, *parts[1:]), query, body)

    def _of(
        self,
        number: int,
        asked: tuple[str, ...],
        query: Mapping[str, str],
        body: Mapping[str, object],
    ) -> tuple[int, object]:
        match asked:
            case ("GET",):
                return 200, self.issues[number]
            case ("PATCH",):
                return self._change(number, body)
            case ("GET", "comments"):
                found: list[Entry] = [{"body": text} for text in self.comments.get(number, [])]
                return 200, _page(found, query)
            case ("POST", "comments"):
                self.comments.setdefault(number, []).append(str(body["body"]))
                return 201, {"body": body["body"]}
            case ("GET", "sub_issues"):
                listed = [self.issues[one] for one in self.parts.get(number, [])]
                return 200, _page(listed, query)
            case ("POST", "sub_issues"):
                return self._join(number, body)
        return 404, {"message": "Not Found"}

    def _all(self, query: Mapping[str, str]) -> tuple[int, object]:
        wanted = set(filter(None, query.get("labels", "").split(",")))
        state, since = query.get("state", "open"), query.get("since", "")
        found = [
            one
            for one in _in_order(self.issues.values(), query)
            if wanted <= _names(one)
            and (state == "all" or one["state"] == state)
            and str(one["updated_at"]) >= since
        ]
        return 200, _page(found, query)

    def _hands(self, body: Mapping[str, object]) -> Entry:
        variables = body["variables"]
        assert isinstance(variables, dict)  # as the adapter asks
        known = self.hands.get(int(variables["number"]), {})
        moves = [("RenamedTitleEvent", known.get("title")), ("ClosedEvent", known.get("state"))]
        nodes = [{"__typename": kind, "actor": {"login": who}} for kind, who in moves if who]
        editor = {"login": known["text"]} if known.get("text") else None
        told = {"editor": editor, "timelineItems": {"nodes": nodes}}
        return {"data": {"repository": {"issue": told}}}

    def _create(self, body: Mapping[str, object], by: str = "headrace") -> tuple[int, object]:
        if not str(body.get("title") or "").strip():
            return 422, {"message": "Validation Failed"}
        number = len(self.issues) + 1
        self.issues[number] = {
            "id": 7_000 + number,
            "number": number,
            "html_url": f"https://tracker.example/{self.repository}/issues/{number}",
            "title": body["title"],
            "body": body.get("body") or "",
            "labels": _labels(body.get("labels")),
            "state": "open",
            "state_reason": None,
            "user": {"login": by},
            "updated_at": _now(),
        }
        return 201, self.issues[number]

    def _change(self, number: int, body: Mapping[str, object]) -> tuple[int, object]:
        if body.get("state") not in (None, "open", "closed"):
            return 422, {"message": "Validation Failed"}
        known = {
            name: body[name] for name in ("title", "body", "state", "state_reason") if name in body
        }
        labels = {"labels": _labels(body["labels"])} if "labels" in body else {}
        self.issues[number].update({**known, **labels, "updated_at": _now()})
        return 200, self.issues[number]

    def _join(self, number: int, body: Mapping[str, object]) -> tuple[int, object]:
        part = next(
            (n for n, one in self.issues.items() if one["id"] == body.get("sub_issue_id")), 0
        )
        if not part or any(part in those for those in self.parts.values()):
            return 422, {"message": "Issue may only have one parent"}
        self.parts.setdefault(number, []).append(part)
        return 201, self.issues[number]


class _Handler(BaseHTTPRequestHandler):
    """Hands each request to the tracker that a subclass names."""

    tracker: FakeTracker

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def _serve(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        with self.tracker.lock:
            self.tracker.asked.append(Asked(method=method, path=self.path, body=body))
            status, answer, headers = self._judged(method, body)
        if status == _SILENCE:
            self.close_connection = True
            return
        told = json.dumps(answer).encode()
        tag = f'W/"{hashlib.sha256(told).hexdigest()}"'
        if method == "GET" and status == 200:
            headers["ETag"] = tag
            if self.headers.get("If-None-Match") == tag:
                status, told = 304, b""
        self.tracker.answered.append(status)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def _judged(
        self, method: str, body: Mapping[str, object]
    ) -> tuple[int, object, dict[str, str]]:
        tracker = self.tracker
        if self.headers.get("Authorization") != f"Bearer {tracker.token}":
            return 401, {"message": "Bad credentials"}, {}
        if tracker.limited > 0:
            tracker.limited -= 1
            wait = {"Retry-After": str(tracker.retry_after)}
            return 429, {"message": "API rate limit exceeded"}, wait
        if tracker.broken > 0:
            tracker.broken -= 1
            return 502, {"message": "Bad Gateway"}, {}
        status, answer = tracker.answer(method, self.path, body)
        if method != "GET" and tracker.silent > 0:
            tracker.silent -= 1
            return _SILENCE, None, {}
        return status, answer, {}

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: whoever wants to know reads `asked`."""


def _page(found: list[Entry], query: Mapping[str, str]) -> list[Entry]:
    size, number = int(query.get("per_page", "30")), int(query.get("page", "1"))
    return found[(number - 1) * size : number * size]


def _in_order(entries: Iterable[Entry], query: Mapping[str, str]) -> list[Entry]:
    by = _touched if query.get("sort") == "updated" else _number
    return sorted(entries, key=by, reverse=query.get("direction") != "asc")


def _touched(entry: Entry) -> tuple[str, int]:
    return str(entry["updated_at"]), _number(entry)


def _number(entry: Entry) -> int:
    return int(str(entry["number"]))


def _labels(given: object) -> list[dict[str, str]]:
    return [{"name": str(one)} for one in given] if isinstance(given, list) else []


def _names(entry: Entry) -> set[str]:
    labels = entry["labels"]
    assert isinstance(labels, list)  # as `_labels` makes them
    return {one["name"] for one in labels}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
