"""The MCP server: tools from operations, shown by right, with the same errors as the other doors."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

import mcp_types
from anyio import CapacityLimiter, to_thread
from fastmcp import FastMCP
from fastmcp.exceptions import McpError
from fastmcp.server.dependencies import get_http_headers
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools import Tool, ToolResult
from fastmcp.utilities.json_schema import dereference_refs
from mcp_types import ToolAnnotations
from pydantic import PrivateAttr, TypeAdapter
from starlette.types import ASGIApp

from headrace.kernel.access import Call, Credentials, NotSignedIn, Reception
from headrace.kernel.capability import Effect, Operation
from headrace.kernel.failures import Failure, failure
from headrace.kernel.json import Json, schema

ORGANISATION = "headrace-organisation"
CONFIRMATION = "confirmation"
"""The argument that every tool which must be confirmed takes beside the operation's own input."""
_THREADS = 8  # calls at once; the rest waits

Who = Callable[[], Credentials]
"""Who calls now: asked at each call, because one HTTP server has many callers."""

Rights = Callable[[Credentials], Collection[str]]
"""The names of the permissions that a caller has."""

Offers = Callable[[Operation], bool]
"""Which operations are tools at all: a tool set for a role."""


def create_server(
    reception: Reception,
    who: Who,
    *,
    rights: Rights | None = None,
    offers: Offers | None = None,
) -> FastMCP[Any]:
    """The server. `offers` chooses its tools once, by role; `rights` hides at each listing what the
    caller may not use. Neither is the gate, which judges every call."""
    threads = CapacityLimiter(_THREADS)
    server: FastMCP[Any] = FastMCP(
        "headrace",
        instructions="Work of an organisation of people and agents. What a tool refuses, it explains.",
        dereference_schemas=False,  # it would be done anew at each listing, a second of work
        middleware=[_WrittenOut()],
    )
    shown: dict[str, Operation] = {}
    for operation in reception.house.operations.values():
        if offers is None or offers(operation):
            tool = OperationTool.of(operation)
            tool.connect(reception, who, threads)
            server.add_tool(tool)
            shown[tool.name] = operation
    if rights is not None:
        server.add_middleware(_ByRight(shown, who, rights, threads))
    return server


def mounted(server: FastMCP[Any]) -> ASGIApp:
    """The server as an application to be mounted below a path; it keeps no sessions."""
    return server.http_app(path="/", stateless_http=True, json_response=True)


def from_headers() -> Credentials:
    """Who calls over HTTP: whoever the bearer token says. Never trusted by where it comes from."""
    headers = get_http_headers(include={"authorization"})
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return Credentials(
        token=token.strip() if scheme.lower() == "bearer" and token.strip() else None,
        organisation=headers.get(ORGANISATION),
    )


def tool_name(operation: Operation) -> str:
    """`person.add` as clients take it: `person_add`."""
    return operation.name.replace(".", "_").replace("-", "_")


class OperationTool(Tool):
    """One operation as a tool."""

    _operation: Operation = PrivateAttr()
    _reception: Reception = PrivateAttr()
    _who: Who = PrivateAttr()
    _threads: CapacityLimiter = PrivateAttr()

    @classmethod
    def of(cls, operation: Operation) -> "OperationTool":
        """The tool, described by the operation's declaration alone."""
        tool = cls(
            name=tool_name(operation),
            title=operation.summary,
            description=f"{operation.help}\n\nNeeds the right {operation.permission}.",
            parameters=_parameters(operation, _input(operation.input)),
            output_schema=_output(operation.output),
            annotations=_annotations(operation),
        )
        tool._operation = operation
        return tool

    def written_out(self) -> "OperationTool":
        """The same tool with schemas that refer to nothing, for clients that follow no reference."""
        given, answered = self._operation.input, self._operation.output
        made = {
            "parameters": _parameters(self._operation, _plain_input(given)),
            "output_schema": _plain_output(answered),
        }
        return self.model_copy(update=made)

    def connect(self, reception: Reception, who: Who, threads: CapacityLimiter) -> None:
        """Say where calls go, and who makes them."""
        self._reception = reception
        self._who = who
        self._threads = threads

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """The operation's answer, or its refusal in words that the caller can act on."""
        try:
            given = dict(arguments)
            asks = self._operation.must_be_confirmed is not None
            confirmation = given.pop(CONFIRMATION, None) if asks else None
            call = Call(
                operation=self._operation.name,
                input=given,
                credentials=self._who(),
                confirmation=None if confirmation is None else str(confirmation),
            )
            answer = await to_thread.run_sync(self._reception.perform, call, limiter=self._threads)
        except Exception as fault:  # noqa: BLE001 - an edge: a tool call ends here, whatever went wrong
            return _refused(failure(fault, self._reception.house.operations))
        return _answered(answer)


def _parameters(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
    whole = {**given, "additionalProperties": False}
    if operation.must_be_confirmed is None:
        return whole
    confirmation = {
        "type": "string",
        "description": "Leave it out first: the refusal previews what would happen, and holds the "
        "confirmation to send then. It is good for ten minutes, for this very call, once.",
    }
    return {**whole, "properties": {**whole.get("properties", {}), CONFIRMATION: confirmation}}


def _annotations(operation: Operation) -> ToolAnnotations:
    return ToolAnnotations(
        read_only_hint=operation.effect is Effect.NONE,
        destructive_hint=operation.effect is Effect.DESTROY,
        open_world_hint=operation.effect is Effect.OUTSIDE,
    )


@cache
def _input(kind: type) -> dict[str, Any]:
    """The schema of an input, written once for all servers of this process."""
    return schema(kind)


@cache
def _output(output: type) -> dict[str, Any] | None:
    """The schema of an answer, written once; the protocol has one for objects only."""
    whole = TypeAdapter(output).json_schema(mode="serialization")
    return whole if whole.get("type") == "object" else None


@cache
def _plain_input(kind: type) -> dict[str, Any]:
    return dereference_refs(_input(kind))


@cache
def _plain_output(output: type) -> dict[str, Any] | None:
    whole = _output(output)
    return None if whole is None else dereference_refs(whole)


def _answered(answer: Json) -> ToolResult:
    if isinstance(answer, Mapping):
        return ToolResult(content=_text(answer), structured_content=dict(answer))
    return ToolResult(content="Done." if answer is None else _text(answer))


def _refused(told: Failure) -> ToolResult:
    return ToolResult(content=_text(told.problem), structured_content=told.problem, is_error=True)


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


class _WrittenOut(Middleware):
    """Lists tools with schemas that refer to nothing; each is written out once for a process."""

    async def on_list_tools(
        self,
        context: MiddlewareContext[mcp_types.ListToolsRequest],
        call_next: CallNext[mcp_types.ListToolsRequest, Sequence[Tool]],
    ) -> Sequence[Tool]:
        tools = await call_next(context)
        return [one.written_out() if isinstance(one, OperationTool) else one for one in tools]


class _ByRight(Middleware):
    """Lists to each caller the tools that it has the right to use."""

    def __init__(
        self,
        shown: Mapping[str, Operation],
        who: Who,
        rights: Rights,
        threads: CapacityLimiter,
    ) -> None:
        self._shown = shown
        self._who = who
        self._rights = rights
        self._threads = threads

    async def on_list_tools(
        self,
        context: MiddlewareContext[mcp_types.ListToolsRequest],
        call_next: CallNext[mcp_types.ListToolsRequest, Sequence[Tool]],
    ) -> Sequence[Tool]:
        """Raises an MCP error for somebody who is not signed in."""
        tools = await call_next(context)
        try:
            held = await to_thread.run_sync(self._rights, self._who(), limiter=self._threads)
        except NotSignedIn as refusal:
            told = failure(refusal)
            raise McpError(
                code=told.family.rpc_code, message=told.message, data=told.problem
            ) from None
        return [tool for tool in tools if self._shown[tool.name].permission in held]
