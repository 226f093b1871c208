"""Anthropic's messages protocol."""

import json
from collections.abc import Iterator

from headrace.capabilities.agents.brains.fake_protocols import (
    Asked,
    Body,
    Event,
    Said,
    field,
    pieces,
    rows,
)


class Messages:
    name = "messages"

    def read(self, body: Body) -> Asked:
        blocks = [b for m in rows(body.get("messages")) for b in rows(m.get("content"))]
        return Asked(
            protocol=self.name,
            model=field(body, "model"),
            streamed=body.get("stream") is True,
            tools=tuple(field(t, "name") for t in rows(body.get("tools"))),
            call_ids=tuple(field(b, "id") for b in blocks if b.get("type") == "tool_use"),
            result_ids=tuple(
                field(b, "tool_use_id") for b in blocks if b.get("type") == "tool_result"
            ),
            body=body,
        )

    def whole(self, said: Said) -> Body:
        blocks: list[Body] = []
        if said.answer.text:
            blocks.append({"type": "text", "text": said.answer.text})
        blocks += [
            {"type": "tool_use", "id": i, "name": c.tool, "input": _input(c.arguments)}
            for i, c in said.calls
        ]
        return {**_head(said), "content": blocks, "stop_reason": _stop(said), "usage": _usage(said)}

    def events(self, said: Said) -> Iterator[Event]:
        opened = {**_head(said), "content": [], "usage": {**_usage(said), "output_tokens": 1}}
        yield _event("message_start", message=opened)
        place = 0
        if said.answer.text:
            yield from _block(0, {"type": "text", "text": ""}, _text_deltas(said.answer.text))
            place = 1
        for index, (call_id, call) in enumerate(said.calls, start=place):
            block: Body = {"type": "tool_use", "id": call_id, "name": call.tool, "input": {}}
            yield from _block(index, block, _input_deltas(call.arguments))
        delta = {"stop_reason": _stop(said), "stop_sequence": None}
        yield _event("message_delta", delta=delta, usage={"output_tokens": said.output_tokens})
        yield _event("message_stop")

    def error(self, kind: str, message: str) -> Body:
        return {"type": "error", "error": {"type": kind, "message": message}}


def _event(kind: str, **data: object) -> Event:
    return kind, {"type": kind, **data}


def _block(index: int, block: Body, deltas: list[Body]) -> Iterator[Event]:
    yield _event("content_block_start", index=index, content_block=block)
    for delta in deltas:
        yield _event("content_block_delta", index=index, delta=delta)
    yield _event("content_block_stop", index=index)


def _text_deltas(text: str) -> list[Body]:
    return [{"type": "text_delta", "text": piece} for piece in pieces(text)]


def _input_deltas(arguments: str) -> list[Body]:
    return [{"type": "input_json_delta", "partial_json": piece} for piece in pieces(arguments)]


def _head(said: Said) -> Body:
    return {
        "id": f"msg_{said.number}",
        "type": "message",
        "role": "assistant",
        "model": said.model,
        "stop_reason": None,
        "stop_sequence": None,
    }


def _input(arguments: str) -> object:
    """This protocol sends parsed input: what is no JSON travels as a plain text, where an object is due."""
    try:
        return json.loads(arguments)
    except json.JSONDecodeError:
        return arguments


def _stop(said: Said) -> str:
    if said.answer.refused:
        return "refusal"
    if said.answer.cut_by_length:
        return "max_tokens"
    return "tool_use" if said.calls else "end_turn"


def _usage(said: Said) -> Body:
    """Here the tokens read from the cache are not part of the input tokens."""
    return {
        "input_tokens": said.input_tokens - said.answer.cached_tokens,
        "cache_read_input_tokens": said.answer.cached_tokens,
        "cache_creation_input_tokens": 0,
        "output_tokens": said.output_tokens,
    }
