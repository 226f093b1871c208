"""OpenAI's responses protocol."""

from collections.abc import Iterator

from headrace.capabilities.agents.brains.fake_protocols import (
    Asked,
    Body,
    Event,
    FakeCall,
    Said,
    field,
    pieces,
    rows,
)


class Responses:
    name = "responses"

    def read(self, body: Body) -> Asked:
        items = rows(body.get("input"))
        return Asked(
            protocol=self.name,
            model=field(body, "model"),
            streamed=body.get("stream") is True,
            tools=tuple(field(t, "name") for t in rows(body.get("tools"))),
            call_ids=_ids(items, "function_call"),
            result_ids=_ids(items, "function_call_output"),
            body=body,
        )

    def whole(self, said: Said) -> Body:
        items = [_message(said)] if said.answer.text else []
        items += [_call(i, c, "completed") for i, c in said.calls]
        return self._response(
            said, "incomplete" if said.answer.cut_by_length else "completed", items
        )

    def _response(self, said: Said, status: str, items: list[Body]) -> Body:
        why = {"reason": "max_output_tokens"} if status == "incomplete" else None
        return {
            "id": f"resp_{said.number}",
            "object": "response",
            "created_at": 0,
            "status": status,
            "error": None,
            "incomplete_details": why,
            "instructions": None,
            "metadata": {},
            "model": said.model,
            "output": items,
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "usage": None if status == "in_progress" else _usage(said),
        }

    def events(self, said: Said) -> Iterator[Event]:
        """The events in order, each with its number, as the protocol asks."""
        for number, event in enumerate(self._events(said)):
            yield str(event["type"]), {**event, "sequence_number": number}

    def _events(self, said: Said) -> Iterator[Body]:
        started = self._response(said, "in_progress", [])
        yield {"type": "response.created", "response": started}
        yield {"type": "response.in_progress", "response": started}
        place = 0
        if said.answer.text:
            yield from _message_events(said)
            place = 1
        for index, (call_id, call) in enumerate(said.calls, start=place):
            yield from _call_events(index, call_id, call)
        whole = self.whole(said)
        yield {"type": f"response.{whole['status']}", "response": whole}

    def error(self, kind: str, message: str) -> Body:
        return {"error": {"message": message, "type": kind, "param": None, "code": kind}}


def _ids(items: list[Body], kind: str) -> tuple[str, ...]:
    return tuple(field(item, "call_id") for item in items if item.get("type") == kind)


def _content(said: Said) -> Body:
    if said.answer.refused:
        return {"type": "refusal", "refusal": said.answer.text}
    return {"type": "output_text", "text": said.answer.text, "annotations": [], "logprobs": []}


def _message(said: Said, content: list[Body] | None = None, status: str = "completed") -> Body:
    return {
        "id": f"msg_{said.number}",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [_content(said)] if content is None else content,
    }


def _message_events(said: Said) -> Iterator[Body]:
    kind = "refusal" if said.answer.refused else "output_text"
    key = "refusal" if said.answer.refused else "text"
    at = {"item_id": f"msg_{said.number}", "output_index": 0, "content_index": 0}
    opened = _message(said, content=[], status="in_progress")
    yield {"type": "response.output_item.added", "output_index": 0, "item": opened}
    yield {"type": "response.content_part.added", **at, "part": {**_content(said), key: ""}}
    for piece in pieces(said.answer.text):
        yield {"type": f"response.{kind}.delta", **at, "delta": piece, "logprobs": []}
    yield {"type": f"response.{kind}.done", **at, key: said.answer.text, "logprobs": []}
    yield {"type": "response.content_part.done", **at, "part": _content(said)}
    yield {"type": "response.output_item.done", "output_index": 0, "item": _message(said)}


def _call(call_id: str, call: FakeCall, status: str) -> Body:
    return {
        "id": f"fc_{call_id}",
        "type": "function_call",
        "call_id": call_id,
        "name": call.tool,
        "arguments": call.arguments,
        "status": status,
    }


def _call_events(index: int, call_id: str, call: FakeCall) -> Iterator[Body]:
    at = {"item_id": f"fc_{call_id}", "output_index": index}
    opened = {**_call(call_id, call, "in_progress"), "arguments": ""}
    kind = "response.function_call_arguments"
    yield {"type": "response.output_item.added", "output_index": index, "item": opened}
    for piece in pieces(call.arguments):
        yield {"type": f"{kind}.delta", **at, "delta": piece}
    yield {"type": f"{kind}.done", **at, "name": call.tool, "arguments": call.arguments}
    done = _call(call_id, call, "completed")
    yield {"type": "response.output_item.done", "output_index": index, "item": done}


def _usage(said: Said) -> Body:
    return {
        "input_tokens": said.input_tokens,
        "input_tokens_details": {"cached_tokens": said.answer.cached_tokens},
        "output_tokens": said.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": said.input_tokens + said.output_tokens,
    }
