"""A model provider on this machine: real HTTP on 127.0.0.1, three protocols, scripted answers and troubles.

It stands beside the adapter so that both are held to the same contract; nothing in a product uses it.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias

from headrace.capabilities.agents.brains.fake_chat import ChatCompletions
from headrace.capabilities.agents.brains.fake_messages import Messages
from headrace.capabilities.agents.brains.fake_protocols import (
    Answer,
    Asked,
    Event,
    Said,
    WireProtocol,
    say,
)
from headrace.capabilities.agents.brains.fake_responses import Responses

PROTOCOLS: dict[str, WireProtocol] = {
    "/v1/chat/completions": ChatCompletions(),
    "/v1/responses": Responses(),
    "/v1/messages": Messages(),
}

ERROR_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


@dataclass(frozen=True, kw_only=True)
class HttpError:
    """An error status, with Retry-After in seconds where the provider gives one."""

    status: int
    retry_after: str | None = None
    message: str = "injected"


@dataclass(frozen=True, kw_only=True)
class CutOff:
    """An answer whose connection ends after `events` events (streamed) or in the middle of the body.

    `silently`: closed as if all were well, which only the missing last event betrays.
    """

    answer: Answer
    events: int = 2
    silently: bool = False


@dataclass(frozen=True, kw_only=True)
class Garbled:
    """Status 200 and a body that is not JSON."""

    body: str = "<html>Bad gateway</html>"


class Stall:
    """No answer until `release`; `reached` tells that a request is waiting."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.released = threading.Event()

    def release(self) -> None:
        self.released.set()


Step: TypeAlias = Answer | HttpError | CutOff | Garbled | Stall


@dataclass(frozen=True, kw_only=True)
class Served:
    """One line of the ledger: what a request was and what it got."""

    number: int
    protocol: str
    model: str
    streamed: bool
    tools: tuple[str, ...]
    outcome: str
    input_tokens: int = 0
    output_tokens: int = 0


class FakeProvider:
    """Serves `steps` one request after the other, or asks `reply` for each; keeps a ledger of all."""

    def __init__(
        self,
        steps: Iterable[Step] = (),
        *,
        reply: Callable[[Asked], Step] | None = None,
        key: str = "test-key",
        ledger_file: Path | None = None,
    ) -> None:
        self.key = key
        self.asked: list[Asked] = []
        self.ledger: list[Served] = []
        self._steps = list(steps)
        self._reply = reply
        self._ledger_file = ledger_file
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def base_url(self, protocol: str) -> str:
        """What a client of `protocol` is to be given: Anthropic's adds /v1 by itself."""
        return self.address if protocol == "messages" else f"{self.address}/v1"

    @contextmanager
    def running(self) -> Iterator["FakeProvider"]:
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self._release_stalled()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _release_stalled(self) -> None:
        for step in self._steps:
            if isinstance(step, Stall):
                step.release()

    def next_step(self, asked: Asked) -> tuple[int, Step]:
        """The number of this request and what it gets. Beyond the script everything is an error 500."""
        with self._lock:
            self.asked.append(asked)
            number = len(self.asked)
            fault = _sequence_fault(asked)
            if fault:
                return number, HttpError(status=400, message=fault)
            if self._reply is not None:
                return number, self._reply(asked)
            if number > len(self._steps):
                return number, HttpError(status=500, message="the script has no further step")
            return number, self._steps[number - 1]

    def note(self, asked: Asked, number: int, outcome: str, said: Said | None = None) -> None:
        """Write a line to the ledger, on disk before it returns where a file is kept."""
        line = Served(
            number=number,
            protocol=asked.protocol,
            model=asked.model,
            streamed=asked.streamed,
            tools=asked.tools,
            outcome=outcome,
            input_tokens=said.input_tokens if said else 0,
            output_tokens=said.output_tokens if said else 0,
        )
        with self._lock:
            self.ledger.append(line)
            if self._ledger_file is not None:
                with self._ledger_file.open("a") as file:
                    file.write(json.dumps(asdict(line)) + "\n")
                    file.flush()
                    os.fsync(file.fileno())


def _sequence_fault(asked: Asked) -> str:
    """What a real provider refuses: calls without results, results without calls."""
    if sorted(asked.call_ids) == sorted(asked.result_ids):
        return ""
    return f"calls {asked.call_ids} and results {asked.result_ids} do not match"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is what cancellation looks like from here; anything else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # passed on as it came


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: FakeProvider

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on the terminal: the ledger holds it."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = json.loads(self.rfile.read(length) or b"{}")
        protocol = PROTOCOLS.get(self.path.partition("?")[0])
        if protocol is None:
            self._send(404, json.dumps({"error": {"message": f"no such path: {self.path}"}}))
            return
        asked = protocol.read(body)
        if self._key() != self.provider.key:
            self.provider.note(asked, 0, "error 401")
            message = f"Incorrect API key provided: {self._key()}"
            self._fail(protocol, HttpError(status=401, message=message))
            return
        number, step = self.provider.next_step(asked)
        self._perform(protocol, asked, number, step)

    def _key(self) -> str:
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return self.headers.get("x-api-key", bearer)

    def _perform(self, protocol: WireProtocol, asked: Asked, number: int, step: Step) -> None:
        match step:
            case Answer():
                said = say(asked, step, number)
                self.provider.note(asked, number, "answered", said)
                self._answer(protocol, asked, said)
            case HttpError():
                self.provider.note(asked, number, f"error {step.status}")
                self._fail(protocol, step)
            case CutOff():
                said = say(asked, step.answer, number)
                self.provider.note(asked, number, "cut off", said)
                self._cut(protocol, asked, said, step)
            case Garbled():
                self.provider.note(asked, number, "garbled")
                self._send(200, step.body)
            case Stall():
                self.provider.note(asked, number, "stalled")
                self.close_connection = True
                step.reached.set()
                step.released.wait()

    def _answer(self, protocol: WireProtocol, asked: Asked, said: Said) -> None:
        if not asked.streamed:
            self._send(200, json.dumps(protocol.whole(said)))
            return
        self._start_stream()
        for event in protocol.events(said):
            self._chunk(_sse(event))
        if protocol.name == "chat":
            self._chunk("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _cut(self, protocol: WireProtocol, asked: Asked, said: Said, step: CutOff) -> None:
        self.close_connection = True
        if asked.streamed:
            self._start_stream()
            for _, event in zip(range(step.events), protocol.events(said), strict=False):
                self._chunk(_sse(event))
            if step.silently:
                self.wfile.write(b"0\r\n\r\n")
            return
        body = json.dumps(protocol.whole(said)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])

    def _fail(self, protocol: WireProtocol, error: HttpError) -> None:
        kind = ERROR_KINDS.get(error.status, "server_error")
        headers = {"Retry-After": error.retry_after} if error.retry_after is not None else {}
        self._send(error.status, json.dumps(protocol.error(kind, error.message)), headers)

    def _send(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        data = body.encode()
        self.send_response(status)
        kind = "application/json" if body.startswith(("{", "[")) else "text/html"
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _start_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def _handler(provider: FakeProvider) -> type[_Handler]:
    return type("Handler", (_Handler,), {"provider": provider})


def _sse(event: Event) -> str:
    name, data = event
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n"
